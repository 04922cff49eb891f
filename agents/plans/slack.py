"""Slack on purpose: a day of the week that a plan leaves alone, and a spare time for each of its series."""

from __future__ import annotations

from collections.abc import Sequence

from agents.plans.series import Series
from reminders.rules.cues import SeriesRequest
from reminders.rules.rhythm import Rhythm
from reminders.rules.series import PlacedSeries
from reminders.rules.slots import Busy
from reminders.rules.spares import Spare, find_spare


def free_day(placed: Sequence[PlacedSeries], not_on: frozenset[int] = frozenset()) -> int | None:
    """The weekday on which nothing of the plan lies (Monday is 0), one that the person keeps free if there is one."""
    used = {day for one in placed if one.occurrences for day in one.weekdays}
    unused = [day for day in range(7) if day not in used]
    return max(unused, key=lambda day: (day in not_on, day), default=None)


def find_spares(
    series: Sequence[Series],
    requests: Sequence[SeriesRequest],
    placed: Sequence[PlacedSeries],
    rhythm: Rhythm,
    busy: Sequence[Busy],
) -> list[Spare | None]:
    """One for each series, none of them in another's way."""
    not_on = frozenset[int]().union(*(request.not_on for request in requests)) if requests else frozenset()
    keep_free = free_day(placed, not_on)
    taken = [*busy, *(entry for one in placed for entry in one.busy())]
    spares: list[Spare | None] = []
    for one, request, there in zip(series, requests, placed, strict=True):
        spare = (
            find_spare(request, there.weekdays, there.at, rhythm, taken, keep_free)
            if there.occurrences
            else None
        )
        spares.append(spare)
        taken += spare.busy(request.minutes, one.title) if spare else []
    return spares
