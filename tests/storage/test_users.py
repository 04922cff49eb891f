"""Addresses change hands: one first address per person, and nothing is lost when two turn out to be one."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import text

from storage.database import Database
from storage.migrations import CHECKPOINT_TABLES
from storage.tables import Task, User
from storage.users import (
    add_identity,
    create_user,
    find_by_address,
    get_user,
    identities,
    join_channel,
    mint_code,
)
from tests.storage.rows import one_of_each


def test_a_strangers_first_address_does_not_become_a_second_first_one(
    database: Database, owner: User, stranger: User, now: datetime
) -> None:
    with database.service() as session:
        add_identity(session, owner.id, "telegram", "sim:stranger", now)
        first = [one.value for one in identities(session, owner.id) if one.is_primary]
    assert first == ["sim:owner"]


def test_an_address_given_again_stays_the_first_one(database: Database, owner: User, now: datetime) -> None:
    with database.service() as session:
        assert add_identity(session, owner.id, "telegram", "sim:owner", now).is_primary


def test_joining_a_channel_takes_along_what_was_asked_for_there(
    database: Database, owner: User, now: datetime
) -> None:
    """Somebody first writes from WhatsApp, sets a reminder, and then enters the code from Telegram."""
    with database.service() as session:
        newcomer = create_user(session, now)
        add_identity(session, newcomer.id, "whatsapp", "+4915112345678", now, primary=True)
        add_identity(session, newcomer.id, "call", "+4915112345678", now)
        start = now + timedelta(hours=1)
        task = Task(user_id=newcomer.id, title="Call mum", scheduled_at=start, local_day=start.date())
        session.add(task)
        code = mint_code(session, owner.id, "link", now)
    with database.service() as session:
        assert join_channel(session, code, "whatsapp", "+4915112345678", now) == owner.id
    with database.service() as session:
        assert session.get_one(Task, task.id).user_id == owner.id
        assert get_user(session, newcomer.id) is None
        called = find_by_address(session, "call", "+4915112345678")
        assert called is not None
        assert called.id == owner.id
        assert [one.value for one in identities(session, owner.id) if one.is_primary] == ["sim:owner"]


def test_joining_from_somebody_who_is_known_leaves_their_rows_alone(
    database: Database, owner: User, stranger: User, now: datetime
) -> None:
    with database.service() as session:
        code = mint_code(session, owner.id, "link", now)
        assert join_channel(session, code, "telegram", "sim:stranger", now) == owner.id
        assert get_user(session, stranger.id) is not None
        assert join_channel(session, code, "telegram", "sim:owner", now) is None


def test_joining_forgets_the_thread_of_the_newcomer_who_goes(
    database: Database, owner: User, now: datetime
) -> None:
    with database.service() as session:
        newcomer = create_user(session, now)
        add_identity(session, newcomer.id, "whatsapp", "+49", now, primary=True)
        one_of_each(session, newcomer.id, "+49", now)
        code = mint_code(session, owner.id, "link", now)
    with database.service() as session:
        assert join_channel(session, code, "whatsapp", "+49", now) == owner.id
        for table in CHECKPOINT_TABLES:
            assert session.scalar(text(f"select count(*) from {table}")) == 0
