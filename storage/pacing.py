"""Which chats may get a message of the outbox now: Telegram's limits, counted in the rows.

They hold over a restart and for every process, since they are read from what was sent.
"""

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, exists, func, or_, select

from storage.schema import outbox

CHAT_PACE: Final = timedelta(seconds=1)
GROUP_PACE: Final = (18, timedelta(minutes=1))
"""Telegram's limits: a message a second to a chat, twenty a minute to a group; two are left for
answers to people."""


def busy(now: datetime) -> ColumnElement[bool]:
    """Whether the chat has an earlier message to get, is getting one, or just got one."""
    other = outbox.alias()
    earlier = and_(other.c.state == "pending", other.c.not_before <= now, other.c.id < outbox.c.id)
    under_way = other.c.state.in_(("leased", "sending"))
    just_now = _within(other.c.settled_at, CHAT_PACE, now)
    return exists().where(other.c.chat_id == outbox.c.chat_id, or_(earlier, under_way, just_now))


def crowded_groups(now: datetime) -> Any:
    """Select the groups that just got as many as a minute holds."""
    most, span = GROUP_PACE
    return (
        select(outbox.c.chat_id)
        .where(_within(outbox.c.settled_at, span, now), outbox.c.chat_id < 0)
        .group_by(outbox.c.chat_id)
        .having(func.count() >= most)
    )


def _within(moment: ColumnElement[Any], span: timedelta, now: datetime) -> ColumnElement[bool]:
    """Whether something was less than so long ago; a clock that was set back makes it never."""
    return and_(moment > now - span, moment <= now)
