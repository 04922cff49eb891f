"""What a row of misses means: three consecutive weekly misses in one slot make a time that the next plan avoids."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from reminders.rules.rhythm import Avoid, Rhythm
from storage.vocabulary import WEEKDAYS

NEAR = timedelta(hours=1)
SUPPRESSED = 0.1  # a confidence at or below this has no effect
COLD_START = timedelta(days=14)
COLD_CONFIDENCE = 0.4  # nothing learned from less than two weeks is surer than this
UNMADE_BY = 3  # times done in the slot after which the pattern is believed no more: as many as made it
_WEEKS_RESTED = 4  # of a pause that a row may step over; longer ago is another time of life


@dataclass(frozen=True, slots=True)
class Threshold:
    """How many consecutive weekly misses make a pattern, and how many finished tasks in the slot it takes at least."""

    misses: int = 3
    points: int = 3


@dataclass(frozen=True, slots=True)
class Past:
    """A task that was missed or done: the slot its plan gave it, and where it stood at last (both UTC)."""

    task_id: UUID
    title: str
    slot: datetime
    series_id: UUID | None = None
    missed: bool = True
    stood_at: datetime | None = None  # None: in its slot


@dataclass(frozen=True, slots=True)
class Avoidance:
    """A weekly slot that did not work; `misses` are the evidence, the newest first. Local wall time, Monday is 0."""

    weekday: int
    at: time
    misses: tuple[Past, ...]
    days: tuple[date, ...]  # of the misses
    confidence: float

    @property
    def description(self) -> str:
        count = len(self.misses)
        running = (self.days[0] - self.days[-1]).days == 7 * (count - 1)
        return f"{WEEKDAYS[self.weekday]} {self.at:%H:%M} was missed {_times(count, 'weeks' if running else 'times')} running"

    def data(self) -> dict[str, Any]:
        """The JSON of a pattern row, with the fields the API shows and the evidence."""
        start, end = _around(self.at)
        newest = self.misses[0]
        series = dict.fromkeys(str(miss.series_id) for miss in self.misses if miss.series_id)
        return {
            "day": WEEKDAYS[self.weekday],
            "time_range": f"{start:%H:%M}-{end:%H:%M}",
            "miss_count": len(self.misses),
            "weekday": self.weekday,
            "time": f"{self.at:%H:%M}",
            "title": newest.title,
            "titles": list(dict.fromkeys(miss.title for miss in self.misses)),
            "task_id": str(newest.task_id),
            "series_id": str(newest.series_id) if newest.series_id else None,
            "series_ids": list(series),
            "evidence": [str(miss.task_id) for miss in self.misses],
            "dates": [day.isoformat() for day in self.days],
            "strength": self.confidence,
            "against": [],  # tasks done there since
        }


def observe(
    newest: Past,
    history: Sequence[Past],
    rhythm: Rhythm,
    known_for: timedelta,
    rested: Collection[date] = (),
    threshold: Threshold = Threshold(),
) -> Avoidance | None:
    """The row that this miss ends, if it is long enough. `rested` are the person's local days of pauses.

    Each week of the row has a miss in the slot: the same weekday, within an hour on the local clock, at the time the
    plan gave it. Anything done there ends the row, and so does a week with nothing; a week off is stepped over.
    """
    local = rhythm.local(newest.slot)
    row = _weekly_row(newest, history, rhythm, rested)
    points = sum(_in_slot(rhythm, past.slot, local.weekday(), local.time()) for past in (newest, *history))
    if len(row) < threshold.misses or points < threshold.points:
        return None
    confidence = round(min(0.95, 0.4 + 0.1 * len(row)), 2)
    if known_for < COLD_START:
        confidence = min(confidence, COLD_CONFIDENCE)
    days = tuple(rhythm.day(past.slot) for past in row)
    at = local.time().replace(second=0, microsecond=0)
    return Avoidance(local.weekday(), at, tuple(row), days, confidence)


def _weekly_row(
    newest: Past, history: Sequence[Past], rhythm: Rhythm, rested: Collection[date]
) -> list[Past]:
    """The newest miss and those exactly one, two, three ... weeks before it on the local clock."""
    first = rhythm.local(newest.slot).replace(tzinfo=None)
    row, week, stepped = [newest], 0, 0
    while True:
        wanted = first - timedelta(weeks=week)
        there = [past for past in history if past.task_id != newest.task_id and _near(rhythm, past, wanted)]
        if any(_done_there(rhythm, past, wanted) for past in there):
            return row if week else []
        missed = [past for past in there if past.missed]
        if week and missed:
            row.append(missed[0])
        elif week:
            stepped += 1
            if wanted.date() not in rested or stepped > _WEEKS_RESTED:
                return row
        week += 1


def _near(rhythm: Rhythm, past: Past, wanted: datetime) -> bool:
    return _same_day_and_hour(rhythm, past.slot, wanted)


def _done_there(rhythm: Rhythm, past: Past, wanted: datetime) -> bool:
    """Done at another time says nothing about this one."""
    return not past.missed and _same_day_and_hour(rhythm, past.stood_at or past.slot, wanted)


def _same_day_and_hour(rhythm: Rhythm, moment: datetime, wanted: datetime) -> bool:
    at = rhythm.local(moment).replace(tzinfo=None)
    return at.date() == wanted.date() and abs(at - wanted) <= NEAR


def _in_slot(rhythm: Rhythm, moment: datetime, weekday: int, at: time) -> bool:
    local = rhythm.local(moment)
    return local.weekday() == weekday and apart(local.time(), at) <= NEAR


def in_slot(rhythm: Rhythm, moment: datetime, data: Mapping[str, Any]) -> bool:
    """Whether a moment (UTC) lies in the weekly slot of a stored pattern."""
    try:
        return _in_slot(rhythm, moment, int(data["weekday"]), time.fromisoformat(str(data["time"])))
    except (KeyError, TypeError, ValueError):
        return False


def apart(first: time, second: time) -> timedelta:
    """How far two times of one day lie apart."""
    return timedelta(minutes=abs(first.hour * 60 + first.minute - second.hour * 60 - second.minute))


def weakened(strength: float, done_since: int) -> float:
    """How sure a pattern still is, once its slot has worked that often: three times undo what three misses made."""
    return round(strength * max(0, UNMADE_BY - done_since) / UNMADE_BY, 2)


def avoid_of(data: Mapping[str, Any], confidence: float) -> Avoid | None:
    """A stored avoidance as slot finding knows it; None when it is suppressed or cannot be read."""
    if confidence <= SUPPRESSED:
        return None
    try:
        weekday = int(data["weekday"]) if "weekday" in data else WEEKDAYS.index(data["day"])
        start, end = (time.fromisoformat(part) for part in str(data["time_range"]).split("-"))
    except (KeyError, TypeError, ValueError):
        return None
    if not 0 <= weekday <= 6:
        return None
    return Avoid(
        weekday, start, end, f"{WEEKDAYS[weekday]} {start:%H:%M}-{end:%H:%M} was missed often", confidence
    )


def best_of(data: Mapping[str, Any], confidence: float) -> list[tuple[time, time]]:
    """The hours a stored finding names, the best first; empty when it is suppressed, names none or cannot be read."""
    spans = data.get("best_times") if confidence > SUPPRESSED else None
    try:
        parts = [str(span).split("-") for span in spans or ()]
        return [(time.fromisoformat(start), time.fromisoformat(end)) for start, end in parts]
    except (TypeError, ValueError):
        return []


def _around(at: time) -> tuple[time, time]:
    """One hour either side, within the day."""
    minutes = at.hour * 60 + at.minute
    start, end = max(0, minutes - 60), min(23 * 60 + 59, minutes + 60)
    return time(start // 60, start % 60), time(end // 60, end % 60)


def _times(count: int, unit: str) -> str:
    words = {3: "three", 4: "four", 5: "five", 6: "six"}
    return f"{words.get(count, count)} {unit}"
