"""The series of a plan: its stages gathered under one number, and placed in the diary under one cue."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from types import MappingProxyType

from agents.outputs import GoalPlannerOutput, ProposedTask
from reminders.rules.rhythm import Avoid, Rhythm
from reminders.rules.series import PlacedSeries, SeriesRequest, place_series
from reminders.rules.slots import Busy
from storage.vocabulary import WEEKDAYS

_FEW_GAPS = 4  # one left out of so many is borne
_LUNCH_BREAK = 30  # minutes; that much fits into one without asking


@dataclass(frozen=True, slots=True)
class Series:
    """Numbered from 1 as the person sees it; `stages` are in the order of their weeks."""

    number: int
    title: str
    stages: tuple[ProposedTask, ...]

    @property
    def first(self) -> ProposedTask:
        return self.stages[0]

    @property
    def longest(self) -> int:
        return max(stage.duration_minutes for stage in self.stages)

    def stage_in(self, week: int) -> ProposedTask:
        """The stage of a week; between two stages the earlier one goes on."""
        begun = [stage for stage in self.stages if stage.week_range[0] <= week]
        return begun[-1] if begun else self.first

    def minutes_in_words(self) -> str:
        """ "15 min", or "15 to 30 min" for a ramp."""
        shortest, longest = min(stage.duration_minutes for stage in self.stages), self.longest
        return f"{longest} min" if shortest == longest else f"{shortest} to {longest} min"

    def weeks_in_words(self) -> str:
        """ "weeks 1-6", "weeks 1-6 without 3", "week 2"."""
        first, last = self.first.week_range[0], self.stages[-1].week_range[1]
        off = [str(week) for week in self.first.weeks_off if first <= week <= last]
        weeks = f"week {first}" if first == last else f"weeks {first}-{last}"
        return f"{weeks} without {_listed(off)}" if off else weeks

    def request(
        self, starts_on: date, earliest: datetime | None = None, latest: datetime | None = None
    ) -> SeriesRequest:
        """What the diary is asked for; room is made for the longest stage, so that the cue holds all the way."""
        task = self.first
        return SeriesRequest(
            title=self.title,
            minutes=self.longest,
            starts_on=starts_on,
            weekdays=task.weekdays,
            not_on=frozenset(WEEKDAYS.index(day) for day in task.not_on),
            per_week=task.days_a_week,
            at=task.local_time,
            part=task.day_part,
            first_week=task.week_range[0],
            last_week=self.stages[-1].week_range[1],
            earliest=earliest,
            latest=latest,
            days_said=task.days_said,
            work_ok=task.time_said or (task.day_part == "noon" and self.longest <= _LUNCH_BREAK),
            weeks_off=frozenset(task.weeks_off),
            not_before=time.fromisoformat(task.not_before) if task.not_before else None,
            not_after=time.fromisoformat(task.not_after) if task.not_after else None,
        )


def _listed(words: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


@dataclass(frozen=True, slots=True)
class PlacedTask:
    """One occurrence of a plan (UTC), with the words of its stage."""

    series: int
    title: str
    description: str
    start: datetime
    minutes: int


def series_of(plan: GoalPlannerOutput) -> tuple[Series, ...]:
    """The plan's tasks by title, in the order they are first named."""
    gathered: dict[str, list[ProposedTask]] = {}
    for task in plan.proposed_tasks:
        gathered.setdefault(task.title.casefold(), []).append(task)
    return tuple(
        Series(number, stages[0].title, tuple(sorted(stages, key=lambda stage: stage.week_range)))
        for number, stages in enumerate(gathered.values(), start=1)
    )


@dataclass(frozen=True, slots=True)
class Shared:
    """A series of another goal that serves this one too: nothing double is planned for those days."""

    goal: str  # its title
    weekdays: tuple[int, ...]
    at: time  # local
    task_ids: tuple[str, ...]


def place_plan(
    plan: GoalPlannerOutput,
    starts_on: date,
    rhythm: Rhythm,
    busy: Sequence[Busy],
    avoid: Sequence[Avoid] = (),
    earliest: datetime | None = None,
    latest: datetime | None = None,
    shared: Mapping[int, Shared] = MappingProxyType({}),
) -> list[PlacedSeries]:
    """Place every series (Series.number - 1 is its index), each around the ones before it; the person's own words first.

    One day of the week stays without any, other goals' included, unless a series is daily or its days were named. Of a series that is
    `shared` (by its number) only the days that the other one does not cover are placed.
    """
    series = series_of(plan)
    placed: dict[int, PlacedSeries] = {}
    taken, in_use = list(busy), planned_weekdays(busy, rhythm)
    order = sorted(series, key=lambda one: (not one.first.time_said, not one.first.days_said, one.number))
    for one in order:
        request = one.request(starts_on, earliest, latest)
        there = shared.get(one.number)
        if there is not None:
            request = _rest_of(request, there)
        if there is not None and request.per_week == 0:
            placed[one.number] = _covered(request, there)
            continue
        placed[one.number] = _placed(request, in_use, rhythm, taken, avoid)
        in_use |= frozenset(placed[one.number].weekdays)
        taken.extend(placed[one.number].busy())
    return [placed[one.number] for one in series]


def planned_weekdays(busy: Sequence[Busy], rhythm: Rhythm) -> frozenset[int]:
    """The weekdays that goals use already, week by week; a single task is no habit."""
    days = Counter(rhythm.local(entry.start).weekday() for entry in busy if entry.planned)
    return frozenset(day for day, count in days.items() if count > 1)


def _rest_of(request: SeriesRequest, there: Shared) -> SeriesRequest:
    """The days a week that are still missing; per_week is 0 when there are none."""
    missing = max(0, request.times_a_week - len(there.weekdays))
    return replace(request, weekdays=(), per_week=missing, not_on=request.not_on | frozenset(there.weekdays))


def _covered(request: SeriesRequest, there: Shared) -> PlacedSeries:
    return PlacedSeries(request.title, request.minutes, there.weekdays, there.at, (), "on your list already")


def _placed(
    request: SeriesRequest,
    in_use: frozenset[int],
    rhythm: Rhythm,
    taken: Sequence[Busy],
    avoid: Sequence[Avoid],
) -> PlacedSeries:
    """Placed as often as fits beside the rest, and away from the last empty day of the week while that costs nothing."""
    placed = _as_often_as_fits(request, rhythm, taken, avoid)
    left = [day for day in request.days_open if day not in in_use]
    fills = bool(in_use) and bool(left) and len(in_use.union(placed.weekdays)) == 7
    if not fills or request.days_said or len(placed.weekdays) == 7:
        return placed
    kept = max(left, key=lambda day: (day not in request.weekdays, day))
    away = replace(request, not_on=request.not_on | {kept}, per_week=len(placed.weekdays))
    elsewhere = place_series(away, rhythm, taken, avoid)
    return elsewhere if len(elsewhere.occurrences) >= len(placed.occurrences) else placed


def _as_often_as_fits(
    request: SeriesRequest, rhythm: Rhythm, taken: Sequence[Busy], avoid: Sequence[Avoid]
) -> PlacedSeries:
    """Fewer days a week when many of the wished ones have no room: a steady few are worth more than gaps."""
    placed = place_series(request, rhythm, taken, avoid)
    for count in range(request.times_a_week - 1, 0, -1):
        gaps = len(placed.conflicts)
        if request.days_said or gaps * _FEW_GAPS <= gaps + len(placed.occurrences):
            break
        fewer = place_series(replace(request, weekdays=(), per_week=count), rhythm, taken, avoid)
        placed = fewer if fewer.occurrences else placed
    return placed


def placed_tasks(series: Series, placed: PlacedSeries, starts_on: date, rhythm: Rhythm) -> list[PlacedTask]:
    """Every occurrence with the length and words of the stage its week belongs to."""
    tasks = []
    for start in placed.occurrences:
        week = (rhythm.day(start) - starts_on) // timedelta(weeks=1) + 1
        stage = series.stage_in(week)
        tasks.append(PlacedTask(series.number, stage.title, stage.description, start, stage.duration_minutes))
    return tasks
