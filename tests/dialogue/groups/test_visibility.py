"""What is hidden is hidden everywhere: every command and every button, as anybody, anywhere.

The surfaces are taken from the registered handlers and from the buttons' actions, so a new one is
walked over without a word here.
"""

import inspect
import pkgutil
import re
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from importlib import import_module
from io import BytesIO
from itertools import chain, product

import pytest
from PIL import Image

import views
from handlers.registry import COMMANDS
from playground.telegram.server.local import LocalTelegram
from playground.telegram.server.wire import Json, Upload
from playground.telegram.server.world import Chat, Person, Topic
from playground.x.accounts import FixedWorld
from scoring.reading.account import Reading
from storage.engine.schema import outbox
from tests.conftest import Clock
from tests.dialogue.conftest import Talk, prove
from tests.support.accounts import account
from views import prompts
from views.buttons import Action
from views.pictures import Picture
from views.pictures.sheet import Theme
from views.prompts import Question
from views.wording import wording_for

pytestmark = pytest.mark.usefixtures("hurried")

HANDLE = "quux"
NAME = "Zebulon Quuxley"
COUNTS = ("7,654,321", "7 654 321", "7.7 million", "7654321")
NAMED = ("", f"@{HANDLE}", f"@{HANDLE} @lea", f"@{HANDLE} 90", f"@{HANDLE} ±1", f"k_{HANDLE}")
"""What comes after a command."""

ARGUMENTS = ("", HANDLE, "growth", "0_0")
"""What a button carries; under a picture also:"""

THEMES = (HANDLE, f"{HANDLE}/dark", "/dark", "score/dark")

DRAWN = (Action.CARD, Action.HISTORY, Action.CONTEST, Action.STANDINGS)


@dataclass
class Painter:
    """Draws a blank, and remembers of which pictures; Telegram's ids tell them apart."""

    telegram: LocalTelegram
    drawn: list[Picture] = field(default_factory=list)

    async def draw(
        self,
        picture: Picture,
        _language: str,
        _theme: Theme,
        _bot: str = "",
        *,
        patience: float | None = None,
    ) -> bytes:
        del patience
        self.drawn.append(picture)
        file = BytesIO()
        Image.new("RGB", (64, 64), (len(self.drawn) % 256, 0, 0)).save(file, "PNG")
        return file.getvalue()

    def close(self) -> None:
        """Nothing is open."""


@dataclass
class Stage:
    """A hidden account, its owner Ada, Bob, and the places in which they meet the bot."""

    talk: Talk
    forum: Chat
    topic: Topic
    strangers: Chat
    painter: Painter
    score: str

    def places(self) -> list[tuple[Person, Chat, Topic | None]]:
        """Where each of them is not alone with the bot and is not the owner."""
        ada, bob, talk = self.talk.ada, self.talk.bob, self.talk
        return [
            (ada, talk.group, None),
            (bob, talk.group, None),
            (ada, self.forum, self.topic),
            (bob, self.forum, self.topic),
            (bob, talk.telegram.private_chat(bob), None),
        ]

    def leaks(self, calls: Sequence[Json]) -> list[str]:
        """What of requests tells of the account."""
        told = [_text(call) for call in calls]
        marks = (NAME, f"{self.score}/100", *COUNTS)
        number = re.compile(rf"@{HANDLE}\b.*(/100|± \d)")
        return [
            text
            for text in told
            if any(mark in text for mark in marks) or number.search(re.sub(r"<[^>]+>", "", text))
        ]

    def sent(self) -> int:
        return len(self.talk.telegram.sent())

    def since(self, before: int) -> list[Json]:
        """Requests since, but for those to the owner's private chat."""
        return [
            {"method": call.method, **call.params}
            for call in self.talk.telegram.sent()[before:]
            if str(call.params.get("chat_id")) != str(self.talk.private.id)
        ]


def _text(call: Json) -> str:
    """All that a request carries, files included, line by line."""
    return "\n".join(
        each.content.decode(errors="replace") if isinstance(each, Upload) else str(each)
        for each in call.values()
    )


@pytest.fixture
async def stage(talk: Talk, world: FixedWorld, telegram: LocalTelegram) -> Stage:
    """The account is known, followed, on boards and in alerts, in every place; not hidden yet."""
    world.put(account(77, HANDLE, name=NAME, followers=7_654_321, listed=60_000))
    forum = telegram.group("Club", [talk.ada, talk.bob], forum=True)
    topic = telegram.topic(forum, "Scores")
    strangers = telegram.group("Strangers", [talk.ada, talk.bob], with_bot=False)
    painter = Painter(telegram)
    services = talk.application.services
    object.__setattr__(services, "drawing", painter)
    stage = Stage(talk, forum, topic, strangers, painter, "")
    await prove(talk, world, talk.ada, HANDLE)
    for person, chat, thread in stage.places():
        for text in (f"/follow @{HANDLE} @lea", f"/alert @{HANDLE} ±0.1"):
            await talk.say(person, chat, text, topic=thread)
    for person, handle in ((talk.ada, HANDLE), (talk.bob, "lea")):
        for chat in (talk.group, forum):
            await talk.say(person, chat, f"/join @{handle}")
    await talk.say(talk.ada, talk.group, "/board weekly")
    reading = await services.reader.stored(HANDLE)
    assert reading
    stage.score = str(round(reading.score.score))
    return stage


@pytest.fixture(autouse=True)
def what_is_forged_is_no_violation(telegram: LocalTelegram) -> Iterator[None]:
    yield
    telegram.world.violations.clear()


async def _hide(stage: Stage) -> None:
    answer = await stage.talk.ask(f"/hide @{HANDLE}")
    assert answer.startswith("Done: I show")


def _commands() -> list[str]:
    # these two end the account's being hidden, or its owner's being known
    return [entry.name for entry in COMMANDS if entry.name not in {"hide", "forget_me"}]


@pytest.mark.parametrize("place", range(5))
async def test_no_command_tells(stage: Stage, place: int) -> None:
    await _hide(stage)
    person, chat, topic = stage.places()[place]
    drawn = len(stage.painter.drawn)
    for command in _commands():
        before = stage.sent()
        texts = [f"/{command} {argument}".strip() for argument in NAMED]
        updates = [stage.talk.telegram.say(person, chat, text, topic=topic) for text in texts]
        await stage.talk.feed(chat, *updates)
        assert stage.leaks(stage.since(before)) == [], command
    assert NAME not in repr(stage.painter.drawn[drawn:])


@pytest.mark.parametrize("place", range(5))
async def test_no_button_tells_neither_under_old_messages_nor_forged(
    stage: Stage, place: int
) -> None:
    """Messages from before it was hidden, each with every action that there is."""
    talk = stage.talk
    person, chat, topic = stage.places()[place]
    for text in (f"/klout @{HANDLE}", f"/compare @{HANDLE} @lea", f"/history @{HANDLE}", "/board"):
        await talk.say(person, chat, text, topic=topic)
    answers = [m for m in talk.telegram.history(chat) if m["from"]["is_bot"]]
    under = deepcopy([m for m in answers if "reply_markup" in m][-4:])
    for message in list(under):
        for label in ("Card", "History", "Picture"):
            if label in repr(message["reply_markup"]):  # in a group it takes the message's place
                update = _press(stage, person, message, _data(message, label))
                await talk.feed(chat, update)
                under += deepcopy([m for m in talk.telegram.history(chat) if "photo" in m][-1:])
    await _hide(stage)
    under, drawn = deepcopy(under), len(stage.painter.drawn)
    photos = [m for m in under if "photo" in m]
    pictures = {m["photo"][-1]["file_id"] for m in photos}
    assert NAME in repr(stage.painter.drawn)
    every = product(under[:2], set(Action) - {Action.FORGET}, [ARGUMENTS])
    for message, action, arguments in chain(every, product(photos[:3], DRAWN, [THEMES])):
        before = stage.sent()
        data = [f"1|{action}|{argument}|en" for argument in arguments]
        await talk.feed(chat, *(_press(stage, person, message, each) for each in data))
        calls = stage.since(before)
        assert stage.leaks(calls) == [], action
        assert not [one for one in calls if any(f"'{each}'" in repr(one) for each in pictures)]
    assert NAME not in repr(stage.painter.drawn[drawn:])


def _data(message: Json, label: str) -> str:
    """What a button carries."""
    rows = message["reply_markup"]["inline_keyboard"]
    return next(str(each["callback_data"]) for row in rows for each in row if each["text"] == label)


def _press(stage: Stage, person: Person, message: Json, data: str) -> Json:
    """A press of a button that carries `data`, under a message as it was when it was not hidden."""
    talk = stage.talk
    chat = talk.telegram.world.chat(message["chat"]["id"])
    chat.messages[message["message_id"]] = deepcopy(message)
    label = message["reply_markup"]["inline_keyboard"][0][0]["text"]
    update = deepcopy(talk.telegram.press(person, message, label))
    assert update
    update["callback_query"]["data"] = data
    return update


@pytest.mark.parametrize("place", range(5))
async def test_no_reply_to_a_question_tells(stage: Stage, place: int) -> None:
    talk = stage.talk
    await _hide(stage)
    person, chat, topic = stage.places()[place]
    for question in Question:
        for given in (HANDLE, "90"):
            asked = prompts.ask(wording_for("en"), question, given, private=False)
            update = talk.telegram.say(person, chat, f"@{HANDLE}", topic=topic)
            if not update:  # privacy mode keeps it from the bot, but for a reply to the bot
                update = talk.telegram.say(person, chat, f"/klout @{HANDLE}", topic=topic)
                update["message"].pop("entities", None)
                update["message"]["text"] = f"@{HANDLE}"
            plain = asked.html.rpartition(">")[2] if "<" not in asked.html else _plain(asked.html)
            update["message"]["reply_to_message"] = {
                "message_id": 1,
                "date": update["message"]["date"],
                "chat": update["message"]["chat"],
                "from": talk.telegram.bot.to_json(),
                "text": plain,
            }
            before = stage.sent()
            await talk.feed(chat, update)
            assert stage.leaks(stage.since(before)) == [], question


def _plain(html: str) -> str:
    return re.sub(r"<[^>]+>", "", html)


async def test_nothing_that_is_typed_inline_or_asked_of_a_guest_tells(stage: Stage) -> None:
    talk = stage.talk
    await _hide(stage)
    for person in (talk.ada, talk.bob):
        for chat in (stage.strangers, talk.group, talk.telegram.private_chat(person)):
            for text in (HANDLE, HANDLE[:2], "", f"@{HANDLE}", f"x.com/{HANDLE}"):
                before = stage.sent()
                await talk.feed(chat, talk.telegram.type_inline(person, chat, text))
                calls = [call.params for call in talk.telegram.sent()[before:]]
                assert stage.leaks(calls) == []
        before = stage.sent()
        await talk.say(person, stage.strangers, f"@klout_bot @{HANDLE}")
        assert talk.telegram.sent()[before:]
        assert stage.leaks([call.params for call in talk.telegram.sent()[before:]]) == []


async def test_nothing_that_comes_by_itself_tells(
    stage: Stage, world: FixedWorld, clock: Clock
) -> None:
    talk = stage.talk
    await _hide(stage)
    world.put(account(77, HANDLE, name=NAME, followers=7_654_321, listed=90_000))
    for _ in range(2):
        clock.forward(days=7)
        before = stage.sent()
        await talk.tick()
        await talk.tick()
        calls = stage.since(before)
        assert "sendMessage" in repr(calls)
        assert stage.leaks(calls) == []


async def test_what_waits_when_it_is_hidden_is_told_without_it(stage: Stage, clock: Clock) -> None:
    """Telegram asks to wait, the account is hidden meanwhile, and then the messages go out."""
    talk = stage.talk
    clock.forward(days=7)
    talk.telegram.fail("sendMessage", 429, "Too Many Requests: retry after 60", retry_after=60)
    await talk.tick()
    rows = [row for row in await talk.rows(outbox) if row["state"] in {"pending", "leased"}]
    assert [row for row in rows if NAME in row["html"] or f"@{HANDLE}<" in row["html"]]
    before = stage.sent()
    await _hide(stage)
    for _ in range(4):
        clock.forward(seconds=65)
        await talk.tick()
    calls = stage.since(before)
    assert stage.leaks(calls) == []
    group = [one for one in calls if str(one.get("chat_id")) == str(talk.group.id)]
    assert [one for one in group if "@lea" in repr(one)], "the digest itself is not lost"


async def test_a_hidden_account_keeps_its_new_handle_to_itself(
    stage: Stage, world: FixedWorld, clock: Clock
) -> None:
    talk = stage.talk
    await _hide(stage)
    world.put(account(77, "new_name", name=NAME, followers=7_654_321, listed=60_000))
    clock.forward(days=1)
    await talk.say(talk.ada, talk.private, "/klout @new_name")
    world.put(account(78, "unrelated"))
    for person, chat, topic in stage.places():
        for command in ("klout", "why", "compare @lea", "prove", "follow", "alert", "history"):
            before = stage.sent()
            await talk.say(person, chat, f"/{command} @{HANDLE} 90", topic=topic)
            assert "new_name" not in repr(stage.since(before)), command


async def test_its_owner_sees_it_in_private(stage: Stage) -> None:
    await _hide(stage)
    talk = stage.talk
    (own,) = await talk.say(talk.ada, talk.private, f"/klout @{HANDLE}")
    assert NAME in own["text"]
    (card,) = await talk.press(talk.ada, own, "Card")
    assert NAME in card["caption"]


def test_views_take_only_what_was_looked_at() -> None:
    """`services.visibility` alone makes a `Visible`; a view of a `Reading` could forget to ask."""
    modules = [import_module(each.name) for each in pkgutil.walk_packages(views.__path__, "views.")]
    assert len(modules) > 15
    for module in modules:
        for name, function in inspect.getmembers(module, inspect.isfunction):
            annotations = [str(each) for each in function.__annotations__.values()]
            taken = [
                text for text in annotations if text == str(Reading) or "reading.Reading" in text
            ]
            assert taken == [], f"{module.__name__}.{name}"
