"""Numbers about one person, read live from the views over (user_id, local_day): other people never make them dearer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import Date, Integer, Text, Uuid, column, select, table, text
from sqlalchemy.orm import Session

from storage.tables import User

_WEEK = timedelta(weeks=1)
# A moved or cancelled task belongs to no total: its replacement does. The views of alembic 0003 count alike.
_HEATMAP = table(
    "activity_heatmap",
    column("user_id", Uuid()),
    column("day", Date()),
    column("completed_count", Integer()),
    column("total_count", Integer()),
)
_WEEKLY = table(
    "user_weekly_stats",
    column("user_id", Uuid()),
    column("week", Date()),
    column("completed", Integer()),
    column("total", Integer()),
    column("completion_pct", Integer()),
)
_MISSED = table(
    "missed_by_category",
    column("user_id", Uuid()),
    column("category", Text()),
    column("missed_count", Integer()),
    column("total_count", Integer()),
)


@dataclass(frozen=True, slots=True)
class Week:
    """One of a person's weeks, named by its first day; `completion_pct` is a whole percent, 0 when nothing stood in it."""

    week: date
    completed: int = 0
    total: int = 0
    completion_pct: int = 0


@dataclass(frozen=True, slots=True)
class CategoryMisses:
    category: str
    missed: int
    total: int


@dataclass(frozen=True, slots=True)
class Tally:
    """Tasks counted; what is neither done nor missed is still open."""

    done: int = 0
    missed: int = 0
    total: int = 0


def day_totals(session: Session, user_id: UUID, first: date, last: date) -> list[tuple[date, int, int]]:
    """(day, completed, total) for each local day from first to last that had tasks, in order of day."""
    view = _HEATMAP.c
    rows = session.execute(
        select(view.day, view.completed_count, view.total_count)
        .where(view.user_id == user_id, view.day.between(first, last))
        .order_by(view.day)
    )
    return [(day, completed, total) for day, completed, total in rows]


def week_of(day: date, starts_on: int) -> date:
    """The first day of the week that contains this day; weeks start on that ISO weekday (1 = Monday)."""
    return day - timedelta(days=(day.isoweekday() - starts_on) % 7)


def weekly_stats(session: Session, user_id: UUID, weeks: int, today: date) -> list[Week]:
    """The last `weeks` weeks up to the one of `today`, empty ones included, the oldest first, cut at the person's own week start."""
    starts_on = session.scalar(select(User.week_starts_on).where(User.id == user_id)) or 1
    last = week_of(today, starts_on)
    first = last - _WEEK * (weeks - 1)
    view = _WEEKLY.c
    rows = session.execute(
        select(view.week, view.completed, view.total, view.completion_pct).where(
            view.user_id == user_id, view.week.between(first, last)
        )
    )
    found = {row.week: Week(*row) for row in rows}
    calendar = (first + _WEEK * number for number in range(weeks))
    return [found.get(week) or Week(week) for week in calendar]


def missed_by_category(session: Session, user_id: UUID) -> list[CategoryMisses]:
    """Every category that has tasks, the most missed first. A task counts for each tag of its goal, without any for Other."""
    view = _MISSED.c
    rows = session.execute(
        select(view.category, view.missed_count, view.total_count)
        .where(view.user_id == user_id)
        .order_by(view.missed_count.desc(), view.category)
    )
    return [CategoryMisses(*row) for row in rows]


_TALLY = """
    count(*) filter (where status = 'done'), count(*) filter (where status = 'missed'), count(*)
"""
_BY_GOAL = text(f"""
    select goal_id, {_TALLY} from (
        select distinct id, status, unnest(array_append(shared_with_goal_ids, goal_id)) as goal_id
        from tasks where user_id = :user_id and status in ('pending', 'done', 'missed')
    ) as served
    where goal_id = any(:goal_ids) group by goal_id
""")  # noqa: S608 - put together from constants of this file
_BY_CATEGORY = text(f"""
    select coalesce(tag, 'Other') as category, {_TALLY.replace("status", "t.status")} from tasks t
    left join goals g on g.id = t.goal_id
    left join lateral unnest(g.class_tags) as tag on true
    where t.user_id = :user_id and t.status in ('pending', 'done', 'missed')
    group by category order by category
""")  # noqa: S608 - put together from constants of this file


def goal_tallies(session: Session, user_id: UUID, goal_ids: Sequence[UUID]) -> Mapping[UUID, Tally]:
    """Goal id -> its tasks, those it shares with another goal included; goals without tasks are absent."""
    if not goal_ids:
        return {}
    rows = session.execute(_BY_GOAL, {"user_id": user_id, "goal_ids": list(goal_ids)})
    return {goal_id: Tally(*counts) for goal_id, *counts in rows}


def category_tallies(session: Session, user_id: UUID) -> Mapping[str, Tally]:
    """Category -> its tasks, counted as `missed_by_category` counts them, in order of name."""
    rows = session.execute(_BY_CATEGORY, {"user_id": user_id})
    return {category: Tally(*counts) for category, *counts in rows}
