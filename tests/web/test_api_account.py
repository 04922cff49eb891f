"""Settings over HTTP: what is given is changed, what is wrong is named, and then nothing is changed at all."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from flask.testing import FlaskClient

from storage.database import Database
from storage.tables import User
from storage.users import preferences_of
from tests.web.parts import Headers, add_task, load_task

ME = "/api/v1/account/me"


def read(database: Database, user: User) -> User:
    with database.service() as session:
        return session.get_one(User, user.id)


def test_what_is_given_is_changed_and_the_rest_stays(
    client: FlaskClient, database: Database, owner: User, stranger: User, as_owner: Headers
) -> None:
    given = {"reminder_lead_minutes": 0.05, "morning_brief": True, "week_starts_on": 7}
    shown = client.patch(ME, json=given, headers=as_owner)
    assert shown.status_code == 200
    assert shown.json == client.get(ME, headers=as_owner).json
    assert shown.json["week_starts_on"] == 7
    client.patch(ME, json={"escalation_window_minutes": 5, "evening_review": True}, headers=as_owner)
    kept = preferences_of(read(database, owner))
    assert (kept.reminder_lead_minutes, kept.escalation_window_minutes) == (0.05, 5)
    assert kept.morning_brief
    assert kept.evening_review
    theirs = read(database, stranger)
    assert (theirs.week_starts_on, preferences_of(theirs).morning_brief) == (1, False)


def test_null_brings_the_installations_own_minutes_back(
    client: FlaskClient, database: Database, owner: User, as_owner: Headers
) -> None:
    client.patch(ME, json={"reminder_lead_minutes": 30}, headers=as_owner)
    assert client.patch(ME, json={"reminder_lead_minutes": None}, headers=as_owner).status_code == 200
    assert preferences_of(read(database, owner)).reminder_lead_minutes is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("reminder_lead_minutes", -1),
        ("reminder_lead_minutes", 1441),
        ("reminder_lead_minutes", "10"),
        ("reminder_lead_minutes", True),
        ("reminder_lead_minutes", float("nan")),
        ("escalation_window_minutes", 0),
        ("escalation_window_minutes", 241),
        ("escalation_window_minutes", float("inf")),
        ("morning_brief", 1),
        ("morning_brief", None),
        ("evening_review", "yes"),
        ("week_starts_on", 0),
        ("week_starts_on", 8),
        ("week_starts_on", "Sunday"),
        ("week_starts_on", 1.5),
        ("week_starts_on", True),
        ("week_starts_on", None),
        ("timezone", None),
        ("timezone", 1),
        ("timezone", ""),
        ("timezone", "Mars/Olympus"),
        ("timezone", "europe/berlin"),
        ("timezone", "Europe"),
        ("timezone", "CEST"),
        ("timezone", "../etc/passwd"),
        ("timezone", "Europe/Berlin\0"),
        ("timezone", "x" * 65),
        ("phone_number", "+4915112345678"),
        ("phone_verified", True),
        ("whatsapp_opted_in", True),
        ("onboarded", False),
        ("monthly_token_usage", {}),
        ("id", "x"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_changed(
    client: FlaskClient, database: Database, owner: User, as_owner: Headers, field: str, value: object
) -> None:
    before = client.get(ME, headers=as_owner).json
    given = {"reminder_lead_minutes": 20, "week_starts_on": 6, "morning_brief": True} | {field: value}
    refused = client.patch(ME, json=given, headers=as_owner)
    assert refused.status_code == 422
    assert refused.json["error"]["code"] == "invalid"
    assert refused.json["error"]["message"].startswith(field)
    assert client.get(ME, headers=as_owner).json == before


@pytest.mark.parametrize("body", ["[]", '"x"', "null", "7"])
def test_a_body_that_is_no_object_is_refused(client: FlaskClient, as_owner: Headers, body: str) -> None:
    response = client.patch(ME, data=body, content_type="application/json", headers=as_owner)
    assert response.status_code == 422


def test_a_new_zone_leaves_tasks_at_their_moment_and_cuts_days_anew(
    client: FlaskClient, database: Database, owner: User, as_owner: Headers
) -> None:
    evening = datetime(2026, 3, 11, 17, 0, tzinfo=UTC)
    task = add_task(database, owner, evening)
    assert load_task(database, task).local_day == date(2026, 3, 11)
    changed = client.patch(ME, json={"timezone": "Asia/Tokyo"}, headers=as_owner)
    assert changed.json["timezone"] == "Asia/Tokyo"
    moved = load_task(database, task)
    assert (moved.scheduled_at, moved.local_day) == (evening, date(2026, 3, 12))
    version = moved.version
    client.patch(ME, json={"timezone": "Asia/Tokyo"}, headers=as_owner)  # the same again changes nothing
    assert load_task(database, task).version == version


def test_nothing_given_changes_nothing(client: FlaskClient, as_owner: Headers) -> None:
    assert client.patch(ME, json={}, headers=as_owner).json == client.get(ME, headers=as_owner).json


def test_without_a_token_no_setting_is_changed(client: FlaskClient) -> None:
    assert client.patch(ME, json={"week_starts_on": 7}).status_code == 401
