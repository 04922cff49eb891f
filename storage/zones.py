"""Time zones by name: the one place that decides which names are one."""

from __future__ import annotations

from functools import cache
from zoneinfo import ZoneInfo, available_timezones

_NOBODYS = frozenset({"localtime", "Factory"})  # this machine's own, and the one that means "not set"


class UnknownTimeZoneError(ValueError):
    """A name that is no IANA time zone."""

    def __init__(self, name: str) -> None:
        super().__init__(f"there is no time zone {name[:60]!r}")


@cache  # walks a folder of six hundred files
def zone_names() -> frozenset[str]:
    """Every IANA zone a person can live in, as Python knows them."""
    return frozenset(available_timezones()) - _NOBODYS


def known_zone(name: str) -> ZoneInfo:
    """The zone of that name. Raises UnknownTimeZoneError for "", paths, folders and other spellings."""
    if name not in zone_names():
        raise UnknownTimeZoneError(name)
    return ZoneInfo(name)
