"""The spare time of a weekly series: one free slot a week that waits for whatever was missed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from reminders.rules.cues import Ground, SeriesRequest
from reminders.rules.diary import Busy, Diary
from reminders.rules.rhythm import Rhythm, within
from reminders.rules.slot_reasons import hours_between

_MOST_WEEKS_FREE = 2 / 3  # a spare time that is taken more often than that is none


@dataclass(frozen=True, slots=True)
class Spare:
    """`weekday` is None for a series that fills the week: then it is later on the same day. Local time, UTC moments."""

    weekday: int | None
    at: time
    moments: tuple[datetime, ...]  # the weeks in which it is really free

    def busy(self, minutes: int, title: str) -> list[Busy]:
        length = timedelta(minutes=minutes)
        return [Busy(start, start + length, title) for start in self.moments]


def find_spare(
    request: SeriesRequest,
    weekdays: Sequence[int],
    at: time,
    rhythm: Rhythm,
    busy: Sequence[Busy],
    keep_free: int | None = None,
) -> Spare | None:
    """A weekly time that is free in most weeks, at the series' own time if possible, soon after one of its days.

    `busy` holds the series itself too. `keep_free` is a weekday that is to stay empty; it is used when nothing else
    is left. None when no time is free in two weeks out of three.
    """
    spare = replace(request, weekdays=(), at=None, days_said=False, latest=request.latest)
    ground = Ground.of(spare, rhythm, Diary.of(busy))
    found: Spare | None = None
    for weekday, moment in _candidates(ground, weekdays, at, keep_free):
        every = list(_moments(ground, weekday, moment))
        free = tuple(start for start in every if ground.obstacle(start) is None)
        if not every:
            continue  # that weekday does not come any more before the end
        if len(free) == len(every):
            return Spare(weekday, moment, free)
        most = len(found.moments) if found else _MOST_WEEKS_FREE * len(every) - 0.01
        if len(free) > most:
            found = Spare(weekday, moment, free)
    return found


def _moments(ground: Ground, weekday: int | None, at: time) -> Iterator[datetime]:
    for day in range(7) if weekday is None else (weekday,):
        yield from ground.moments(day, at)


def _candidates(
    ground: Ground, weekdays: Sequence[int], at: time, keep_free: int | None
) -> Iterator[tuple[int | None, time]]:
    """The series' own time on its empty days first, then other times; the day that is kept free comes last."""
    days = [day for day in ground.request.days_open if day not in weekdays]
    times = sorted(_times(ground, at), key=lambda other: (hours_between(other, at), other))
    if not days:
        yield from ((None, other) for other in times if other > at)
        return
    days.sort(key=lambda day: (day == keep_free, min(((day - own) % 7 for own in weekdays), default=0)))
    easy = [day for day in days if day != keep_free]
    for some in (easy, [day for day in days if day == keep_free]):
        yield from ((day, other) for other in times for day in some)


def _times(ground: Ground, at: time) -> set[time]:
    """The series' own time and every half hour in which the person is up."""
    sleep = ground.rhythm.sleep
    grid = {time(half // 2, half % 2 * 30) for half in range(48)}
    return {other for other in grid if sleep is None or not within(other, *sleep)} | {at}
