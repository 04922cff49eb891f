"""Lengths of time in canonical text ("1 hour and a half"), and moments counted from now ("in 3 hour")."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

from dateutil.relativedelta import relativedelta

from reminders.rules.when.pieces import Amount, Day, Grain, Moment, Value

Match = re.Match[str]
UNIT = r"(?:second|minute|hour|day|week|fortnight|month|quarter|year)"
_SIZE = (
    r"(?:(?:\d{1,6}|a) and (?:a |1 |3 )?(?:half|quarter)(?: of)?(?: a)?"
    r"|(?:a |1 )?half(?: a| 1)?|(?:a |1 )?quarter(?: of)?(?: a| 1)|3 quarter(?: of)?(?: a)?"
    r"|\d{1,3} ?/ ?\d{1,3}|\d{1,6}\.\d{1,4}|\d{1,7}(?: half)?|a couple(?: of)?|couple(?: of)?|a few|few|a|full)"
)
_ONE = rf"{_SIZE}(?: (?:full|more|whole|additional|extra|solid|short))?[ -]?-?{UNIT}(?![a-z])"
AMOUNT = rf"{_ONE}(?:(?: and |,? and |, | )?{_ONE})*(?: and (?:a )?(?:half|quarter)| (?:and )?[1-5]\d(?! ?(?:[:/.%-] ?\d|am|pm|th|o'clock|people|times|{UNIT})))?"
_PART = re.compile(
    rf"(?P<size>{_SIZE})(?: (?:full|more|whole|additional|extra|solid|short))?[ -]?-?(?P<unit>{UNIT})"
)
_TAIL = re.compile(r"(?:and (?P<part>(?:a )?half|(?:a )?quarter)| (?:and )?(?P<minutes>[1-5]\d))$")
_WORDS = {"a": 1.0, "full": 1.0, "couple": 2.0, "few": 3.0, "half": 0.5, "quarter": 0.25}
_SECONDS = {"second": 1, "minute": 60, "hour": 3600}
_DAYS = {"day": 1, "week": 7, "fortnight": 14}
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_MOST_DAYS = 366 * 60

AMOUNT_PATTERNS: dict[str, str] = {
    "ago": rf"(?:(?:about |over )?{AMOUNT} (?:ago|earlier|before now|back)\b)",
    "in_range": rf"(?:in|within) (?:about |around )?(?P<low>\d{{1,3}}) ?(?:-|to|or) ?\d{{1,3}} ?(?P<unit>{UNIT})(?: time)?(?![a-z])",
    "in_bare": r"in (?:about |around )?(?P<minutes>5|10|15|20|25|30|35|40|45|50|55|60|90|120)(?= ?$| ?[.,;!?](?!\d)| (?:please|pls|plz|then|ok|to|thanks|and)\b)",
    "in_amount": rf"(?:in|within|after)(?: the)?(?: next| about| around| another| exactly)? (?P<amount>{AMOUNT})(?: time)?(?: or (?:so|2))?(?: (?:from now|later))?(?! (?:before|after|of|long|early|late|block|slot)\b)",
    "plus_amount": rf"\+ ?(?P<amount>{AMOUNT})",
    "amount_hence": rf"(?P<amount>{AMOUNT}) (?:from (?:right )?now|hence|later|from today|from this moment|in the future)",
    "next_amount": r"(?:the )?next (?P<amount1>second|minute|hour)\b",
    "amount": rf"(?P<lead>(?:for|lasts?|lasting|takes?|taking) (?:about |around |up to |at least )?)?(?P<amount>{AMOUNT})",
}


def read_amount(text: str) -> Amount | None:
    """The sum of every "number unit" in the text; None when it is beyond sixty years or not above zero."""
    total = Amount()
    unit = ""
    for found in _PART.finditer(text):
        unit = found["unit"]
        total = _add(total, _size(found["size"]), unit)
    tail = _TAIL.search(text)
    if tail is not None and unit:
        if tail["minutes"]:
            total = _add(total, float(tail["minutes"]), "minute") if unit == "hour" else total
        else:
            total = _add(total, 0.5 if "half" in tail["part"] else 0.25, unit)
    days = total.total / 86400
    return total if 0 < days <= _MOST_DAYS else None


def _size(text: str) -> float:
    words = text.replace(" of", "").split()
    if "/" in text:
        above, below = (int(number) for number in re.findall(r"\d+", text))
        return float(Fraction(above, below)) if below else 0.0
    if "and" in words:
        at = words.index("and")
        return _size(words[0]) + _share(words[at + 1 :])
    if words[0] in ("1", "3", "a") and len(words) > 1 and words[1] in ("half", "quarter"):
        return float(words[0].replace("a", "1")) * _WORDS[words[1]]
    known = next((_WORDS[word] for word in words if word in _WORDS and word != "a"), None)
    if known is not None:
        return known
    return _WORDS.get(words[0]) or float(words[0])


def _share(words: list[str]) -> float:
    times = 3.0 if words[0] == "3" else 1.0
    return times * (0.5 if "half" in words else 0.25)


def _add(total: Amount, size: float, unit: str) -> Amount:
    grain: Grain = "minute" if unit in _SECONDS or total.grain == "minute" else "day"
    if unit in _SECONDS:
        return Amount(total.months, total.days, total.seconds + size * _SECONDS[unit], grain)
    if unit in _DAYS:
        days = size * _DAYS[unit]
        if days != int(days):  # half a day, a week and a half
            return Amount(
                total.months, total.days + int(days), total.seconds + (days - int(days)) * 86400, grain
            )
        return Amount(total.months, total.days + days, total.seconds, grain)
    months = size * _MONTHS[unit]
    return Amount(
        total.months + int(months), total.days + round((months - int(months)) * 30), total.seconds, grain
    )


def later(now: datetime, amount: Amount) -> Value | None:
    """Now plus the amount: hours count absolutely, days and months on the wall clock of `now`'s zone."""
    try:
        wall = now + relativedelta(months=int(amount.months), days=int(amount.days))
        moment = wall.astimezone(UTC) + timedelta(seconds=amount.seconds)
    except (ValueError, OverflowError):
        return None
    return Moment(moment, amount.grain)


def shift(day: date, amount: Amount) -> date | None:
    try:
        return day + relativedelta(months=int(amount.months), days=int(amount.days))
    except (ValueError, OverflowError):
        return None


def read_counted(name: str, match: Match, now: datetime) -> Value | None:
    """The value a pattern of AMOUNT_PATTERNS stands for."""
    if name == "next_amount":
        return later(now, _add(Amount(), 1, match["amount1"]))
    if name == "in_bare":
        return later(now, Amount(seconds=60.0 * int(match["minutes"]), grain="minute"))
    said = f"{match['low']} {match['unit']}" if name == "in_range" else match["amount"]
    amount = read_amount(said)
    if amount is None:
        return None
    return amount if name == "amount" else later(now, amount)


def as_day(moment: Moment, now: datetime) -> Day:
    local = moment.at.astimezone(now.tzinfo).date()
    return Day(local, local + timedelta(days=1))
