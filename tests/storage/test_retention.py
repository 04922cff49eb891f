"""Retention goes by age alone: what is open, younger or still needed stays, for everybody, whenever it runs or ends."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import event, func, select, text
from sqlalchemy.orm import Session

from storage.conversations import Said, keep_summary, open_conversation, window, write_down
from storage.database import Database, lock_person
from storage.retention import _RULES, RetentionLimits, retain
from storage.tables import (
    DispatchLog,
    ErasureReceipt,
    InboundEvent,
    LinkCode,
    Message,
    NotificationLog,
    Pause,
    ProviderDeletion,
    Task,
    User,
)
from storage.vocabulary import DispatchStatus, InboundState, MessageRole, TaskStatus
from tests.storage.rows import count_by_table, one_of_each

DAY = timedelta(days=1)
LIMITS = RetentionLimits()


def add_task(session: Session, user: User, at: datetime, status: str = TaskStatus.DONE) -> Task:
    task = Task(
        user_id=user.id, title="Run", scheduled_at=at, local_day=at.date(), created_at=at, status=status
    )
    session.add(task)
    session.flush()
    return task


def add_attempt(session: Session, task: Task, at: datetime, status: str = DispatchStatus.DISPATCHED) -> None:
    session.add(DispatchLog(task_id=task.id, channel="telegram", rung="remind", created_at=at, status=status))


def add_notice(session: Session, task: Task, at: datetime) -> None:
    session.add(NotificationLog(task_id=task.id, channel="telegram", external_id=uuid4().hex, sent_at=at))


def add_event(session: Session, user: User, at: datetime, state: str = InboundState.DONE) -> None:
    session.add(
        InboundEvent(
            channel="telegram",
            external_id=uuid4().hex,
            sender=f"sim:{user.id}",
            user_id=user.id,
            payload={},
            received_at=at,
            correlation_id="c",
            state=state,
        )
    )


def count(database: Database, table: type) -> int:
    with database.service() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def ages(database: Database, column: object, now: datetime) -> list[int]:
    """The ages in days of what is left."""
    with database.service() as session:
        return sorted((now - at).days for at in session.scalars(select(column)))  # type: ignore[call-overload] - a column


def test_each_table_loses_what_is_past_its_limit_and_nothing_younger(
    database: Database, owner: User, stranger: User, now: datetime
) -> None:
    with database.service() as session:
        for user in (owner, stranger):
            for age in (1, 29, 31, 179, 181):
                task = add_task(session, user, now - age * DAY)
                add_attempt(session, task, now - age * DAY)
                add_notice(session, task, now - age * DAY)
                add_event(session, user, now - age * DAY)
    report = retain(database, LIMITS, now)
    assert report.counts == {"inbound_events": 6, "dispatch_log": 2, "notification_log": 2}
    assert report.complete
    assert ages(database, InboundEvent.received_at, now) == [1, 1, 29, 29]
    assert ages(database, DispatchLog.created_at, now) == [1, 1, 29, 29, 31, 31, 179, 179]
    assert ages(database, NotificationLog.sent_at, now) == [1, 1, 29, 29, 31, 31, 179, 179]
    assert count(database, Task) == 10
    assert not retain(database, LIMITS, now).counts


def test_a_strangers_young_rows_of_every_table_stay(
    database: Database, owner: User, stranger: User, now: datetime
) -> None:
    with database.service() as session:
        add_event(session, owner, now - 400 * DAY)
        one_of_each(session, stranger.id, "sim:stranger", now)
        before = count_by_table(session, stranger.id)
    assert retain(database, LIMITS, now).counts == {"inbound_events": 1}
    with database.service() as session:
        assert count_by_table(session, stranger.id) == before
        assert all(before.values())


@pytest.mark.parametrize("status", list(DispatchStatus))
def test_attempts_that_wait_or_whose_outcome_is_unknown_stay_however_old(
    database: Database, owner: User, now: datetime, status: DispatchStatus
) -> None:
    with database.service() as session:
        add_attempt(session, add_task(session, owner, now - 400 * DAY), now - 400 * DAY, status)
    retain(database, LIMITS, now)
    open_ones = (DispatchStatus.PENDING, DispatchStatus.UNKNOWN)
    assert count(database, DispatchLog) == int(status in open_ones)


@pytest.mark.parametrize("state", list(InboundState))
def test_events_that_are_not_finished_stay_however_old(
    database: Database, owner: User, now: datetime, state: InboundState
) -> None:
    with database.service() as session:
        add_event(session, owner, now - 400 * DAY, state)
    retain(database, LIMITS, now)
    assert count(database, InboundEvent) == int(state in (InboundState.RECEIVED, InboundState.ANSWERED))


def test_an_open_task_keeps_its_trail_so_that_an_answer_still_finds_it(
    database: Database, owner: User, now: datetime
) -> None:
    with database.service() as session:
        task = add_task(session, owner, now, TaskStatus.PENDING)
        add_attempt(session, task, now - 400 * DAY)
        add_notice(session, task, now - 400 * DAY)
    retain(database, LIMITS, now)
    assert (count(database, DispatchLog), count(database, NotificationLog)) == (1, 1)


def test_codes_pauses_and_finished_deletions_go_in_their_time(
    database: Database, owner: User, now: datetime
) -> None:
    with database.service() as session:
        for expired, used in ((-8, None), (-6, None), (30, -8), (30, None)):
            session.add(
                LinkCode(
                    user_id=owner.id,
                    purpose="link",
                    code_hash=uuid4().hex,
                    expires_at=now + expired * DAY,
                    used_at=now + used * DAY if used else None,
                )
            )
        for age in (731, 729):
            day = (now - age * DAY).date()
            session.add(Pause(user_id=owner.id, first_day=day - DAY, last_day=day))
        receipt = ErasureReceipt(erased_at=now, asked_by="person", subject="s")
        session.add(receipt)
        session.flush()
        for state, age in (("done", 366), ("done", 364), ("failed", 900), ("by_hand", 900), ("pending", 900)):
            session.add(
                ProviderDeletion(
                    receipt_id=receipt.id,
                    provider="p",
                    kind="k",
                    state=state,
                    due_at=now - age * DAY,
                    done_at=now - age * DAY if state == "done" else None,
                )
            )
    assert retain(database, LIMITS, now).counts == {"link_codes": 2, "pauses": 1, "provider_deletions": 1}
    assert (count(database, LinkCode), count(database, Pause)) == (2, 1)
    assert (count(database, ProviderDeletion), count(database, ErasureReceipt)) == (4, 1)


def test_no_limit_keeps_for_ever(database: Database, owner: User, now: datetime) -> None:
    with database.service() as session:
        task = add_task(session, owner, now - 9_000 * DAY)
        add_attempt(session, task, now - 9_000 * DAY)
        add_notice(session, task, now - 9_000 * DAY)
        add_event(session, owner, now - 9_000 * DAY)
    assert not retain(database, RetentionLimits(None, None, None), now).counts


# ------------------------------------------------------------------ messages


def talk_of_years(session: Session, user: User, now: datetime) -> None:
    """One message every hundred days for four years, and a summary in front of the fourth last."""
    talk = open_conversation(session, user.id, now - 1500 * DAY)
    for number in range(15):
        write_down(session, talk, [Said(MessageRole.USER, f"{number}")], now - (1500 - 100 * number) * DAY)
    session.flush()
    fourth_last = session.scalars(
        select(Message).order_by(Message.created_at.desc()).offset(3).limit(1)
    ).one()
    keep_summary(session, talk, "the first eleven", fourth_last)


def test_messages_go_when_they_are_old_and_a_summary_covers_them(
    database: Database, owner: User, now: datetime
) -> None:
    with database.service() as session:
        talk_of_years(session, owner, now)
        talk = open_conversation(session, owner.id, now)
        before = [message.content for message in window(session, talk.id)]
    assert retain(database, LIMITS, now).counts == {"messages": 8}
    with database.service() as session:
        assert [message.content for message in window(session, talk.id)] == before
        kept = session.scalars(select(Message.content).order_by(Message.created_at)).all()
    assert kept == ["8", "9", "10", "the first eleven", "11", "12", "13", "14"]


def test_what_the_model_is_still_shown_stays_however_old(
    database: Database, owner: User, stranger: User, now: datetime
) -> None:
    """The owner's newest summary is older than the limit; the stranger never had one."""
    with database.service() as session:
        talk_of_years(session, owner, now - 3000 * DAY)
        strange = open_conversation(session, stranger.id, now - 3000 * DAY)
        write_down(session, strange, [Said(MessageRole.USER, "hello")], now - 3000 * DAY)
        talk = open_conversation(session, owner.id, now)
        before = [message.content for message in window(session, talk.id)]
    assert retain(database, LIMITS, now).counts == {"messages": 11}
    with database.service() as session:
        assert [message.content for message in window(session, talk.id)] == before
        assert [message.content for message in window(session, strange.id)] == ["hello"]


# ------------------------------------------------------------------ batches


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
