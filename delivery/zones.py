"""Time zones under the tz database's names; `delivery.places` knows people's names for them."""

from functools import cache
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

_NOWHERE: Final = frozenset(("Factory", "localtime"))
"""No zones: one says that nothing was set up, the other is whatever this machine is set to."""


class UnknownZone(ValueError):
    """The tz database has no zone of this name.

    Attributes:
        name: as it was given.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def zone_info(name: str) -> ZoneInfo:
    """The rules of the zone of this exact name.

    Raises:
        UnknownZone: there is none.
    """
    if name not in zone_names():
        raise UnknownZone(name)
    return ZoneInfo(name)


@cache
def zone_names() -> frozenset[str]:
    """Every name that stands for a zone, old ones included."""
    return frozenset(available_timezones() - _NOWHERE)
