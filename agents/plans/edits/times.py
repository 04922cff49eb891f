"""Other times for one task of a plan: really free ones, found by placing it again, each with its reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from agents import diary, wording
from agents.plans.draft import Draft
from agents.plans.edits.operations import EditKind, PlanEdit
from agents.plans.placing import in_the_way
from agents.plans.series import Series, series_of
from agents.turn import TurnContext
from reminders.rules.diary import Busy
from reminders.rules.series import PlacedSeries, SeriesRequest, place_series
from storage.vocabulary import WEEKDAYS

_PARTS = ("morning", "noon", "afternoon", "evening", "early morning", "night")
_MOST = 3


@dataclass(frozen=True, slots=True)
class OtherTime:
    """One offer; `argument` fits a button and is read back by `chosen`."""

    label: str
    reason: str
    argument: str


def other_times(ctx: TurnContext, draft: Draft, number: int) -> list[OtherTime]:
    """Up to three places that are free in every week, the least disturbed first and none of them the present one."""
    series = series_of(draft.plan)[number - 1]
    now = draft.placed[number - 1]
    seen = {(tuple(now["weekdays"]), now["at"])}
    busy = [*in_the_way(ctx, draft), *_others(draft, number)]
    found: list[PlacedSeries] = []
    for request in _requests(ctx, draft, series):
        placed = place_series(request, diary.rhythm(ctx), busy)
        key = (placed.weekdays, f"{placed.at:%H:%M}")
        if placed.occurrences and not placed.conflicts and key not in seen:
            seen.add(key)
            found.append(placed)
    found.sort(key=lambda one: (one.reason.startswith("in your work hours"), len(one.exceptions)))
    return [_offer(number, one) for one in found[:_MOST]]


def _requests(ctx: TurnContext, draft: Draft, series: Series) -> Iterator[SeriesRequest]:
    """The same days at other parts of the day, then the same time on other days."""
    now = draft.placed[series.number - 1]
    starts_on = date.fromisoformat(draft.starts_on)
    base = series.request(starts_on, ctx.now + timedelta(hours=1))
    kept = replace(base, weekdays=tuple(now["weekdays"]), at=None, part=None, days_said=True, work_ok=False)
    for part in _PARTS:
        yield replace(kept, part=part)
    rest = tuple(day for day in range(7) if day not in now["weekdays"] and day not in base.not_on)
    if len(rest) >= len(now["weekdays"]):
        free = frozenset(now["weekdays"]) | base.not_on
        yield replace(
            kept, weekdays=(), per_week=len(now["weekdays"]), not_on=free, at=time.fromisoformat(now["at"])
        )


def _others(draft: Draft, number: int) -> list[Busy]:
    """The other tasks of the plan stay where they are."""
    return [
        Busy(start, start + timedelta(minutes=task["minutes"]), one["title"])
        for place, one in enumerate(draft.placed, start=1)
        if place != number
        for task in one["tasks"]
        for start in [datetime.fromisoformat(task["start"])]
    ]


def _offer(number: int, placed: PlacedSeries) -> OtherTime:
    days = wording.days([WEEKDAYS[day] for day in placed.weekdays])
    argument = f"{number}.{placed.at:%H%M}.{''.join(map(str, placed.weekdays))}"
    reason = placed.reason.rpartition(", ")[0] if "weeks running" in placed.reason else placed.reason
    if placed.exceptions:
        reason += f", {wording.count(len(placed.exceptions), 'exception')}"
    return OtherTime(f"{days} {placed.at:%H:%M}", reason, argument)


def chosen(argument: str) -> PlanEdit | None:
    """The edit behind a tapped offer; None for what is none of ours."""
    number, _, rest = argument.partition(".")
    clock, _, days = rest.partition(".")
    if not (number.isdigit() and len(clock) == 4 and clock.isdigit() and days.isdigit()):
        return None
    at = time(int(clock[:2]) % 24, int(clock[2:]) % 60)
    weekdays = tuple(sorted({int(day) % 7 for day in days}))
    return PlanEdit(EditKind.MOVE, int(number), weekdays=weekdays, at=at)
