"""The vocabulary of changes to a plan that is not agreed yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from enum import StrEnum

MOST_STAGES = 9  # of GoalPlannerOutput.proposed_tasks


class EditKind(StrEnum):
    MOVE = "move"  # weekdays, at or part: whichever is set
    SWAP_DAY = "swap_day"  # `away` to `weekdays`
    SWAP = "swap"  # days and times of `series` and `other`
    NOT_ON = "not_on"  # `weekdays` stay free
    NOT_BEFORE = "not_before"  # nothing begins before `at`
    NOT_AFTER = "not_after"  # everything is over at `at`
    EARLIER = "earlier"  # by `count` minutes, an hour when it is 0
    LATER = "later"  # later in the day
    START_LATER = "start_later"  # `count` days; the plan itself has no date, see start_shift
    EASIER = "easier"
    HARDER = "harder"
    FEWER_DAYS = "fewer_days"
    MORE_DAYS = "more_days"
    DAYS = "days"  # exactly `count` days a week
    DAYS_TIMES = "days_times"  # `count` percent of the days
    MINUTES = "minutes"  # exactly `count` minutes
    AT_MOST = "at_most"  # no session longer than `count` minutes
    MINUTES_BY = "minutes_by"  # `count` minutes more, fewer when negative
    MINUTES_TIMES = "minutes_times"  # `count` percent of the minutes
    WEEKS = "weeks"  # `count` weeks in all
    SKIP_WEEKS = "skip_weeks"  # nothing in `weeks`
    DROP = "drop"
    ADD = "add"  # `title`, with the fields of a move; `count` minutes, `per_week` days
    RENAME = "rename"  # to `title`


@dataclass(frozen=True, slots=True)
class PlanEdit:
    """One change. `series` is the number the person sees (Series.number); 0 means all of them."""

    kind: EditKind
    series: int = 0
    weekdays: tuple[int, ...] = ()
    away: tuple[int, ...] = ()
    at: time | None = None
    part: str | None = None
    count: int = 0
    title: str = ""
    other: int = 0
    per_week: int = 0
    weeks: tuple[int, ...] = ()
