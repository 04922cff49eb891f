"""The export: complete by the live catalogue, readable, right about itself, and nobody else's."""

from __future__ import annotations

import hashlib
import io
import json
import re
from datetime import datetime, timedelta
from typing import Any
from zipfile import ZipFile

import pytest
from icalendar import Calendar
from sqlalchemy import text, update

from storage.database import Database
from storage.export import export_person, stream_export, words
from storage.ics import SHOWN
from storage.personal import PERSONAL, PersonalTable
from storage.tables import Goal, InboundEvent, Task, User
from storage.users import add_identity, profile_of, save_profile
from tests.storage.rows import Rows, one_of_each

EXPORTED = [table for table in PERSONAL if table.file]
AWKWARD = (
    "emoji 👩🏽‍🚀 and عربى",
    'quotes " and \\ backslash \\" and \'',
    "control \x01\x07\x1b[31m characters\x7f, \u2028 and \u2029",
    "lines\nand\r\nreturns\tand tabs",
    "</script><!-- ]]> {\n\n} [\n]",
    "BEGIN:VEVENT\r\nEND:VCALENDAR; with, commas: and; semicolons",
    "long " + "ab🚀 " * 799,
)


def unpacked(database: Database, user: User, now: datetime) -> dict[str, bytes]:
    data = b"".join(stream_export(database, user.id, now))
    with ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def rows_of(files: dict[str, bytes], table: PersonalTable) -> list[dict[str, Any]]:
    read = json.loads(files[f"{table.file}.json"])
    return [read] if table.file == "profile" else list(read)


def same(value: Any) -> Any:
    """Moments as moments: how many digits a second has is a matter of taste."""
    match value:
        case str() if re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d", value):
            return datetime.fromisoformat(value)
        case dict():
            return {key: same(one) for key, one in value.items()}
        case list():
            return [same(one) for one in value]
        case _:
            return value


@pytest.fixture
def rows(database: Database, owner: User, stranger: User, now: datetime) -> tuple[Rows, Rows]:
    """(the owner's, the stranger's): one in every personal table."""
    with database.service() as session:
        return (
            one_of_each(session, owner.id, "sim:owner", now),
            one_of_each(session, stranger.id, "sim:stranger", now),
        )


# ------------------------------------------------------------------ complete


@pytest.mark.parametrize("table", EXPORTED, ids=lambda table: table.name)
def test_every_row_of_a_table_is_in_its_file_with_every_column_that_is_not_hidden(
    table: PersonalTable, database: Database, owner: User, rows: tuple[Rows, Rows], now: datetime
) -> None:
    with database.service() as session:
        stored = session.scalars(
            text(f"select to_jsonb(t) from {table.name} t where {table.mine} order by {table.order}"),
            {"user": owner.id},
        ).all()
    assert stored
    shown = [{key: one for key, one in row.items() if key not in table.hidden} for row in stored]
    assert same(rows_of(unpacked(database, owner, now), table)) == same(shown)


def test_every_file_and_every_hidden_column_is_explained(
    database: Database, owner: User, rows: tuple[Rows, Rows], now: datetime
) -> None:
    files = unpacked(database, owner, now)
    assert {words.file_name(key) for key in words.WHAT} == set(files)
    readme = files["README.txt"].decode()
    assert all(name in readme for name in files)
    left_out = {one["what"]: one["why"] for one in json.loads(files["manifest.json"])["left_out"]}
    hidden = {f"{table.name}.{column}" for table in EXPORTED for column in table.hidden}
    assert hidden | {table.name for table in PERSONAL if not table.file} <= set(left_out)
    assert all(left_out.values())
    assert hidden == set(words._HIDDEN)


def test_commitments_have_a_file_of_their_own(database: Database, owner: User, now: datetime) -> None:
    choir = {"title": "Choir", "days": ["Thursday"], "time": "19:00", "duration_minutes": 90}
    with database.service() as session:
        user = session.get_one(User, owner.id)
        profile = profile_of(user)
        save_profile(user, profile.model_validate(profile.model_dump() | {"existing_commitments": [choir]}))
    weekly = choir | {"every_weeks": 1}
    assert json.loads(unpacked(database, owner, now)["commitments.json"]) == [weekly]


def test_what_came_in_before_anybody_looked_is_in_it(
    database: Database, owner: User, stranger: User, now: datetime
) -> None:
    """Row security shows such an event to nobody, and it is the person's all the same."""
    with database.service() as session:
        for sender in ("sim:owner", "sim:stranger", "sim:nobody"):
            session.add(event(sender, now))
    [found] = json.loads(unpacked(database, owner, now)["inbound_events.json"])
    assert (found["sender"], found["user_id"]) == ("sim:owner", None)


def test_a_number_that_changed_hands_brings_no_messages_of_its_former_owner(
    database: Database, owner: User, stranger: User, now: datetime
) -> None:
    with database.service() as session:
        add_identity(session, stranger.id, "telegram", "sim:number", now)
        session.add(event("sim:number", now, user_id=stranger.id))
        session.flush()
        add_identity(session, owner.id, "telegram", "sim:number", now)
    assert json.loads(unpacked(database, owner, now)["inbound_events.json"]) == []


def event(sender: str, now: datetime, **fields: object) -> InboundEvent:
    return InboundEvent(
        channel="telegram",
        external_id=f"{sender} {fields}",
        sender=sender,
        payload={"text": "hello"},
        received_at=now,
        correlation_id="x",
        **fields,
    )


# ------------------------------------------------------------------ nobody else's


def test_nothing_of_a_stranger_is_in_it(
    database: Database, owner: User, stranger: User, rows: tuple[Rows, Rows], now: datetime
) -> None:
    mine, theirs = rows
    everything = b"".join(unpacked(database, owner, now).values()).decode()
    assert mine.secret in everything
    for value in words_and_ids(mine):
        assert str(value) in everything
    for value in words_and_ids(theirs):
        assert str(value) not in everything
    assert "Bo" not in json.loads(unpacked(database, owner, now)["profile.json"])["profile"]["name"]


def words_and_ids(rows: Rows) -> list[object]:
    """Every id and word of these rows."""
    return [getattr(rows, name) for name in Rows.__dataclass_fields__]


def test_a_session_of_somebody_else_exports_nothing(
    database: Database, owner: User, stranger: User, rows: tuple[Rows, Rows], now: datetime
) -> None:
    with database.snapshot(stranger.id) as session, pytest.raises(LookupError):
        next(export_person(session, owner.id, now))


def test_nobody_has_no_export(database: Database, owner: User, now: datetime) -> None:
    with database.service() as session:
        session.delete(session.get_one(User, owner.id))
    with pytest.raises(LookupError):
        next(stream_export(database, owner.id, now))


# ------------------------------------------------------------------ right about itself


def test_the_manifest_counts_and_weighs_every_file_rightly(
    database: Database, owner: User, rows: tuple[Rows, Rows], now: datetime
) -> None:
    files = unpacked(database, owner, now)
    manifest = json.loads(files["manifest.json"])
    assert manifest["person"] == str(owner.id)
    assert manifest["created_at"] == "2026-03-11T09:00:00+00:00"
    assert {one["name"] for one in manifest["files"]} == set(files) - {"manifest.json"}
    for one in manifest["files"]:
        content = files[one["name"]]
        assert one["bytes"] == len(content)
        assert one["sha256"] == hashlib.sha256(content).hexdigest()
        assert one["what"]
        if one["name"].endswith(".json"):
            read = json.loads(content)
            assert one["rows"] == (len(read) if isinstance(read, list) else 1), one["name"]
    rows_in = {one["name"]: one["rows"] for one in manifest["files"]}
    assert rows_in["README.txt"] is None
    assert rows_in["tasks.ics"] == 1


def test_the_same_moment_makes_the_same_bytes(
    database: Database, owner: User, rows: tuple[Rows, Rows], now: datetime
) -> None:
    first, second = (b"".join(stream_export(database, owner.id, now)) for _ in range(2))
    assert first == second
    with ZipFile(io.BytesIO(first)) as archive:
        assert {one.date_time for one in archive.infolist()} == {(2026, 3, 11, 9, 0, 0)}


def test_times_are_utc_whatever_zone_now_is_given_in(database: Database, owner: User, now: datetime) -> None:
    there = now.astimezone(tz=datetime.fromisoformat("2026-01-01T00:00+09:00").tzinfo)
    assert list(stream_export(database, owner.id, there)) == list(stream_export(database, owner.id, now))


# ------------------------------------------------------------------ readable


@pytest.mark.parametrize("title", AWKWARD)
def test_awkward_words_come_back_as_they_went_in(
    title: str, database: Database, owner: User, now: datetime
) -> None:
    with database.service() as session:
        goal = Goal(user_id=owner.id, title=title, plan_json={title: [title, {}, []], "empty": {}})
        task = Task(user_id=owner.id, title=title, description=title, scheduled_at=now, local_day=now.date())
        session.add_all([goal, task])
    files = unpacked(database, owner, now)
    [read] = json.loads(files["goals.json"])
    assert (read["title"], read["plan_json"]) == (title, {title: [title, {}, []], "empty": {}})
    assert json.loads(files["tasks.json"])[0]["description"] == title
    [shown] = Calendar.from_ical(files["tasks.ics"]).walk("VEVENT")
    kept = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", "", title)
    assert str(shown["summary"]).split() == kept.split()


def test_numbers_keep_every_digit(database: Database, owner: User, now: datetime) -> None:
    exact = '{"huge": 1e400, "long": 0.12345678901234567890123, "id": 123456789012345678901234567890}'
    with database.service() as session:
        session.execute(update(User).where(User.id == owner.id).values(profile=text(f"'{exact}'")))
    profile = unpacked(database, owner, now)["profile.json"].decode()
    assert '"long": 0.12345678901234567890123' in profile
    assert '"huge": 1' + "0" * 400 in profile
    json.loads(profile)


def test_the_calendar_holds_what_has_a_date_and_no_more(
    database: Database, owner: User, now: datetime
) -> None:
    statuses = ("pending", "done", "missed", "rescheduled", "cancelled")
    with database.service() as session:
        for hours, status in enumerate(statuses):
            at = now + timedelta(hours=hours)
            session.add(
                Task(user_id=owner.id, title=status, status=status, scheduled_at=at, local_day=at.date())
            )
    files = unpacked(database, owner, now)
    events = Calendar.from_ical(files["tasks.ics"]).walk("VEVENT")
    assert [str(one["summary"]) for one in events] == [str(one) for one in SHOWN]
    assert events[0].decoded("dtstart") == now
    assert len(json.loads(files["tasks.json"])) == len(statuses)


def test_a_state_that_cannot_be_read_any_more_stops_nothing(
    database: Database, owner: User, rows: tuple[Rows, Rows], now: datetime
) -> None:
    [state] = json.loads(unpacked(database, owner, now)["conversation_state.json"])
    assert state["langgraph_thread_id"] == rows[0].thread_id
    assert state["unreadable"]
