"""Why a time is a good one: how far it lies from what the person would like, and the few words that say so."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from reminders.rules.diary import BUFFER, Diary, Hours, Prefer
from reminders.rules.rhythm import Rhythm, within
from storage.vocabulary import Chronotype

_HOUR = timedelta(hours=1)
_USUAL = {  # where a task goes when nobody said anything, local; the cold start of 1-product.md
    Chronotype.MORNING: (time(6), time(9)),
    Chronotype.EVENING: (time(18), time(21)),
    Chronotype.NEUTRAL: (time(8), time(20, 30)),
}
_USUAL_PART = {Chronotype.MORNING: "morning", Chronotype.EVENING: "evening", Chronotype.NEUTRAL: "day"}


def usual_window(rhythm: Rhythm) -> tuple[time, time]:
    """The hours in which the person's tasks get done (local), as learned; before that, the chronotype's own.

    For somebody who sleeps through them, hours they are awake.
    """
    for begins, ends in rhythm.best:
        if rhythm.sleep is None or not (within(begins, *rhythm.sleep) or within(ends, *rhythm.sleep)):
            return begins, ends
    start, end = _USUAL[rhythm.chronotype]
    if rhythm.sleep is not None and within(start, *rhythm.sleep) and within(end, *rhythm.sleep):
        return rhythm.part(_USUAL_PART[rhythm.chronotype])
    return start, end


def distance(at: time, rhythm: Rhythm, wish: Prefer) -> float:
    """Hours between a local time and what was wished for, at most eight."""
    if wish.at is not None:
        return min(8.0, hours_between(at, wish.at))
    start, end = rhythm.part(wish.part) if wish.part else usual_window(rhythm)
    return min(8.0, hours_outside(at, start, end))


def hours_between(at: time, other: time) -> float:
    """The shorter way round the clock, in hours."""
    minutes = abs(at.hour * 60 + at.minute - other.hour * 60 - other.minute)
    return min(minutes, 24 * 60 - minutes) / 60


def hours_outside(at: time, start: time, end: time) -> float:
    """0 inside the window (which may cross midnight), else the hours to its nearer edge."""
    if within(at, start, end):
        return 0.0
    return min(hours_between(at, start), hours_between(at, end))


def part_of(at: time) -> str:
    if at < time(5):
        return "night"
    if at < time(12):
        return "morning"
    if at < time(17):
        return "afternoon"
    return "evening" if at < time(22) else "night"


def explain(start: datetime, end: datetime, rhythm: Rhythm, diary: Diary, hours: Hours, wish: Prefer) -> str:
    """Why this time, in a few words for the person."""
    if hours.at_work(start, end):
        if wish.part == "noon":
            return "in your lunch break, as you asked"
        return "in your work hours, as you asked" if wish.work_ok else "in your work hours; the rest is taken"
    if rhythm.avoided(start) is not None:
        return "free, though this time has been hard before"
    at = rhythm.local(start).time()
    part = part_of(at)
    if wish.at is not None and hours_between(at, wish.at) < 0.01:
        return f"your usual {part} time"
    woke, bed = hours.awake_since(start), hours.bed_after(end)
    if woke is not None and start - woke <= _HOUR:
        return "soon after you get up"
    if hours.at_work(start - timedelta(minutes=90), start):
        return f"free {part}, after work"
    if bed is not None and _HOUR / 2 <= bed - end <= 4 * _HOUR:
        return f"free {part}, {_about((bed - end) / _HOUR)} before bed"
    neighbour = diary.clash(start - BUFFER * 3, start, timedelta(0))
    if neighbour is not None:
        return f"free {part}, after {neighbour.title}"
    if any(within(at, *hours) for hours in rhythm.best):
        return f"free {part}, when you mostly get things done"
    if rhythm.chronotype is not Chronotype.NEUTRAL and part == rhythm.chronotype.value:
        return f"free {part}, your best hours"
    return f"free {part}"


def _about(hours: float) -> str:
    halves = round(hours * 2) / 2
    return "half an hour" if halves <= 0.5 else f"{halves:g} h"
