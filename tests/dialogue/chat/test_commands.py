"""Commands unmarked by Telegram, in captions, behind invisible characters; other bots' commands."""

from copy import deepcopy
from typing import Any, Final

import pytest

from playground.telegram.server.wire import Json
from playground.telegram.server.world import Chat, Person
from playground.x.server import XServer
from storage.engine.schema import follow
from tests.dialogue.conftest import Talk

pytestmark = pytest.mark.usefixtures("hurried")

PHOTO: Final = [{"file_id": "p", "file_unique_id": "q", "width": 9, "height": 9}]
ZERO_WIDTH: Final = "\u200b"


def written(talk: Talk, person: Person, chat: Chat, text: str, **content: Any) -> Json:
    """An update with a text as it is, of which Telegram marks nothing."""
    update = deepcopy(talk.telegram.say(person, chat, "/help"))
    del update["message"]["entities"]
    update["message"] |= {"text": text} | content
    return update


async def says(talk: Talk, chat: Chat, text: str, **content: Any) -> list[str]:
    answers = await talk.feed(chat, written(talk, talk.ada, chat, text, **content))
    return [str(answer["text"]) for answer in answers]


def about_nasa_alone(answer: str) -> bool:
    """Whether an answer has one account's score, and no word of any other name."""
    return answer.startswith("@nasa · ") and "@klout" not in answer


INVISIBLE: Final = (
    *("\u200b", "\u200c", "\u200d", "\u200e", "\u200f", "\ufeff", "\u2060", "\u00ad", "\u00a0"),
    *("\u202a", "\u2066", "\u2069", "\u3000", "\u2009", "\u034f", "\u3164", "\u2800", "\u180e"),
    *("\u200b\u00a0\u200e", "\n", "\t"),
)


@pytest.mark.parametrize("sign", INVISIBLE, ids=lambda sign: sign.encode("unicode_escape").decode())
async def test_invisible_characters_change_no_command(talk: Talk, sign: str) -> None:
    for text in (
        f"{sign}/klout @nasa",
        f"/klout{sign}@nasa",
        f"/klout{sign} @nasa",
        f"/klout @nasa{sign}",
        f"{sign}/klout{sign}@klout_bot{sign}@nasa{sign}",
    ):
        (answer,) = await says(talk, talk.private, text)
        assert about_nasa_alone(answer), text.encode("unicode_escape")


FOR_US: Final = (
    *("/klout@klout_bot @nasa", "/KLOUT@Klout_Bot @nasa", "/klout@klout_bot@nasa"),
    *("@klout_bot /klout @nasa", "/klout@klout_bot @nasa @klout_bot", "/klout@klout_bot\n@nasa"),
)


@pytest.mark.parametrize("text", FOR_US)
async def test_one_that_names_the_bot_is_answered_anywhere_and_names_no_account(
    talk: Talk, text: str
) -> None:
    for chat in (talk.private, talk.group):
        (answer,) = await says(talk, chat, text)
        assert about_nasa_alone(answer)


@pytest.mark.parametrize(
    "url", ["tg://bot_command?command=klout&bot=klout_bot", "tg://bot_command?command=klout"]
)
async def test_a_link_to_a_command_is_one(talk: Talk, url: str) -> None:
    written_out = "/klout@klout_bot"
    link = {"type": "text_link", "offset": 0, "length": len(written_out), "url": url}
    for chat in (talk.private, talk.group):
        (answer,) = await says(talk, chat, f"{written_out} @nasa", entities=[link])
        assert about_nasa_alone(answer)


async def test_a_link_names_the_bot_where_the_text_does_not(talk: Talk) -> None:
    for bot, answered in (("klout_bot", 1), ("other_bot", 0)):
        url = f"tg://bot_command?command=klout&bot={bot}"
        link = {"type": "text_link", "offset": 0, "length": 6, "url": url}
        for chat in (talk.private, talk.group):
            assert len(await says(talk, chat, "/klout @nasa", entities=[link])) == answered


CAPTIONED: Final[dict[str, Json]] = {
    "a photo": {"photo": PHOTO},
    "a file": {"document": {"file_id": "d", "file_unique_id": "e"}},
}


@pytest.mark.parametrize("media", CAPTIONED.values(), ids=CAPTIONED)
async def test_a_caption_is_answered_as_the_command_that_it_is(talk: Talk, media: Json) -> None:
    marks = [{"type": "bot_command", "offset": 0, "length": 6}]
    for chat, entities in ((talk.private, []), (talk.group, marks)):
        content = media | {"caption": "/klout @nasa", "caption_entities": entities}
        (answer,) = await says(talk, chat, "", **content)
        assert about_nasa_alone(answer)


async def test_a_caption_does_what_a_text_does(talk: Talk) -> None:
    await says(talk, talk.private, "", photo=PHOTO, caption="/follow @nasa")
    assert [row["handle"] for row in await talk.rows(follow)] == ["nasa"]


OTHERS: Final = (
    *("/klout@other_bot @nasa", "/klout@OtherBot @nasa", f"{ZERO_WIDTH}/klout@other_bot @nasa"),
    f"/klout{ZERO_WIDTH}@other_bot @nasa",
    "/klout@klout_bot_bot @nasa",
    "/weather@other_bot @nasa",
)


@pytest.mark.parametrize("text", OTHERS)
async def test_another_bots_command_is_neither_answered_nor_paid_for(
    talk: Talk, x: XServer, text: str
) -> None:
    name = text.strip(ZERO_WIDTH).split(" ")[0]
    mark = [{"type": "bot_command", "offset": 0, "length": len(name)}]
    for chat in (talk.private, talk.group):
        for entities in ([], mark):
            assert await says(talk, chat, text, entities=entities) == []
        content = {"photo": PHOTO, "caption": text, "caption_entities": mark}
        assert await says(talk, chat, "", **content) == []
    (prompt,) = await talk.say(talk.ada, talk.group, "/klout")
    reply = written(talk, talk.ada, talk.group, text)
    reply["message"]["reply_to_message"] = prompt
    assert await talk.feed(talk.group, reply) == []
    assert x.requests == []


@pytest.mark.parametrize("text", ["/klout @nasa", f"{ZERO_WIDTH}/klout @nasa"])
async def test_an_unmarked_command_without_the_bots_name_is_ignored_in_a_group(
    talk: Talk, x: XServer, text: str
) -> None:
    assert await says(talk, talk.group, text) == []
    assert x.requests == []


async def test_in_a_group_a_reply_to_the_bot_names_it(talk: Talk) -> None:
    (prompt,) = await talk.say(talk.ada, talk.group, "/klout")
    update = written(talk, talk.ada, talk.group, "/klout @nasa")
    update["message"]["reply_to_message"] = prompt
    (answer,) = await talk.feed(talk.group, update)
    assert about_nasa_alone(answer["text"])


async def test_a_marked_command_behind_invisible_characters_is_answered_in_a_group(
    talk: Talk,
) -> None:
    mark = [{"type": "bot_command", "offset": 1, "length": 6}]
    (answer,) = await says(talk, talk.group, f"{ZERO_WIDTH}/klout @nasa", entities=mark)
    assert about_nasa_alone(answer)


@pytest.mark.parametrize("text", ["/klout/nasa", "/usr/bin", "/", "/klouté @nasa", "see /klout @x"])
async def test_a_path_is_no_command(talk: Talk, text: str) -> None:
    for answer in await says(talk, talk.group, text):
        raise AssertionError(answer)


@pytest.mark.parametrize("text", ["@klout_bot @nasa", "@nasa @Klout_Bot"])
async def test_the_bots_own_name_among_words_is_no_account(talk: Talk, text: str) -> None:
    (answer,) = await says(talk, talk.private, text)
    assert about_nasa_alone(answer)


async def test_a_word_behind_a_command_has_no_invisible_edges(talk: Talk) -> None:
    (answer,) = await says(talk, talk.private, "/language\u200b \u2068fr\u2069")
    assert answer.startswith("Désormais, je parle français ici")
