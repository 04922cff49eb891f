"""How full a day may get with planned work: three tasks or two hours, over all goals together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, time, timedelta

from reminders.rules.diary import Busy
from reminders.rules.rhythm import Interval, Rhythm

MOST_TASKS = 3
MOST_MINUTES = 120  # a single longer task may still have a day of its own


@dataclass(frozen=True)
class DayLoad:
    """What goals ask of each local day; commitments and errands are the person's own and do not count."""

    rhythm: Rhythm
    tasks: Counter[date] = field(default_factory=Counter)
    minutes: Counter[date] = field(default_factory=Counter)

    @classmethod
    def of(cls, busy: Iterable[Busy], rhythm: Rhythm) -> DayLoad:
        load = cls(rhythm)
        for entry in busy:
            if entry.planned:
                day = rhythm.day(entry.start)
                load.tasks[day] += 1
                load.minutes[day] += round((entry.end - entry.start) / timedelta(minutes=1))
        return load

    def full(self, day: date, minutes: int) -> bool:
        """Whether a task of that length would be one too many on that day."""
        if not self.tasks[day]:
            return False
        return self.tasks[day] >= MOST_TASKS or self.minutes[day] + minutes > MOST_MINUTES

    def full_days(self, minutes: int) -> list[Interval]:
        """The local days (UTC) that have no room for a task of that length, in order."""
        return [
            (self.rhythm.utc(day, time(0)), self.rhythm.utc(day + timedelta(days=1), time(0)))
            for day in sorted(self.tasks)
            if self.full(day, minutes)
        ]
