"""`bot.py judgements`: writes what people said in duels, for `python -m scoring evaluate`.

A line is a vote. Its columns are those of the study of 2013 (`scoring.evaluation.judgements`), and
besides these the facts as the voter saw them, from which the formula's claim can be computed again.
With facts only, no handle, no voter and no hour is in it; the counts of a well-known account may
still tell who it is.
"""

import csv
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, TextIO

from operations.settings import StorageSettings
from scoring.evaluation.judgements import COLUMNS
from scoring.facts import Facts, Recent
from services.duels.people_agreement import voter_weights
from storage.duels.judged_duels import Judged, JudgedDuels
from storage.engine.database import Database

_CHOICES: Final = {"left": 1.0, "right": 0.0, "close": 0.5}

_SIDES: Final = ("A_", "B_")
_FACTS_ONLY: Final = (
    "Choice",
    *(f"{side}{name}" for side in _SIDES for name in (*COLUMNS, "account", "facts")),
    *("network", "formula", "claim", "Weight", "judged_at"),
)
_NAMES: Final = ("judge", "A_handle", "B_handle")


async def write(settings: StorageSettings, out: TextIO, *, facts_only: bool) -> None:
    """Write every vote on a revealed duel, one a line; the database is only read.

    Votes about accounts that are hidden now are left out.

    Args:
        facts_only: without handles and voters.

    Raises:
        OSError, sqlalchemy.exc.SQLAlchemyError: there is no database, or it cannot be read.
    """
    database = Database.look(settings.database_url)
    try:
        votes = [each async for each in JudgedDuels(database).all()]
    finally:
        await database.close()
    names = _FACTS_ONLY if facts_only else (*_FACTS_ONLY, *_NAMES)
    lines = csv.DictWriter(out, names, extrasaction="ignore", lineterminator="\n")
    lines.writeheader()
    lines.writerows(_rows(votes, facts_only=facts_only))
    out.flush()


def _rows(votes: Iterable[Judged], *, facts_only: bool) -> Iterable[Mapping[str, Any]]:
    known = list(votes)
    weights = voter_weights([each.said for each in known])
    accounts: dict[tuple[str, str], int] = {}
    for each in known:
        said, moment = each.said, each.cast_at
        yield {
            "Choice": f"{_CHOICES[said.choice]:g}",
            **_side("A_", each.left, accounts, facts_only=facts_only),
            **_side("B_", each.right, accounts, facts_only=facts_only),
            "network": each.network,
            "formula": said.formula,
            "claim": f"{said.claim:.6f}",
            "Weight": f"{weights[said.voter]:.4g}",
            "judged_at": moment.date() if facts_only else moment.isoformat(timespec="seconds"),
            "judge": said.voter,
        }


def _side(
    side: str, facts: Facts, accounts: dict[tuple[str, str], int], *, facts_only: bool
) -> dict[str, object]:
    """Return the columns of one account; its number is the same wherever it is in the file."""
    number = accounts.setdefault((facts.network, facts.handle.lower()), len(accounts) + 1)
    shown = _without_name(facts) if facts_only else facts
    values = (
        facts.followers,
        facts.following,
        "" if facts.listed is None else facts.listed,
        *_rates(facts.recent),
    )
    return {
        **{f"{side}{name}": value for name, value in zip(COLUMNS, values, strict=True)},
        f"{side}account": number,
        f"{side}facts": json.dumps(shown.to_json(), separators=(",", ":")),
        f"{side}handle": facts.handle,
    }


def _rates(recent: Recent | None) -> tuple[str, str, str]:
    """Return mentions, reposts and posts a day; "" for what was not read.

    Mentions hold reposts, as in the study.
    """
    if recent is None:
        return "", "", ""
    reposts, posts = (
        None if count is None or not recent.days else count / recent.days
        for count in (recent.reposts, recent.posts)
    )
    mentions = None
    if recent.mentions is not None and recent.mention_days:
        mentions = recent.mentions / recent.mention_days + (reposts or 0.0)
    return _rate(mentions), _rate(reposts), _rate(posts)


def _rate(value: float | None) -> str:
    return "" if value is None else f"{value:.6g}"


def _without_name(facts: Facts) -> Facts:
    return replace(facts, handle="", created_at=_day(facts.created_at), as_of=_day(facts.as_of))


def _day(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)
