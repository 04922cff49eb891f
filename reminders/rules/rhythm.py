"""A person's day as rules see it: zone, sleep, work hours, chronotype, and the times that never worked out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from storage.profile import Profile
from storage.vocabulary import WEEKDAYS, Chronotype

Interval = tuple[datetime, datetime]  # aware, UTC, end excluded

# What people mean by a part of the day when nothing about their own day is known.
DAY_PARTS: dict[str, tuple[time, time]] = {
    "early morning": (time(5), time(8)),
    "morning": (time(6), time(12)),
    "noon": (time(11, 30), time(14)),
    "afternoon": (time(12), time(17)),
    "evening": (time(17), time(22)),
    "night": (time(20), time(23, 59)),
}
_PART_ALIASES = {"midday": "noon", "lunch": "noon", "lunchtime": "noon", "tonight": "night"}


@dataclass(frozen=True, slots=True)
class Avoid:
    """A weekly window that was missed often enough to be left alone; local wall time, Monday is 0."""

    weekday: int
    start: time
    end: time
    reason: str
    confidence: float = 1.0


def to_utc(local: datetime, zone: ZoneInfo) -> datetime:
    """A naive wall time -> UTC. In the gap it moves forward by the gap (02:30 -> 03:30); an ambiguous one is the first."""
    return local.replace(tzinfo=zone, fold=0).astimezone(UTC)


def zone_of(name: str) -> ZoneInfo:
    """The IANA zone of that name; UTC when the name is unknown, empty or hostile."""
    try:
        return ZoneInfo(name)
    except (ValueError, KeyError, OSError):  # "" and "../x" are ValueError, unknown names KeyError
        return ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class Rhythm:
    """`sleep` is (bed, wake) and `work` (start, end, weekdays), all local wall time; either may cross midnight."""

    zone: ZoneInfo
    sleep: tuple[time, time] | None = None
    work: tuple[time, time, frozenset[int]] | None = None
    chronotype: Chronotype = Chronotype.NEUTRAL
    avoid: tuple[Avoid, ...] = ()
    best: tuple[tuple[time, time], ...] = ()  # local hours in which tasks got done, the best first

    @classmethod
    def of(
        cls,
        profile: Profile,
        timezone: str,
        avoid: Sequence[Avoid] = (),
        best: Sequence[tuple[time, time]] = (),
    ) -> Rhythm:
        """Read a stored profile. A half-known sleep window (only bed or only wake time) blocks nothing."""
        return cls(
            zone=zone_of(timezone),
            sleep=_sleep(profile),
            work=_work(profile),
            chronotype=profile.chronotype,
            avoid=tuple(avoid),
            best=tuple(best),
        )

    def avoiding(self, avoid: Sequence[Avoid]) -> Rhythm:
        return replace(self, avoid=(*self.avoid, *avoid)) if avoid else self

    def local(self, at: datetime) -> datetime:
        return at.astimezone(self.zone)

    def day(self, at: datetime) -> date:
        """The person's calendar day at that moment."""
        return self.local(at).date()

    def utc(self, day: date, at: time) -> datetime:
        return to_utc(datetime.combine(day, at), self.zone)

    def asleep(self, at: datetime) -> bool:
        return self._night(at) is not None

    def wakes_after(self, at: datetime) -> datetime:
        """The end of the sleep window that contains `at` (UTC); `at` itself when the person is awake."""
        night = self._night(at)
        return night[1] if night else at

    def sleeps_between(self, start: datetime, end: datetime) -> bool:
        return any(True for _ in self.nights(start, end))

    def works_between(self, start: datetime, end: datetime) -> bool:
        return any(True for _ in self.shifts(start, end))

    def nights(self, start: datetime, end: datetime) -> Iterator[Interval]:
        """Every sleep interval that overlaps [start, end), in order."""
        if self.sleep is not None:
            yield from self._windows(*self.sleep, start, end)

    def shifts(self, start: datetime, end: datetime) -> Iterator[Interval]:
        """Every working interval that overlaps [start, end), in order."""
        if self.work is not None:
            opens, closes, weekdays = self.work
            yield from self._windows(opens, closes, start, end, weekdays)

    def avoided(self, at: datetime) -> Avoid | None:
        """The pattern that speaks against beginning at this moment."""
        if not self.avoid:
            return None
        local = self.local(at)
        return next(
            (
                avoid
                for avoid in self.avoid
                if avoid.weekday == local.weekday() and within(local.time(), avoid.start, avoid.end)
            ),
            None,
        )

    def part(self, name: str) -> tuple[time, time]:
        """Where a part of the day lies for this person; one that they sleep through moves to where they are awake."""
        start, end = DAY_PARTS.get(_PART_ALIASES.get(name, name), (time(8), time(21)))
        if self.sleep is None:
            return start, end
        bed, wake = self.sleep
        if not (within(start, bed, wake) and within(_shift(end, -1), bed, wake)):
            return start, end
        if name in ("evening", "night"):
            return _shift(bed, -4 * 60), bed
        return wake, _shift(wake, 4 * 60)

    def _night(self, at: datetime) -> Interval | None:
        return next(self.nights(at, at + timedelta(microseconds=1)), None)

    def _windows(
        self,
        opens: time,
        closes: time,
        start: datetime,
        end: datetime,
        weekdays: frozenset[int] | None = None,
    ) -> Iterator[Interval]:
        """A daily wall-time window as UTC intervals overlapping [start, end), widest reading on DST days."""
        overnight = timedelta(days=1 if closes <= opens else 0)
        day = self.day(start) - timedelta(days=1)
        last = self.day(end)
        while day <= last:
            if weekdays is None or day.weekday() in weekdays:
                begins = min(self._readings(datetime.combine(day, opens)))
                finishes = max(self._readings(datetime.combine(day + overnight, closes)))
                if begins < end and finishes > start:
                    yield begins, finishes
            day += timedelta(days=1)

    def _readings(self, local: datetime) -> tuple[datetime, datetime]:
        """Both moments a wall time can mean; they differ only where the clock changes."""
        aware = local.replace(tzinfo=self.zone)
        return aware.astimezone(UTC), aware.replace(fold=1).astimezone(UTC)


def _sleep(profile: Profile) -> tuple[time, time] | None:
    if profile.sleep_window is not None:
        bed, wake = profile.sleep_window.start, profile.sleep_window.end
    elif profile.bed_time is not None and profile.wake_time is not None:
        bed, wake = profile.bed_time, profile.wake_time
    else:
        return None
    return None if bed == wake else (bed, wake)


def _work(profile: Profile) -> tuple[time, time, frozenset[int]] | None:
    hours = profile.work_hours
    if hours is None or hours.start == hours.end:
        return None
    days = frozenset(WEEKDAYS.index(day) for day in hours.days if day in WEEKDAYS)
    return (hours.start, hours.end, days) if days else None


def within(at: time, start: time, end: time) -> bool:
    """Whether a wall time lies in a window that may cross midnight; the end is excluded."""
    return start <= at < end if start < end else at >= start or at < end


def _shift(at: time, minutes: int) -> time:
    total = (at.hour * 60 + at.minute + minutes) % (24 * 60)
    return time(total // 60, total % 60)
