"""Answers to notifications: only the browser that was notified may give them, and a page shows them all."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient

from bot.clock import ManualClock
from reminders.rules.answers import TaskTap, format_tap
from storage import subscriptions
from storage.database import Database
from storage.tables import Task, User
from storage.vocabulary import Stage, TaskStatus
from tests.web.parts import SECRET, add_task, load_task
from web.signing import TaskLink, open_link, seal

ANSWER = "/api/v1/push/answer"
PAGE = "/api/v1/push/page"
ENDPOINT = "https://fcm.googleapis.com/fcm/send/owner"
AUTH = "owner-auth-secret"


@pytest.fixture(autouse=True)
def notified(database: Database, owner: User, now: datetime) -> None:
    with database.service() as session:
        subscriptions.save_subscription(session, owner.id, ENDPOINT, "key", AUTH, now)


def body(task_id: UUID, **changes: str) -> dict[str, str]:
    data = format_tap(TaskTap(task_id, 1, "done", ""))
    return {"endpoint": ENDPOINT, "auth": AUTH, "data": data} | changes


def answers(page: str) -> dict[str, str]:
    """Label -> payload of each button on the page."""
    return {label: data for data, label in re.findall(r'name="data" value="([^"]+)">([^<]+)<', page)}


def test_the_notified_browser_answers(client: FlaskClient, database: Database, task_id: UUID) -> None:
    response = client.post(ANSWER, json=body(task_id))
    assert response.status_code == 200
    assert response.json["text"]
    assert load_task(database, task_id).status == TaskStatus.DONE


@pytest.mark.parametrize(
    "change", [{"auth": "x"}, {"auth": ""}, {"endpoint": "https://other"}, {"auth": "ü"}]
)
def test_nobody_else_does(
    client: FlaskClient, database: Database, task_id: UUID, change: dict[str, str]
) -> None:
    assert client.post(ANSWER, json=body(task_id, **change)).status_code == 403
    assert client.post(PAGE, json=body(task_id, **change)).status_code == 403
    assert load_task(database, task_id).status == TaskStatus.PENDING


def test_a_browser_cannot_answer_somebody_elses_task(
    client: FlaskClient, database: Database, stranger: User, now: datetime
) -> None:
    theirs = add_task(database, stranger, now + timedelta(hours=1))
    assert client.post(ANSWER, json=body(theirs)).status_code == 404
    assert client.post(PAGE, json=body(theirs)).status_code == 404
    assert load_task(database, theirs).status == TaskStatus.PENDING


@pytest.mark.parametrize("data", ["", "c:1:ok", "t:x:1:done", "t:" + "0" * 32 + ":1:explode"])
def test_what_is_no_answer_is_refused(client: FlaskClient, task_id: UUID, data: str) -> None:
    assert client.post(ANSWER, json=body(task_id, data=data)).status_code == 422


def test_the_page_shows_every_answer_and_records_one(
    client: FlaskClient, database: Database, task_id: UUID
) -> None:
    url = client.post(PAGE, json=body(task_id)).json["url"]
    buttons = answers(client.get(url).get_data(as_text=True))
    assert {"Done", "On it", "Another time", "Not today"} <= set(buttons)
    assert load_task(database, task_id).status == TaskStatus.PENDING
    assert client.post(url, data={"data": buttons["Done"]}).status_code == 200
    assert load_task(database, task_id).status == TaskStatus.DONE
    assert 'name="data"' not in client.get(url).get_data(as_text=True)


def test_the_page_of_a_miss_offers_what_may_help(
    client: FlaskClient, database: Database, task_id: UUID
) -> None:
    """The note about a miss may have come as a notification alone."""
    with database.service() as session:
        task = session.get_one(Task, task_id)
        task.status, task.stage = TaskStatus.MISSED, Stage.CLOSED
    url = client.post(PAGE, json=body(task_id)).json["url"]
    buttons = answers(client.get(url).get_data(as_text=True))
    assert list(buttons) == ["I did it", "Another time", "A smaller version", "Skip it"]
    offered = client.post(url, data={"data": buttons["A smaller version"]}).get_data(as_text=True)
    assert "these times are free" in offered
    assert len(answers(offered)) == 3
    assert client.post(url, data={"data": buttons["I did it"]}).status_code == 200
    assert load_task(database, task_id).status == TaskStatus.DONE


@pytest.mark.parametrize(("hours", "offers"), [(2, True), (30, True), (40, False)])
def test_a_miss_can_be_answered_until_the_next_evening(
    client: FlaskClient, database: Database, owner: User, now: datetime, hours: int, offers: bool
) -> None:
    missed = {"status": TaskStatus.MISSED, "stage": Stage.CLOSED}
    task_id = add_task(database, owner, now - timedelta(hours=hours), **missed)
    url = client.post(PAGE, json=body(task_id)).json["url"]
    page = client.get(url).get_data(as_text=True)
    assert "It went by, and that's all right." in page.replace("&#39;", "'")
    assert bool(answers(page)) is offers


def test_a_page_answers_only_its_own_task(
    client: FlaskClient, database: Database, owner: User, task_id: UUID, now: datetime
) -> None:
    other = add_task(database, owner, now + timedelta(hours=3))
    url = client.post(PAGE, json=body(task_id)).json["url"]
    assert client.post(url, data={"data": body(other)["data"]}).status_code == 422
    assert load_task(database, other).status == TaskStatus.PENDING


def test_a_page_ends_after_a_day(client: FlaskClient, task_id: UUID, clock: ManualClock) -> None:
    url = client.post(PAGE, json=body(task_id)).json["url"]
    clock.shift(timedelta(hours=24))
    assert client.get(url).status_code == 404


def test_a_sealed_link_opens_only_unchanged(now: datetime) -> None:
    link = TaskLink(uuid4(), uuid4(), now + timedelta(hours=1))
    token = seal(link, SECRET)
    assert open_link(token, SECRET, now) == link
    assert open_link(token, "another key", now) is None
    assert open_link(seal(replace(link, ends_at=now), SECRET), SECRET, now) is None
    for place in range(0, len(token) - 2, 7):
        changed = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        assert open_link(changed, SECRET, now) is None
    for junk in ("", "x", "%%%", "ü", "A" * 500):
        assert open_link(junk, SECRET, now) is None
