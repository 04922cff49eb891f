"""Holidays people name when they speak of a day."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta

from dateutil.easter import easter

from reminders.rules.when.pieces import Day, Fault, Repeat, Value

_FIXED = {
    r"christmas eve|xmas eve": (12, 24),
    r"christmas(?: day)?|xmas(?: day)?": (12, 25),
    r"boxing day": (12, 26),
    r"new year(?:'?s)? eve|nye": (12, 31),
    r"new year(?:'?s)?(?: day)?": (1, 1),
    r"valentine(?:'?s)?(?: day)?": (2, 14),
    r"st\.? patrick(?:'?s)?(?: day)?|saint patrick(?:'?s)? day": (3, 17),
    r"april fools?'?(?: day)?": (4, 1),
    r"(?:international )?workers?'? day|labour day|may day": (5, 1),
    r"independence day|(?:the )?4th of july": (7, 4),
    r"halloween|hallowe'en": (10, 31),
    r"(?:the )?ides of march": (3, 15),
    r"earth day": (4, 22),
    r"veterans?'? day|remembrance day": (11, 11),
    r"burns night": (1, 25),
    r"groundhog day": (2, 2),
    r"st\.? george(?:'?s)?(?: day)?": (4, 23),
    r"anzac day": (4, 25),
    r"juneteenth": (6, 19),
    r"canada day": (7, 1),
    r"bastille day": (7, 14),
    r"republic day": (1, 26),
    r"gandhi jayanti": (10, 2),
    r"(?:guy fawkes|bonfire)(?: night| day)?": (11, 5),
    r"st\.? stephen(?:'?s)? day": (12, 26),
}


def _nth(month: int, weekday: int, number: int) -> Callable[[int], date]:
    def in_year(year: int) -> date:
        if number < 0:
            last = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
            return last - timedelta(days=(last.weekday() - weekday) % 7)
        first = date(year, month, 1)
        return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (number - 1))

    return in_year


def _from_easter(days: int) -> Callable[[int], date]:
    return lambda year: easter(year) + timedelta(days=days)


def _fixed(month: int, day: int) -> Callable[[int], date]:
    return lambda year: date(year, month, day)


_RULES: dict[str, Callable[[int], date]] = {pattern: _fixed(*day) for pattern, day in _FIXED.items()} | {
    r"thanksgiving(?: day)?": _nth(11, 3, 4),
    r"black friday": lambda year: _nth(11, 3, 4)(year) + timedelta(days=1),
    r"memorial day": _nth(5, 0, -1),
    r"labor day": _nth(9, 0, 1),
    r"(?:martin luther king|mlk)(?: jr\.?)?(?:'?s)? day": _nth(1, 0, 3),
    r"president'?s'? day": _nth(2, 0, 3),
    r"columbus day": _nth(10, 0, 2),
    r"mother(?:'?s)? day": _nth(5, 6, 2),
    r"father(?:'?s)? day": _nth(6, 6, 3),
    r"good friday": _from_easter(-2),
    r"easter monday": _from_easter(1),
    r"easter(?: sunday)?": _from_easter(0),
    r"ash wednesday": _from_easter(-46),
    r"pentecost|whit sunday": _from_easter(49),
    r"shrove tuesday|pancake (?:day|tuesday)|mardi gras": _from_easter(-47),
    r"maundy thursday": _from_easter(-3),
    r"palm sunday": _from_easter(-7),
}
_MOTHERING_SUNDAY = _from_easter(-21)
# Days that follow another calendar, or a list that differs from place to place: asked for, never guessed.
_UNKNOWN = (
    r"bank holiday(?: monday| weekend| friday)?|public holiday|diwali|deepavali|holi|eid(?: al[- ]\w+)?|ramadan|hanukkah|chanukah|passover"
    r"|rosh hashanah|yom kippur|(?:chinese|lunar) new year|raksha bandhan|rakhi|navratri|onam|pongal|dussehra|ganesh chaturthi"
)
_NAMES = {f"h{index}": rule for index, rule in enumerate(_RULES.values())}
HOLIDAY_PATTERN = (
    "(?P<every>every |each )?(?:next )?(?:"
    + "|".join(f"(?P<h{i}>{pattern})" for i, pattern in enumerate(_RULES))
    + rf"|(?P<unknown>{_UNKNOWN})"
    + r")(?: (?P<hyear>20\d\d))?(?! (?:gift|present|card|shop|party|tree|dinner|recipe|cookie|movie|song|light|costume|candy|egg|email|letter)s?\b)"
)


def read_holiday(match: re.Match[str], now: datetime) -> Value | None:
    """The next time this holiday comes round, today included; a question for those of other calendars."""
    if match["unknown"]:
        said = _days_between(match)
        return (
            Fault(f"{said} is on another date every year, or differs by place. Which date do you mean?")
            if said
            else None
        )
    today = now.date()
    rule = next(rule for name, rule in _NAMES.items() if match[name])
    if "mother" in match.group() and str(now.tzinfo) in _MOTHERING:
        rule = _MOTHERING_SUNDAY
    years = [int(match["hyear"])] if match["hyear"] else [today.year, today.year + 1]
    found = next((day for year in years if (day := rule(year)) >= today), None)
    if found is None:
        return None
    if match["every"]:
        if any(rule(year).timetuple()[1:3] != (found.month, found.day) for year in (2001, 2002, 2003)):
            return Fault("That one is on another date every year. Which date shall I take?")
        return Repeat("YEARLY", monthdays=(found.day,), month=found.month)
    return Day(found, found + timedelta(days=1), rank=3, monthday=found.day, month=found.month)


_MOTHERING = (
    "Europe/London",
    "Europe/Dublin",
    "Europe/Belfast",
    "Europe/Jersey",
    "Europe/Guernsey",
    "Europe/Isle_of_Man",
)


def _days_between(match: re.Match[str]) -> str | None:
    """The holiday's name where a day is meant: "on Diwali", but not "buy Diwali sweets" or "holi colours"."""
    text, end = match.string, match.end()
    meant = re.search(
        r"(?:^|\b(?:on|by|before|after|until|till|for|this|next|at|the) )$", text[: match.start()]
    )
    alone = re.match(r" ?(?:$|[.,;!?]|(?:at|on|from|morning|evening|night|afternoon)\b)", text[end:])
    if not (meant or alone) or (not alone and not re.match(r" ?\d", text[end:]) and not meant):
        return None
    return match["unknown"][0].upper() + match["unknown"][1:]
