"""What already takes time, and the answer to "is this free?" with fifteen minutes kept between two tasks."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from uuid import UUID

from reminders.rules.rhythm import Interval, Rhythm

BUFFER = timedelta(minutes=15)  # between two tasks
HORIZON = timedelta(weeks=6)  # nothing is ever placed further ahead


@dataclass(frozen=True, slots=True)
class Busy:
    """Something that already takes time; UTC, end excluded."""

    start: datetime
    end: datetime
    title: str
    task_id: UUID | None = None
    planned: bool = False  # asked for by a goal: it counts towards a full day


@dataclass(frozen=True, slots=True)
class Slot:
    """A free time (UTC) with its reason in words; a higher score is a better one."""

    start: datetime
    end: datetime
    reason: str
    score: float


@dataclass(frozen=True, slots=True)
class Prefer:
    """What the person would like; every part is soft except `work_ok`, which opens the work hours."""

    at: time | None = None  # the usual local time
    part: str | None = None  # a part of the day as in `rhythm.DAY_PARTS`
    weekdays: frozenset[int] = frozenset()
    near: datetime | None = None  # stay close to this moment
    other_than: frozenset[date] = frozenset()  # local days that are full enough already
    work_ok: bool = False


@dataclass(frozen=True)
class Diary:
    """Busy times in an order that answers quickly; give it entries in any order, overlapping ones too."""

    entries: tuple[Busy, ...]
    starts: list[datetime] = field(default_factory=list, repr=False)
    longest: timedelta = timedelta(0)

    @classmethod
    def of(cls, busy: Sequence[Busy]) -> Diary:
        entries = tuple(sorted(busy, key=lambda entry: entry.start))
        longest = max((entry.end - entry.start for entry in entries), default=timedelta(0))
        return cls(entries, [entry.start for entry in entries], longest)

    def clash(self, start: datetime, end: datetime, buffer: timedelta = BUFFER) -> Busy | None:
        """The first entry that is closer to [start, end) than the buffer."""
        first = bisect_left(self.starts, start - buffer - self.longest)
        last = bisect_left(self.starts, end + buffer)
        return next((entry for entry in self.entries[first:last] if entry.end + buffer > start), None)

    def on(self, start: datetime, end: datetime) -> int:
        """How many entries begin in [start, end)."""
        return bisect_left(self.starts, end) - bisect_left(self.starts, start)


@dataclass(frozen=True)
class Hours:
    """A person's nights and working hours over one stretch of time, worked out once for many questions."""

    nights: list[Interval]
    work: list[Interval]

    @classmethod
    def of(cls, rhythm: Rhythm, start: datetime, end: datetime) -> Hours:
        return cls(list(rhythm.nights(start, end)), list(rhythm.shifts(start, end)))

    def night(self, start: datetime, end: datetime) -> Interval | None:
        return overlap(self.nights, start, end)

    def at_work(self, start: datetime, end: datetime) -> bool:
        return overlap(self.work, start, end) is not None

    def awake_since(self, at: datetime) -> datetime | None:
        """The last waking before `at`."""
        index = bisect_right(self.nights, at, key=lambda night: night[1])
        return self.nights[index - 1][1] if index else None

    def bed_after(self, at: datetime) -> datetime | None:
        index = bisect_left(self.nights, at, key=lambda night: night[0])
        return self.nights[index][0] if index < len(self.nights) else None


def overlap(intervals: list[Interval], start: datetime, end: datetime) -> Interval | None:
    """The first of some ordered, disjoint intervals that overlaps [start, end)."""
    index = bisect_right(intervals, start, key=lambda interval: interval[1])
    if index < len(intervals) and intervals[index][0] < end:
        return intervals[index]
    return None
