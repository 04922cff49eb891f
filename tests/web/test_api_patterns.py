"""The patterns resource: read, corrected and thrown away by their owner, and by nobody else."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient

from storage.database import Database
from storage.patterns import get_pattern, save_avoidance
from storage.tables import User
from tests.web.parts import Headers

URL = "/api/v1/patterns"
MONDAY = {"day": "Monday", "weekday": 0, "time": "07:00", "time_range": "06:00-08:00", "miss_count": 3}


@pytest.fixture
def pattern_id(database: Database, owner: User, now: datetime) -> UUID:
    with database.service() as session:
        row, _ = save_avoidance(session, owner.id, "Monday 07:00 was missed", dict(MONDAY), 0.7, now)
        return row.id


def test_the_owner_sees_what_was_learned(client: FlaskClient, as_owner: Headers, pattern_id: UUID) -> None:
    (shown,) = client.get(URL, headers=as_owner).json["patterns"]
    assert (shown["id"], shown["pattern_type"], shown["confidence"]) == (
        str(pattern_id),
        "time_avoidance",
        0.7,
    )
    assert {name: shown["data"][name] for name in ("day", "time_range", "miss_count")} == {
        "day": "Monday",
        "time_range": "06:00-08:00",
        "miss_count": 3,
    }
    assert client.get(f"{URL}/{pattern_id}", headers=as_owner).json == shown


def test_a_correction_stands_against_later_observations(
    client: FlaskClient, database: Database, owner: User, as_owner: Headers, pattern_id: UUID, now: datetime
) -> None:
    body = {"description": "Only in winter", "confidence": 0.1}
    shown = client.patch(f"{URL}/{pattern_id}", headers=as_owner, json=body).json
    assert (shown["description"], shown["confidence"], shown["data"]["user_overridden"]) == (
        "Only in winter",
        0.1,
        True,
    )
    with database.service() as session:
        kept, is_new = save_avoidance(session, owner.id, "again", dict(MONDAY), 0.9, now)
        assert (kept.description, kept.confidence, is_new) == ("Only in winter", 0.1, False)
    client.patch(f"{URL}/{pattern_id}", headers=as_owner, json={"user_override": False})
    with database.service() as session:
        kept, _ = save_avoidance(session, owner.id, "again", dict(MONDAY), 0.9, now)
        assert kept.description == "again"


@pytest.mark.parametrize(
    "body", [{"confidence": 1.5}, {"confidence": "high"}, {"description": ""}, {"user_override": "yes"}]
)
def test_nonsense_is_named_and_changes_nothing(
    client: FlaskClient, as_owner: Headers, pattern_id: UUID, body: dict[str, object]
) -> None:
    before = client.get(f"{URL}/{pattern_id}", headers=as_owner).json
    assert client.patch(f"{URL}/{pattern_id}", headers=as_owner, json=body).status_code == 422
    assert client.get(f"{URL}/{pattern_id}", headers=as_owner).json == before


def test_thrown_away_is_gone(client: FlaskClient, as_owner: Headers, pattern_id: UUID) -> None:
    assert client.delete(f"{URL}/{pattern_id}", headers=as_owner).status_code == 204
    assert client.get(f"{URL}/{pattern_id}", headers=as_owner).status_code == 404


def test_a_stranger_finds_and_changes_nothing(
    client: FlaskClient, database: Database, owner: User, as_stranger: Headers, pattern_id: UUID
) -> None:
    assert client.get(URL, headers=as_stranger).json == {"patterns": []}
    assert client.get(URL).status_code == 401
    for method, fields in (("get", {}), ("patch", {"json": {"confidence": 0.0}}), ("delete", {})):
        theirs = getattr(client, method)(f"{URL}/{pattern_id}", headers=as_stranger, **fields)
        unknown = getattr(client, method)(f"{URL}/{uuid4()}", headers=as_stranger, **fields)
        assert theirs.status_code == unknown.status_code == 404
    with database.service() as session:
        kept = get_pattern(session, owner.id, pattern_id)
        assert kept is not None
        assert kept.confidence == 0.7
