"""The REST API: the owner sees their own, a stranger sees nothing, and wrong input is named."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import jwt
import pytest
from flask.testing import FlaskClient

from storage.database import Database
from storage.tables import User
from storage.vocabulary import GoalStatus, TaskStatus
from tests.web.parts import SECRET, Headers, add_goal, add_task, bearer, load_task

GUARDED = (
    ("get", "/api/v1/account/me"),
    ("get", "/api/v1/goals"),
    ("get", "/api/v1/tasks/today"),
    ("get", "/api/v1/analytics/overview"),
    ("get", "/api/v1/chat/history"),
    ("post", "/api/v1/chat/message"),
    ("post", "/api/v1/demo/trigger-location"),
    ("get", "/api/v1/push/public-key"),
    ("post", "/api/v1/push/subscriptions"),
    ("delete", "/api/v1/push/subscriptions"),
)


@pytest.mark.parametrize(("method", "path"), GUARDED)
def test_without_a_token_nothing_opens(client: FlaskClient, method: str, path: str) -> None:
    response = getattr(client, method)(path)
    assert response.status_code == 401
    assert response.json["error"]["code"] == "unauthorized"


def forged(user: User, now: datetime) -> list[str]:
    good = bearer(user, now)["Authorization"].removeprefix("Bearer ")
    head, body, signature = good.split(".")
    claims = {"sub": str(user.id), "exp": int(now.timestamp()) + 99, "aud": "flux-api", "iss": "flux"}
    return [
        "",
        "x",
        f"{head}.{body}.{signature[:-4]}AAAA",
        f"{head}.{body}.",
        jwt.encode(claims, "another-key-that-is-long-enough-for-it", algorithm="HS256"),
        jwt.encode(claims, "", algorithm="none"),
        jwt.encode(claims | {"exp": int(now.timestamp()) - 1}, SECRET, algorithm="HS256"),
        jwt.encode(claims | {"aud": "else"}, SECRET, algorithm="HS256"),
        jwt.encode(claims | {"sub": "not-an-id"}, SECRET, algorithm="HS256"),
        jwt.encode(claims | {"sub": str(uuid4())}, SECRET, algorithm="HS256"),
    ]


def test_forged_expired_and_foreign_tokens_are_refused(
    client: FlaskClient, owner: User, now: datetime
) -> None:
    for token in forged(owner, now):
        response = client.get("/api/v1/account/me", headers={"Authorization": f"Bearer {token}"})
        assert response.status_code == 401


def test_me_is_the_tokens_owner(client: FlaskClient, owner: User, as_owner: Headers) -> None:
    me = client.get("/api/v1/account/me", headers=as_owner).json
    assert me["id"] == str(owner.id)
    assert me["profile"]["name"] == "Ada"
    assert me["timezone"] == "Europe/Berlin"
    assert me["onboarded"] is True


def test_goals_are_listed_by_status_and_shown_with_their_pipeline(
    client: FlaskClient, database: Database, owner: User, as_owner: Headers
) -> None:
    goal = add_goal(database, owner, "Run 5 km")
    add_goal(database, owner, "Run 10 km", status=GoalStatus.PIPELINE, parent_goal_id=goal, pipeline_order=1)
    listed = client.get("/api/v1/goals", headers=as_owner).json["goals"]
    waiting = client.get("/api/v1/goals?status=pipeline", headers=as_owner).json["goals"]
    shown = client.get(f"/api/v1/goals/{goal}", headers=as_owner).json
    assert {one["title"] for one in listed} == {"Run 5 km", "Run 10 km"}
    assert [one["title"] for one in waiting] == ["Run 10 km"]
    assert [one["title"] for one in shown["pipeline"]] == ["Run 10 km"]
    assert client.get("/api/v1/goals?status=sleeping", headers=as_owner).status_code == 422


def test_a_goals_tasks_come_in_order_of_time(
    client: FlaskClient, database: Database, owner: User, as_owner: Headers, now: datetime
) -> None:
    goal = add_goal(database, owner)
    add_task(database, owner, now + timedelta(days=2), "second", goal_id=goal)
    add_task(database, owner, now + timedelta(days=1), "first", goal_id=goal)
    tasks = client.get(f"/api/v1/goals/{goal}/tasks", headers=as_owner).json["tasks"]
    assert [one["title"] for one in tasks] == ["first", "second"]


def test_a_goal_given_up_takes_its_own_tasks_with_it_and_leaves_the_shared_ones(
    client: FlaskClient, database: Database, owner: User, as_owner: Headers, now: datetime
) -> None:
    goal, other = add_goal(database, owner), add_goal(database, owner, "Get fit")
    own = add_task(database, owner, now + timedelta(days=1), goal_id=goal)
    shared = add_task(database, owner, now + timedelta(days=2), goal_id=goal, shared_with_goal_ids=[other])
    for cancelled, kept in ((1, 1), (0, 0)):  # a second time there is nothing left to do
        answer = client.patch(f"/api/v1/goals/{goal}/abandon", headers=as_owner)
        told = (answer.json["status"], answer.json["cancelled_tasks"], answer.json["kept_tasks"])
        assert told == (GoalStatus.ABANDONED, cancelled, kept)
    assert load_task(database, own).status == TaskStatus.CANCELLED
    assert load_task(database, shared).goal_id == other


def test_reaching_a_place_begins_what_waited_for_it(
    client: FlaskClient, database: Database, owner: User, as_owner: Headers, now: datetime
) -> None:
    later = now + timedelta(hours=2)
    waits = {"trigger_type": "location", "location_trigger": "at_office", "wakes_at": later}
    task = add_task(database, owner, later, "Mail Tom", **waits)
    answer = client.post("/api/v1/demo/trigger-location", headers=as_owner)
    assert [one["id"] for one in answer.json["tasks"]] == [str(task)]
    begun = load_task(database, task)
    assert begun.wakes_at == begun.scheduled_at < later
    assert client.post("/api/v1/demo/trigger-location", headers=as_owner).json == {"tasks": []}


def test_today_is_the_persons_own_day_and_only_what_is_open(
    client: FlaskClient, database: Database, owner: User, as_owner: Headers, now: datetime
) -> None:
    midnight = now.replace(hour=23, minute=0)  # 00:00 in Berlin, the next day
    add_task(database, owner, now + timedelta(hours=3), "later")
    add_task(database, owner, now + timedelta(hours=1), "soon")
    add_task(database, owner, now - timedelta(hours=1), "finished", status=TaskStatus.DONE)
    add_task(database, owner, midnight, "tomorrow")
    tasks = client.get("/api/v1/tasks/today", headers=as_owner).json["tasks"]
    assert [one["title"] for one in tasks] == ["soon", "later"]


def test_complete_marks_done_once(
    client: FlaskClient, database: Database, as_owner: Headers, task_id: UUID
) -> None:
    first = client.patch(f"/api/v1/tasks/{task_id}/complete", headers=as_owner)
    second = client.patch(f"/api/v1/tasks/{task_id}/complete", headers=as_owner)
    assert first.status_code == second.status_code == 200
    assert first.json["status"] == "done"
    assert (first.json["outcome"], second.json["outcome"]) == ("recorded", "already")
    assert second.json["completed_at"] == first.json["completed_at"]
    assert load_task(database, task_id).status == TaskStatus.DONE


def test_missed_marks_missed(
    client: FlaskClient, database: Database, as_owner: Headers, task_id: UUID
) -> None:
    response = client.patch(f"/api/v1/tasks/{task_id}/missed", headers=as_owner)
    assert response.status_code == 200
    assert load_task(database, task_id).status == TaskStatus.MISSED


def test_ids_that_are_none_are_not_found(client: FlaskClient, as_owner: Headers) -> None:
    for name in ("1", "abc", "' or 1=1 --", "../account/me"):
        assert client.get(f"/api/v1/goals/{name}", headers=as_owner).status_code == 404


def test_the_overview_counts_the_persons_days(
    client: FlaskClient, database: Database, owner: User, as_owner: Headers, now: datetime
) -> None:
    add_task(database, owner, now - timedelta(days=2), status=TaskStatus.DONE)
    add_task(database, owner, now - timedelta(days=1), status=TaskStatus.DONE)
    add_task(database, owner, now - timedelta(hours=1), status=TaskStatus.DONE)
    add_task(database, owner, now + timedelta(hours=1))
    shown = client.get("/api/v1/analytics/overview", headers=as_owner).json
    heatmap = shown.pop("heatmap")
    assert shown == {"streak_days": 3, "today_completion_pct": 50, "today_done": 1, "today_total": 2}
    assert heatmap[-1] == {"day": "2026-03-11", "completed": 1, "total": 2}
    assert len(heatmap) == 84


def test_late_in_the_evening_today_is_already_the_next_day_in_tokyo(
    client: FlaskClient, database: Database, owner: User, as_owner: Headers, now: datetime
) -> None:
    with database.service() as session:
        session.get_one(User, owner.id).timezone = "Asia/Tokyo"
    owner.timezone = "Asia/Tokyo"
    add_task(database, owner, now + timedelta(hours=7), "Thursday 01:00 in Tokyo", status=TaskStatus.DONE)
    shown = client.get("/api/v1/analytics/overview", headers=as_owner).json
    assert shown["heatmap"][-1]["day"] == "2026-03-11"
    assert shown["today_total"] == 0


def test_a_person_without_tasks_gets_zeros(client: FlaskClient, as_owner: Headers) -> None:
    shown = client.get("/api/v1/analytics/overview", headers=as_owner).json
    assert (shown["streak_days"], shown["today_total"], shown["today_completion_pct"]) == (0, 0, 0)


@pytest.mark.parametrize(
    ("data", "content_type", "status"),
    [
        ('{"message": ', "application/json", 400),
        ("", "application/json", 400),
        ("\xff", "application/json", 400),
        ("[" * 5000, "application/json", 400),
        ("[]", "application/json", 422),
        ("{}", "application/json", 422),
        ('{"message": 5}', "application/json", 422),
        ('{"message": ""}', "application/json", 422),
        ('{"message": "hi", "conversation_id": "x"}', "application/json", 422),
        ("message=hi", "application/x-www-form-urlencoded", 415),
    ],
)
def test_wrong_bodies_are_named(
    client: FlaskClient, as_owner: Headers, data: str, content_type: str, status: int
) -> None:
    response = client.post(
        "/api/v1/chat/message", data=data.encode("latin-1"), content_type=content_type, headers=as_owner
    )
    assert response.status_code == status
    assert set(response.json["error"]) == {"code", "message", "correlation_id"}


def test_the_thirty_first_overview_in_a_minute_is_asked_to_wait(
    client: FlaskClient, as_owner: Headers, as_stranger: Headers
) -> None:
    answers = [client.get("/api/v1/analytics/overview", headers=as_owner) for _ in range(31)]
    assert [one.status_code for one in answers[:30]] == [200] * 30
    assert answers[30].status_code == 429
    assert 0 < int(answers[30].headers["Retry-After"]) <= 60
    assert answers[30].json["error"]["code"] == "too_many_requests"
    assert "Retry-After" not in answers[0].headers
    assert client.get("/api/v1/analytics/overview", headers=as_stranger).status_code == 200
