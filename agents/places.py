"""From what people call the place they are in - a city, a country, an offset, the time on their watch - to a zone."""

from __future__ import annotations

import difflib
import re
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from storage.zones import zone_names

# Names people use that the zone database does not list as a city of its own.
_ALSO = {
    "Europe/London": "england uk britain great britain scotland wales edinburgh manchester bst gmt/bst united kingdom",
    "Europe/Berlin": "germany deutschland munich münchen hamburg cologne köln frankfurt stuttgart leipzig cet cest",
    "Europe/Paris": "france lyon marseille toulouse nice",
    "Europe/Madrid": "spain barcelona valencia seville españa",
    "Europe/Rome": "italy milan naples turin florence italia",
    "Europe/Amsterdam": "netherlands holland rotterdam utrecht",
    "Europe/Zurich": "switzerland zürich geneva basel bern schweiz",
    "Europe/Vienna": "austria wien graz österreich",
    "Europe/Warsaw": "poland krakow kraków gdansk polska",
    "Europe/Lisbon": "portugal porto",
    "Europe/Dublin": "ireland cork",
    "Europe/Istanbul": "turkey türkiye ankara izmir",
    "Europe/Kyiv": "ukraine kiev lviv odesa",
    "Europe/Moscow": "moscow msk",
    "Europe/Stockholm": "sweden gothenburg malmö",
    "Europe/Oslo": "norway bergen",
    "Europe/Copenhagen": "denmark aarhus",
    "Europe/Helsinki": "finland tampere",
    "Europe/Athens": "greece thessaloniki",
    "Europe/Prague": "czechia brno praha",
    "America/New_York": "nyc ny boston miami washington philadelphia atlanta est edt eastern orlando",
    "America/Chicago": "dallas houston austin minneapolis central cst cdt texas",
    "America/Denver": "mountain mst mdt utah colorado",
    "America/Los_Angeles": "la seattle portland california pst pdt pacific oakland",
    "America/Toronto": "ottawa montreal québec quebec ontario",
    "America/Sao_Paulo": "brazil rio brasil brasilia",
    "America/Argentina/Buenos_Aires": "argentina",
    "America/Mexico_City": "mexico cdmx",
    "Asia/Kolkata": "india mumbai delhi bangalore bengaluru chennai hyderabad pune ist",
    "Asia/Shanghai": "china beijing shenzhen guangzhou",
    "Asia/Tokyo": "japan osaka kyoto jst",
    "Asia/Seoul": "korea busan kst",
    "Asia/Ho_Chi_Minh": "vietnam saigon hanoi",
    "Asia/Dubai": "uae emirates",
    "Asia/Karachi": "pakistan lahore islamabad",
    "Asia/Jerusalem": "israel",
    "Asia/Tbilisi": "georgia",
    "Australia/Sydney": "canberra nsw",
    "Pacific/Auckland": "wellington nz",
    "Africa/Johannesburg": "durban",
    "Africa/Lagos": "nigeria abuja",
    "Africa/Nairobi": "kenya",
    "Africa/Cairo": "egypt",
    "UTC": "utc gmt zulu",
}
_SPACED = {
    "san francisco": "America/Los_Angeles",
    "las vegas": "America/Los_Angeles",
    "san diego": "America/Los_Angeles",
    "cape town": "Africa/Johannesburg",
    "south africa": "Africa/Johannesburg",
    "new zealand": "Pacific/Auckland",
    "new delhi": "Asia/Kolkata",
    "tel aviv": "Asia/Jerusalem",
    "abu dhabi": "Asia/Dubai",
    "great britain": "Europe/London",
    "rio de janeiro": "America/Sao_Paulo",
    "salt lake city": "America/Denver",
    "st petersburg": "Europe/Moscow",
}
_HALF_HOURS = {  # offsets that are not whole hours, by minutes
    -210: "America/St_Johns",
    210: "Asia/Tehran",
    270: "Asia/Kabul",
    330: "Asia/Kolkata",
    345: "Asia/Kathmandu",
    390: "Asia/Yangon",
    525: "Australia/Eucla",
    570: "Australia/Darwin",
    630: "Australia/Lord_Howe",
    765: "Pacific/Chatham",
}
_SHORTEST_CITY = 5  # "nice" and "la" are more often something else
_NO_CITIES = frozenset({"central", "eastern", "mountain", "pacific"})
_OFFSET = re.compile(r"(?:utc|gmt)?\s*([+-−])\s*(\d{1,2})(?::?([0-5]\d))?", re.IGNORECASE)
_CLOCK = re.compile(r"\b(\d{1,2})[:.]([0-5]\d)\s*(am|pm)?\b|\b(\d{1,2})\s*(am|pm)\b", re.IGNORECASE)

# What stands around the time on somebody's watch; anything else beside a time is no place.
_WATCH = re.compile(
    r"\W*(?:it'?s|it is|its|now|my (?:clock|watch|phone)|says?|shows?|the time|time|is|at|here|right|just|about|\W)*0"
    r"(?:\W|here|now|right|at|the|moment|o'?clock)*",
    re.IGNORECASE,
)


def find_zone(text: str, now: datetime) -> str | None:
    """The IANA zone that was meant, or None. `now` (aware) turns "it's 14:05 here" into an offset."""
    wanted = " ".join(text[:100].split())
    exact = {name.casefold(): name for name in zone_names()}
    if wanted.casefold() in exact:
        return exact[wanted.casefold()]
    offset = _OFFSET.fullmatch(wanted)
    if offset is not None:
        minutes = int(offset[2]) * 60 + int(offset[3] or 0)
        return _of_offset(minutes if offset[1] == "+" else -minutes)
    clock = _CLOCK.search(wanted)
    if clock is not None and _WATCH.fullmatch(_CLOCK.sub("0", wanted, count=1)):
        return _of_clock(clock, now)
    return _by_name(wanted)


def is_city(text: str) -> bool:
    """Whether the words are a place and nothing else, spelled as everybody does: nothing is guessed."""
    said = " ".join(text.casefold().strip(" .!").removeprefix("in ").split())
    if "/" in said:
        return said in {name.casefold() for name in zone_names()}
    return len(said) >= _SHORTEST_CITY and said not in _NO_CITIES and said in _names()


def says_zone(zone: str) -> str:
    """A zone as people call it: the city, or the offset."""
    if zone.startswith("Etc/GMT"):
        sign = "-" if "+" in zone else "+"
        return f"UTC{sign}{zone.removeprefix('Etc/GMT')[1:]}"
    return zone.rsplit("/", 1)[-1].replace("_", " ")


def _of_offset(minutes: int) -> str | None:
    if minutes == 0:
        return "UTC"
    if minutes % 60:
        return _HALF_HOURS.get(minutes)
    hours = minutes // 60
    return f"Etc/GMT{-hours:+d}" if -12 <= hours <= 14 else None


def _of_clock(clock: re.Match[str], now: datetime) -> str | None:
    """The zone whose wall shows this time now, to the nearest quarter of an hour."""
    hour, minute = int(clock[1] or clock[4]), int(clock[2] or 0)
    half = (clock[3] or clock[5] or "").lower()
    if hour > 23 or (half and not 1 <= hour <= 12):
        return None
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    utc = now.astimezone(UTC)
    shown = utc.replace(hour=hour, minute=minute)
    minutes = round((shown - utc) / timedelta(minutes=15)) * 15
    if minutes > 14 * 60:
        minutes -= 24 * 60
    if minutes <= -12 * 60:
        minutes += 24 * 60
    return _of_offset(minutes)


def _by_name(text: str) -> str | None:
    names = _names()
    words = re.sub(r"[^\w\s/'-]", " ", text.casefold()).replace("_", " ").split()
    for size in (3, 2, 1):
        for start in range(len(words) - size + 1):
            found = names.get(" ".join(words[start : start + size]))
            if found is not None:
                return found
    close = difflib.get_close_matches(" ".join(words), names, n=1, cutoff=0.84) if words else []
    return names[close[0]] if close else None


@cache
def _names() -> dict[str, str]:
    names: dict[str, str] = {}
    for zone in sorted(zone_names()):
        if "/" in zone and not zone.startswith(("Etc/", "posix/", "right/", "SystemV/", "US/")):
            names.setdefault(zone.rsplit("/", 1)[-1].replace("_", " ").casefold(), zone)
    for zone, words in _ALSO.items():
        names.update(dict.fromkeys(words.split(), zone))
    names.update(_SPACED)
    for common in ("of", "in", "the", "am", "is", "here", "i", "im", "la"):
        names.pop(common, None)
    return names


def wall_time(zone: str, now: datetime) -> str:
    return f"{now.astimezone(ZoneInfo(zone)):%H:%M}"
