"""The dashboard: a one-time link, a session that a form must prove, and only one's own tasks."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from redis import Redis

from bot.erasure import erase_person
from bot.services import Services
from reminders.rules.answers import TaskTap, format_tap
from reminders.rules.streaks import DayTotal
from storage import users
from storage.analytics import Week
from storage.database import Database
from storage.patterns import overrule, save_avoidance
from storage.subscriptions import subscriptions_of
from storage.tables import Pattern, User
from storage.vocabulary import ErasureSource, TaskStatus
from tests.web.parts import add_goal, add_task, browser_keys, load_task
from web.bars import bars
from web.heatmap import heatmap
from web.sessions import COOKIE


def link(database: Database, user: User, now: datetime) -> str:
    with database.service() as session:
        return "/dashboard/" + users.mint_code(session, user.id, "dashboard", now)


@pytest.fixture
def browser(client: FlaskClient, database: Database, owner: User, now: datetime) -> FlaskClient:
    """Signed in as the owner."""
    assert client.post(link(database, owner, now)).status_code == 303
    return client


def csrf(page: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found
    return found[1]


def done(task_id: UUID) -> str:
    return format_tap(TaskTap(task_id, 1, "done", ""))


def test_the_cookie_cannot_be_read_by_scripts_or_sent_by_other_sites(
    client: FlaskClient, database: Database, owner: User, now: datetime, redis: Redis
) -> None:
    cookie = client.post(link(database, owner, now)).headers["Set-Cookie"]
    assert cookie.startswith(COOKIE + "=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    secret = cookie.split(";")[0].split(".")[1]
    assert not any(secret.encode() in key for key in redis.scan_iter("flux:session:*"))


def test_the_page_shows_the_day_the_streak_and_the_goals(
    browser: FlaskClient, database: Database, owner: User, stranger: User, now: datetime
) -> None:
    goal = add_goal(database, owner, "Run <b>5 km</b>")
    add_task(database, owner, now - timedelta(hours=2), "Stretch", status=TaskStatus.DONE, goal_id=goal)
    add_task(database, owner, now + timedelta(hours=2), "Easy run", goal_id=goal)
    add_task(database, stranger, now + timedelta(hours=2), "Secret of a stranger")
    page = browser.get("/dashboard").get_data(as_text=True)
    for words in ("Wednesday 11 March", "Ada", "Stretch", "12:00", "Easy run", "1</b> of 2 today", "1 of 2"):
        assert words in page
    assert "Run &lt;b&gt;5 km" in page
    assert "stranger" not in page


def test_the_page_shows_the_weeks_and_what_is_missed_most(
    browser: FlaskClient, database: Database, owner: User, stranger: User, now: datetime
) -> None:
    goal = add_goal(database, owner, class_tags=["Fitness", "<b>Health</b>"])
    theirs = add_goal(database, stranger, class_tags=["Secret"])
    assert "Missed most" not in browser.get("/dashboard").get_data(as_text=True)
    add_task(database, owner, now - timedelta(days=7), status=TaskStatus.MISSED, goal_id=goal)
    for weeks in range(1, 5):
        then = now - timedelta(days=6) * weeks
        add_task(database, owner, then, status=TaskStatus.DONE, goal_id=goal)
    add_task(database, stranger, now - timedelta(days=6), status=TaskStatus.MISSED, goal_id=theirs)
    page = browser.get("/dashboard").get_data(as_text=True)
    for words in ("Week of 2 March: 1 of 2 done, 50 %", "Week of 9 March: nothing planned", "1 of 5 missed"):
        assert words in page
    assert "&lt;b&gt;Health" in page
    assert "Secret" not in page
    assert not re.search(r"\sstyle=|<style|\son\w+=", page)


def test_a_first_day_is_met_without_zeros_and_empty_pictures(
    browser: FlaskClient, database: Database, owner: User, stranger: User, now: datetime
) -> None:
    add_task(database, stranger, now + timedelta(days=1), "Secret of a stranger")
    page = browser.get("/dashboard").text
    assert "One done task starts a streak." in page
    assert "days in a row" not in page
    assert "A square for each day appears here" in page
    assert "<rect" not in page
    assert ">Next<" not in page
    tomorrow = add_task(database, owner, now + timedelta(days=1), "Easy <run>")
    add_task(database, owner, now + timedelta(days=9), "Long run")
    add_task(database, owner, now - timedelta(hours=1), status=TaskStatus.DONE)
    page = browser.get("/dashboard").text
    assert "1</b><span>day in a row" in page
    assert "<rect" in page
    assert f'Next</span><span class="what"><a href="/dashboard/tasks/{tomorrow}">Easy &lt;run&gt;' in page
    assert "Thu 12 Mar 10:00" in page
    assert "Long run" not in page
    assert "stranger" not in page


def test_what_is_missed_is_weighed_against_what_is_behind_and_not_what_lies_ahead(
    browser: FlaskClient, database: Database, owner: User, now: datetime
) -> None:
    goal = add_goal(database, owner, class_tags=["Fitness"])
    add_task(database, owner, now - timedelta(days=1), status=TaskStatus.MISSED, goal_id=goal)
    for days in range(1, 5):
        add_task(database, owner, now + timedelta(days=days), goal_id=goal)
    assert "Missed most" not in browser.get("/dashboard").text
    for days in range(2, 6):
        add_task(database, owner, now - timedelta(days=days), status=TaskStatus.DONE, goal_id=goal)
    assert "1 of 5 missed" in browser.get("/dashboard").text


def test_long_tasks_are_told_in_hours(
    browser: FlaskClient, database: Database, owner: User, now: datetime
) -> None:
    task_id = add_task(database, owner, now + timedelta(hours=1), "Choir", duration_minutes=90)
    assert '<small class="soft">1 h 30</small>' in browser.get("/dashboard").text
    assert "1 h 30 ·" in browser.get(f"/dashboard/tasks/{task_id}").text


def test_the_page_shows_what_was_learned_and_not_what_was_overruled(
    browser: FlaskClient, database: Database, owner: User, stranger: User, now: datetime
) -> None:
    monday = {"day": "Monday", "weekday": 0, "time": "07:00", "time_range": "06:00-08:00"}
    with database.service() as session:
        row, _ = save_avoidance(session, owner.id, "Monday 07:00 was <missed>", dict(monday), 0.7, now)
        save_avoidance(session, stranger.id, "Sunday is hers", dict(monday), 0.7, now)
    page = browser.get("/dashboard").text
    assert "Monday 07:00 was &lt;missed&gt;." in page
    assert "Sunday is hers" not in page
    with database.service() as session:
        overrule(session.get_one(Pattern, row.id), now, confidence=0.1, said="no")
    assert "What Flux noticed" not in browser.get("/dashboard").text


def test_bars_are_as_high_as_their_weeks_are_full_and_filled_as_far_as_they_are_done() -> None:
    first = date(2026, 3, 2)
    drawn = bars([Week(first, 0, 0, 0), Week(first, 2, 4, 50), Week(first, 8, 8, 100), Week(first, 0, 1, 0)])
    assert [bar.height for bar in drawn.bars] == [3, 48, 96, 12]
    assert [bar.done_height for bar in drawn.bars] == [0, 24, 96, 0]
    assert [bar.x for bar in drawn.bars] == [0, 32, 64, 96]
    assert drawn.width == 96 + 22
    assert "Week of 2 March: nothing planned. Week of 2 March: 2 of 4 done, 50 %" in drawn.words
    assert bars([]).width == 0


def test_an_answer_needs_the_forms_token(browser: FlaskClient, database: Database, task_id: UUID) -> None:
    assert browser.post("/dashboard/answer", data={"data": done(task_id)}).status_code == 403
    assert browser.post("/dashboard/answer", data={"data": done(task_id), "csrf": "x"}).status_code == 403
    assert load_task(database, task_id).status == TaskStatus.PENDING


def test_an_answer_is_recorded_and_said(browser: FlaskClient, database: Database, task_id: UUID) -> None:
    token = csrf(browser.get("/dashboard").get_data(as_text=True))
    response = browser.post("/dashboard/answer", data={"data": done(task_id), "csrf": token})
    assert response.status_code == 200
    assert 'role="status"' in response.get_data(as_text=True)
    assert load_task(database, task_id).status == TaskStatus.DONE


def test_a_miss_of_today_may_have_been_done_after_all(
    browser: FlaskClient, database: Database, owner: User, now: datetime
) -> None:
    task_id = add_task(
        database, owner, now - timedelta(hours=2), "Choir", status=TaskStatus.MISSED, stage="closed"
    )
    page = browser.get("/dashboard").text
    assert ">I did it</button>" in page
    browser.post("/dashboard/answer", data={"data": done(task_id), "csrf": csrf(page)})
    assert load_task(database, task_id).status == TaskStatus.DONE
    assert ">I did it</button>" not in browser.get("/dashboard").text


def test_misses_without_a_goal_alone_are_compared_with_nothing(
    browser: FlaskClient, database: Database, owner: User, now: datetime
) -> None:
    for days in range(1, 7):
        add_task(database, owner, now - timedelta(days=days), status=TaskStatus.MISSED)
    assert "Missed most" not in browser.get("/dashboard").text


def test_a_strangers_task_cannot_be_answered(
    browser: FlaskClient, database: Database, stranger: User, now: datetime
) -> None:
    theirs = add_task(database, stranger, now + timedelta(hours=1))
    token = csrf(browser.get("/dashboard").get_data(as_text=True))
    response = browser.post("/dashboard/answer", data={"data": done(theirs), "csrf": token})
    assert response.status_code == 404
    assert load_task(database, theirs).status == TaskStatus.PENDING


def test_signing_out_ends_the_session(browser: FlaskClient) -> None:
    token = csrf(browser.get("/dashboard").get_data(as_text=True))
    assert browser.post("/dashboard/leave").status_code == 403
    assert browser.post("/dashboard/leave", data={"csrf": token}).status_code == 303
    assert browser.get("/dashboard").status_code == 401


def test_erasing_a_person_signs_every_browser_out(
    app: Flask,
    browser: FlaskClient,
    services: Services,
    database: Database,
    owner: User,
    now: datetime,
    redis: Redis,
) -> None:
    other = app.test_client()
    other.post(link(database, owner, now))
    erase_person(services, owner.id, ErasureSource.OPERATOR)
    assert browser.get("/dashboard").status_code == other.get("/dashboard").status_code == 401
    assert not list(redis.scan_iter("flux:session:*"))


def test_heatmap_squares_stand_in_weeks_with_monday_on_top(now: datetime) -> None:
    wednesday = now.date()
    days = [DayTotal(wednesday + timedelta(days=offset), offset, 4) for offset in range(5)]
    picture = heatmap([*days, DayTotal(wednesday + timedelta(days=5), 0, 0)])
    assert [(one.x // 16, one.y // 16) for one in picture.squares] == [
        (0, 2),
        (0, 3),
        (0, 4),
        (0, 5),
        (0, 6),
        (1, 0),
    ]
    assert [one.level for one in picture.squares] == [0, 1, 2, 3, 4, 0]
    assert picture.squares[-1].label.endswith("nothing planned")


@pytest.mark.parametrize(("starts_on", "row"), [(1, 2), (7, 3), (6, 4), (3, 0)])
def test_heatmap_rows_begin_with_the_day_that_weeks_start_on(now: datetime, starts_on: int, row: int) -> None:
    (square,) = heatmap([DayTotal(now.date(), 1, 1)], starts_on).squares  # a Wednesday
    assert square.y // 16 == row


def test_this_browser_can_ask_for_notifications_with_the_pages_token(
    browser: FlaskClient, database: Database, owner: User
) -> None:
    body = {"endpoint": "https://fcm.googleapis.com/fcm/send/x", "keys": browser_keys()}
    token = csrf(browser.get("/dashboard").get_data(as_text=True))
    assert browser.post("/dashboard/push", json=body).status_code == 403
    foreign = body | {"endpoint": "https://evil.example/x"}
    headers = {"X-CSRF-Token": token}
    assert browser.post("/dashboard/push", json=foreign, headers=headers).status_code == 422
    assert browser.post("/dashboard/push", json=body, headers=headers).status_code == 201
    with database.service() as session:
        assert [one.endpoint for one in subscriptions_of(session, owner.id)] == [body["endpoint"]]


def test_an_address_that_is_off_says_why_and_what_turns_it_on(
    browser: FlaskClient, database: Database, owner: User, now: datetime
) -> None:
    assert "is off" not in browser.get("/dashboard").get_data(as_text=True)
    with database.service() as session:
        users.add_identity(session, owner.id, "whatsapp", "+4915112345678", now)
        users.disable_identity(session, "whatsapp", "+4915112345678", "the number is not on WhatsApp")
    page = browser.get("/dashboard").get_data(as_text=True)
    assert "WhatsApp is off: the number is not on WhatsApp; send START to me there to turn it on." in page
