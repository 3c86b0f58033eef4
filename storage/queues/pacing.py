"""Throttle for the outbox: which chats may get a message now, by Telegram's limits.

The limits are counted in stored rows, so that they hold after a restart and for every process.
"""

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, exists, func, or_, select

from storage.engine.schema import outbox

CHAT_PACE: Final = timedelta(seconds=1)
GROUP_PACE: Final = (18, timedelta(minutes=1))
"""Messages in a span. Telegram allows a message a second to a chat and twenty a minute to a group;
two of the twenty are left for answers to people."""


def busy(now: datetime) -> ColumnElement[bool]:
    """Return whether the chat has an earlier message, one under way, or just got one."""
    other = outbox.alias()
    earlier = and_(other.c.state == "pending", other.c.not_before <= now, other.c.id < outbox.c.id)
    under_way = other.c.state.in_(("leased", "sending"))
    just_now = _within(other.c.settled_at, CHAT_PACE, now)
    return exists().where(other.c.chat_id == outbox.c.chat_id, or_(earlier, under_way, just_now))


def crowded_groups(now: datetime) -> Any:
    """Select the groups that have got as many messages as `GROUP_PACE` allows."""
    most, span = GROUP_PACE
    return (
        select(outbox.c.chat_id)
        .where(_within(outbox.c.settled_at, span, now), outbox.c.chat_id < 0)
        .group_by(outbox.c.chat_id)
        .having(func.count() >= most)
    )


def _within(moment: ColumnElement[Any], span: timedelta, now: datetime) -> ColumnElement[bool]:
    """Return the condition that a moment is less than `span` ago; never true of a future moment."""
    return and_(moment > now - span, moment <= now)
