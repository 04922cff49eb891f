"""Finds the pieces of time in canonical text, left to right, in one pass."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime

from reminders.rules.when.amounts import AMOUNT_PATTERNS, read_amount, read_counted
from reminders.rules.when.calendar import read_day
from reminders.rules.when.clock import read_clock
from reminders.rules.when.clock_patterns import CLOCK_PATTERNS
from reminders.rules.when.days import DAY_PATTERNS, WD
from reminders.rules.when.holidays import HOLIDAY_PATTERN, read_holiday
from reminders.rules.when.parts import PART_PATTERNS, read_part
from reminders.rules.when.pieces import Amount, Clock, ClockSpan, Day, Fault, Moment, Part, Piece, Value
from reminders.rules.when.repeats import REPEAT_PATTERNS, read_repeat

_UNITS = r"(?:second|minute|hour|day|week|weekend|month|quarter|year|night|morning|afternoon|evening)"
_OTHER_PATTERNS = {
    "past": (
        rf"yesterday(?: (?:morning|afternoon|evening|night))?|(?:late )?last (?:{WD}|{_UNITS}|few {_UNITS}|\d+ {_UNITS})\b"
        rf"(?! of)|earlier today|the other day|(?:the )?past (?:\d+ )?{_UNITS}\b|previous {_UNITS}\b|the day before yesterday"
    ),
    "now": r"(?:right now|just now|at present|now|immediately|straight away|right away|at once|this (?:very )?(?:second|minute|moment|instant)|asap)\b",
}
# Order decides where two patterns begin at the same place.
_PATTERNS: tuple[tuple[str, str, str], ...] = (
    ("other", "past", _OTHER_PATTERNS["past"]),
    ("other", "landmark", PART_PATTERNS["landmark"]),
    ("amount", "ago", AMOUNT_PATTERNS["ago"]),
    *(("repeat", name, pattern) for name, pattern in REPEAT_PATTERNS.items()),
    ("holiday", "holiday", HOLIDAY_PATTERN),
    *(
        ("amount", name, AMOUNT_PATTERNS[name])
        for name in ("in_range", "in_bare", "in_amount", "plus_amount", "amount_hence", "next_amount")
    ),
    *(
        ("day", name, DAY_PATTERNS[name])
        for name in ("iso", "compact", "ymd_words", "month_days", "days_month")
    ),
    *(("clock", name, CLOCK_PATTERNS[name]) for name in ("clock_to_named", "clock_past", "clock_span")),
    *(("day", name, pattern) for name, pattern in DAY_PATTERNS.items()),
    ("amount", "amount", AMOUNT_PATTERNS["amount"]),
    *(("clock", name, pattern) for name, pattern in CLOCK_PATTERNS.items()),
    ("other", "now", _OTHER_PATTERNS["now"]),
    *(("other", name, pattern) for name, pattern in PART_PATTERNS.items()),
)
_START = r"(?<![\w'])"
_RULES = tuple(
    (kind, name, re.compile(_START + f"(?:{pattern})" + r"(?![\w])")) for kind, name, pattern in _PATTERNS
)

LEADS = (
    r"except(?: for)?|excluding|apart from|other than|besides|but(?: not| never)?|never|without|by|before|no later than|not later than|until|expir(?:es|ing)|valid until|due(?: by| on| at)?|ends?|ending|after|later than|since|from|starting"
    r"|starts?|beginning|begins?|on|at|for|around|about|between|during|in|within|to|thru|through|and|but before|-|~|@|of|over|than"
)
_LEAD_BEFORE = re.compile(
    rf"(?:^|(?<=[\s,(;])|(?<=-)|(?<=\d))(?P<lead>{LEADS})(?: (?:on|at|from|by|around|about|in|next))?(?: the)? ?$"
)
_LEAD_INSIDE = re.compile(rf"(?!end|begin|start)(?P<lead>{LEADS}) ")
_WEAK = frozenset({"on", "at", "for", "in", "about", "around", "of", "@"})
_ZONES = {
    "gmt": 0,
    "utc": 0,
    "bst": 1,
    "cet": 1,
    "cest": 2,
    "ist": 5.5,
    "est": -5,
    "edt": -4,
    "cst": -6,
    "cdt": -5,
}
_ZONES |= {"mst": -7, "mdt": -6, "pst": -8, "pdt": -7}
_ZONE = re.compile(r" ?\(?(?P<zone>" + "|".join(_ZONES) + r")\b\)?")
_FIRST_LETTERS = re.compile(r"(?<![\w'])[\w+@-]")


def scan(text: str, now: datetime) -> list[Piece]:
    """Every piece of time in canonical text. `now` is aware, in the person's zone."""
    pieces: list[Piece] = []
    at = 0
    while (start := _FIRST_LETTERS.search(text, at)) is not None:
        piece = _piece_at(text, start.start(), now)
        if piece is None:
            at = start.end()
            continue
        piece = _with_zone(piece, text)
        pieces.append(_with_lead(piece, text, pieces[-1].end if pieces else 0))
        at = piece.end
    return pieces


def _piece_at(text: str, start: int, now: datetime) -> Piece | None:
    for kind, name, rule in _RULES:
        match = rule.match(text, start)
        if match is None or match.end() == match.start():
            continue
        value = _read(kind, name, match, text, now)
        if value is not None:
            return Piece(match.start(), match.end(), value)
    return None


def _read(kind: str, name: str, match: re.Match[str], text: str, now: datetime) -> Value | None:
    match kind:
        case "repeat":
            return read_repeat(name, match)
        case "day":
            value = read_day(name, match, text, now.date())
            if (
                name == "slashed"
                and isinstance(value, Day)
                and str(now.tzinfo).startswith(("America/", "US/"))
            ):
                return replace(value, doubt=None)  # month first is the only order there
            return value
        case "clock":
            return read_clock(name, match, text)
        case "amount":
            return _amount(name, match, text, now)
        case "holiday":
            return read_holiday(match, now)
        case _:
            return _other(name, match, text, now)


def _amount(name: str, match: re.Match[str], text: str, now: datetime) -> Value | None:
    if name == "ago":
        return Fault("That is in the past.", past=True)
    if name == "amount":
        said = match["amount"]
        if re.match(r"(?:[01]\d|2[0-3])[0-5]\d hour$", said):
            return None  # "1900 hours" is a clock
        if not match["lead"] and re.match(
            r"(?:a (?:second|minute|day|week|month|quarter|year)\b|quarter|full|few|half (?:a )?(?:day|week|month|year))",
            said,
        ):
            return None
        if (
            re.search(r"(?:^|[ ,])(?:over the|the|my|this|first|same|-) ?$", text[: match.start()])
            and not match["lead"]
            and said[0] == "a"
        ):
            return None
        if (
            (hours := re.match(r"(\d+) hour(?: \d\d)?$", said))
            and int(hours[1]) >= 6
            and re.match(r" \d\d\b|$", text[match.end() :])
            and not match["lead"]
            and said[-1] != "r"
        ):
            return None
        if (
            not match["lead"]
            and re.fullmatch(r"(?:[6-9]|1\d|2[0-3]) hour", said)
            and re.match(r" [0-5]\d\b", text[match.end() :])
        ):
            return None
        amount = read_amount(said)
        return None if amount is None or _about_an_event(text, match) else amount
    return read_counted(name, match, now)


def _about_an_event(text: str, match: re.Match[str]) -> bool:
    """ "a 5 year old", "2 hours early": an amount that counts nothing the calendar knows."""
    return bool(
        re.match(r" (?:prior|early|old|in advance)\b| ?- ?old\b", text[match.end() : match.end() + 12])
    )


def _other(name: str, match: re.Match[str], text: str, now: datetime) -> Value | None:
    if name == "past":
        return Fault("That is in the past.", past=True)
    if name == "now":
        if re.search(r"\b(?:for|until|by|day) $", text[: match.start()]):
            return None  # "leave it for now", "any day now"
        return Moment(now.astimezone(UTC), "second")
    return read_part(name, match, text)


def _with_zone(piece: Piece, text: str) -> Piece:
    """ "8:00 PST": the clock of another zone."""
    found = _ZONE.match(text, piece.end)
    if found is None or not isinstance(piece.value, Clock | ClockSpan):
        return piece
    hours = float(_ZONES[found["zone"]])
    if isinstance(piece.value, Clock):
        return replace(piece, end=found.end(), value=replace(piece.value, offset=hours))
    ends = (replace(clock, offset=hours) for clock in (piece.value.first, piece.value.last))
    return replace(piece, end=found.end(), value=ClockSpan(*ends))


def _with_lead(piece: Piece, text: str, floor: int) -> Piece:
    """The piece with its preposition, which then belongs to its span."""
    inside = _LEAD_INSIDE.match(text, piece.start, piece.end)
    if inside is not None and not (isinstance(piece.value, Part) and inside["lead"] in ("before", "after")):
        piece = replace(piece, lead=inside["lead"])  # "after lunch" names a part of the day
    before = _LEAD_BEFORE.search(text[max(floor, piece.start - 32) : piece.start])
    if before is None or (inside is not None and (piece.lead not in _WEAK or before["lead"] in _WEAK)):
        return piece
    if isinstance(piece.value, Amount) and before["lead"] not in ("for", "to", "-"):
        return piece
    if re.match(r"starts?$|begins?$|ends?$|due", before["lead"]):
        return replace(piece, lead=before["lead"])  # "the play starts at 7": a word of the title
    return replace(piece, start=piece.start - len(before.group()), lead=before["lead"])
