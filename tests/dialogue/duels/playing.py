"""What tests of duels share: accounts that are known, a duel, votes, what its message shows."""

from playground.telegram.server.wire import Json
from playground.telegram.server.world import Chat, Person
from tests.conftest import Clock
from tests.dialogue.conftest import Talk

QUESTION = "Which of the two reaches more people?"
OFF = "This duel is off"


async def read(talk: Talk, *names: str) -> None:
    """The accounts are stored, because Bob asked for them in his private chat."""
    other = talk.telegram.private_chat(talk.bob)
    await talk.say(talk.bob, other, "/klout " + " ".join(f"@{name}" for name in names))


async def begin(talk: Talk, person: Person, chat: Chat) -> Json:
    """A person asks for a duel; its message."""
    (message,) = await talk.say(person, chat, "/duel")
    assert message["text"].startswith(QUESTION), message["text"]
    return message


async def one(talk: Talk, person: Person, text: str, chat: Chat | None = None) -> str:
    """A person writes in the group; the text of the one answer."""
    (answer,) = await talk.say(person, chat or talk.group, text)
    return str(answer["text"])


async def vote_for(talk: Talk, person: Person, message: Json, button: str) -> str:
    """A person presses a button of a duel; the toast."""
    assert await talk.press(person, message, button) == []
    return str(talk.toast().get("text", ""))


async def shown(talk: Talk, message: Json) -> str:
    """What a duel's message shows, once the editor has caught up."""
    clock = talk.application.services.clock
    assert isinstance(clock, Clock)
    clock.forward(seconds=7)
    await talk.application.delivery.tick()
    return str(now(talk, message)["text"])


def now(talk: Talk, message: Json) -> Json:
    """A message as it is now."""
    chat = talk.telegram.world.chat(message["chat"]["id"])
    history = talk.telegram.history(chat)
    return next(each for each in history if each["message_id"] == message["message_id"])


def buttons(message: Json) -> list[str]:
    """The texts of a message's buttons."""
    return [one["text"] for row in message["reply_markup"]["inline_keyboard"] for one in row]
