"""What a row of misses means: three consecutive weekly misses in one slot make a time that the next plan avoids."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from reminders.rules.rhythm import Avoid, Rhythm
from storage.vocabulary import WEEKDAYS

NEAR = timedelta(hours=1)
SUPPRESSED = 0.1  # a confidence at or below this has no effect
COLD_START = timedelta(days=14)
COLD_CONFIDENCE = 0.4  # nothing learned from less than two weeks is surer than this


@dataclass(frozen=True, slots=True)
class Miss:
    """One missed task at the slot its plan gave it (UTC)."""

    task_id: UUID
    title: str
    at: datetime
    series_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Avoidance:
    """A weekly slot that did not work; `misses` are the evidence, the newest first. Local wall time, Monday is 0."""

    weekday: int
    at: time
    misses: tuple[Miss, ...]
    confidence: float
    alternative: int  # the weekday proposed instead, same time

    @property
    def description(self) -> str:
        weeks = len(self.misses)
        return f"{WEEKDAYS[self.weekday]} {self.at:%H:%M} was missed {_times(weeks)} running"

    def data(self) -> dict[str, Any]:
        """The JSON of a pattern row, with the fields the API shows and the evidence."""
        start, end = _around(self.at)
        newest = self.misses[0]
        return {
            "day": WEEKDAYS[self.weekday],
            "time_range": f"{start:%H:%M}-{end:%H:%M}",
            "miss_count": len(self.misses),
            "weekday": self.weekday,
            "time": f"{self.at:%H:%M}",
            "alternative": self.alternative,
            "title": newest.title,
            "task_id": str(newest.task_id),
            "series_id": str(newest.series_id) if newest.series_id else None,
            "evidence": [str(miss.task_id) for miss in self.misses],
        }


def observe(
    newest: Miss,
    history: Sequence[Miss],
    rhythm: Rhythm,
    known_for: timedelta,
    threshold: int = 3,
    min_points: int = 3,
) -> Avoidance | None:
    """The pattern that `newest` completes, if any. `history` are earlier misses; `known_for`: since the person joined."""
    row = _weekly_row(newest, history, rhythm)
    if len(row) < max(threshold, min_points):
        return None
    local = rhythm.local(newest.at)
    confidence = min(0.95, 0.4 + 0.1 * len(row))
    if known_for < COLD_START:
        confidence = min(confidence, COLD_CONFIDENCE)
    others = [(local.weekday() + step) % 7 for step in (1, 6, 2, 5, 3, 4)]
    free = [day for day in others if not any(avoid.weekday == day for avoid in rhythm.avoid)]
    return Avoidance(
        local.weekday(),
        local.time().replace(second=0, microsecond=0),
        tuple(row),
        confidence,
        (free or others)[0],
    )


def _weekly_row(newest: Miss, history: Sequence[Miss], rhythm: Rhythm) -> list[Miss]:
    """The newest miss and those exactly one, two, three ... weeks before it on the local clock, without a gap."""
    row = [newest]
    local = rhythm.local(newest.at).replace(tzinfo=None)
    while True:
        wanted = local - timedelta(weeks=len(row))
        found = next((miss for miss in history if _near(rhythm, miss, wanted)), None)
        if found is None:
            return row
        row.append(found)


def _near(rhythm: Rhythm, miss: Miss, wanted: datetime) -> bool:
    at = rhythm.local(miss.at).replace(tzinfo=None)
    return at.date() == wanted.date() and abs(at - wanted) <= NEAR


def avoid_of(data: Mapping[str, Any], confidence: float) -> Avoid | None:
    """A stored avoidance as slot finding knows it; None when it is suppressed or cannot be read."""
    if confidence <= SUPPRESSED:
        return None
    try:
        weekday = int(data["weekday"]) if "weekday" in data else WEEKDAYS.index(data["day"])
        start, end = (time.fromisoformat(part) for part in str(data["time_range"]).split("-"))
    except (KeyError, ValueError):
        return None
    return Avoid(
        weekday, start, end, f"{WEEKDAYS[weekday]} {start:%H:%M}-{end:%H:%M} was missed often", confidence
    )


def _around(at: time) -> tuple[time, time]:
    """One hour either side, within the day."""
    minutes = at.hour * 60 + at.minute
    start, end = max(0, minutes - 60), min(23 * 60 + 59, minutes + 60)
    return time(start // 60, start % 60), time(end // 60, end % 60)


def _times(count: int) -> str:
    words = {3: "three weeks", 4: "four weeks", 5: "five weeks", 6: "six weeks"}
    return words.get(count, f"{count} weeks")
