"""`/why`, `/receipt`, `/goal` and `/method`."""

import json
import re
import subprocess
import sys
from pathlib import Path

from playground.x.accounts import FixedWorld
from tests.accounts import account, posts
from tests.conftest import Clock
from tests.dialogue.conftest import Talk

ROOT = Path(__file__).parents[2]


async def test_why_tells_the_reasons_and_what_changed(
    talk: Talk, world: FixedWorld, clock: Clock
) -> None:
    first = await talk.ask("/why @nasa")
    assert "The three parts add up: " in first
    assert "Since" not in first
    clock.forward(days=7)
    world.put(account(1, "nasa", followers=9_000, listed=240, mentions_a_week=9))
    later = await talk.ask("/why @nasa")
    line = next(line for line in later.split("\n") if line.startswith("Since 18 March: +"))
    assert " community" in line
    assert "within the margin" not in line


async def test_nothing_new_is_said_to_be_nothing(talk: Talk, clock: Clock) -> None:
    await talk.ask("/klout @nasa")
    clock.forward(days=1)
    assert "Nothing moved since 18 March." in await talk.ask("/why @nasa")


async def test_a_receipt_computes_itself_again(talk: Talk) -> None:
    (message,) = await talk.say(talk.ada, talk.private, "/receipt @nasa")
    assert message["document"]["file_name"] == "nasa-2026-03-18.json"
    (upload,) = talk.telegram.sent("sendDocument")[-1].files.values()
    result = subprocess.run(  # noqa: ASYNC221 - the stranger's own command
        [sys.executable, "-m", "scoring"],
        input=upload.content,
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    assert json.loads(result.stdout)["agrees"] is True


async def test_bare_missing_and_impossible_handles(talk: Talk) -> None:
    for command in ("/why", "/receipt"):
        assert await talk.ask(command) == "Which account on X? Send me its handle."
        assert (await talk.ask(f"{command} @nobody")).startswith("There is no account @nobody")
        assert "cannot be a handle" in await talk.ask(f"{command} @jean-luc")


async def test_a_goal_says_how_far_what_helps_and_what_does_not(talk: Talk) -> None:
    text = await talk.ask("/goal @lea 45")
    assert re.match(r"@lea · \d+/100 ± \d+ → 45\n[\d.]+ points to go.\n", text)
    assert re.search(r"• lists that others put it on: 5 → about \d+", text)
    assert re.search(r"10,000 more followers who never react: \+\d\.\d", text)
    assert re.search(r"ten times the posts with the same reactions: [−+]\d\.\d", text)
    assert "must not be used to judge a candidate" in text


async def test_a_goal_within_the_margin_is_said_to_be_that(talk: Talk) -> None:
    score = (await talk.ask("/klout @lea")).split(" · ")[1].split("/")[0]
    assert "cannot be told from one at" in await talk.ask(f"/goal @lea {score}")
    assert "points above it" in await talk.ask("/goal 10 @lea")


async def test_a_goal_for_ones_own_handle_and_without_one(talk: Talk) -> None:
    assert await talk.ask("/goal 35") == "Which account on X? Send me its handle."
    (answer,) = await talk.say(talk.ada, talk.private, "/why @lea")
    await talk.press(talk.ada, answer, "That’s me")
    assert (await talk.ask("/goal 35,5")).startswith("@lea · ")
    for nonsense in ("/goal", "/goal much", "/goal 101", "/goal -3", "/goal 5%"):
        assert (await talk.ask(nonsense)).startswith("Which score do you wish for?")


async def test_the_method_names_its_formula_and_its_source(talk: Talk) -> None:
    text = await talk.ask("/method")
    assert "Formula 2026.1." in text
    assert "PeerIndex, 2013" in text


async def test_an_account_that_only_listens_is_told_so_kindly(
    talk: Talk, world: FixedWorld
) -> None:
    world.put(account(1, "nasa", recent=posts(1, count=2)))
    assert "Mostly listens" in await talk.ask("/klout @nasa")


async def test_a_place_is_never_told_without_whom_it_is_among(
    talk: Talk, world: FixedWorld
) -> None:
    world.put(account(3, "nobody_yet", followers=0, listed=0, posts=0, recent=()))
    text = await talk.ask("/why @lea")
    assert re.search(r"higher than about \d+ in 100 of the 514 people judged in PeerIndex’s", text)
    assert re.search(r"study of 2013 \(.+\); given the margin, \d+ to \d+ in 100\.", text)
    assert "lower than those of all 514 people" in await talk.ask("/why @nobody_yet")
    assert "PeerIndex" not in await talk.ask("/klout @lea")
