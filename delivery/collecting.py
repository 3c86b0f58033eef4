"""Reading many accounts, frugally: a hundred at a time, and no more once nothing can be bought."""

import asyncio
from collections.abc import Iterable
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
        results = await asyncio.gather(*(_read(reader, handle, who) for handle in some))
        for handle, problem in zip(some, results, strict=True):
            if problem is not None:
                _leave(collected, [handle], problem)
            if isinstance(problem, BudgetSpent | CreditsDepleted | TokenRefused | RateLimited):
                stop = problem
    return collected


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
            problem, BudgetSpent | CreditsDepleted | QuotaSpent | TokenRefused
        ):
            collected.unread.add(key(handle))
    if isinstance(problem, RateLimited):
        collected.again_at = max(collected.again_at or problem.until, problem.until)
