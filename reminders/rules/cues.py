"""Choosing the cue of a weekly series: which days and which local time, all weeks weighed together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import combinations

from reminders.rules.diary import HORIZON, Diary, Hours, overlap
from reminders.rules.load import DayLoad
from reminders.rules.rhythm import Interval, Rhythm, within
from reminders.rules.slot_reasons import hours_between, hours_outside, usual_window

_ANCHORS = {  # the time within a part of the day that most people would pick
    "early morning": time(6, 30),
    "morning": time(7, 30),
    "noon": time(12, 30),
    "afternoon": time(15),
    "evening": time(18, 30),
    "night": time(20, 30),
}
# What an obstacle costs; an hour away from the wish costs 1.5. Work is a last resort, sleep is none at all.
_OCCURRENCE_MOVES, _AT_WORK, _AVOIDED, _ASLEEP = 1.5, 50.0, 20.0, 200.0
FULL_DAY = "a full day"  # the name of what stands in the way when the day has enough planned
_NEVER_COMES = 40.0  # a weekday that does not fall before the end
_OTHER_TIME, _OTHER_DAY, _OTHER_THAN_SAID = 1.0, 3.0, 12.0


@dataclass(frozen=True, slots=True)
class SeriesRequest:
    """What was said about a series. Week 1 begins on `starts_on`; both weeks are included; Monday is 0."""

    title: str
    minutes: int
    starts_on: date
    weekdays: tuple[int, ...] = ()
    not_on: frozenset[int] = frozenset()  # days the person keeps free; never used
    per_week: int = 0  # how many days a week when no weekdays were named
    at: time | None = None  # local
    part: str | None = None
    first_week: int = 1
    last_week: int = 6
    earliest: datetime | None = None  # UTC; nothing begins before this moment
    latest: datetime | None = None  # UTC; nothing ends after this moment
    days_said: bool = False  # the person named the days themselves: they move only when nothing else fits
    work_ok: bool = False  # the person asked for a time within their work hours
    weeks_off: frozenset[int] = frozenset()  # weeks of the series that stay empty
    not_before: time | None = None  # local; nothing begins earlier in the day
    not_after: time | None = None  # local; everything is over by then

    @property
    def times_a_week(self) -> int:
        """As many as were asked for and the days kept free allow, at least one."""
        wanted = len(set(self.weekdays)) or max(self.per_week, 1)
        return max(1, min(wanted, len(self.days_open)))

    def within_limits(self, at: time) -> bool:
        """Whether a local time keeps to the hours the person allows."""
        begins, limit = at.hour * 60 + at.minute, self.not_after
        if self.not_before is not None and at < self.not_before:
            return False
        return limit is None or begins + self.minutes <= limit.hour * 60 + limit.minute

    @property
    def days_open(self) -> tuple[int, ...]:
        """All seven when every day is kept free: a contradiction is answered by the words around it."""
        return tuple(day for day in range(7) if day not in self.not_on) or tuple(range(7))


@dataclass(frozen=True, slots=True)
class Cue:
    weekdays: tuple[int, ...]
    at: time


@dataclass(frozen=True, slots=True)
class Obstacle:
    kind: str  # task | asleep | full | work | pattern
    name: str  # the other task's title, or words for the rest
    cost: float

    @property
    def must_move(self) -> bool:
        return self.kind in ("task", "asleep", "full")


@dataclass(frozen=True)
class Ground:
    """Everything a request is weighed against, worked out once."""

    request: SeriesRequest
    rhythm: Rhythm
    diary: Diary
    hours: Hours
    opens: datetime  # nothing before (UTC)
    closes: datetime  # nothing after: six weeks, or the deadline
    full: list[Interval]  # days that have enough planned already

    @classmethod
    def of(cls, request: SeriesRequest, rhythm: Rhythm, diary: Diary) -> Ground:
        first = rhythm.utc(request.starts_on, time(0))
        opens = max(first, request.earliest or first)
        closes = min(first + HORIZON, request.latest or first + HORIZON)
        load = DayLoad.of(diary.entries, rhythm)
        return cls(
            request,
            rhythm,
            diary,
            Hours.of(rhythm, first - timedelta(days=1), closes + timedelta(days=2)),
            opens,
            closes,
            [] if request.days_said else load.full_days(request.minutes),
        )

    @property
    def length(self) -> timedelta:
        return timedelta(minutes=self.request.minutes)

    def moments(self, weekday: int, at: time) -> Iterator[datetime]:
        """The series' times on one weekday (UTC), those outside the window left out."""
        first = self.request.starts_on
        offset = (weekday - first.weekday()) % 7
        for week in range(self.request.first_week, self.request.last_week + 1):
            if week in self.request.weeks_off:
                continue
            moment = self.rhythm.utc(first + timedelta(days=offset + 7 * (week - 1)), at)
            if self.opens <= moment and moment + self.length <= self.closes:
                yield moment

    def obstacle(self, start: datetime) -> Obstacle | None:
        end = start + self.length
        if self.hours.night(start, end):
            return Obstacle("asleep", "your sleep", _ASLEEP)
        clash = self.diary.clash(start, end)
        if clash is not None:
            return Obstacle("task", clash.title, _OCCURRENCE_MOVES)
        if overlap(self.full, start, start + timedelta(minutes=1)):
            return Obstacle("full", FULL_DAY, _OCCURRENCE_MOVES)
        if not self.request.work_ok and self.hours.at_work(start, end):
            return Obstacle("work", "your work hours", _AT_WORK)
        avoid = self.rhythm.avoided(start)
        return Obstacle("pattern", avoid.reason, _AVOIDED * avoid.confidence) if avoid else None


def choose(ground: Ground) -> Cue:
    """The cheapest cue: near the wish, few occurrences in anybody's way, days apart, full days left alone."""
    first = ground.request.days_open[: ground.request.times_a_week]
    best, lowest = Cue(first, ground.request.at or time(18)), float("inf")
    loads = [_load(ground, weekday) for weekday in range(7)]
    _, floor = _cheapest_days(
        ground.request, loads
    )  # no time can be cheaper than its days without an obstacle
    for away, at in sorted((_away(at, ground), at) for at in _times(ground)):
        if away + floor >= lowest:
            break
        costs = [loads[day] + _day_cost(ground, day, at) for day in range(7)]
        days, cost = _cheapest_days(ground.request, costs)
        if away + cost < lowest:
            best, lowest = Cue(days, at), away + cost
    return best


def wished(ground: Ground) -> Cue:
    """The cue as it was asked for; what was left open is what an empty diary would give."""
    empty = Ground.of(ground.request, ground.rhythm, Diary.of(()))
    free = choose(empty)
    days = tuple(sorted(set(ground.request.weekdays).intersection(ground.request.days_open)))
    return Cue(days or free.weekdays, ground.request.at or _wished_time(ground, free.at))


def _wished_time(ground: Ground, free: time) -> time:
    """Within a wished part of the day, the free time; when work or sleep take all of it, what would have been."""
    if ground.request.part is None:
        return free
    start, end = ground.rhythm.part(ground.request.part)
    return free if within(free, start, end) else _anchor(ground, start, end)


def _times(ground: Ground) -> set[time]:
    """Every half hour in which the person is up and that they allow, and the wished time."""
    request, sleep = ground.request, ground.rhythm.sleep
    grid = {time(half // 2, half % 2 * 30) for half in range(48)}
    if request.not_before is not None:
        grid.add(request.not_before)
    awake = {at for at in grid if sleep is None or not within(at, *sleep)}
    allowed = {at for at in awake if request.within_limits(at)} or awake
    return allowed | {request.at} if request.at else allowed or grid


def _away(at: time, ground: Ground) -> float:
    """What a time costs for not being the wished one; within a wished part of the day, next to nothing."""
    request, rhythm = ground.request, ground.rhythm
    if request.at is not None:
        return 0.0 if at == request.at else _OTHER_TIME + 1.5 * hours_between(at, request.at)
    start, end = rhythm.part(request.part) if request.part else usual_window(rhythm)
    outside = hours_outside(at, start, end)
    return (
        (_OTHER_TIME if outside else 0.0)
        + 1.5 * outside
        + 0.1 * hours_between(at, _anchor(ground, start, end))
    )


def _anchor(ground: Ground, start: time, end: time) -> time:
    """Where in a window one would begin; without any wish: in the chronotype's hours, or after work."""
    request, rhythm = ground.request, ground.rhythm
    if request.part is None:
        anchor = rhythm.work[1] if rhythm.work and rhythm.chronotype == "neutral" else _ANCHORS["morning"]
        anchor = _ANCHORS["evening"] if rhythm.chronotype == "evening" else anchor
    else:
        anchor = _ANCHORS.get(request.part, start)
    return anchor if within(anchor, start, end) else start


def _day_cost(ground: Ground, weekday: int, at: time) -> float:
    moments = list(ground.moments(weekday, at))
    if not moments:
        return _NEVER_COMES
    obstacles = (ground.obstacle(moment) for moment in moments)
    return sum(obstacle.cost for obstacle in obstacles if obstacle is not None)


def _load(ground: Ground, weekday: int) -> float:
    """Days that are full already cost a little."""
    counts = [
        ground.diary.on(midnight, midnight + timedelta(days=1))
        for midnight in ground.moments(weekday, time(0))
    ]
    return 0.3 * sum(counts) / len(counts) if counts else 0.0


def _cheapest_days(request: SeriesRequest, costs: list[float]) -> tuple[tuple[int, ...], float]:
    wish = frozenset(request.weekdays).intersection(request.days_open)
    change = _OTHER_THAN_SAID if request.days_said else _OTHER_DAY

    def cost(days: tuple[int, ...]) -> float:
        extra = change * len(wish.difference(days)) if wish else _crowding(days)
        return extra + sum(costs[day] for day in days)

    days = min(combinations(request.days_open, request.times_a_week), key=cost)
    return days, cost(days)


@lru_cache(maxsize=128)  # there are 127 sets of weekdays
def _crowding(days: tuple[int, ...]) -> float:
    """0 for days spread evenly over the week, more for days side by side; the weekend counts a little extra."""
    even = 7 / len(days)
    gaps = [(following - day - 1) % 7 + 1 for day, following in zip(days, (*days[1:], days[0]), strict=True)]
    return 0.5 * sum((gap - even) ** 2 for gap in gaps) + 0.2 * sum(day >= 5 for day in days)
