"""When each rung of one person's ladder is due, until when it is worth sending, and when nothing may be sent at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from reminders.rules.rhythm import Rhythm
from storage.vocabulary import Rung

LATEST_CALL = timedelta(minutes=5)  # a call may be this late, or one window where that is longer
NOTE_KEEPS = timedelta(hours=10)  # how long a note about a miss is still worth reading


@dataclass(frozen=True, slots=True)
class Timing:
    """The installation's own ladder settings; a person's preferences override the first two."""

    lead: timedelta = timedelta(minutes=10)
    window: timedelta = timedelta(minutes=2)
    grace: timedelta = timedelta(minutes=60)


@dataclass(frozen=True, slots=True)
class Ladder:
    """One person's ladder. `barred` says, for each rung that cannot be used, why."""

    rhythm: Rhythm
    timing: Timing = Timing()
    paused_until: datetime | None = None
    barred: Mapping[Rung, str] = field(default_factory=dict)

    @property
    def patience(self) -> timedelta:
        """How long after its due time a call may still be made."""
        return max(self.timing.window, LATEST_CALL)

    def first_rung_at(self, starts_at: datetime, created_at: datetime) -> datetime:
        """The lead before the start, at once for what was created later than that; never in the person's sleep.

        What starts in sleep is reminded of one lead before bed; what starts soon after waking, on waking.
        """
        at = max(starts_at - self.timing.lead, created_at)
        night = next(self.rhythm.nights(at, at + timedelta(microseconds=1)), None)
        if night is None:
            return at
        before_bed = max(night[0] - self.timing.lead, created_at)
        if self.rhythm.asleep(starts_at) and before_bed < night[0] and not self.rhythm.asleep(before_bed):
            return before_bed
        return self.rhythm.wakes_after(at)

    def missed_at(self, starts_at: datetime, last_rung_at: datetime | None) -> datetime:
        """One window after the last rung began, and one grace after the start: whichever is later."""
        over = starts_at + self.timing.grace
        return over if last_rung_at is None else max(over, last_rung_at + self.timing.window)

    def call_by(self, starts_at: datetime, due: datetime) -> datetime:
        """The last moment for a call: never late by itself, and never late because the rungs before it were."""
        planned = starts_at + 2 * self.timing.window
        return min(due, planned) + self.patience

    def told_at(self, at: datetime) -> datetime:
        """When a miss decided at `at` is told: at once, or after waking up."""
        return self.rhythm.wakes_after(at)

    def paused(self, at: datetime) -> bool:
        return self.paused_until is not None and at < self.paused_until
