"""What accounts drew when they were last read, to say what is usual; no account is named."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from scoring.peers.rates import mentions_per_week, reactions_per_post
from scoring.peers.usual import Band, Seen
from scoring.score import Score
from storage.engine.database import Database
from storage.engine.schema import account


class PeerCounts:
    """Reads what accounts of a network drew."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def seen(
        self, network: str, band: Band, since: datetime, most: int, *, without: int
    ) -> list[Seen]:
        """Return what accounts of a network drew, the newest readings first; hidden ones not.

        Args:
            band: how many followers they have.
            since: the oldest reading that counts.
            most: how many accounts at most.
            without: the number of the account that is compared with them.
        """
        async with self._database.reading() as connection:
            rows = await connection.execute(
                select(account.c.reactions, account.c.mentions, account.c.read_at)
                .where(
                    account.c.network == network,
                    account.c.followers >= band.low,
                    account.c.followers < band.high,
                    account.c.read_at >= since,
                    account.c.reactions.is_not(None),
                    account.c.hidden_by.is_(None),
                    account.c.id != without,
                )
                .order_by(account.c.read_at.desc())
                .limit(most)
            )
            return [Seen(*row) for row in rows]


def counted(score: Score) -> dict[str, Any]:
    """Return the columns of an account that say what it drew, as a reading found it."""
    recent = score.facts.recent
    return {
        "followers": score.facts.followers,
        "reactions": reactions_per_post(recent),
        "mentions": mentions_per_week(recent),
        "read_at": score.facts.as_of,
    }
