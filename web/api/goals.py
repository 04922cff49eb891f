"""The goals resource: what the person works towards, the sprints behind a goal, and its tasks."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint
from sqlalchemy.orm import Session

from reminders.goal_ends import end_goal
from storage import goals
from storage.database import lock_person
from storage.tables import Goal
from storage.vocabulary import GoalStatus
from web.api.endpoint import Fields, endpoint
from web.api.views import GoalAbandoned, GoalList, GoalView, GoalWithPipeline, TaskList, TaskView
from web.auth import me, require_user
from web.context import now, services
from web.errors import ApiError, not_found

blueprint = Blueprint("goals", __name__)
blueprint.before_request(require_user)


class Filter(Fields):
    status: GoalStatus | None = None


@blueprint.get("/goals")
@endpoint("The person's goals, optionally of one status", answer=GoalList, query=Filter)
def listing(query: Filter) -> GoalList:
    with services().database.session(me()) as session:
        rows = goals.list_goals(session, me(), query.status)
        return GoalList(goals=[GoalView.of(row) for row in rows])


@blueprint.get("/goals/<uuid:goal_id>")
@endpoint("One goal with the sprints waiting behind it", answer=GoalWithPipeline)
def show(goal_id: UUID) -> GoalWithPipeline:
    with services().database.session(me()) as session:
        goal = _own(session, goal_id)
        waiting = [GoalView.of(row) for row in goals.pipeline_of(session, me(), goal_id)]
        return GoalWithPipeline(**GoalView.of(goal).model_dump(), pipeline=waiting)


@blueprint.patch("/goals/<uuid:goal_id>/abandon")
@endpoint("Give a goal up: its coming tasks go, those another goal needs stay", answer=GoalAbandoned)
def abandon(goal_id: UUID) -> GoalAbandoned:
    with services().database.session(me()) as session:
        lock_person(session, me())
        goal = _own(session, goal_id)
        if goal.status not in (GoalStatus.ACTIVE, GoalStatus.PIPELINE, GoalStatus.ABANDONED):
            raise ApiError(409, f"{goal.title} is completed already")
        ended = end_goal(session, me(), goal, GoalStatus.ABANDONED, now())
        return GoalAbandoned(
            **GoalView.of(goal).model_dump(),
            cancelled_tasks=len(ended.cancelled),
            kept_tasks=len(ended.handed),
            abandoned_sprints=len(ended.sprints),
        )


@blueprint.get("/goals/<uuid:goal_id>/tasks")
@endpoint("Every task of a goal, by time", answer=TaskList)
def its_tasks(goal_id: UUID) -> TaskList:
    with services().database.session(me()) as session:
        _own(session, goal_id)
        rows = goals.goal_tasks(session, me(), goal_id)
        return TaskList(tasks=[TaskView.of(row) for row in rows])


def _own(session: Session, goal_id: UUID) -> Goal:
    goal = goals.get_goal(session, me(), goal_id)
    if goal is None:
        raise not_found()
    return goal
