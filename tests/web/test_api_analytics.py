"""Statistics over HTTP: goals, categories, weeks and the streak, one's own only, thirty times a minute."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from flask.testing import FlaskClient

from storage.database import Database
from storage.pauses import begin_pause
from storage.tables import User
from storage.vocabulary import GoalStatus, TaskStatus
from tests.web.parts import Headers, add_goal, add_task

PATHS = ("overview", "goals", "missed-by-cat", "weekly")
DAY = timedelta(days=1)


def get(client: FlaskClient, path: str, headers: Headers) -> dict[str, object]:
    response = client.get(f"/api/v1/analytics/{path}", headers=headers)
    assert response.status_code == 200, response.get_data(as_text=True)
    body: dict[str, object] = response.json
    return body


@pytest.mark.parametrize("path", PATHS)
def test_without_a_token_no_number_is_told(client: FlaskClient, path: str) -> None:
    assert client.get(f"/api/v1/analytics/{path}").status_code == 401


def test_each_goal_tells_its_progress_and_so_does_each_category(
    client: FlaskClient, database: Database, owner: User, as_owner: Headers, now: datetime
) -> None:
    run = add_goal(database, owner, "Run", class_tags=["Fitness", "Health"])
    read = add_goal(database, owner, "Read", status=GoalStatus.COMPLETED)
    add_task(database, owner, now - DAY, status=TaskStatus.DONE, goal_id=run, shared_with_goal_ids=[read])
    add_task(database, owner, now - DAY, status=TaskStatus.MISSED, goal_id=run)
    add_task(database, owner, now + DAY, goal_id=run)
    add_task(database, owner, now - DAY, status=TaskStatus.RESCHEDULED, goal_id=run)
    add_task(database, owner, now - DAY, status=TaskStatus.MISSED)
    shown = get(client, "goals", as_owner)
    assert shown["goals"] == [
        {
            "goal_id": str(run),
            "title": "Run",
            "status": "active",
            "class_tags": ["Fitness", "Health"],
            "done": 1,
            "missed": 1,
            "total": 3,
            "completion_pct": 33,
        },
        {
            "goal_id": str(read),
            "title": "Read",
            "status": "completed",
            "class_tags": [],
            "done": 1,
            "missed": 0,
            "total": 1,
            "completion_pct": 100,
        },
    ]
    counts = {"done": 1, "missed": 1, "total": 3, "completion_pct": 33}
    assert shown["categories"] == [
        {"category": "Fitness", **counts},
        {"category": "Health", **counts},
        {"category": "Other", "done": 0, "missed": 1, "total": 1, "completion_pct": 0},
    ]
    assert get(client, "missed-by-cat", as_owner)["categories"] == [
        {"category": "Fitness", "missed_count": 1, "total_count": 3},
        {"category": "Health", "missed_count": 1, "total_count": 3},
        {"category": "Other", "missed_count": 1, "total_count": 1},
    ]


def test_weeks_come_with_the_empty_ones_and_begin_where_the_persons_do(
    client: FlaskClient, database: Database, owner: User, as_owner: Headers, now: datetime
) -> None:
    add_task(database, owner, now - 3 * DAY, status=TaskStatus.DONE)  # Sunday
    add_task(database, owner, now, status=TaskStatus.MISSED)
    shown = get(client, "weekly?weeks=2", as_owner)
    assert shown == {
        "week_starts_on": 1,
        "weeks": [
            {"week": "2026-03-02", "completed": 1, "total": 1, "completion_pct": 100},
            {"week": "2026-03-09", "completed": 0, "total": 1, "completion_pct": 0},
        ],
    }
    assert client.patch("/api/v1/account/me", json={"week_starts_on": 7}, headers=as_owner).status_code == 200
    assert get(client, "weekly?weeks=1", as_owner)["weeks"] == [
        {"week": "2026-03-08", "completed": 1, "total": 2, "completion_pct": 50}
    ]
    assert len(get(client, "weekly", as_owner)["weeks"]) == 12  # type: ignore[arg-type]  # a list


@pytest.mark.parametrize("weeks", ["0", "-1", "105", "x", "1.5", ""])
def test_a_senseless_number_of_weeks_is_named(client: FlaskClient, as_owner: Headers, weeks: str) -> None:
    response = client.get(f"/api/v1/analytics/weekly?weeks={weeks}", headers=as_owner)
    assert response.status_code == 422
    assert "weeks" in response.json["error"]["message"]


def test_this_week_on_the_other_side_of_the_date_line_is_already_the_next(
    client: FlaskClient, database: Database, owner: User, as_owner: Headers, now: datetime
) -> None:
    """Wednesday 09:00 UTC: weeks that start on Wednesday began there, and in Pago Pago they did not."""
    for zone, week in (("Pacific/Kiritimati", date(2026, 3, 11)), ("Pacific/Pago_Pago", date(2026, 3, 4))):
        changed = {"timezone": zone, "week_starts_on": 3}
        assert client.patch("/api/v1/account/me", json=changed, headers=as_owner).status_code == 200
        (shown,) = get(client, "weekly?weeks=1", as_owner)["weeks"]  # type: ignore[misc]  # a list of one
        assert shown["week"] == week.isoformat()


def test_a_stranger_is_told_of_nothing(
    client: FlaskClient, database: Database, owner: User, as_stranger: Headers, now: datetime
) -> None:
    goal = add_goal(database, owner, class_tags=["Fitness"])
    add_task(database, owner, now, status=TaskStatus.MISSED, goal_id=goal)
    assert get(client, "goals", as_stranger) == {"goals": [], "categories": []}
    assert get(client, "missed-by-cat", as_stranger) == {"categories": []}
    assert all(week["total"] == 0 for week in get(client, "weekly", as_stranger)["weeks"])  # type: ignore[attr-defined]  # a list
    assert get(client, "overview", as_stranger)["streak_days"] == 0


def test_a_pause_is_no_gap_in_the_streak(
    client: FlaskClient, database: Database, owner: User, as_owner: Headers, now: datetime
) -> None:
    for back, status in enumerate(("done", "missed", "missed", "done")):
        add_task(database, owner, now - back * DAY, status=status)
    assert get(client, "overview", as_owner)["streak_days"] == 1
    with database.session(owner.id) as session:
        begin_pause(session, owner.id, now.date() - 2 * DAY, now.date() - DAY, now)
    assert get(client, "overview", as_owner)["streak_days"] == 2


@pytest.mark.parametrize("path", PATHS)
def test_numbers_are_told_thirty_times_a_minute(client: FlaskClient, as_owner: Headers, path: str) -> None:
    for _ in range(30):
        assert client.get(f"/api/v1/analytics/{path}", headers=as_owner).status_code == 200
    refused = client.get(f"/api/v1/analytics/{path}", headers=as_owner)
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0


def test_every_number_is_in_the_public_description(client: FlaskClient) -> None:
    described = client.get("/openapi.json").json
    for path in PATHS:
        assert "get" in described["paths"][f"/api/v1/analytics/{path}"]
    (weeks,) = described["paths"]["/api/v1/analytics/weekly"]["get"]["parameters"]
    assert (weeks["schema"]["minimum"], weeks["schema"]["maximum"], weeks["schema"]["default"]) == (
        1,
        104,
        12,
    )
    assert "patch" in described["paths"]["/api/v1/account/me"]
