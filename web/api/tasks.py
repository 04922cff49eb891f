"""The tasks resource: what is open today, the trail of each, and the answers done and missed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from uuid import UUID

from flask import Blueprint

from reminders.answering import answer_task
from reminders.people import load_person
from reminders.task_trail import Event, plan_of, story
from storage import tasks, users
from storage.vocabulary import Answer, ChannelName
from web.api.endpoint import endpoint
from web.api.views import AnswerGiven, TaskList, TaskTrail, TaskView, TrailEvent
from web.auth import me, require_user
from web.context import now, services
from web.errors import ApiError, not_found
from web.today import local_day, pending_on

blueprint = Blueprint("tasks", __name__)
blueprint.before_request(require_user)


@blueprint.get("/tasks/today")
@endpoint("Open tasks of the person's local day, by time", answer=TaskList)
def today() -> TaskList:
    with services().database.session(me()) as session:
        user = users.get_user(session, me())
        if user is None:
            raise not_found()
        rows = pending_on(session, user.id, local_day(now(), user.timezone))
        return TaskList(tasks=[TaskView.of(row) for row in rows])


@blueprint.get("/tasks/<uuid:task_id>")
@endpoint("One task", answer=TaskView)
def show(task_id: UUID) -> TaskView:
    with services().database.session(me()) as session:
        task = tasks.get_task(session, me(), task_id)
        if task is None:
            raise not_found()
        return TaskView.of(task)


@blueprint.get("/tasks/<uuid:task_id>/trail")
@endpoint("What was planned, sent, left out, answered and moved about a task", answer=TaskTrail)
def trail(task_id: UUID) -> TaskTrail:
    with services().database.session(me()) as session:
        task, person = tasks.get_task(session, me(), task_id), load_person(session, me())
        if task is None or person is None:
            raise not_found()
        told, plan = story(session, task, person, now()), plan_of(task, person)
        return TaskTrail(task_id=task.id, status=task.status, events=_events(told), plan=_events(plan))


def _events(events: Iterable[Event]) -> list[TrailEvent]:
    return [TrailEvent(**asdict(event)) for event in events]


@blueprint.patch("/tasks/<uuid:task_id>/complete")
@endpoint("Answer that a task is done; saying it twice changes nothing", answer=AnswerGiven)
def complete(task_id: UUID) -> AnswerGiven:
    return _answer(task_id, Answer.DONE)


@blueprint.patch("/tasks/<uuid:task_id>/missed")
@endpoint("Answer that a task will not happen", answer=AnswerGiven)
def missed(task_id: UUID) -> AnswerGiven:
    return _answer(task_id, Answer.MISSED)


def _answer(task_id: UUID, answer: Answer) -> AnswerGiven:
    with services().database.session(me()) as session:
        outcome = answer_task(session, me(), task_id, answer, now(), source=ChannelName.API)
        if outcome.task is None:
            raise not_found()
        if outcome.kind == "stale":
            raise ApiError(409, outcome.text)
        shown = TaskView.of(outcome.task).model_dump()
        return AnswerGiven(**shown, outcome=outcome.kind, message=outcome.text)
