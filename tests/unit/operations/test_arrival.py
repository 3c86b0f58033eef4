"""What becomes of an update, by what its requests ended with."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import httpx
import pytest
from telegram.error import (
    BadRequest,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from handlers.outgoing.delivery_tracking import Arrival, Fate, Withheld, creates, dealing_with
from operations.transport.rate_limiter import RetryingRateLimiter


def never_left() -> NetworkError:
    error = NetworkError("no route")
    error.__cause__ = httpx.ConnectError("no route")
    return error


@pytest.fixture(autouse=True)
def spans(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")  # as `operations.assembly` has it


async def armed(_: Arrival) -> bool:
    return True


async def request(endpoint: str, error: Exception | None = None) -> None:
    """One request by way of the limiter."""

    async def callback() -> bool:
        if error:
            raise error
        return True

    with suppress(TelegramError):
        await RetryingRateLimiter().process_request(callback, (), {}, endpoint, {}, 1)


Step = tuple[str, Callable[[], Exception] | None]

FATES: list[tuple[list[Step], Fate]] = [
    ([], Fate.DONE),
    ([("sendMessage", None)], Fate.DONE),
    ([("sendMessage", TimedOut)], Fate.UNCERTAIN),
    ([("sendMessage", never_left)], Fate.AGAIN),
    ([("sendMessage", lambda: RetryAfter(timedelta(seconds=9)))], Fate.AGAIN),
    ([("sendMessage", InvalidToken)], Fate.AGAIN),
    ([("sendMessage", lambda: BadRequest("chat not found"))], Fate.DONE),
    ([("sendPhoto", TimedOut), ("sendMessage", None)], Fate.DONE),
    ([("sendMessage", None), ("sendMessage", TimedOut)], Fate.DONE),
    ([("sendPhoto", TimedOut), ("sendMessage", never_left)], Fate.UNCERTAIN),
    ([("sendPhoto", TimedOut), ("sendMessage", lambda: BadRequest("no"))], Fate.UNCERTAIN),
    ([("answerGuestQuery", TimedOut)], Fate.UNCERTAIN),
    ([("editMessageText", TimedOut)], Fate.AGAIN),
    ([("editMessageText", lambda: BadRequest("not modified"))], Fate.DONE),
    ([("getChatMember", TimedOut)], Fate.AGAIN),
    ([("getChatMember", TimedOut), ("sendMessage", None)], Fate.DONE),
    ([("sendChatAction", TimedOut)], Fate.DONE),
]


@pytest.mark.parametrize(("steps", "fate"), FATES)
async def test_an_updates_outcome_follows_from_how_its_requests_ended(
    steps: list[Step], fate: Fate
) -> None:
    arrival = Arrival(armed)
    with dealing_with(arrival):
        for endpoint, error in steps:
            await request(endpoint, error() if error else None)
    assert arrival.fate is fate


async def test_what_is_cut_off_is_done_again_unless_something_left() -> None:
    for endpoint, fate in (("sendMessage", Fate.UNCERTAIN), ("editMessageText", Fate.AGAIN)):
        arrival, begun = Arrival(armed), asyncio.Event()

        async def hang(begun: asyncio.Event = begun) -> None:
            begun.set()
            await asyncio.Event().wait()

        with dealing_with(arrival):
            call = RetryingRateLimiter().process_request(hang, (), {}, endpoint, {}, None)
            task = asyncio.ensure_future(call)
            await begun.wait()
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        arrival.cut()
        assert arrival.fate is fate


async def test_nothing_leaves_that_cannot_be_noted() -> None:
    async def lost(_: Arrival) -> bool:
        return False

    async def never() -> None:
        raise AssertionError("it left")

    with dealing_with(Arrival(lost)), pytest.raises(Withheld):
        await RetryingRateLimiter().process_request(never, (), {}, "sendMessage", {}, None)


async def test_no_more_are_noted_than_may_leave() -> None:
    limiter, go, noted = RetryingRateLimiter(limit=2), asyncio.Event(), 0

    async def arm(_: Arrival) -> bool:
        nonlocal noted
        noted += 1
        return True

    async def answer() -> None:
        with dealing_with(Arrival(arm)):
            await limiter.process_request(go.wait, (), {}, "sendMessage", {}, None)

    answers = [asyncio.ensure_future(answer()) for _ in range(9)]
    for _ in range(20):
        await asyncio.sleep(0)
    assert noted == 2
    go.set()
    await asyncio.gather(*answers)
    assert noted == 9


def test_only_sending_methods_create_a_message() -> None:
    making = {"sendMessage", "sendPhoto", "sendDocument", "copyMessage", "answerGuestQuery"}
    passing = {"sendChatAction", "editMessageText", "answerCallbackQuery", "getChatMember"}
    assert {name for name in making | passing if creates(name)} == making
