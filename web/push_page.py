"""Answers to notifications: the two buttons a service worker posts, and the page that shows every answer."""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Blueprint, render_template, request
from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from reminders.answering import AnswerOutcome, answer_tap
from reminders.rules.answers import TaskTap, format_tap, parse_tap
from reminders.wording import length
from storage import tasks, users
from storage.database import narrow
from storage.tables import PushSubscription, Task
from storage.vocabulary import ChannelName, TaskStatus
from web.api.endpoint import Fields, endpoint
from web.context import now, services
from web.errors import ApiError, not_found
from web.signing import TaskLink, open_link, seal

blueprint = Blueprint("push_page", __name__)

LINK_LIVES = timedelta(hours=24)
_STILL_NEWS = timedelta(hours=36)  # a miss of the evening is told in the morning
CHOICES = (
    ("done", "", "Done"),
    ("onit", "", "On it"),
    ("snooze", "10", "In 10 minutes"),
    ("snooze", "60", "In an hour"),
    ("snooze", "tonight", "Tonight"),
    ("resched", "", "Another time"),
    ("missed", "", "Not today"),
)
AFTER_A_MISS = (
    ("done", "", "I did it"),
    ("resched", "", "Another time"),
    ("resched", "small", "A smaller version"),
    ("missed", "", "Skip it"),
)


class FromBrowser(Fields):
    """`endpoint` and `auth` are the browser's own subscription: only it and Flux know both."""

    endpoint: str = Field(max_length=2048)
    auth: str = Field(max_length=200)
    data: str = Field(max_length=64)


class Said(Fields):
    text: str


class Page(Fields):
    url: str


@blueprint.post("/api/v1/push/answer")
@endpoint("A notification's button was pressed", answer=Said, body=FromBrowser, open=True)
def answer(body: FromBrowser) -> Said:
    with services().database.service() as session:
        user_id, tap = _proven(session, body)
        narrow(session, user_id)
        return Said(text=answer_push(session, user_id, tap, now()).text)


@blueprint.post("/api/v1/push/page")
@endpoint("A notification was opened: where all its answers are", answer=Page, body=FromBrowser, open=True)
def page(body: FromBrowser) -> Page:
    with services().database.service() as session:
        user_id, tap = _proven(session, body)
        if tasks.get_task(session, user_id, tap.task_id) is None:
            raise not_found()
    return Page(url=page_url(user_id, tap.task_id, now()))


def answer_push(session: Session, user_id: UUID, tap: TaskTap, at: datetime) -> AnswerOutcome:
    """Record a notification's answer in the name of the person it was sent to. Raises ApiError 404."""
    outcome = answer_tap(session, user_id, tap, at, source=ChannelName.PUSH)
    if outcome.task is None:
        raise not_found()
    return outcome


def page_url(user_id: UUID, task_id: UUID, at: datetime) -> str:
    return "/t/" + seal(TaskLink(user_id, task_id, at + LINK_LIVES), services().settings.secret_key)


def _proven(session: Session, body: FromBrowser) -> tuple[UUID, TaskTap]:
    """Whose browser this is, and which task it means. Raises ApiError 403 or 422."""
    found = session.scalar(select(PushSubscription).where(PushSubscription.endpoint == body.endpoint))
    if found is None or not hmac.compare_digest(found.auth.encode(), body.auth.encode()):
        raise ApiError(403)
    tap = parse_tap(body.data)
    if tap is None:
        raise ApiError(422, "data: this is no answer to a task.")
    return found.user_id, tap


@blueprint.get("/t/<token>")
def show(token: str) -> str:
    link = _opened(token)
    with services().database.session(link.user_id) as session:
        return _render(session, link, _task(session, link), None)


@blueprint.post("/t/<token>")
def record(token: str) -> str:
    """One answer, given on the page; the link itself is the permission."""
    link = _opened(token)
    with services().database.session(link.user_id) as session:
        task = _task(session, link)
        tap = parse_tap(request.form.get("data", ""))
        if tap is None or tap.task_id != task.id:
            raise ApiError(422)
        outcome = answer_push(session, link.user_id, tap, now())
        session.refresh(task)
        return _render(session, link, task, outcome)


def _opened(token: str) -> TaskLink:
    link = open_link(token, services().settings.secret_key, now())
    if link is None:
        raise ApiError(404, "This link has ended. The answers are still in the chat.")
    return link


def _task(session: Session, link: TaskLink) -> Task:
    task = tasks.get_task(session, link.user_id, link.task_id)
    if task is None:
        raise not_found()
    return task


def _render(session: Session, link: TaskLink, task: Task, outcome: AnswerOutcome | None) -> str:
    user = users.get_user(session, link.user_id)
    start = task.scheduled_at.astimezone(ZoneInfo(user.timezone if user else "UTC"))
    if outcome is not None and outcome.choices:
        buttons = [(choice.label, choice.data) for row in outcome.choices for choice in row]
        buttons = [(label, data) for label, data in buttons if data.startswith("t:")]
    else:
        asked = () if outcome is not None else _questions(task)
        buttons = [(label, _data(task, action, argument)) for action, argument, label in asked]
    long = length(task.duration_minutes)
    return render_template("task.html", task=task, start=start, length=long, outcome=outcome, buttons=buttons)


def _questions(task: Task) -> tuple[tuple[str, str, str], ...]:
    """What can be said of it now, as (action, argument, label)."""
    if task.status == TaskStatus.PENDING:
        return CHOICES
    is_news = now() - task.scheduled_at <= _STILL_NEWS
    return AFTER_A_MISS if task.status == TaskStatus.MISSED and is_news else ()


def _data(task: Task, action: str, argument: str) -> str:
    return format_tap(TaskTap(task.id, task.version, action, argument))
