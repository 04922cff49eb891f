"""Random lives, diaries and model answers for the rules of placing; drawn from one seed each, so that a find can be repeated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from random import Random
from zoneinfo import ZoneInfo, available_timezones

from agents.outputs import GoalPlannerOutput, MicroGoal, ProposedTask
from agents.plans.series import PlacedTask, place_plan, placed_tasks, series_of
from agents.plans.slack import find_spares
from reminders.rules.diary import BUFFER, HORIZON, Busy
from reminders.rules.load import MOST_MINUTES, MOST_TASKS
from reminders.rules.rhythm import DAY_PARTS, Avoid, Rhythm
from reminders.rules.series import PlacedSeries
from storage.vocabulary import WEEKDAYS, Chronotype

ZONES = sorted(available_timezones())
# Both hemispheres' clock changes, the half-hour one of Lord Howe, odd offsets, and a day that never was.
_MONTHS = (date(2026, 3, 1), date(2026, 9, 20), date(2026, 10, 10), date(2027, 1, 4), date(2026, 6, 15))
_ODD = ("Australia/Lord_Howe", "Asia/Kathmandu", "America/St_Johns", "Pacific/Apia", "Africa/Casablanca")


@dataclass(frozen=True)
class Case:
    plan: GoalPlannerOutput
    rhythm: Rhythm
    busy: tuple[Busy, ...]
    avoid: tuple[Avoid, ...]
    starts_on: date
    now: datetime
    deadline: datetime | None

    @property
    def opens(self) -> datetime:
        return max(self.rhythm.utc(self.starts_on, time(0)), self.now + timedelta(hours=1))

    @property
    def closes(self) -> datetime:
        end = self.rhythm.utc(self.starts_on, time(0)) + HORIZON
        return min(end, self.deadline or end)


def draw_case(random: Random, kind: str = "") -> Case:
    zone = ZoneInfo(random.choice(_ODD) if random.random() < 0.3 else random.choice(ZONES))
    starts_on = random.choice(_MONTHS) + timedelta(days=random.randrange(40))
    rhythm = Rhythm(zone, _sleep(random, kind), _work(random, kind), random.choice([*Chronotype]))
    now = rhythm.utc(starts_on - timedelta(days=1), time(random.randrange(24), random.randrange(60)))
    deadline = now + timedelta(days=random.randrange(1, 60)) if random.random() < 0.3 else None
    avoid = tuple(
        Avoid(random.randrange(7), time(hour), time(hour + 2), "hard before", random.random())
        for hour in random.sample(range(6, 22), k=random.randrange(3))
    )
    return Case(_plan(random), rhythm, _busy(random, kind, now), avoid, starts_on, now, deadline)


def placed(case: Case) -> list[PlacedSeries]:
    earliest = case.now + timedelta(hours=1)
    return place_plan(case.plan, case.starts_on, case.rhythm, case.busy, case.avoid, earliest, case.deadline)


def broken_rules(case: Case, result: Sequence[PlacedSeries]) -> list[str]:
    """Every hard rule that these places break, in words; [] when the plan holds."""
    series = series_of(case.plan)[: len(result)]
    tasks = [
        task
        for one, where in zip(series, result, strict=True)
        for task in placed_tasks(one, where, case.starts_on, case.rhythm)
    ]
    longest = {one.number: one.longest for one in series}
    spans = [
        Busy(task.start, task.start + timedelta(minutes=longest[task.series]), task.title) for task in tasks
    ]
    return [
        *_in_sleep(case, spans),
        *_outside(case, spans),
        *_doubles(case, spans),
        *_clock_errors(case, result),
        *_overfull(case, tasks),
        *_wrong_weeks(case, result),
        *_spares_taken(case, result, spans),
    ]


# ------------------------------------------------------------------ the judge


def _in_sleep(case: Case, spans: Sequence[Busy]) -> list[str]:
    return [
        f"{one.title} at {one.start} in sleep"
        for one in spans
        if case.rhythm.sleeps_between(one.start, one.end)
    ]


def _outside(case: Case, spans: Sequence[Busy]) -> list[str]:
    return [
        f"{one.title} at {one.start} outside the horizon"
        for one in spans
        if one.start < case.opens or one.end > case.closes
    ]


def _doubles(case: Case, spans: Sequence[Busy]) -> list[str]:
    own = sorted(spans, key=lambda one: one.start)
    among = [
        f"double booked: {first.title} and {second.title} at {second.start}"
        for first, second in pairwise(own)
        if first.end + BUFFER > second.start
    ]
    return among + [
        f"double booked: {one.title} and {other.title} at {one.start}"
        for one in spans
        for other in case.busy
        if one.start < other.end + BUFFER and other.start < one.end + BUFFER
    ]


def _clock_errors(case: Case, result: Sequence[PlacedSeries]) -> list[str]:
    """Every kept occurrence shows the series' wall time; only a time that a clock change skips shows another."""
    wrong = []
    for one in result:
        moved = {exception.now for exception in one.exceptions}
        for start in set(one.occurrences) - moved:
            local = case.rhythm.local(start)
            skipped = case.rhythm.utc(local.date(), one.at) == start and local.time() != one.at
            if local.time() != one.at and not skipped:
                wrong.append(f"{one.title} at {local}, not {one.at}")
        if any(start.utcoffset() != timedelta(0) for start in one.occurrences):
            wrong.append(f"{one.title} is not in UTC")
    return wrong


def _overfull(case: Case, tasks: Sequence[PlacedTask]) -> list[str]:
    """At most three planned tasks or two hours a day, but for days that the person named."""
    named = {one.number for one in series_of(case.plan) if one.first.days_said}
    longest = {one.number: one.longest for one in series_of(case.plan)}
    days: dict[date, list[int]] = {}
    for entry in case.busy:
        if entry.planned:
            minutes = round((entry.end - entry.start) / timedelta(minutes=1))
            days.setdefault(case.rhythm.day(entry.start), []).append(minutes)
    before = {day: len(entries) for day, entries in days.items()}
    for task in tasks:
        if task.series not in named:
            days.setdefault(case.rhythm.day(task.start), []).append(longest[task.series])
    return [
        f"{day} is overfull: {minutes}"
        for day, minutes in days.items()
        if len(minutes) > before.get(day, 0)
        and (len(minutes) > MOST_TASKS or (len(minutes) > 1 and sum(minutes) > MOST_MINUTES))
    ]


def _wrong_weeks(case: Case, result: Sequence[PlacedSeries]) -> list[str]:
    wrong = []
    for one, where in zip(series_of(case.plan), result, strict=False):
        first, last = one.first.week_range[0], one.stages[-1].week_range[1]
        weeks = [(case.rhythm.day(start) - case.starts_on).days // 7 + 1 for start in where.occurrences]
        if any(not first <= week <= last for week in weeks):
            wrong.append(f"{one.title} in weeks {weeks}, not {first}-{last}")
        if weeks and max(weeks.count(week) for week in weeks) > one.first.days_a_week:
            wrong.append(f"{one.title} more often than {one.first.days_a_week} times a week")
        free = {WEEKDAYS.index(day) for day in one.first.not_on}
        if len(free) < 7 and any(case.rhythm.local(start).weekday() in free for start in where.occurrences):
            wrong.append(f"{one.title} on a day that is kept free")
    return wrong


def _spares_taken(case: Case, result: Sequence[PlacedSeries], spans: Sequence[Busy]) -> list[str]:
    """A spare time is as free as a task's own."""
    series = series_of(case.plan)[: len(result)]
    earliest = case.now + timedelta(hours=1)
    requests = [one.request(case.starts_on, earliest, case.deadline) for one in series]
    spares = find_spares(series, requests, result, case.rhythm, case.busy)
    offered = [
        Busy(start, start + timedelta(minutes=one.longest), f"spare of {one.title}")
        for one, spare in zip(series, spares, strict=True)
        if spare is not None
        for start in spare.moments
    ]
    return [*_in_sleep(case, offered), *_outside(case, offered), *_doubles(case, [*spans, *offered])]


# ------------------------------------------------------------------ the lives


def _sleep(random: Random, kind: str) -> tuple[time, time] | None:
    if kind == "awake all day" or random.random() < 0.1:
        return None
    bed = time(random.randrange(24), random.choice((0, 15, 30, 45)))  # night shifts included
    hours = random.choice((4, 6, 7, 8, 9, 12))
    wake = time((bed.hour + hours) % 24, bed.minute)
    return bed, wake


def _work(random: Random, kind: str) -> tuple[time, time, frozenset[int]] | None:
    if kind == "works round the clock":
        return time(0), time(23, 59), frozenset(range(7))
    if kind == "never at work" or random.random() < 0.2:
        return None
    starts = random.randrange(24)
    days = frozenset(random.sample(range(7), k=random.randint(1, 7)))
    return time(starts), time((starts + random.choice((4, 8, 12))) % 24), days


def _busy(random: Random, kind: str, now: datetime) -> tuple[Busy, ...]:
    if kind == "diary full":
        return (Busy(now, now + timedelta(weeks=8), "Expedition"),)
    entries = []
    for number in range(random.choice((0, 0, 5, 40, 160))):
        start = now + timedelta(minutes=15 * random.randrange(8 * 7 * 96))
        length = timedelta(minutes=random.choice((5, 30, 60, 240, 1440)))
        planned = length <= timedelta(hours=1) and random.random() < 0.5
        entries.append(Busy(start, start + length, f"Thing {number}", planned=planned))
    return tuple(entries)


def _plan(random: Random) -> GoalPlannerOutput:
    """A valid answer with every field at its extremes."""
    tasks: list[ProposedTask] = []
    for number in range(random.randint(1, 4)):
        tasks += _series(random, number)
    return GoalPlannerOutput(
        goal_feasible_in_6_weeks=True,
        micro_goal_roadmap=[MicroGoal(title="x" * 120, pipeline_order=20, target_weeks=1)],
        proposed_tasks=tasks[:9],
        plan_summary="s" * random.choice((1, 1200)),
    )


def _series(random: Random, number: int) -> list[ProposedTask]:
    first = random.randint(1, 6)
    edges = sorted({first - 1, *(random.randint(first, 6) for _ in range(random.randint(1, 3)))})
    days = random.sample(WEEKDAYS, k=random.randint(0, 7))
    said = bool(days) and random.random() < 0.3
    clock = random.choice((None, "00:00", "02:30", "07:10", "12:00", "23:59"))
    return [
        ProposedTask(
            title=f"Series {number}",
            description="d" * random.choice((0, 500)),
            scheduled_days=days,
            suggested_time=clock,
            duration_minutes=random.choice((5, 15, 30, 60, 120, 480)),
            recurrence_rule=random.choice((None, "FREQ=DAILY;COUNT=9999")),
            week_range=(begins + 1, ends),
            times_per_week=random.randint(1, 7) if not days or random.random() < 0.5 else None,
            day_part=random.choice((None, *DAY_PARTS)),
            not_on=random.sample(WEEKDAYS, k=random.choice((0, 0, 1, 7))),
            days_said=said,
            time_said=clock is not None and random.random() < 0.3,
        )
        for begins, ends in pairwise(edges)
    ]
