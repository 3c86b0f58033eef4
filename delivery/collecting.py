"""Reading many accounts, frugally: a hundred at a time, and no more once nothing can be bought."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Final

from scoring.asking import Asker
from scoring.errors import (
    BudgetSpent,
    CreditsDepleted,
    QuotaSpent,
    RateLimited,
    ScoringError,
    SourceError,
    TokenRefused,
)
from scoring.handles import key
from scoring.reader import Reader

_TOGETHER: Final = 100
"""Handles read at a time: as many as X looks up in one request."""

_REFUSED: Final = (CreditsDepleted, TokenRefused)
"""X refuses everybody, or did until just now."""


@dataclass(slots=True)
class Collected:
    """What came of reading many handles.

    Attributes:
        problems: by key, for those that could not be read, or not afresh.
        unread: keys of those that were left for later, because X asks to wait.
        again_at: when X may be asked again.
    """

    problems: dict[str, ScoringError] = field(default_factory=dict)
    unread: set[str] = field(default_factory=set)
    again_at: datetime | None = None


async def collect(reader: Reader, handles: Iterable[str], who: Asker) -> Collected:
    """Read handles, a hundred at a time; once nothing can be bought, ask no more.

    Each costs one read a UTC day at most, whoever else asks for it: `Reader` sees to that.

    Args:
        handles: those that matter most first.
        who: for whom they are read.
    """
    collected = Collected()
    rest = iter(handles)
    stop: SourceError | None = None
    while some := list(islice(rest, _TOGETHER)):
        if stop is not None:
            _leave(collected, some, stop)
            continue
        results = await _read_all(reader, some, who)
        refused = [handle for handle, problem in results.items() if isinstance(problem, _REFUSED)]
        if len(refused) < len(some):  # X answers again: one was let through to find out, alone
            results |= await _read_all(reader, refused, who)
        for handle, problem in results.items():
            if problem is not None:
                _leave(collected, [handle], problem)
            if isinstance(problem, (BudgetSpent, RateLimited, *_REFUSED)):
                stop = problem
    return collected


async def _read_all(
    reader: Reader, handles: Sequence[str], who: Asker
) -> dict[str, ScoringError | None]:
    results = await asyncio.gather(*(_read(reader, handle, who) for handle in handles))
    return dict(zip(handles, results, strict=True))


async def _read(reader: Reader, handle: str, who: Asker) -> ScoringError | None:
    try:
        return (await reader.read(handle, who)).problem
    except ScoringError as error:
        return error


def _leave(collected: Collected, handles: Iterable[str], problem: ScoringError) -> None:
    """Note why handles are not fresh; where waiting may help, that they are left for later."""
    for handle in handles:
        collected.problems[key(handle)] = problem
        if isinstance(problem, SourceError) and not isinstance(
            problem, (BudgetSpent, QuotaSpent, *_REFUSED)
        ):
            collected.unread.add(key(handle))
    if isinstance(problem, RateLimited):
        collected.again_at = max(collected.again_at or problem.until, problem.until)
