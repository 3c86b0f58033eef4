"""Time zones by the tz database's names; `place_names` finds them by people's names."""

from functools import cache
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

_NOWHERE: Final = frozenset(("Factory", "localtime"))
"""Not zones: the first means that none was set up, the second is the setting of this machine."""


class UnknownZone(ValueError):
    """The tz database has no zone of this name.

    Attributes:
        name: the name that was given.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def zone_info(name: str) -> ZoneInfo:
    """Return the rules of the zone of this exact name.

    Raises:
        UnknownZone: there is no such zone.
    """
    if name not in zone_names():
        raise UnknownZone(name)
    return ZoneInfo(name)


@cache
def zone_names() -> frozenset[str]:
    """Return every name of a zone, old names included."""
    return frozenset(available_timezones() - _NOWHERE)
