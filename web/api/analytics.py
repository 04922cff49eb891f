"""The analytics resource: streak, days, weeks, goals and categories, always cut at the person's own midnights."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Blueprint
from pydantic import Field
from sqlalchemy.orm import Session

from reminders.rules.streaks import completion_pct
from storage import analytics, goals, users
from storage.analytics import Tally
from storage.tables import Goal, User
from web.api.endpoint import Fields, endpoint
from web.api.views import (
    CategoryProgress,
    GoalProgress,
    GoalsProgress,
    HeatmapDay,
    MissedByCategory,
    MissedCategory,
    Overview,
    Weekly,
    WeekStats,
)
from web.auth import me, require_user
from web.context import now, services
from web.errors import not_found
from web.limits import ANALYTICS, limiter
from web.today import local_day, numbers

blueprint = Blueprint("analytics", __name__)
blueprint.before_request(require_user)
limiter.limit(ANALYTICS)(blueprint)


class Span(Fields):
    weeks: int = Field(default=12, ge=1, le=104)


@contextmanager
def _person() -> Iterator[tuple[Session, User]]:
    with services().database.session(me()) as session:
        user = users.get_user(session, me())
        if user is None:
            raise not_found()
        yield session, user


@blueprint.get("/analytics/overview")
@endpoint("Streak, today's completion and the last twelve weeks", answer=Overview)
def overview() -> Overview:
    with _person() as (session, user):
        day = numbers(session, user.id, user.timezone, now())
    return Overview(
        streak_days=day.streak_days,
        today_completion_pct=day.completion_pct,
        today_done=day.today.completed,
        today_total=day.today.total,
        heatmap=[HeatmapDay(day=one.day, completed=one.completed, total=one.total) for one in day.heatmap],
    )


@blueprint.get("/analytics/goals")
@endpoint("Each goal's progress, and the same by category", answer=GoalsProgress)
def by_goal() -> GoalsProgress:
    with _person() as (session, user):
        rows = goals.list_goals(session, user.id)
        tallies = analytics.goal_tallies(session, user.id, [goal.id for goal in rows])
        categories = analytics.category_tallies(session, user.id)
    return GoalsProgress(
        goals=[_goal(goal, tallies.get(goal.id, Tally())) for goal in rows],
        categories=[_category(name, tally) for name, tally in categories.items()],
    )


def _goal(goal: Goal, tally: Tally) -> GoalProgress:
    return GoalProgress(
        goal_id=goal.id,
        title=goal.title,
        status=goal.status,
        class_tags=goal.class_tags,
        done=tally.done,
        missed=tally.missed,
        total=tally.total,
        completion_pct=completion_pct(tally.done, tally.total),
    )


def _category(name: str, tally: Tally) -> CategoryProgress:
    return CategoryProgress(
        category=name,
        done=tally.done,
        missed=tally.missed,
        total=tally.total,
        completion_pct=completion_pct(tally.done, tally.total),
    )


@blueprint.get("/analytics/missed-by-cat")
@endpoint("Missed tasks by category, the most missed first", answer=MissedByCategory)
def missed_by_category() -> MissedByCategory:
    with _person() as (session, user):
        rows = analytics.missed_by_category(session, user.id)
    return MissedByCategory(
        categories=[
            MissedCategory(category=one.category, missed_count=one.missed, total_count=one.total)
            for one in rows
        ]
    )


@blueprint.get("/analytics/weekly")
@endpoint(
    "The last weeks, this one included, each from the day the person's week starts on",
    answer=Weekly,
    query=Span,
)
def weekly(query: Span) -> Weekly:
    with _person() as (session, user):
        today = local_day(now(), user.timezone)
        rows = analytics.weekly_stats(session, user.id, query.weeks, today)
        starts_on = user.week_starts_on
    weeks = [
        WeekStats(week=one.week, completed=one.completed, total=one.total, completion_pct=one.completion_pct)
        for one in rows
    ]
    return Weekly(week_starts_on=starts_on, weeks=weeks)
