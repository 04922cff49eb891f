"""The dashboard: opened through a one-time link from the chat, shows the day, the streak and the goals."""

from __future__ import annotations

from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, make_response, redirect, render_template, request
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from reminders.answering import answer_tap
from reminders.learned import learned
from reminders.rules.answers import TaskTap, format_tap, parse_tap
from reminders.rules.rhythm import zone_of
from reminders.ways_back import channels_off
from reminders.wording import length
from storage import analytics, goals, users
from storage.analytics import Tally
from storage.tables import Task, User
from storage.vocabulary import GoalStatus, TaskStatus
from web import sessions
from web.api.endpoint import read_body
from web.api.push import save
from web.api.views import NewSubscription
from web.bars import bars
from web.context import now, services
from web.errors import ApiError
from web.export import attachment
from web.heatmap import heatmap
from web.limits import exports
from web.sessions import BrowserSession
from web.task_page import lately
from web.today import numbers

blueprint = Blueprint("dashboard", __name__, url_prefix="/dashboard")

PURPOSE = "dashboard"
WEEKS = 12
_MOST_CATEGORIES = 5
_FEWEST = 5  # finished tasks: before, a share says nothing
ACTIONS = (("done", "Done"), ("resched", "Another time"), ("missed", "Not today"))
AFTER_ALL = (("done", "I did it"), ("resched", "Another time"))
_SHOWN = (TaskStatus.PENDING, TaskStatus.DONE, TaskStatus.MISSED)


@blueprint.get("")
def home() -> str | Response:
    browser = sessions.current(services().redis)
    if browser is None:
        return make_response(render_template("dashboard_closed.html"), 401)
    with services().database.session(browser.user_id) as session:
        user = users.get_user(session, browser.user_id)
        if user is None:
            return make_response(render_template("dashboard_closed.html"), 401)
        return _page(session, user, browser)


@blueprint.get("/<code>")
def confirm(code: str) -> str:
    """Only looks: a link scanner that fetches this uses nothing up."""
    return render_template("dashboard_open.html", code=code)


@blueprint.post("/<code>")
def enter(code: str) -> AnyResponse:
    with services().database.service() as session:  # whose code it is, is the question
        user_id = users.redeem_code(session, PURPOSE, code, now())
        if user_id is not None:
            response = redirect("/dashboard", 303)
            # Before the commit: without Redis nobody gets in, and the link is not used up.
            sessions.begin(services().redis, user_id, response, secure=services().settings.production)  # type: ignore[arg-type]  # a redirect is Flask's own Response here
            return response
    raise ApiError(
        403, "This link has been used or is too old. Ask for a new one with /dashboard in the chat."
    )


@blueprint.post("/answer")
def answer() -> AnyResponse:
    browser = signed_in()
    tap = parse_tap(request.form.get("data", ""))
    if tap is None:
        raise ApiError(422)
    with services().database.session(browser.user_id) as session:
        outcome = answer_tap(session, browser.user_id, tap, now(), source="dashboard")
        if outcome.task is None:
            raise ApiError(404)
        user = users.get_user(session, browser.user_id)
        if user is None:
            raise ApiError(401)
        offers = [
            (one.label, one.data) for row in outcome.choices for one in row if one.data.startswith("t:")
        ]
        return make_response(_page(session, user, browser, said=outcome.text, offers=offers))


@blueprint.post("/push")
def subscribe() -> Response:
    """This browser wants notifications; the token comes as a header, which no other site can send."""
    browser = signed_in(request.headers.get("X-CSRF-Token", ""))
    saved = save(read_body(NewSubscription), browser.user_id)
    return Response(saved.model_dump_json(), 201, mimetype="application/json")


@blueprint.post("/export")
@exports
def export() -> Response:
    return attachment(signed_in().user_id)


@blueprint.post("/leave")
def leave() -> AnyResponse:
    signed_in()
    response = redirect("/dashboard", 303)
    sessions.end(services().redis, response)  # type: ignore[arg-type]  # a redirect is Flask's own Response here
    return response


def signed_in(token: str | None = None) -> BrowserSession:
    """The session behind a post, proven by its token (a form's field unless given). Raises ApiError 401 or 403."""
    browser = sessions.current(services().redis)
    if browser is None:
        raise ApiError(401)
    if not sessions.is_ours(browser, request.form.get("csrf", "") if token is None else token):
        raise ApiError(403)
    return browser


def _page(
    session: Session,
    user: User,
    browser: BrowserSession,
    said: str | None = None,
    offers: list[tuple[str, str]] | None = None,
) -> str:
    day = numbers(session, user.id, user.timezone, now())
    return render_template(
        "dashboard.html",
        name=users.profile_of(user).name,
        day=day,
        tasks=_tasks(session, user, day.day),
        next=_next(session, user),
        goals=_goals(session, user.id),
        lit=any(one.completed for one in day.heatmap),
        picture=heatmap(day.heatmap, user.week_starts_on),
        weeks=bars(analytics.weekly_stats(session, user.id, WEEKS, day.day)),
        missed=_missed(session, user.id),
        learned=learned(session, user.id),
        lately=lately(session, user.id, zone_of(user.timezone)),
        off=channels_off(session, user.id),
        csrf=browser.csrf,
        push_key=services().settings.vapid_keys[1],
        said=said,
        offers=offers or [],
    )


def _tasks(session: Session, user: User, day: date) -> list[dict[str, object]]:
    zone = ZoneInfo(user.timezone)
    rows = session.scalars(
        select(Task)
        .where(Task.user_id == user.id, Task.local_day == day, Task.status.in_(_SHOWN))
        .order_by(Task.scheduled_at, Task.id)
    )
    return [
        {
            "id": task.id,
            "title": task.title,
            "at": task.scheduled_at.astimezone(zone).strftime("%H:%M"),
            "length": length(task.duration_minutes),
            "status": task.status,
            "buttons": _buttons(task),
        }
        for task in rows
    ]


def _next(session: Session, user: User) -> dict[str, object] | None:
    """What comes after today, or nothing."""
    zone = zone_of(user.timezone)
    today = now().astimezone(zone).date()
    task = session.scalar(
        select(Task)
        .where(Task.user_id == user.id, Task.local_day > today, Task.status == TaskStatus.PENDING)
        .order_by(Task.local_day, Task.scheduled_at, Task.id)
        .limit(1)
    )
    if task is None:
        return None
    return {"id": task.id, "title": task.title, "at": task.scheduled_at.astimezone(zone)}


def _buttons(task: Task) -> list[tuple[str, str]]:
    """The answers that are still open; a miss of today may have been done after all."""
    actions = {TaskStatus.PENDING: ACTIONS, TaskStatus.MISSED: AFTER_ALL}.get(TaskStatus(task.status), ())
    return [(label, format_tap(TaskTap(task.id, task.version, action))) for action, label in actions]


def _goals(session: Session, user_id: UUID) -> list[dict[str, object]]:
    rows = goals.list_goals(session, user_id, GoalStatus.ACTIVE)
    tallies = analytics.goal_tallies(session, user_id, [goal.id for goal in rows])
    return [
        {"title": goal.title, "tags": goal.class_tags, "tally": tallies.get(goal.id, Tally())}
        for goal in rows
    ]


def _missed(session: Session, user_id: UUID) -> list[tuple[str, int, int]]:
    """The categories with misses, the most missed first: each with its misses and all that is behind, done or missed."""
    tallies = analytics.category_tallies(session, user_id)
    behind = [(category, one.missed, one.done + one.missed) for category, one in tallies.items()]
    shown = [one for one in behind if one[1] and one[2] >= _FEWEST]
    if [category for category, _, _ in shown] == ["Other"]:
        return []  # what has no goal, beside nothing to compare it with
    return sorted(shown, key=lambda one: (-one[1], one[0]))[:_MOST_CATEGORIES]
