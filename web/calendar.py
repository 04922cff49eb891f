"""The plan as a calendar feed: /calendar/<key>.ics, for any program that subscribes to calendars."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Response
from sqlalchemy import select

from bot.tokens import calendar_owner
from storage.ics import SHOWN, icalendar_of
from storage.tables import Task
from web.context import now, services
from web.errors import not_found

blueprint = Blueprint("calendar", __name__)
BACK, AHEAD = timedelta(weeks=4), timedelta(weeks=6)


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
    return Response(b"".join(icalendar_of(tasks)), mimetype="text/calendar")
