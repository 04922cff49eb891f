"""Turning a recurrence rule into moments: expanded on the wall clock, then given a zone."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from itertools import islice, takewhile
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

from reminders.rules.rhythm import to_utc
from storage.vocabulary import WEEKDAYS

MAX_OCCURRENCES = 400  # six weeks of anything sensible is far below this
_FREQUENCIES = frozenset({"DAILY", "WEEKLY", "MONTHLY"})
_PARTS = frozenset(
    {"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTHDAY", "BYSETPOS", "WKST", "BYMONTH"}
)
_UNTIL = re.compile(r"(\d{8})(?:T(\d{6})(Z?))?")
_PLACES = {"1": "first", "2": "second", "3": "third", "4": "fourth", "-1": "last"}
_DAY_CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


class RecurrenceError(ValueError):
    """A rule that Flux does not carry out; the message says which part."""


def expand(
    rrule: str,
    first_local: datetime,
    zone: ZoneInfo,
    until_local: datetime,
    limit: int = MAX_OCCURRENCES,
) -> list[datetime]:
    """Every occurrence of `rrule` from `first_local` up to `until_local` (naive wall times, end included) in UTC.

    The first occurrence is the first match at or after `first_local`, which need not be `first_local` itself.
    A wall time that does not exist moves forward by the gap (02:30 -> 03:30); an ambiguous one fires once, the
    first time. An UNTIL without zone is local. Raises RecurrenceError for SECONDLY and other foreign rules.
    """
    if first_local.tzinfo is not None or until_local.tzinfo is not None:
        raise ValueError("expand works on naive wall times")
    rule = rrulestr(_readable(rrule, zone), dtstart=first_local)
    within = takewhile(lambda local: local <= until_local, iter(rule))
    moments = (to_utc(local, zone) for local in islice(within, min(limit, MAX_OCCURRENCES)))
    return list(dict.fromkeys(moments))  # two wall times may meet behind a gap: they fire once


def weekly_rule(weekdays: Iterable[int]) -> str:
    """The rule of a weekly series; Monday is 0. Every day of the week is a daily rule."""
    days = sorted(set(weekdays))
    if not days or days[0] < 0 or days[-1] > 6:
        raise RecurrenceError("a weekly rule needs weekdays from 0 to 6")
    if len(days) == 7:
        return "FREQ=DAILY"
    return "FREQ=WEEKLY;BYDAY=" + ",".join(_DAY_CODES[day] for day in days)


def moved_rule(rrule: str | None, days: int, weekday: int | None = None) -> str | None:
    """The rule of occurrences that all went so many days later; with `weekday` (0 is Monday), of those of that day.

    A rule by days of the month keeps them where a shift would leave the month.
    """
    if rrule is None or (not days and weekday is None):
        return rrule
    rrule = rrule if weekday is None else _by_weekday(rrule)

    def shifted(part: str) -> str:
        name, _, value = part.partition("=")
        if name == "BYDAY" and weekday is not None:
            return f"BYDAY={_DAY_CODES[(weekday + days) % 7]}"
        if name == "BYDAY":
            return "BYDAY=" + ",".join(_later_code(code, days) for code in value.split(","))
        if name == "BYMONTHDAY" and value.isdigit() and 1 <= int(value) + days <= 28:
            return f"BYMONTHDAY={int(value) + days}"
        return part

    return ";".join(shifted(part) for part in check_rule(rrule).split(";") if part)


def ended_rule(rrule: str, last: datetime) -> str:
    """The rule with its end at that moment (UTC), whatever end it had."""
    kept = [
        part for part in check_rule(rrule).split(";") if part and not part.startswith(("UNTIL=", "COUNT="))
    ]
    return ";".join([*kept, f"UNTIL={last.astimezone(UTC):%Y%m%dT%H%M%SZ}"])


def ends(rrule: str) -> bool:
    return "UNTIL=" in rrule or "COUNT=" in rrule


def monthly_words(rrule: str, first: date) -> str:
    """Every month on the first Monday; every 3 months on the 15th."""
    values = dict(part.split("=", 1) for part in check_rule(rrule).split(";") if part)
    often = values.get("INTERVAL", "1")
    months = "Every month" if often == "1" else f"Every {often} months"
    code = values.get("BYDAY", "")
    place = code[:-2] or values.get("BYSETPOS", "")
    if code and "," not in code and place in _PLACES:
        return f"{months} on the {_PLACES[place]} {WEEKDAYS[_DAY_CODES.index(code[-2:])]}"
    if code:
        return months
    said = values.get("BYMONTHDAY", str(first.day))
    if said == "-1":
        return f"{months} on the last day"
    return f"{months} on the {_ordinal(int(said))}" if said.isdigit() else months


def _ordinal(day: int) -> str:
    teen = 10 < day % 100 < 14
    return f"{day}{'th' if teen else {1: 'st', 2: 'nd', 3: 'rd'}.get(day % 10, 'th')}"


def without_day(rrule: str, weekday: int) -> str:
    """The rule of a weekly series after one of its weekdays left it."""
    code = _DAY_CODES[weekday]

    def rest(part: str) -> str:
        name, _, value = part.partition("=")
        kept = [one for one in value.split(",") if one != code]
        return f"BYDAY={','.join(kept)}" if name == "BYDAY" and kept else part

    return ";".join(rest(part) for part in _by_weekday(rrule).split(";") if part)


def _by_weekday(rrule: str) -> str:
    """Every day as the seven weekdays, so that one of them can leave."""
    text = check_rule(rrule)
    daily = text.startswith("FREQ=DAILY") and "BYDAY" not in text and "INTERVAL" not in text
    return text.replace("FREQ=DAILY", f"FREQ=WEEKLY;BYDAY={','.join(_DAY_CODES)}", 1) if daily else text


def _later_code(code: str, days: int) -> str:
    """1MO and a day is 1TU."""
    return code[:-2] + _DAY_CODES[(_DAY_CODES.index(code[-2:]) + days) % 7]


def check_rule(rrule: str) -> str:
    """The rule without its prefix, upper-cased. Raises RecurrenceError when Flux would not carry it out."""
    text = rrule.strip().upper().removeprefix("RRULE:")
    parts = [part.partition("=") for part in text.split(";") if part]
    values = {name: value for name, _, value in parts}
    if len(values) != len(parts) or not all(values.values()):
        raise RecurrenceError("every part of a rule is NAME=VALUE, each name once")
    if values.get("FREQ") not in _FREQUENCIES:
        raise RecurrenceError("FREQ must be DAILY, WEEKLY or MONTHLY")
    foreign = values.keys() - _PARTS
    if foreign:
        raise RecurrenceError(f"{min(foreign)} is not supported")
    if any(values.get(name, "1").strip("0") == "" for name in ("INTERVAL", "COUNT")):
        raise RecurrenceError("INTERVAL and COUNT begin at 1")  # dateutil would spin for ever on 0
    try:
        if "UNTIL" in values:
            _local_until(values["UNTIL"], ZoneInfo("UTC"))
        rrulestr(_without_until(text), dtstart=datetime(2000, 1, 1))  # noqa: DTZ001 - a wall time, only parsed
    except (ValueError, TypeError, KeyError, IndexError) as error:
        raise RecurrenceError("this rule cannot be read") from error
    return text


def _without_until(text: str) -> str:
    return ";".join(part for part in text.split(";") if part and not part.startswith("UNTIL="))


def _readable(rrule: str, zone: ZoneInfo) -> str:
    """The checked rule with UNTIL as a wall time, which is what dateutil wants beside a naive start."""
    text = check_rule(rrule)
    return ";".join(
        f"UNTIL={_local_until(part[6:], zone)}" if part.startswith("UNTIL=") else part
        for part in text.split(";")
        if part
    )


def _local_until(value: str, zone: ZoneInfo) -> str:
    match = _UNTIL.fullmatch(value)
    if match is None:
        raise RecurrenceError("UNTIL must look like 20260401 or 20260401T180000")
    day, clock, zulu = match.groups()
    # A date means the whole of that day.
    moment = datetime.strptime(day + (clock or "235959"), "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    return (moment.astimezone(zone) if zulu else moment).strftime("%Y%m%dT%H%M%S")
