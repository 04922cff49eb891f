"""Placing a weekly series: the same days and the same local time all the way, and a named reason for each exception."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from reminders.rules.cues import FULL_DAY, Cue, Ground, Obstacle, SeriesRequest, choose, wished
from reminders.rules.diary import BUFFER, Busy, Diary, Prefer
from reminders.rules.load import DayLoad
from reminders.rules.rhythm import Avoid, Rhythm
from reminders.rules.slot_reasons import explain
from reminders.rules.slots import find_slots
from storage.vocabulary import WEEKDAYS

__all__ = ["Conflict", "Moved", "PlacedSeries", "SeriesRequest", "days_in_words", "place_series"]


@dataclass(frozen=True, slots=True)
class Moved:
    """One occurrence that could not keep the series' time; moments in UTC."""

    was: datetime
    now: datetime
    because: str  # the other task's title, or "your sleep"
    words: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """One occurrence for which its week had no free time at all; it is left out."""

    title: str  # what is in the way
    at: datetime
    message: str


@dataclass(frozen=True, slots=True)
class PlacedSeries:
    """A series in the diary. `occurrences` are UTC and in order; `moved` says why it is not where it was asked for."""

    title: str
    minutes: int
    weekdays: tuple[int, ...]
    at: time  # local
    occurrences: tuple[datetime, ...]
    reason: str
    moved: str | None = None
    exceptions: tuple[Moved, ...] = ()
    conflicts: tuple[Conflict, ...] = ()

    def busy(self) -> list[Busy]:
        """Its own places in the diary, for the series that are placed after it."""
        length = timedelta(minutes=self.minutes)
        return [Busy(start, start + length, self.title, planned=True) for start in self.occurrences]


def place_series(
    request: SeriesRequest, rhythm: Rhythm, busy: Sequence[Busy], avoid: Sequence[Avoid] = ()
) -> PlacedSeries:
    """Find the series its days and time, then move the single occurrences that something stands in the way of.

    Never in sleep, never within 15 minutes of `busy`, never outside the request's weeks or six weeks after
    `starts_on`. Work hours are used only with `work_ok` or when nothing else is left. An occurrence with no free
    time in its own week becomes a conflict.
    """
    ground = Ground.of(request, rhythm.avoiding(avoid), Diary.of(busy))
    cue = choose(ground)
    kept, blocked = _sorted_out(ground, cue)
    exceptions, conflicts = _move_blocked(ground, cue, kept, blocked)
    occurrences = tuple(sorted([*kept, *(moved.now for moved in exceptions)]))
    return PlacedSeries(
        title=request.title,
        minutes=request.minutes,
        weekdays=cue.weekdays,
        at=cue.at,
        occurrences=occurrences,
        reason=_reason(ground, kept or list(occurrences)),
        moved=_why_moved(ground, cue),
        exceptions=tuple(exceptions),
        conflicts=tuple(conflicts),
    )


def _sorted_out(ground: Ground, cue: Cue) -> tuple[list[datetime], list[tuple[datetime, Obstacle]]]:
    kept: list[datetime] = []
    blocked: list[tuple[datetime, Obstacle]] = []
    for moment in sorted(moment for day in cue.weekdays for moment in ground.moments(day, cue.at)):
        obstacle = ground.obstacle(moment)
        if obstacle is not None and obstacle.must_move:
            blocked.append((moment, obstacle))
        else:
            kept.append(moment)
    return kept, blocked


def _move_blocked(
    ground: Ground, cue: Cue, kept: Sequence[datetime], blocked: Sequence[tuple[datetime, Obstacle]]
) -> tuple[list[Moved], list[Conflict]]:
    """Give each blocked occurrence another time in its own week, the nearest one, on a day of its own if there is one."""
    taken = list(kept)
    moves: list[Moved] = []
    conflicts: list[Conflict] = []
    for moment, obstacle in blocked:
        slot = _elsewhere(ground, cue, moment, taken)
        if slot is None:
            conflicts.append(_conflict(ground, moment, obstacle))
            continue
        taken.append(slot)
        words = f"{_said(ground, moment)} moves to {_said(ground, slot)} because of {obstacle.name}"
        moves.append(Moved(moment, slot, obstacle.name, words))
    return moves, conflicts


def _elsewhere(ground: Ground, cue: Cue, moment: datetime, taken: Sequence[datetime]) -> datetime | None:
    request, rhythm = ground.request, ground.rhythm
    week = (rhythm.day(moment) - request.starts_on).days // 7
    monday = request.starts_on + timedelta(weeks=week)
    own = [Busy(start, start + ground.length, request.title, planned=True) for start in taken]
    free_days = [
        Busy(rhythm.utc(day, time(0)), rhythm.utc(day + timedelta(days=1), time(0)), "a day you keep free")
        for day in (monday + timedelta(days=ahead) for ahead in range(7))
        if day.weekday() not in request.days_open
    ]
    limits = [span for ahead in range(8) for span in _closed(ground, monday + timedelta(days=ahead))]
    load = DayLoad.of([*ground.diary.entries, *own], rhythm)
    full_days = [Busy(*day, FULL_DAY) for day in load.full_days(request.minutes)]
    prefer = Prefer(
        at=cue.at,
        near=moment,
        other_than=frozenset(rhythm.day(start) for start in taken),
        work_ok=request.work_ok,
    )
    slots = find_slots(
        request.minutes,
        max(ground.opens, rhythm.utc(monday, time(0))),
        min(ground.closes, rhythm.utc(monday + timedelta(weeks=1), time(0))),
        rhythm,
        [*ground.diary.entries, *own, *free_days, *limits, *full_days],
        1,
        prefer,
    )
    return slots[0].start if slots else None


def _closed(ground: Ground, day: date) -> list[Busy]:
    """The hours of a day outside the person's limits. A neighbour keeps 15 minutes away; a limit is exact."""
    request, rhythm = ground.request, ground.rhythm
    spans = []
    if request.not_before is not None:
        spans.append((rhythm.utc(day, time(0)), rhythm.utc(day, request.not_before) - BUFFER))
    if request.not_after is not None:
        midnight = rhythm.utc(day + timedelta(days=1), time(0))
        spans.append((rhythm.utc(day, request.not_after) + BUFFER, midnight))
    return [Busy(start, end, "hours you keep free") for start, end in spans if start < end]


def _conflict(ground: Ground, moment: datetime, obstacle: Obstacle) -> Conflict:
    taken = "is full already" if obstacle.kind == "full" else f"is taken by {obstacle.name}"
    message = f"{_said(ground, moment)} {taken}, and that week has no other free time"
    return Conflict(obstacle.name, moment, message)


# ------------------------------------------------------------------ words


def days_in_words(weekdays: Sequence[int]) -> str:
    """(0, 3) -> "Monday and Thursday"; all seven are "every day", Monday to Friday "weekdays"."""
    days = sorted(set(weekdays))
    if len(days) == 7:
        return "every day"
    if days == [0, 1, 2, 3, 4]:
        return "weekdays"
    names = [WEEKDAYS[day] for day in days]
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]])) if names else ""


def _said(ground: Ground, moment: datetime) -> str:
    local = ground.rhythm.local(moment)
    return f"{WEEKDAYS[local.weekday()][:3]} {local.day} {local:%b %H:%M}"


def _reason(ground: Ground, occurrences: Sequence[datetime]) -> str:
    if not occurrences:
        return "no free time in these weeks"
    first = occurrences[0]
    wish = Prefer(part=ground.request.part, work_ok=ground.request.work_ok)
    why = explain(first, first + ground.length, ground.rhythm, ground.diary, ground.hours, wish)
    weeks = ground.request.last_week - ground.request.first_week + 1
    return f"{why}, {weeks} weeks running" if weeks > 1 else why


def _why_moved(ground: Ground, cue: Cue) -> str | None:
    """Compare the cue with the wish, and name what stood in the way there; None when it is as wished."""
    wish = wished(ground)
    if wish == cue:
        return None
    days = (
        wish.weekdays if wish.at != cue.at else tuple(day for day in wish.weekdays if day not in cue.weekdays)
    )
    found = Counter(
        (day, obstacle.name)
        for day in days
        for moment in ground.moments(day, wish.at)
        if (obstacle := ground.obstacle(moment)) is not None
    )
    if not found:
        return None  # an even better spread, not a collision
    (day, name), _ = found.most_common(1)[0]
    there = (
        f"{days_in_words(cue.weekdays)} {cue.at:%H:%M}"
        if cue.weekdays != wish.weekdays
        else f"{cue.at:%H:%M}"
    )
    taken = "is full enough already" if name == FULL_DAY else f"{wish.at:%H:%M} was taken by {name}"
    return f"{there} is free; {WEEKDAYS[day]} {taken}"
