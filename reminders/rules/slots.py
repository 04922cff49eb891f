"""Finding free times: sleep is a wall, work a fence, tasks keep 15 minutes apart, and each choice has a reason."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from reminders.rules.diary import BUFFER, HORIZON, Busy, Diary, Hours, Prefer, Slot
from reminders.rules.rhythm import Rhythm
from reminders.rules.slot_reasons import distance, explain

__all__ = ["BUFFER", "HORIZON", "Busy", "Prefer", "Slot", "find_slots", "is_free"]

_GRID = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class _Search:
    """One search's constants, so that the steps below stay short."""

    earliest: datetime
    latest: datetime
    length: timedelta
    rhythm: Rhythm
    diary: Diary
    hours: Hours
    wish: Prefer
    count: int


def find_slots(
    minutes: int,
    earliest: datetime,
    latest: datetime,
    rhythm: Rhythm,
    busy: Sequence[Busy],
    count: int = 3,
    prefer: Prefer | None = None,
) -> list[Slot]:
    """Up to `count` free times that begin at or after `earliest` and end by `latest` (UTC), the best first.

    The window is cut at six weeks. Times within work hours, and times a pattern speaks against, come only when
    nothing else is free (or `prefer.work_ok`). No two results overlap, and all are at least two hours apart.
    """
    wish = prefer or Prefer()
    latest = min(latest, earliest + HORIZON)
    hours = Hours.of(rhythm, earliest - timedelta(days=1), latest + timedelta(days=2))
    search = _Search(
        earliest, latest, timedelta(minutes=minutes), rhythm, Diary.of(busy), hours, wish, max(count, 1)
    )
    for work, avoided in ((wish.work_ok, False), (wish.work_ok, True), (True, True)):
        free = _free_starts(search, work=work, avoided=avoided)
        if free:
            return _spread([_scored(search, start) for start in free], search.count)
    return []


def is_free(start: datetime, minutes: int, rhythm: Rhythm, busy: Sequence[Busy]) -> bool:
    """Whether a task may stand there at all: awake, and 15 minutes from everything else."""
    end = start + timedelta(minutes=minutes)
    return not rhythm.sleeps_between(start, end) and Diary.of(busy).clash(start, end) is None


def _free_starts(search: _Search, *, work: bool, avoided: bool) -> list[datetime]:
    """Free starts of the first week, and of later days until there are enough to choose from."""
    found: list[datetime] = []
    enough_from = max(search.earliest, search.wish.near or search.earliest) + timedelta(days=8)
    for start in _grid(search):
        if start >= enough_from and len(found) >= 6 * search.count:
            break
        end = start + search.length
        if (
            search.diary.clash(start, end) is None
            and (work or not search.hours.at_work(start, end))
            and (avoided or search.rhythm.avoided(start) is None)
        ):
            found.append(start)
    return found


def _grid(search: _Search) -> Iterator[datetime]:
    """Half-hour steps on the local clock, and the wished time itself; nights are stepped over."""
    start = _next_half_hour(search.rhythm.local(search.earliest), search.earliest)
    exact = list(_wished_times(search))
    while start + search.length <= search.latest:
        while exact and exact[0] <= start:
            wished = exact.pop(0)
            if wished < start and not search.hours.night(wished, wished + search.length):
                yield wished
        night = search.hours.night(start, start + search.length)
        if night is None:
            yield start
            start += _GRID
        else:
            start = _next_half_hour(search.rhythm.local(night[1]), night[1])


def _wished_times(search: _Search) -> Iterator[datetime]:
    """The wished wall time of each day of the search: 07:10 lies on no half hour."""
    if search.wish.at is None:
        return
    day = search.rhythm.day(search.earliest)
    while day <= search.rhythm.day(search.latest):
        at = search.rhythm.utc(day, search.wish.at)
        if search.earliest <= at and at + search.length <= search.latest:
            yield at
        day += timedelta(days=1)


def _next_half_hour(local: datetime, at: datetime) -> datetime:
    past = timedelta(minutes=local.minute % 30, seconds=local.second, microseconds=local.microsecond)
    return at + (_GRID - past) if past else at


def _scored(search: _Search, start: datetime) -> Slot:
    rhythm, wish, end = search.rhythm, search.wish, start + search.length
    local = rhythm.local(start)
    day = rhythm.utc(local.date(), time(0))
    far = distance(local.time(), rhythm, wish)
    score = 10.0 - (far if wish.near is None or wish.at or wish.part else far / 4)
    score -= (start - search.earliest) / timedelta(days=1)  # sooner is better, a point a day
    score -= min(search.diary.on(day, day + timedelta(days=1)), 6) * 0.3
    if wish.near is not None:
        score -= abs(start - wish.near) / timedelta(hours=3)
    if wish.weekdays and local.weekday() not in wish.weekdays:
        score -= 6
    if local.date() in wish.other_than:
        score -= 4
    woke = search.hours.awake_since(start)
    if wish.at is None and woke is not None and start - woke < _GRID:
        score -= 1  # nobody is reminded in their sleep
    return Slot(start, end, explain(start, end, rhythm, search.diary, search.hours, wish), round(score, 3))


def _spread(slots: Sequence[Slot], count: int) -> list[Slot]:
    """The best ones that are not the same offer twice."""
    chosen: list[Slot] = []
    for slot in sorted(slots, key=lambda slot: (-slot.score, slot.start)):
        apart = max(timedelta(hours=2), slot.end - slot.start + BUFFER)
        if all(abs(slot.start - other.start) >= apart for other in chosen):
            chosen.append(slot)
        if len(chosen) == count:
            break
    return chosen
