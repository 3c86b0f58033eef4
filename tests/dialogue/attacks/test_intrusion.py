"""Words that mean to be more than words: addresses, markup, SQL."""

import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

import pytest

from handlers.registry import COMMANDS
from playground.telegram.server.local import LocalTelegram
from playground.x.accounts import FixedWorld
from scoring.reading.handles import is_handle
from storage.engine.schema import account as account_table
from storage.engine.schema import alert, follow, metadata
from tests.conftest import Clock
from tests.dialogue.conftest import Talk
from tests.support.accounts import NOW, account
from tests.support.hostile import no_error_of_ours

pytestmark = pytest.mark.usefixtures("hurried")

ADDRESSES: Final = (
    *("http://169.254.169.254/latest/meta-data/", "http://localhost:22", "//127.0.0.1/nasa"),
    *("http://[::1]/", "http://0/", "http://2130706433/", "file:///etc/passwd", "gopher://x:70/_"),
    *("https://x.com@evil.example/nasa", "https://evil.example/x.com/nasa", "x.com.evil.example/a"),
    *("https://x.com:8080@evil.example", "https://evil.example#x.com/nasa", "evil.example?x.com/a"),
    *("@../../2/tweets", "@nasa/../../1.1/account", "@nasa?usernames=esa", "@nasa&expansions=all"),
    *(
        "@nasa%2f..%2f..",
        "@nasa%00",
        "@nasa#",
        "@nasa\\..\\..",
        "@nasa;id",
        "@nasa,esa,https://a.b",
    ),
    *("x.com/../../2/users/me", "x.com/%2e%2e/%2e%2e", "x.com/intent/user?screen_name=../../me"),
    *("https://x.com/intent/user?screen_name=a%26ids%3D1", "https://x.com\r\nHost: evil.example"),
    *(
        "@nasa HTTP/1.1\r\nHost: evil.example",
        "@ｎａｓａ／．．／me",
        "https://ｘ.com/nasa",
        "@169.254.169.254",
    ),
)

_REQUEST: Final = re.compile(
    r'"GET (?:/2/users/by\?user\.fields=[a-z_,]+&usernames=(?P<names>[\w,]+)'
    r"|/2/users\?ids=\d+&user\.fields=[a-z_,]+"
    r"|/2/users/\d+/tweets\?[\w.,=&:-]+"
    r'|/2/tweets/counts/recent\?granularity=day&query=@(?P<name>\w+)\+-from:\w+) HTTP/1\.1"',
    re.ASCII,
)
"""All that is ever asked of X."""

_connections: list[Any] | None = None


def _note(event: str, arguments: tuple[Any, ...]) -> None:
    if _connections is not None and event == "socket.connect":
        _connections.append(arguments[1])


sys.addaudithook(_note)  # it stays, and does nothing outside of the fixture


@pytest.fixture
def connections() -> Iterator[list[Any]]:
    """The address of every connection that the process opens; one that is a path is a file's."""
    global _connections  # noqa: PLW0603 - an audit hook cannot be taken out again
    _connections = []
    yield _connections
    _connections = None


async def test_no_words_reach_another_host_or_another_page_of_x(
    talk: Talk, caplog: pytest.LogCaptureFixture, connections: list[Any]
) -> None:
    assert len(ADDRESSES) >= 30
    outside = talk.telegram.group("Outside", [talk.ada], with_bot=False)
    for text in ADDRESSES:
        for command in ("klout", "compare @lea", "follow", "why", "history", "prove", "alert"):
            await talk.say(talk.ada, talk.private, f"/{command} {text}")
        await talk.say(talk.ada, talk.private, text)
        await talk.say(talk.ada, talk.private, f"/start k_{text}")
        await talk.feed(outside, talk.telegram.type_inline(talk.ada, outside, text))
        await talk.feed(outside, talk.telegram.say(talk.ada, outside, f"@klout_bot {text}"))
    asked = [record.getMessage() for record in caplog.records if record.name == "aiohttp.access"]
    found = [_REQUEST.search(line) for line in asked]
    assert [line for line, match in zip(asked, found, strict=True) if not match] == []
    names = {name for match in found if match for name in (match["names"] or "nasa").split(",")}
    assert names
    assert all(map(is_handle, names))
    hosts = {address[0] for address in connections if not isinstance(address, str | bytes)}
    assert hosts == {"127.0.0.1"}


HOSTILE_NAMES: Final = (
    '<b>x</b><a href="tg://user?id=1">y</a>',
    "</a></b>&lt;i&gt;&amp;&#60;",
    "\u202e<tg-spoiler>\u2066*_`[x](http://evil.example)",
    "Robert'); DROP TABLE account; --",
    "{0}{name}%s%(x)s\\N{BULLET}",
    "\x00\ud800\n\n\n" + "🏴" * 60,
)


@pytest.mark.parametrize("name", HOSTILE_NAMES)
async def test_a_name_is_a_name_wherever_it_is_shown(
    talk: Talk, world: FixedWorld, clock: Clock, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    """The local Telegram refuses markup that is broken, and shows what is not as entities."""
    telegram = talk.telegram
    world.put(account(1, "nasa", name=name, bio=name))
    mallory = telegram.person(name, "fr")
    group = telegram.group(name, [mallory, talk.bob])
    outside = telegram.group(name, [mallory], with_bot=False)
    private = telegram.private_chat(mallory)
    for where in (private, group):
        for text in (
            *(
                "/klout @nasa",
                "/why @nasa",
                "/goal @nasa 99",
                "/compare @nasa @lea",
                "/history @nasa",
            ),
            *(
                "/follow @nasa",
                "/following",
                "/alert @nasa ±1",
                "/digest",
                "/receipt @nasa",
                "/board",
            ),
            *("/join @nasa", "/board", "/prove @nasa", "/settings", "/export", "/start k_nasa"),
        ):
            assert len(await talk.say(mallory, where, text)) >= 1, text
    await talk.press(mallory, group, "1|cmp|nasa")
    await talk.feed(outside, telegram.type_inline(mallory, outside, "nasa"))
    await talk.feed(outside, telegram.say(mallory, outside, "@klout_bot @nasa"))
    before = world.by_handle("nasa", NOW)
    assert before
    clock.forward(days=8)
    world.put(replace(before, followers=90_000))
    await talk.tick(private)
    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == []
    assert _links(telegram) <= {"https://x.com/nasa", "https://x.com/lea"} | _ours(talk)


def _links(telegram: LocalTelegram) -> set[str]:
    """Wherever a text of the bot leads."""
    return {
        entity.get("url") or str(entity["user"]["id"])
        for chat in telegram.world.chats.values()
        for message in chat.messages.values()
        if message["from"]["is_bot"]
        for entity in (*message.get("entities", ()), *message.get("caption_entities", ()))
        if entity["type"] in {"text_link", "text_mention"}
    }


def _ours(talk: Talk) -> set[str]:
    return {str(person) for person in talk.telegram.world.people}


SQL: Final = (
    "' OR '1'='1",
    "'; DROP TABLE chat; --",
    '" UNION SELECT receipt FROM snapshot --',
    "nasa'/**/OR/**/1=1#",
    "1; ATTACH DATABASE '/tmp/x' AS x",
    "%' ESCAPE '!",
    "$1::text || pg_sleep(9)",
    "\\'; VACUUM INTO 'x",
)


async def test_sql_is_a_word_like_any_other(
    talk: Talk, world: FixedWorld, caplog: pytest.LogCaptureFixture
) -> None:
    world.put(account(1, "nasa", name=SQL[1]))
    await talk.ask("/follow @nasa")
    with no_error_of_ours(caplog):
        for text in SQL:
            for command in sorted({entry.name for entry in COMMANDS} - {"forget_me", "unfollow"}):
                await talk.say(talk.ada, talk.private, f"/{command} {text}")
            for query in (text, f"nasa{text}", "na%", "n_sa", "_"):
                await talk.feed(
                    talk.private, talk.telegram.type_inline(talk.ada, talk.private, query)
                )
    assert {row["key"] for table in (follow, alert) for row in await talk.rows(table)} <= {"nasa"}
    assert [row["name"] for row in await talk.rows(account_table) if row["id"] == 1] == [SQL[1]]
    for table in metadata.sorted_tables:
        await talk.rows(table)


@pytest.mark.parametrize("query", ["_", "n_sa", "na__", "____"])
async def test_a_wildcard_finds_no_account(talk: Talk, query: str) -> None:
    await talk.ask("/klout @nasa")
    await talk.feed(talk.private, talk.telegram.type_inline(talk.ada, talk.private, query))
    assert talk.telegram.sent("answerInlineQuery")[-1].params["results"] == []
