"""A task's own page and its trail over the API: the whole story for its person, nothing for anybody else."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient

from reminders.rules.answers import TaskTap, format_tap
from storage import users
from storage.database import Database
from storage.tables import DispatchLog, Task, User
from storage.vocabulary import TaskStatus
from tests.web.parts import Headers, add_task

MINUTE = timedelta(minutes=1)


@pytest.fixture
def browser(client: FlaskClient, database: Database, owner: User, now: datetime) -> FlaskClient:
    """Signed in as the owner."""
    with database.service() as session:
        code = users.mint_code(session, owner.id, "dashboard", now)
    assert client.post(f"/dashboard/{code}").status_code == 303
    return client


@pytest.fixture
def reminded(database: Database, owner: User, now: datetime) -> UUID:
    """A task in ten minutes that was reminded of just now, and whose call is off."""
    task_id = add_task(
        database, owner, now + 10 * MINUTE, "Run <b>5 km</b>", created_at=now - 60 * MINUTE, stage="reminded"
    )
    with database.service() as session:
        task = session.get_one(Task, task_id)
        task.wakes_at, task.reminder_sent_at = now + 2 * MINUTE, now
        sent = {"rung": "remind", "channel": "telegram", "status": "dispatched", "outcome": "read"}
        left_out = {"rung": "call", "channel": "call", "status": "skipped", "reason": "<i>off</i> & away"}
        session.add(DispatchLog(task_id=task_id, created_at=now - MINUTE, **sent))
        session.add(DispatchLog(task_id=task_id, created_at=now, **left_out))
    return task_id


def page_of(browser: FlaskClient, task_id: UUID) -> str:
    response = browser.get(f"/dashboard/tasks/{task_id}")
    assert response.status_code == 200
    return response.get_data(as_text=True)


def plain(page: str) -> str:
    """Its text, one space between words."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_the_page_tells_what_was_and_what_will_be_in_order(browser: FlaskClient, reminded: UUID) -> None:
    text = plain(page_of(browser, reminded))
    steps = (
        "09:00 put on your list",
        "09:59 reminder by Telegram, read",
        "10:00 call skipped: &lt;i&gt;off&lt;/i&gt; &amp; away",
        "10:02 second reminder by WhatsApp left out: no verified phone number",
        "11:10 counts as missed, with a note to you",
        "The plan behind it",
        "10:00 reminder",
    )
    places = [text.index(step) for step in steps]
    assert places == sorted(places)


def test_nothing_a_person_wrote_becomes_markup_and_nothing_is_inline(
    browser: FlaskClient, reminded: UUID
) -> None:
    page = page_of(browser, reminded)
    assert "<b>5 km" not in page and "<i>off" not in page
    assert "Run &lt;b&gt;5 km&lt;/b&gt;" in page
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*nonce)", page)
    assert "viewport" in page


def test_a_shape_never_speaks_alone(browser: FlaskClient, reminded: UUID) -> None:
    page = page_of(browser, reminded)
    assert page.count("<svg") == page.count('aria-hidden="true"') > 0
    assert len(re.findall(r"<li class", page)) == len(re.findall(r'<span class="what">\S', page))


def test_the_year_is_said_where_it_is_another_one(
    browser: FlaskClient, database: Database, owner: User, now: datetime
) -> None:
    then = now - timedelta(days=200)
    old = add_task(database, owner, then, created_at=then, status=TaskStatus.DONE, completed_at=then)
    recent = add_task(database, owner, now, created_at=now)
    assert "2025" in plain(page_of(browser, old).partition("<main")[2])
    assert "2026" not in plain(page_of(browser, recent).partition("<main")[2])


def test_moves_link_to_each_other(
    browser: FlaskClient, database: Database, owner: User, now: datetime
) -> None:
    old = add_task(database, owner, now + MINUTE, status=TaskStatus.RESCHEDULED, created_at=now)
    new = add_task(database, owner, now + 60 * MINUTE, replaces_id=old, created_at=now)
    assert f'<a href="/dashboard/tasks/{new}">moved to today 11:00</a>' in page_of(browser, old)
    assert f'<a href="/dashboard/tasks/{old}">moved here from today 10:01</a>' in page_of(browser, new)


def test_every_task_of_the_dashboard_leads_to_its_page(
    browser: FlaskClient, database: Database, owner: User, stranger: User, reminded: UUID, now: datetime
) -> None:
    yesterday = add_task(database, owner, now - timedelta(days=1), "Call mum", status=TaskStatus.MISSED)
    theirs = add_task(database, stranger, now, "Secret")
    with database.service() as session:
        for task_id in (yesterday, theirs):
            note = {"rung": "miss_note", "channel": "telegram", "status": "dispatched", "created_at": now}
            session.add(DispatchLog(task_id=task_id, **note))
    page = browser.get("/dashboard").get_data(as_text=True)
    assert set(re.findall(r"/dashboard/tasks/([0-9a-f-]{36})", page)) == {str(reminded), str(yesterday)}
    assert "10 Mar" in page and "note about the miss by Telegram, sent" in page


@pytest.fixture(params=["theirs", "nobody's", "no id"])
def not_mine(request: pytest.FixtureRequest, database: Database, stranger: User, now: datetime) -> str:
    theirs = add_task(database, stranger, now, "Secret of a stranger")
    return {"theirs": str(theirs), "nobody's": str(uuid4()), "no id": "1%20or%201"}[request.param]


def test_what_is_not_ones_own_is_not_there(browser: FlaskClient, as_owner: Headers, not_mine: str) -> None:
    for response in (
        browser.get(f"/dashboard/tasks/{not_mine}"),
        browser.get(f"/api/v1/tasks/{not_mine}/trail", headers=as_owner),
    ):
        assert response.status_code == 404
        assert b"Secret" not in response.data


def test_without_a_session_or_a_token_nothing_opens(client: FlaskClient, task_id: UUID) -> None:
    assert client.get(f"/dashboard/tasks/{task_id}").status_code == 401
    assert client.get(f"/api/v1/tasks/{task_id}/trail").status_code == 401


def test_the_api_tells_the_same_story(
    client: FlaskClient, as_owner: Headers, reminded: UUID, now: datetime
) -> None:
    told = client.get(f"/api/v1/tasks/{reminded}/trail", headers=as_owner).json
    assert (told["task_id"], told["status"]) == (str(reminded), "pending")
    assert [one["mark"] for one in told["events"]] == [
        "added", "sent", "skipped", "skipped", "skipped", "planned",
    ]  # fmt: skip
    first = told["events"][1]
    assert first["words"] == "reminder by Telegram, read"
    assert datetime.fromisoformat(first["at"]) == now - MINUTE
    assert told["plan"][0]["words"] == "reminder"


def test_an_answer_given_on_the_dashboard_is_in_the_story(
    browser: FlaskClient, reminded: UUID, now: datetime
) -> None:
    found = re.search(r'name="csrf" value="([^"]+)"', browser.get("/dashboard").get_data(as_text=True))
    assert found
    done = format_tap(TaskTap(reminded, 1, "done", ""))
    browser.post("/dashboard/answer", data={"data": done, "csrf": found[1]})
    text = plain(page_of(browser, reminded))
    assert "10:00 you answered: done" in text
    assert "What lies ahead" not in text
