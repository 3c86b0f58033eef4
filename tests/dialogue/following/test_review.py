"""`/review`: eight weeks or a year, true to what was read."""

import re
from datetime import UTC, datetime

import pytest

from playground.x.accounts import FixedWorld
from tests.conftest import Clock
from tests.dialogue.conftest import Talk
from tests.support.accounts import account

pytestmark = pytest.mark.usefixtures("hurried")

FAMOUS = 70_000


async def weeks(talk: Talk, clock: Clock, world: FixedWorld) -> None:
    """Four weeks in which @nasa becomes famous in the second, and is not read in the third."""
    await talk.ask("/follow @nasa @lea")
    for week in range(1, 5):
        clock.forward(days=7)
        famous = {"followers": 9_000_000, "mentions_a_week": FAMOUS} if week > 1 else {}
        world.put(account(1, "nasa", clock(), **famous))
        if week != 3:
            await talk.say(talk.bob, talk.group, "/klout @nasa @lea")


async def test_a_review_says_the_best_week_and_the_gaps(
    talk: Talk, clock: Clock, world: FixedWorld
) -> None:
    await weeks(talk, clock, world)
    text = await talk.ask("/review")
    title, nasa, lea = text.split("\n\n")
    assert title == "The last eight weeks · 18 February – 15 April"
    lines = nasa.split("\n")
    assert re.match(r"@nasa · \d+/100 ± \d+ · X$", lines[0])
    found = re.findall(r"^([\d.]+) → ([\d.]+) since 18 March \(\+([\d.]+) points\)\.", lines[1])
    before, after, points = map(float, found[0])
    assert after - before == pytest.approx(points)
    assert lines[1].endswith("9,000,000 new followers.")
    assert lines[2].startswith("Best week: 25 March – 1 April, +")
    assert lines[3] == "Not read in 1 of these weeks."
    assert lea.startswith("@lea · ")
    assert "Best week" not in lea


async def test_the_year_by_a_word_a_button_and_in_december(
    talk: Talk, clock: Clock, world: FixedWorld
) -> None:
    await weeks(talk, clock, world)
    assert (await talk.ask("/review year")).startswith("The year 2026, as far as it was read\n\n")
    assert (await talk.ask("/review tomorrow")).startswith("/review looks back at")
    (told,) = await talk.say(talk.ada, talk.private, "/review")
    assert await talk.press(talk.ada, told, "The year") == []
    clock.now = datetime(2026, 12, 20, 12, tzinfo=UTC)
    (told,) = await talk.say(talk.ada, talk.private, "/review")
    assert told["text"].startswith("The year 2026")
    await talk.press(talk.ada, told, "Eight weeks")
    (again,) = [
        m for m in talk.telegram.history(talk.private) if m["message_id"] == told["message_id"]
    ]
    assert again["text"].startswith("The last eight weeks")
    assert "Too few readings to compare." in again["text"]


async def test_nobody_to_review(talk: Talk) -> None:
    assert (await talk.ask("/review")).startswith("This chat follows nobody yet.")
