"""Adds pieces of time up to one reading: a moment, a range, a deadline, a length, or what cannot be."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise

from reminders.rules.when.amounts import later, shift
from reminders.rules.when.moments import Scene, at, point_of
from reminders.rules.when.parts import SCHEDULED
from reminders.rules.when.pieces import (
    Amount,
    Clock,
    ClockSpan,
    Day,
    DaySpan,
    Fault,
    Moment,
    Part,
    Piece,
    Reading,
    Repeat,
    Value,
    When,
)
from reminders.rules.when.ranges import read_days, read_range

LIMITS = frozenset(
    {"by", "expires", "expiring", "valid until", "before", "no later than", "not later than", "until"}
)
_OPENINGS = frozenset({"after", "later than", "since"})
_REFUSED = re.compile(
    r"\b(?<!but )(?:not|no|nor|isn't|don't|can't (?:make|do)|cannot (?:make|do)|instead of|rather than)(?: (?:on|at|in|for|this|the|until|before))* ?$"
)
_OR = re.compile(r",? or(?: maybe| perhaps)? ")
GONE = "That is already in the past. When should it be?"


def resolve(scene: Scene, pieces: list[Piece]) -> Reading:
    """The reading of pieces without a recurrence."""
    amounts = [piece.value for piece in pieces if isinstance(piece.value, Amount)]
    rest = [piece for piece in pieces if not isinstance(piece.value, Amount | Repeat)]
    length = next((amount.total for amount in amounts), None)
    faults = [piece.value for piece in rest if isinstance(piece.value, Fault)]
    timed = [piece for piece in rest if not isinstance(piece.value, Fault)]
    hard = next((fault for fault in faults if not fault.past), None)
    if hard is not None:
        return Reading(problem=hard.text)
    if not any(isinstance(piece.value, Day | DaySpan | Clock | ClockSpan | Part | Moment) for piece in timed):
        if faults:
            return Reading(problem=GONE)
        return _length_only(scene, amounts)
    if faults and not any(isinstance(piece.value, Day | DaySpan | Moment) for piece in timed):
        return Reading(problem=GONE)
    when = read_range(scene, timed) or _single(scene, timed)
    if when is None:
        return Reading(problem=GONE)
    if length is not None and when.kind == "instant":
        when = replace(when, seconds=length)
    return Reading(when)


def _length_only(scene: Scene, amounts: list[Amount]) -> Reading:
    if not amounts:
        return Reading()
    if re.search(r"\b(?:timer|countdown|alarm)\b", scene.text):
        moment = later(scene.now, amounts[0])
        if isinstance(moment, Moment):
            return Reading(When("instant", "minute", scene.zone.key, value=moment.at))
    return Reading(When("duration", amounts[0].grain, scene.zone.key, seconds=amounts[0].total))


def _single(scene: Scene, pieces: list[Piece]) -> When | None:
    spans = [piece for piece in pieces if isinstance(piece.value, DaySpan)]
    if spans and isinstance(spans[0].value, DaySpan):
        return read_days(scene, spans[0].value)
    when = at(scene, point_of(scene, pieces))
    if when is None:
        return None
    if any(_OR.fullmatch(scene.text[a.end : b.start]) for a, b in pairwise(pieces)):
        when = when.asking("Which of the two do you mean?")
    if _several(pieces):
        when = when.asking("I heard more than one time. Which one shall I take first?")
    lead = _lead(scene, pieces)
    if lead in LIMITS or (lead == "due" and when.grain == "day"):
        return _deadline(scene, when, lead)
    if lead in _OPENINGS and when.kind == "instant" and when.value is not None:
        whole = timedelta(days=1) if when.grain == "day" and lead != "since" else timedelta()
        start = max(when.value + whole, scene.now.astimezone(UTC))
        return replace(when, kind="interval", start=start, value=None)
    return when


def _several(pieces: list[Piece]) -> bool:
    """ "gym mon 7am wed 6pm": two days with a clock each are more than one reading holds."""
    clocks = {piece.value for piece in pieces if isinstance(piece.value, Clock)}
    days = {piece.value.first for piece in pieces if isinstance(piece.value, Day) and piece.value.rank == 1}
    return len(clocks) > 1 and len(days) > 1


def _lead(scene: Scene, pieces: list[Piece]) -> str:
    """The preposition that makes a limit of the time; "before the end of the day" means by then."""
    found = next((piece for piece in pieces if piece.lead in LIMITS | _OPENINGS), None)
    if found is None:
        return ""
    closing = re.search(r"\b(?:end|eo[dwmy]|cob)\b", scene.text[found.start : found.end])
    return "by" if found.lead == "before" and closing else found.lead


def _deadline(scene: Scene, when: When, lead: str) -> When | None:
    end = when.end if when.kind == "interval" else when.value
    if lead == "before" and when.kind == "interval":
        end = when.start
    if when.kind == "instant" and when.grain == "day" and end is not None and lead != "before":
        end = scene.utc(datetime.combine(end.astimezone(scene.zone).date(), time(23, 59, 59)))
    if end is None or end <= scene.now:
        return None
    start = None if lead in ("before", "no later than", "not later than") else scene.now.astimezone(UTC)
    return replace(when, kind="interval", value=None, start=start, end=end, deadline=True)


def join_amounts(scene: Scene, pieces: list[Piece]) -> list[Piece]:
    """ "3 days after tomorrow", "an hour before midnight", "the monday after easter": what is counted from another."""
    joined: list[Piece] = []
    for piece in pieces:
        before = joined[-1] if joined else None
        counted = _counted_from(scene, before, piece) if before is not None else None
        if before is not None and counted is not None:
            joined[-1] = Piece(before.start, piece.end, counted, before.lead)
        else:
            joined.append(_beside(scene, piece))
    return [piece for piece in joined if not (isinstance(piece.value, Amount) and _of_an_event(scene, piece))]


def _counted_from(scene: Scene, before: Piece, piece: Piece) -> Value | None:
    if piece.lead not in ("from", "after", "before") or scene.text[before.end : piece.start].strip():
        return None
    sign = -1 if piece.lead == "before" else 1
    match before.value, piece.value:
        case Amount(grain="day") as amount, Day() as day:
            return _day_from(scene, day, amount, sign)
        case Amount(grain="minute", seconds=seconds, days=0, months=0), Clock(sure=True) as clock if (
            piece.lead != "from"
        ):
            minutes = clock.hour * 60 + clock.minute + sign * round(seconds / 60)
            return Clock(minutes // 60, minutes % 60, sure=True) if 0 <= minutes <= 24 * 60 else None
        case Day(rank=1, weekday=int(weekday)), Day(rank=3) as day if piece.lead != "from":
            away = (weekday - day.first.weekday()) % 7 or 7
            found = day.first + timedelta(days=away if sign > 0 else away - 7 or -7)
            return Day(found, found + timedelta(days=1), rank=3) if found >= scene.today else None
        case _:
            return None


def _day_from(scene: Scene, day: Day, amount: Amount, sign: int) -> Day | None:
    if sign < 0 and amount.months:
        return None
    away = shift(day.first, amount) if sign > 0 else day.first - timedelta(days=int(amount.days))
    return None if away is None or away < scene.today else Day(away, away + timedelta(days=1), rank=3)


def _beside(scene: Scene, piece: Piece) -> Piece:
    """ "the day before christmas", "the day after easter"."""
    if not isinstance(piece.value, Day) or piece.lead not in ("before", "after"):
        return piece
    said = re.search(r"(?:\bthe )?\bday $", scene.text[: piece.start])
    if said is None:
        return piece
    away = piece.value.first + timedelta(days=1 if piece.lead == "after" else -1)
    if away < scene.today:
        return piece
    return Piece(said.start(), piece.end, Day(away, away + timedelta(days=1), rank=3))


def _of_an_event(scene: Scene, piece: Piece) -> bool:
    """ "2 hours before my meeting": counted from something the calendar does not know."""
    return scene.text.startswith((" before ", " ahead of "), piece.end)


def _of_a_ticket(scene: Scene, piece: Piece) -> bool:
    """ "tickets for the 8pm show": when the show is, not when to buy them."""
    leads = scene.text.startswith("for the ", piece.start)
    return leads and isinstance(piece.value, Clock) and SCHEDULED.match(scene.text, piece.end) is not None


def drop_refused(scene: Scene, pieces: list[Piece]) -> list[Piece]:
    """ "not on monday", "no sundays": a time that is refused is not the time."""
    pieces = [piece for piece in pieces if not _of_a_ticket(scene, piece)]
    return [
        piece for piece in pieces if not _REFUSED.search(scene.text[max(0, piece.start - 16) : piece.start])
    ]
