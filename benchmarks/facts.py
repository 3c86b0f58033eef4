"""The benchmark of `python -m scoring`: facts scored a second, and the time of the import.

Both are processes of their own, in turns with a baseline: the same lines only decoded and encoded
again by `json`, and an interpreter that imports nothing. Process time of one core, the best of the
rounds, interpreter start included.
"""

import random
import resource
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import IO, Final

from benchmarks.stage import ROOT
from scoring import Facts, Recent

FACTS: Final = 50_000
ROUNDS: Final = 5
_ECHO: Final = """
import json, sys
for line in sys.stdin.buffer:
    sys.stdout.write(json.dumps(json.loads(line.decode())) + "\\n")
"""


def run() -> None:
    """Measure and print."""
    with tempfile.TemporaryFile("w+b") as lines:
        lines.writelines(f"{_made_up(number).to_line()}\n".encode() for number in range(FACTS))
        ours, echo = _best({"ours": ["-m", "scoring"], "json": ["-c", _ECHO]}, lines).values()
    print(f"facts scored: {FACTS / ours:,.0f}/s (at least 20,000);", end=" ")
    print(f"decoded and encoded by json alone: {FACTS / echo:,.0f}/s; ratio: {echo / ours:.2f}")
    programs = {"ours": ["-c", "import scoring"], "bare": ["-c", "pass"]}
    ours, bare = _best(programs, subprocess.DEVNULL).values()
    print(f"importing scoring: {1000 * (ours - bare):.0f} ms (under 100)", end=" ")
    print(f"on top of {1000 * bare:.0f} ms for the interpreter, best of {ROUNDS}")


def _made_up(number: int) -> Facts:
    """Return an account of any size; no two are alike, so that caches do not help."""
    draw = random.Random(number)  # noqa: S311
    seen = datetime(2026, 3, 1, tzinfo=UTC) + timedelta(seconds=number)
    followers = round(10 ** draw.uniform(0, 8))
    likes, replies, reposts, quotes, mentions = (draw.randrange(1_000) for _ in range(5))
    days = draw.uniform(1, 30)
    return Facts(
        handle=f"person_{number}",
        network="x",
        followers=followers,
        following=draw.randrange(5_000),
        listed=round(followers * 10 ** draw.uniform(-4, -1)),
        posts=draw.randrange(50_000),
        created_at=seen - timedelta(seconds=draw.randrange(500_000_000)),
        as_of=seen,
        recent=Recent(days, 10, likes, replies, reposts, quotes, mentions, 7.0)
        if number % 4
        else None,
    )


def _best(programs: Mapping[str, Sequence[str]], lines: IO[bytes] | int) -> dict[str, float]:
    """Return the least processor time in seconds of each program, run in turns."""
    taken: dict[str, list[float]] = {name: [] for name in programs}
    for _ in range(ROUNDS):
        for name, program in programs.items():
            if not isinstance(lines, int):
                lines.seek(0)
            before = _processor_time()
            subprocess.run(
                [sys.executable, *program],
                stdin=lines,
                stdout=subprocess.DEVNULL,
                cwd=ROOT,
                check=True,
            )
            taken[name].append(_processor_time() - before)
    return {name: min(seconds) for name, seconds in taken.items()}


def _processor_time() -> float:
    """Return the processor time in seconds of all child processes that ended so far."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
