"""The series of a plan: its stages gathered under one number, and placed in the diary under one cue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from agents.outputs import GoalPlannerOutput, ProposedTask
from reminders.rules.rhythm import Avoid, Rhythm
from reminders.rules.series import PlacedSeries, SeriesRequest, place_series
from reminders.rules.slots import Busy
from storage.vocabulary import WEEKDAYS


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

    def request(self, starts_on: date, earliest: datetime | None = None) -> SeriesRequest:
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
            days_said=task.days_said,
            work_ok=task.time_said,
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


def place_plan(
    plan: GoalPlannerOutput,
    starts_on: date,
    rhythm: Rhythm,
    busy: Sequence[Busy],
    avoid: Sequence[Avoid] = (),
    earliest: datetime | None = None,
) -> list[PlacedSeries]:
    """Place every series (Series.number - 1 is its index), each around the ones before it; the person's own words first."""
    series = series_of(plan)
    placed: dict[int, PlacedSeries] = {}
    taken = list(busy)
    order = sorted(series, key=lambda one: (not one.first.time_said, not one.first.days_said, one.number))
    for one in order:
        placed[one.number] = place_series(one.request(starts_on, earliest), rhythm, taken, avoid)
        taken.extend(placed[one.number].busy())
    return [placed[one.number] for one in series]


def placed_tasks(series: Series, placed: PlacedSeries, starts_on: date, rhythm: Rhythm) -> list[PlacedTask]:
    """Every occurrence with the length and words of the stage its week belongs to."""
    tasks = []
    for start in placed.occurrences:
        week = (rhythm.day(start) - starts_on) // timedelta(weeks=1) + 1
        stage = series.stage_in(week)
        tasks.append(PlacedTask(series.number, stage.title, stage.description, start, stage.duration_minutes))
    return tasks
