"""The plan as a calendar feed: readable with its key, and with no other."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from flask.testing import FlaskClient
from icalendar import Calendar

from bot.tokens import calendar_owner, mint_calendar_key
from storage.database import Database
from storage.tables import Task, User
from tests.web.parts import SECRET, load_task


def test_the_feed_holds_the_persons_tasks(
    client: FlaskClient, owner: User, task_id: UUID, database: Database
) -> None:
    page = client.get(f"/calendar/{mint_calendar_key(SECRET, owner.id)}.ics")
    assert page.mimetype == "text/calendar"
    [event] = Calendar.from_ical(page.data).walk("VEVENT")
    task = load_task(database, task_id)
    assert event["summary"] == task.title
    assert event.decoded("dtstart") == task.scheduled_at
    assert event.decoded("duration") == timedelta(minutes=task.duration_minutes)


def test_a_cancelled_task_leaves_the_feed(
    client: FlaskClient, owner: User, task_id: UUID, database: Database
) -> None:
    with database.service() as session:
        session.get_one(Task, task_id).status = "cancelled"
    page = client.get(f"/calendar/{mint_calendar_key(SECRET, owner.id)}.ics")
    assert Calendar.from_ical(page.data).walk("VEVENT") == []


def test_a_key_opens_one_persons_plan_only(
    client: FlaskClient, owner: User, stranger: User, task_id: UUID
) -> None:
    key = mint_calendar_key(SECRET, stranger.id)
    assert Calendar.from_ical(client.get(f"/calendar/{key}.ics").data).walk("VEVENT") == []
    forged = mint_calendar_key("another-secret-key-of-32-bytes-or-more", owner.id)
    for wrong in (forged, key[:-2] + "AA", "x", "é", "A" * 400):
        assert client.get(f"/calendar/{wrong}.ics").status_code == 404


def test_a_key_names_its_owner(owner: User) -> None:
    assert calendar_owner(mint_calendar_key(SECRET, owner.id), SECRET) == owner.id
