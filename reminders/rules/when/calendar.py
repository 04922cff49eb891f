"""Reads the matches of the day patterns: each name of DAY_PATTERNS becomes a day, a stretch, or a fault."""

from __future__ import annotations

import re
from datetime import date, timedelta

from reminders.rules.when.days import (
    Match,
    add_months,
    calendar_day,
    code,
    day_of_month,
    month_number,
    next_weekday,
    nth_number,
    nth_weekday,
    one_day,
    read_days_of_month,
    read_dotted,
    read_slashed,
    read_weekday,
    stretch,
)
from reminders.rules.when.lexicon import WEEKDAY_NAMES
from reminders.rules.when.pieces import Day, Fault, Value
from reminders.rules.when.stretches import read_stretch, weekend


def read_day(name: str, match: Match, text: str, today: date) -> Value | None:
    """The value a pattern of DAY_PATTERNS stands for; None when its numbers are no date after all."""
    match name:
        case "iso" | "compact" | "ymd_words" | "month_day" | "day_month":
            return _dated(match, today) if _is_a_date(match, text) else None
        case "month_days" | "days_month":
            return read_days_of_month(match, today)
        case "slashed":
            return read_slashed(match, today, text)
        case "dotted" | "dotted_pair":
            return read_dotted(match, today)
        case "weekday":
            return read_weekday(match, today)
        case "today":
            closing = match.group().startswith(("eo", "the eo", "end", "the end", "cob"))
            return one_day(today, rank=0 if closing else 2)  # "end of day friday" is friday
        case "tomorrow":
            return one_day(today + timedelta(days=1))
        case "day_after_tomorrow":
            return one_day(today + timedelta(days=2))
        case "business_day":
            days = {4: 3, 5: 2}.get(today.weekday(), 1)
            return one_day(today + timedelta(days=days))
        case "next_week_day" | "weekday_next_week" | "weekday_week" | "weekdays_hence":
            return _weekday_elsewhere(name, match, today)
        case "after_next" | "week_from":
            return _week_on(name, match, today)
        case "week_of_month":
            return _week_of_month(match, today)
        case "ordinal_day" | "month_of" | "next_month_day" | "lone_day":
            return _ordinal(name, match, today, text)
        case "nth_weekday":
            return _nth(match, today)
        case _:
            return read_stretch(name, match, today, text)


_AFTER_MAY = re.compile(r" ?(?:$|[.,;!?:)-]|(?:at|on|from|to|until|in|for|and|or|with|by|20\d\d|\d{1,2})\b)")
_ALONE = re.compile(r" ?(?:$|[,.;:!?-]| (?:at|from|in|of|until|to)\b)")
_BEFORE_ORDINAL = re.compile(
    r"(?:[,(-] ?|\b(?:on|for|by|to|until|from|before|after|and|since|thru|through|around|about|till|starting|due|at|this|next|[a-z]+day|tomorrow),? )$"
)


_RANKED = re.compile(r"\b(?:finish|come|came|placed?|ranked?|grade|floor|the|a|henry|louis|and) $")


def _is_a_date(match: Match, text: str) -> bool:
    """ "one may ask" is no date, "1 may at 7" is."""
    if match["month"] != "may" or "th" in match.group() or " of " in match.group() or match["year"]:
        return True
    return match.group().startswith("may") or bool(_AFTER_MAY.match(text[match.end() :]))


def _dated(match: Match, today: date) -> Value | None:
    month = match["month"]
    number = int(month) if month.isdigit() else month_number(month)
    day = 2 if match["day"].startswith("second") else int(match["day"])
    year = match["year"]
    if year is None:
        return calendar_day(today, number, day)
    if year == "next year":
        return calendar_day(today, number, day, today.year + 1)
    digits = year.strip("'")
    return calendar_day(today, number, day, int(digits) + (2000 if len(digits) == 2 else 0))


def _weekday_elsewhere(name: str, match: Match, today: date) -> Value | None:
    if name == "weekday_week":
        weekday = WEEKDAY_NAMES.index(match["weekday"] or match["weekday2"] or match["weekday3"])
        weeks = 2 if "fortnight" in (match["unit"], match["unit2"]) else int(match["weeks"] or 1)
        return one_day(next_weekday(today, weekday) + timedelta(weeks=weeks))
    weekday = WEEKDAY_NAMES.index(match["weekday"])
    if name == "weekdays_hence":
        return one_day(next_weekday(today, weekday) + timedelta(weeks=int(match["count"]) - 1))
    ahead = 0 if match["which"] in ("this", "the") else 1
    found = stretch("week", today, ahead).first + timedelta(days=weekday)
    if found < today:
        return Fault("That day of this week has gone by. Which day do you mean?", past=True)
    return Day(found, found + timedelta(days=1), weekday=weekday)


def _week_on(name: str, match: Match, today: date) -> Day:
    """ "friday after next", "week after next", "a week today", "tomorrow week"."""
    if name == "week_from":
        start = today + timedelta(days=1 if "tomorrow" in match.group() else 0)
        unit = match["unit"] or match["unit2"] or match["unit3"]
        if unit in ("month", "year"):
            return one_day(add_months(start, 12 if unit == "year" else 1), rank=3)
        return one_day(start + timedelta(weeks=2 if unit == "fortnight" else 1), rank=3)
    unit = match["unit"]
    if unit in WEEKDAY_NAMES:
        return one_day(next_weekday(today, WEEKDAY_NAMES.index(unit)) + timedelta(weeks=1))
    return weekend(today + timedelta(weeks=1), "next") if unit == "weekend" else stretch(unit, today, 2)


def _week_of_month(match: Match, today: date) -> Value | None:
    """The first week is the days 1 to 7; a weekend counts from the first Saturday."""
    if match["month"]:
        year = int(match["year"]) if match["year"] else today.year
        months = [date(year, month_number(match["month"]), 1)]
        months += [] if match["year"] else [months[0].replace(year=year + 1)]
    else:
        months = [add_months(today.replace(day=1), 1 if match["which"] == "next" else 0)]
    for first in months:
        if match["unit"] == "weekend":
            start, days = nth_weekday(first, match["nth"], 5), 2
        else:
            number = nth_number(match["nth"])
            start = (
                add_months(first, 1) - timedelta(days=7)
                if number < 0
                else first + timedelta(weeks=number - 1)
            )
            days = 7
        if start is not None and start + timedelta(days=days) > today:
            return Day(start, start + timedelta(days=days), "day", rank=0)
    return Fault("That week has gone by. Which one do you mean?", past=True)


def _ordinal(name: str, match: Match, today: date, text: str) -> Value | None:
    day = int(match["day"] or match["dotted"])
    before, behind = text[: match.start()], text[match.end() :]
    if (
        name == "ordinal_day"
        and not match["the"]
        and not (_BEFORE_ORDINAL.search(before) or (not before and _ALONE.match(behind)))
        and not (day > 3 and before and not behind.strip(" .!") and not _RANKED.search(before))
    ):
        return None
    which = match.groupdict().get("which")
    if name == "lone_day" or which is None:
        return day_of_month(today, day)
    ahead = 1 if which.endswith(("next", "following")) else 0
    first = add_months(today.replace(day=1), ahead)
    return day_of_month(today, day, first if ahead else None)


def _nth(match: Match, today: date) -> Value | None:
    weekday = WEEKDAY_NAMES.index(match["weekday"])
    number = nth_number(match["nth"])
    rule = f"{number}{code(match['weekday'])}"
    if match["month"]:
        years = [int(match["year"])] if match["year"] else [today.year, today.year + 1]
        months = [date(year, month_number(match["month"]), 1) for year in years]
    else:
        ahead = 1 if match["which"].endswith(("next", "following")) else 0
        months = [add_months(today.replace(day=1), ahead), add_months(today.replace(day=1), ahead + 1)]
    for first in months:
        found = nth_weekday(first, match["nth"], weekday)
        if found is not None and found >= today:
            return Day(found, found + timedelta(days=1), rank=3, nth=rule, weekday=weekday)
    return Fault("That month has no such day ahead. Which day do you mean?")
