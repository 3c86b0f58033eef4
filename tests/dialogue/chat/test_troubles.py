"""When X, Telegram or we go wrong: one kind sentence, and an honest one."""

import asyncio
import logging

import pytest

from locales import LANGUAGES
from operations.transport import dispatcher
from playground.x.accounts import FixedWorld
from playground.x.server import Fault, XServer
from scoring.reading import errors, network_errors
from scoring.reading.errors import ScoringError, SourceError
from scoring.reading.networks.consent import Reason
from storage.engine.schema import inbox
from tests.conftest import Clock
from tests.dialogue.conftest import Talk
from tests.support.accounts import NOW, account
from views import problems
from views.wording import wording_for

FAULTS = [
    (Fault(429, "{}"), "X asks us to slow down. Please try again after 18 March, 12:15 UTC."),
    (Fault(402, "{}"), "its prepaid reads are used up"),
    (Fault(401, "{}"), "X does not accept this bot’s key"),
    (Fault(500, "{}"), "X is not answering right now."),
    (Fault(200, "<html>", "text/html"), "X is not answering right now."),
    (Fault(200, ""), "X is not answering right now."),
]


@pytest.mark.parametrize(("fault", "sentence"), FAULTS)
async def test_each_fault_at_x_has_a_sentence(
    talk: Talk, x: XServer, fault: Fault, sentence: str
) -> None:
    x.fail("users", fault)
    assert sentence in await talk.ask("/klout @nasa")


async def test_a_known_account_is_answered_with_its_age_and_the_reason(
    talk: Talk, x: XServer, clock: Clock
) -> None:
    await talk.ask("/klout @nasa")
    clock.forward(days=3)
    x.fail("users", Fault(500, "{}"))
    text = await talk.ask("/klout @nasa")
    assert "X is not answering right now." in text
    assert "Read from X 3 days ago." in text


async def test_posts_that_cannot_be_read_leave_a_profile_score(talk: Talk, x: XServer) -> None:
    x.fail("tweets", Fault(503, "{}"))
    x.fail("counts", Fault(503, "{}"))
    text = await talk.ask("/klout @nasa")
    assert "Recent posts were not read: only the profile counts." in text
    assert "/100" in text


async def test_protected_and_renamed_accounts_are_told(
    talk: Talk, world: FixedWorld, clock: Clock
) -> None:
    world.put(account(1, "nasa", protected=True))
    assert "only the profile counts" in await talk.ask("/klout @nasa")
    clock.forward(days=1)
    world.put(account(1, "nasa_now"))
    text = await talk.ask("/klout @nasa")
    assert text.startswith("@nasa_now · ")
    assert "@nasa goes by @nasa_now now." in text


async def test_an_error_of_ours_has_a_number_that_is_in_the_log(
    talk: Talk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(handle: str) -> None:
        raise RuntimeError(f"a bug with {handle}")

    monkeypatch.setattr(talk.application.services.reader, "read", broken)
    text = await talk.ask("/klout @nasa")
    assert text.startswith("Something went wrong on my side")
    error_id = text.split()[-1]
    assert error_id in [getattr(record, "error_id", None) for record in caplog.records]


async def test_a_bug_behind_a_button_stops_its_spinner(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await talk.ask("/klout @nasa")

    async def broken(*given: object) -> None:
        raise RuntimeError(f"a bug with {given}")

    monkeypatch.setattr(talk.application.services.reader, "recall", broken)
    assert not await talk.press(talk.ada, talk.private, "Why?")
    assert talk.toast()["text"].startswith("Something went wrong on my side")


async def test_forged_and_old_buttons_are_refused_kindly(talk: Talk) -> None:
    await talk.ask("/klout @nasa")
    message = talk.telegram.history(talk.private)[-1]
    forged = (
        *(
            "0|why|nasa",
            "1|why|" + "x" * 50,
            "1|nope|",
            "1|me|<b>",
            "1|lang|xx",
            "1|cmp|<b>",
            "",
            "1",
            "|||",
        ),
        "1|why|' OR 1=1 --",
    )
    for data in forged:
        update = talk.telegram.press(talk.ada, message, "Why?")
        update["callback_query"]["data"] = data
        before = len(talk.telegram.sent("answerCallbackQuery"))
        await talk.feed(talk.private, update)
        assert len(talk.telegram.sent("answerCallbackQuery")) == before + 1, data
        assert "This button is old." in talk.toast()["text"], data


async def test_being_blocked_is_no_error(talk: Talk, caplog: pytest.LogCaptureFixture) -> None:
    update = talk.telegram.say(talk.ada, talk.private, "/klout @nasa")
    talk.telegram.block(talk.ada)
    await talk.feed(talk.private, update)
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


async def test_a_flood_limit_is_waited_out(talk: Talk) -> None:
    talk.telegram.fail("sendMessage", 429, "Too Many Requests: retry after 1", retry_after=1)
    assert (await talk.ask("/klout @nasa")).startswith("@nasa · ")


def _all_errors() -> list[ScoringError]:
    examples: list[ScoringError] = [
        errors.HandleNotFound("nasa"),
        errors.AccountSuspended("nasa"),
        errors.AccountHidden("nasa"),
        errors.AccountUnreadable("nasa", ("listed_count",)),
        errors.ItemRefused("nasa", status=403),
        errors.RateLimited(NOW),
        errors.BudgetSpent(NOW),
        errors.QuotaSpent(NOW),
        errors.CreditsDepleted(),
        errors.TokenRefused(),
        errors.EndpointRefused("post"),
        errors.SourceUnreachable("why"),
        errors.NetworkNotRead("nasa", "x", ("bluesky", "fediverse")),
        errors.TakesLonger(),
        errors.Interrupted(),
        network_errors.AccountDeactivated("frank.bsky.test"),
        network_errors.HandleInvalid("frank.bsky.test"),
        network_errors.AccountMoved("old@social.example.org", "ada@social.example.org"),
        network_errors.BridgedCopy("ben.social.example.org.ap.brid.gy", "ben@social.example.org"),
        network_errors.NotForStrangers("shy.bsky.test", (Reason.LOGGED_IN_ONLY,)),
        network_errors.CountsHidden("ada@social.example.org"),
        network_errors.ServerRefuses("any@refusing.example.net", "refusing.example.net", 401),
        network_errors.ServerUnreachable("social.example.org", "why"),
    ]
    abstract = {ScoringError, errors.AccountError, SourceError, errors.ItemError}
    kinds = {
        kind
        for kind in (vars(errors) | vars(network_errors)).values()
        if isinstance(kind, type) and issubclass(kind, ScoringError)
    }
    assert kinds - abstract == set(map(type, examples))
    return examples


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_error_has_a_sentence_in_every_language(language: str) -> None:
    sentences = [problems.sentence(error, wording_for(language)) for error in _all_errors()]
    assert len(set(sentences)) == len(sentences)


async def test_one_persons_flood_delays_no_other_person(talk: Talk, x: XServer) -> None:
    await talk.ask("/klout @lea")
    x.fail("users", Fault(hang=True))
    flood = [talk.telegram.say(talk.ada, talk.group, f"/klout @user{n}") for n in range(1_500)]
    asked = talk.telegram.say(talk.bob, talk.group, "/klout @lea")
    await talk.arrive(*flood, asked)
    await talk.sees(talk.group, "@lea · ")
    await talk.application.services.reader.close()


async def test_one_chats_flood_limit_delays_no_other(talk: Talk) -> None:
    talk.telegram.fail("sendMessage", 429, "Too Many Requests: retry after 9", retry_after=9)
    late = talk.telegram.say(talk.ada, talk.group, "/help")
    await talk.arrive(late)
    while not talk.telegram.sent("sendMessage"):  # noqa: ASYNC110 - a few turns of the loop
        await asyncio.sleep(0)
    prompt = talk.telegram.say(talk.bob, talk.telegram.private_chat(talk.bob), "/help")
    await talk.arrive(prompt)
    await talk.sees(talk.telegram.private_chat(talk.bob), "What I answer")
    assert not [m for m in talk.telegram.history(talk.group) if m["from"]["is_bot"]]


async def test_a_crowd_in_a_flooded_chat_delays_no_other_chat(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatcher, "IN_HAND", 2)
    for person in (talk.ada, talk.chloe):
        talk.telegram.fail("sendMessage", 429, "Too Many Requests: retry after 99", retry_after=99)
        await talk.arrive(talk.telegram.say(person, talk.group, "/help"))
    async with asyncio.timeout(30):
        (answer,) = await talk.say(talk.bob, talk.telegram.private_chat(talk.bob), "/help")
    assert answer["text"].startswith("What I answer")
    assert [row["state"] for row in await talk.rows(inbox)] == ["waiting"] * 2


async def test_an_unconfirmed_answer_is_not_followed_by_an_excuse(talk: Talk) -> None:
    talk.telegram.hang("sendMessage", delivered=True)
    (answer,) = await talk.say(talk.ada, talk.private, "/klout @nasa")
    assert answer["text"].startswith("@nasa · ")


async def test_a_broken_store_is_owned_up_to(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(chat_id: int) -> None:
        raise OSError(chat_id)

    monkeypatch.setattr(talk.application.services.chats, "language", broken)
    assert (await talk.ask("/klout @nasa")).startswith("Something went wrong on my side")
