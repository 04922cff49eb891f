"""A task's own page on the dashboard: what was planned, sent, left out, answered and moved, as one line of time."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, make_response, render_template
from sqlalchemy.orm import Session

from reminders.people import Person, load_person
from reminders.rules.rhythm import Rhythm
from reminders.task_trail import Event, Mark, plain, plan_of, story
from reminders.wording import length
from storage import tasks
from storage.tables import Task
from storage.trail import trail
from storage.vocabulary import Stage, TaskStatus, TriggerType
from web import sessions
from web.context import now, services
from web.errors import not_found

blueprint = Blueprint("task_page", __name__, url_prefix="/dashboard/tasks")

_LATELY = 6  # tasks


@blueprint.get("/<uuid:task_id>")
def show(task_id: UUID) -> str | Response:
    browser = sessions.current(services().redis)
    if browser is None:
        return make_response(render_template("dashboard_closed.html"), 401)
    with services().database.session(browser.user_id) as session:
        task, person = (
            tasks.get_task(session, browser.user_id, task_id),
            load_person(session, browser.user_id),
        )
        if task is None or person is None:
            raise not_found()
        return _page(session, task, person)


def _page(session: Session, task: Task, person: Person) -> str:
    rhythm = person.ladder.rhythm
    begun = task.stage != Stage.WAITING or task.status != TaskStatus.PENDING
    at_place = task.trigger_type == TriggerType.LOCATION
    return render_template(
        "dashboard_task.html",
        title=task.title,
        status=task.status,
        at_place=at_place,
        start=rhythm.local(task.scheduled_at),
        other_year=rhythm.day(task.scheduled_at).year != rhythm.day(now()).year,
        was=rhythm.local(task.original_at) if task.original_at not in (None, task.scheduled_at) else None,
        length=length(task.duration_minutes),
        days=_days(story(session, task, person, now()), rhythm),
        plan=_days(plan_of(task, person), rhythm) if begun and not at_place else [],
    )


def _days(events: Iterable[Event], rhythm: Rhythm) -> list[tuple[str, list[dict[str, object]]]]:
    """Events by local day, each with the words and the shape that stand for its mark."""
    at = now()
    return [
        (
            f"{day:%A} {day.day} {day:%B}{'' if day.year == rhythm.day(at).year else f' {day.year}'}",
            [
                {
                    "at": f"{rhythm.local(event.at):%H:%M}",
                    "exact": rhythm.local(event.at).isoformat(timespec="seconds"),
                    "mark": event.mark.value,
                    "words": event.words,
                    "task_id": event.task_id,
                    "ahead": event.at > at or event.mark == Mark.PLANNED,
                }
                for event in of_day
            ],
        )
        for day, of_day in groupby(events, key=lambda event: rhythm.day(event.at))
    ]


def lately(session: Session, user_id: UUID, zone: ZoneInfo) -> list[dict[str, object]]:
    """The newest tasks that anything was to be said about, each with the last thing that became of it."""
    return [
        {
            "id": one.task_id,
            "title": one.title,
            "at": one.scheduled_at.astimezone(zone),
            "words": plain(one.last_word),
        }
        for one in trail(session, user_id, limit=_LATELY)
    ]
