"""`/why` and `/receipt`."""

import json
import subprocess
import sys
from pathlib import Path

from playground.x.accounts import FixedWorld
from tests.accounts import account
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
