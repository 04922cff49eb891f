"""Retention works in whole batches: killed, hurried, run twice or beside others, it loses nothing and waits for nobody."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from sqlalchemy import event, select, text

from storage.database import Database, lock_person
from storage.retention import _RULES, RetentionLimits, retain
from storage.tables import InboundEvent, User
from tests.storage.finished_rows import DAY, add_event, count
from tests.storage.rows import one_of_each

LIMITS = RetentionLimits()


def fill_events(database: Database, user: User, first: datetime, rows: int) -> None:
    """Finished events, a second apart."""
    with database.service() as session:
        for number in range(rows):
            add_event(session, user, first + timedelta(seconds=number))


class KilledError(Exception):
    """The process ended here."""


@pytest.fixture
def fatal_commits(database: Database) -> Iterator[list[int]]:
    """Put a number n into the list: the process dies instead of its n-th deletion."""
    fatal: list[int] = []
    seen: list[str] = []

    def look(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if "delete from inbound_events" in statement:
            seen.append(statement)
            if len(seen) in fatal:
                raise KilledError

    event.listen(database.engine, "before_cursor_execute", look)
    yield fatal
    event.remove(database.engine, "before_cursor_execute", look)


def test_a_crash_in_the_middle_leaves_whole_batches_and_the_next_run_finishes(
    database: Database, owner: User, now: datetime, fatal_commits: list[int]
) -> None:
    oldest = now - 90 * DAY
    fill_events(database, owner, oldest, 25)
    fatal_commits.append(3)
    with suppress(KilledError):
        retain(database, LIMITS, now, batch=10)
    with database.service() as session:
        left = session.scalars(select(InboundEvent.received_at).order_by(InboundEvent.received_at)).all()
    assert left == [oldest + timedelta(seconds=number) for number in range(20, 25)]
    assert retain(database, LIMITS, now, batch=10).counts == {"inbound_events": 5}


def test_a_run_whose_time_is_up_stops_behind_a_batch_and_says_so(
    database: Database, owner: User, now: datetime
) -> None:
    fill_events(database, owner, now - 90 * DAY, 25)
    report = retain(database, LIMITS, now, within=timedelta(0), batch=10)
    assert (report.counts, report.complete) == ({"inbound_events": 10}, False)
    assert retain(database, LIMITS, now, batch=10).counts == {"inbound_events": 15}


def test_a_row_that_somebody_holds_is_passed_by_and_nobody_waits(
    database: Database, owner: User, now: datetime
) -> None:
    fill_events(database, owner, now - 90 * DAY, 5)
    with database.service() as holding:
        held = select(InboundEvent).order_by(InboundEvent.seq).limit(2).with_for_update()
        assert len(holding.scalars(held).all()) == 2
        assert retain(database, LIMITS, now).counts == {"inbound_events": 3}
    assert retain(database, LIMITS, now).counts == {"inbound_events": 2}


def test_an_event_that_is_opened_again_between_the_look_and_the_deletion_stays(
    database: Database, owner: User, now: datetime, database_url: str
) -> None:
    fill_events(database, owner, now - 90 * DAY, 3)
    reopened: list[object] = []

    def reopen(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if "delete from inbound_events" in statement and not reopened:
            reopened.append(True)
            other = Database(database_url)
            with other.service() as session:
                session.execute(
                    text(
                        "update inbound_events set state = 'received' where seq = (select min(seq) from inbound_events)"
                    )
                )
            other.dispose()

    event.listen(database.engine, "before_cursor_execute", reopen)
    assert retain(database, LIMITS, now).counts == {"inbound_events": 2}
    assert count(database, InboundEvent) == 1


def test_two_runs_at_once_delete_each_row_once(database: Database, owner: User, now: datetime) -> None:
    fill_events(database, owner, now - 90 * DAY, 200)
    went: list[int] = []

    def run() -> None:
        went.append(retain(database, LIMITS, now, batch=7).counts.get("inbound_events", 0))

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(went) == 200
    assert count(database, InboundEvent) == 0


# ------------------------------------------------------------------ threads of the conversation


def test_threads_that_no_conversation_owns_go_and_others_stay(
    database: Database, owner: User, stranger: User, now: datetime
) -> None:
    with database.service() as session:
        gone = one_of_each(session, owner.id, "sim:owner", now)
        stays = one_of_each(session, stranger.id, "sim:stranger", now)
        session.execute(text("delete from conversations where id = :id"), {"id": gone.conversation_id})
    assert retain(database, LIMITS, now).counts["orphan_threads"] == 1
    with database.service() as session:
        for table in ("checkpoints", "checkpoint_blobs", "checkpoint_writes"):
            left = session.scalars(text(f"select thread_id from {table}")).all()
            assert left == [stays.thread_id]


def test_an_old_state_left_in_a_thread_is_pruned_unless_its_person_is_talking(
    database: Database, owner: User, now: datetime
) -> None:
    with database.service() as session:
        kept = one_of_each(session, owner.id, "sim:owner", now)
        session.execute(
            text(
                "insert into checkpoints (thread_id, checkpoint_id, checkpoint) values (:thread, '0', '{}')"
            ),
            {"thread": kept.thread_id},
        )
    with database.service() as talking:
        lock_person(talking, owner.id)
        assert retain(database, LIMITS, now).counts["superseded_threads"] == 0
    assert retain(database, LIMITS, now).counts["superseded_threads"] == 1
    with database.service() as session:
        assert session.scalars(text("select checkpoint_id from checkpoints")).all() == ["1"]


def test_all_old_states_are_pruned_however_many(database: Database, owner: User, now: datetime) -> None:
    with database.service() as session:
        session.execute(
            text("""
                with talks as (
                    insert into conversations (user_id, langgraph_thread_id)
                    select :user, 't' || n from generate_series(1, 250) n returning langgraph_thread_id as thread
                )
                insert into checkpoints (thread_id, checkpoint_id, checkpoint)
                select thread, id, '{}' from talks cross join (values ('0'), ('1')) as states (id)
            """),
            {"user": owner.id},
        )
    assert retain(database, LIMITS, now).counts["superseded_threads"] == 250
    assert retain(database, LIMITS, now).counts == {}


def test_old_rows_are_found_by_the_index_of_ages(database: Database, now: datetime) -> None:
    """In a table of some size that is mostly young, without reading all of it."""
    with database.service() as session:
        session.execute(
            text("""
                insert into inbound_events (channel, external_id, sender, payload, received_at, correlation_id, state)
                select 'telegram', n::text, 's', '{}', cast(:now as timestamptz) - (40000 - n) * interval '1 minute', 'c', 'done'
                from generate_series(1, 40000) n
            """),
            {"now": now - 3 * DAY},
        )
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("reset role"))
        connection.execute(text("vacuum analyze inbound_events"))
    with database.service() as session:
        asked = {"before": now - 30 * DAY, "limit": 20_000}
        plan = "\n".join(session.scalars(text("explain " + _RULES[0].oldest), asked))
    assert "ix_inbound_events_age" in plan
    assert 0 < retain(database, LIMITS, now).counts["inbound_events"] < 5_000
