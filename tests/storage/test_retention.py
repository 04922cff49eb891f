"""Retention goes by age alone: what is open, younger or still needed stays, for everybody."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.conversations import Said, keep_summary, open_conversation, window, write_down
from storage.database import Database
from storage.erasure import inventory
from storage.retention import RetentionLimits, retain
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
from tests.storage.finished_rows import DAY, add_attempt, add_event, add_notice, add_task, ages, count
from tests.storage.rows import one_of_each

LIMITS = RetentionLimits()


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
        before = inventory(session, stranger.id)
    assert retain(database, LIMITS, now).counts == {"inbound_events": 1}
    with database.service() as session:
        assert inventory(session, stranger.id) == before
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
