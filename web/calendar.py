"""The plan as a calendar feed: /calendar/<key>.ics, for any program that subscribes to calendars."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from flask import Blueprint, Response
from sqlalchemy import select

from bot.tokens import calendar_owner
from storage.tables import Task
from storage.vocabulary import TaskStatus
from web.context import now, services
from web.errors import not_found

blueprint = Blueprint("calendar", __name__)
BACK, AHEAD = timedelta(weeks=4), timedelta(weeks=6)
SHOWN = (TaskStatus.PENDING, TaskStatus.DONE, TaskStatus.MISSED)


@blueprint.get("/calendar/<key>.ics")
def feed(key: str) -> Response:
    """Four weeks back and six ahead; what was cancelled or moved away is left out."""
    owner = calendar_owner(key, services().settings.secret_key)
    if owner is None:
        raise not_found()
    present = now()
    with services().database.session(owner) as session:
        tasks = session.scalars(
            select(Task)
            .where(
                Task.user_id == owner,
                Task.scheduled_at.between(present - BACK, present + AHEAD),
                Task.status.in_(SHOWN),
            )
            .order_by(Task.scheduled_at)
        ).all()
    return Response(_as_ics(tasks), mimetype="text/calendar")


def _as_ics(tasks: Sequence[Task]) -> bytes:
    from icalendar import Calendar, Event  # noqa: PLC0415 - only this page needs it

    calendar = Calendar()
    calendar.add("prodid", "-//Flux//Plan//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", "Flux")
    for task in tasks:
        event = Event()
        event.add("uid", f"{task.id}@flux")
        event.add("dtstamp", task.created_at)
        event.add("dtstart", task.scheduled_at)
        event.add("duration", timedelta(minutes=task.duration_minutes))
        event.add("summary", task.title)
        event.add("sequence", task.version)
        if task.description:
            event.add("description", task.description)
        calendar.add_component(event)
    ics: bytes = calendar.to_ical()
    return ics
