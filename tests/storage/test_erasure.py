"""One person's rows: all of them, fast, with a receipt, and what providers are to delete; and the search for traces."""

from __future__ import annotations

import time
from datetime import datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from storage.database import ConflictError, Database, repeat_on_conflict
from storage.embedded import EmbeddedServers
from storage.erasure import (
    UnknownPersonError,
    erase_rows,
    find_receipt,
    inventory,
    subject_digest,
)
from storage.personal import PERSONAL
from storage.tables import ErasureReceipt, ProviderDeletion, User
from storage.users import get_user
from storage.vocabulary import DeletionState, ErasureSource

PERSON = ErasureSource.PERSON
# Rows in every table, many in some: tasks, attempts, notices, messages and events.
_MUCH = """
    insert into conversations (user_id, langgraph_thread_id) values (:user, :thread);
    insert into tasks (user_id, title, scheduled_at, local_day)
        select :user, 'Task ' || n, :now, :now from generate_series(1, :n) n;
    insert into dispatch_log (task_id, channel, rung, external_id)
        select id, 'whatsapp', 'whatsapp', :sid from tasks where user_id = :user;
    insert into notification_log (task_id, channel, sent_at)
        select id, 'whatsapp', :now from tasks where user_id = :user;
    insert into messages (conversation_id, role, content)
        select c.id, 'user', 'words' from conversations c, generate_series(1, :n) where c.user_id = :user;
    insert into inbound_events (channel, external_id, sender, user_id, payload, received_at, correlation_id)
        select 'telegram', cast(gen_random_uuid() as text), 'sim:' || :thread, :user, '{}', :now, 'c' from generate_series(1, :n);
    insert into checkpoint_blobs (thread_id, checkpoint_ns, channel, version, type, blob)
        select :thread, '', 'c', n::text, 'msgpack', :bytes from generate_series(1, 10) n;
"""
SID = "SM" + "0a" * 16


def fill(database: Database, user: User, now: datetime, each: int) -> None:
    thread = str(uuid4())
    values = {"user": user.id, "now": now, "n": each, "sid": SID, "thread": thread, "bytes": b"x"}
    with database.service() as session:
        for statement in _MUCH.split(";\n"):
            if statement.strip():
                session.execute(text(statement), values)


def erase(database: Database, user_id: UUID, now: datetime) -> dict[str, int]:
    with database.service() as session:
        return erase_rows(session, user_id, now, PERSON).counts


def test_ten_thousand_rows_go_within_five_seconds(
    database: Database, owner: User, stranger: User, now: datetime
) -> None:
    fill(database, owner, now, 2500)
    fill(database, stranger, now, 10)
    with database.service() as session:
        theirs = inventory(session, stranger.id)
    begun = time.perf_counter()
    counts = erase(database, owner.id, now)
    assert time.perf_counter() - begun < 5
    assert sum(counts.values()) > 12_500
    with database.service() as session:
        assert set(inventory(session, owner.id).values()) == {0}
        assert inventory(session, stranger.id) == theirs


def test_the_receipt_keeps_counts_and_a_digest(database: Database, owner: User, now: datetime) -> None:
    fill(database, owner, now, 3)
    counts = erase(database, owner.id, now)
    assert list(counts) == [table.name for table in PERSONAL]
    with database.service() as session:
        receipt = find_receipt(session, owner.id)
        assert receipt is not None
        assert (receipt.counts, receipt.asked_by, receipt.erased_at) == (counts, "person", now)
        assert receipt.subject == subject_digest(owner.id)


def test_each_thing_at_twilio_is_to_be_deleted_once(database: Database, owner: User, now: datetime) -> None:
    fill(database, owner, now, 2)
    call = "CA" + "0b" * 16
    with database.service() as session:
        session.execute(
            text("""
                insert into notification_log (task_id, channel, external_id, sent_at)
                select id, 'call', 'call:+491701234567:' || :call, :now from tasks limit 1
            """),
            {"call": call, "now": now},
        )
        session.execute(
            text("""
                insert into inbound_events (channel, external_id, sender, user_id, payload, received_at, correlation_id)
                values ('whatsapp', :sid, '+49', :user, '{}', :now, 'c'), ('whatsapp', 'sim-1', '+49', :user, '{}', :now, 'c')
            """),
            {"sid": "SM" + "0c" * 16, "user": owner.id, "now": now},
        )
    with database.service() as session:
        erase_rows(session, owner.id, now, PERSON, by_hand=("openrouter",))
    with database.service() as session:
        found = {
            (one.provider, one.kind, one.reference, one.state)
            for one in session.scalars(select(ProviderDeletion))
        }
    assert found == {
        ("twilio", "message", SID, "pending"),
        ("twilio", "message", "SM" + "0c" * 16, "pending"),
        ("twilio", "call", call, "pending"),
        ("openrouter", "account", None, DeletionState.BY_HAND),
    }


def test_somebody_whom_a_backup_brought_back_goes_again_under_the_old_receipt(
    database: Database, owner: User, now: datetime
) -> None:
    erase(database, owner.id, now)
    with database.service() as session:
        session.add(User(id=owner.id, created_at=now))
    with database.service() as session:
        again = erase_rows(session, owner.id, now, ErasureSource.RESTORE)
        assert again.counts["users"] == 1 and not again.repeated
    with database.service() as session:
        assert get_user(session, owner.id) is None
        [receipt] = session.scalars(select(ErasureReceipt))
        assert receipt.id == again.receipt_id


def test_an_unknown_person_leaves_no_receipt(database: Database, now: datetime) -> None:
    with pytest.raises(UnknownPersonError):
        erase(database, uuid4(), now)
    with database.service() as session:
        assert session.scalars(select(ErasureReceipt)).all() == []


def test_a_person_in_a_session_of_their_own_cannot_erase(
    database: Database, owner: User, now: datetime
) -> None:
    with pytest.raises(DBAPIError), database.session(owner.id) as session:
        erase_rows(session, owner.id, now, PERSON)


def test_a_transaction_that_lost_is_repeated_and_in_the_end_given_up() -> None:
    tries: list[int] = []

    def transaction() -> int:
        tries.append(1)
        if len(tries) < 3:
            raise ConflictError
        return len(tries)

    assert repeat_on_conflict(transaction) == 3
    tries.clear()
    with pytest.raises(ConflictError):
        repeat_on_conflict(transaction, tries=2)


def test_the_servers_log_repeats_no_words_of_a_failed_statement(
    database: Database, servers: EmbeddedServers, owner: User
) -> None:
    for statement in (
        "select 'a-secret-of-ada'::integer",
        "insert into users (id, email) values (gen_random_uuid(), 'a-secret-of-ada'), (gen_random_uuid(), 'a-secret-of-ada')",
    ):
        with pytest.raises(DBAPIError), database.service() as session:
            session.execute(text(statement))
    assert servers.postgres is not None
    log = servers.postgres._log
    assert "a-secret-of-ada" not in log.read_text()
