"""Things that happen at the same moment: answers beside sends, connections that break, calls that turn up late."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta

import psycopg
import pytest
from sqlalchemy import select, text

from channels.messages import (
    Address,
    ChannelError,
    DeliveryState,
    OutboundMessage,
    Receipt,
    StatusUpdate,
)
from reminders import dispatch
from reminders.answering import answer_task
from reminders.lanes import FEW
from storage import deliveries, last_look, outbox, tasks
from storage.database import Database, normalise_url
from storage.outbox import Finished
from storage.tables import DispatchLog, Task, User
from storage.users import add_identity, disable_identity
from storage.vocabulary import Answer, DispatchStatus
from tests.conftest import make_person
from tests.reminders.conftest import Ladders, Recorder

MINUTE = timedelta(minutes=1)


def begun_attempt(database: Database, task: Task, now: datetime) -> DispatchLog:
    with database.service() as session:
        row = DispatchLog(
            task_id=task.id,
            channel="telegram",
            address="sim:owner",
            rung="remind",
            task_version=task.version,
            tries=1,
            outcome=outbox.SENDING,
            created_at=now,
            lease_until=now + MINUTE,
        )
        session.add(row)
    return row


def test_writing_a_result_never_waits_for_whoever_is_answering_the_task(
    ladders: Ladders, owner: User, now: datetime
) -> None:
    """It would be a deadlock: the answer waits for the attempt, and the attempt's result refers to the task."""
    task = ladders.plan(owner, now + 10 * MINUTE, now)
    attempt = begun_attempt(ladders.database, task, now)
    with ladders.database.service() as answering, ladders.database.service() as sending:
        sending.execute(text("set local lock_timeout = '2s'"))
        tasks.lock_task(answering, owner.id, task.id)
        done = Finished(attempt.id, 1, DispatchStatus.DISPATCHED, "7")
        assert outbox.finish(sending, [done], now) == {attempt.id}


def test_a_failed_rung_leaves_a_task_that_is_being_answered_alone(
    ladders: Ladders, owner: User, now: datetime
) -> None:
    task = ladders.plan(owner, now + 10 * MINUTE, now)
    with ladders.database.service() as session:
        row = session.get_one(Task, task.id)
        row.stage, row.wakes_at = "reminded", now + MINUTE
    with ladders.database.service() as answering, ladders.database.service() as sending:
        sending.execute(text("set local lock_timeout = '2s'"))
        tasks.lock_task(answering, owner.id, task.id)
        assert tasks.wake_failed(sending, [(task.id, 1)], now) == 0
    with ladders.database.service() as session:
        assert tasks.wake_failed(session, [(task.id, 1)], now) == 1


def test_results_survive_a_postgres_that_drops_every_connection(
    ladders: Ladders, owner: User, now: datetime
) -> None:
    """The worker waits until Postgres is back and writes what it sent: nothing is sent again."""
    task = ladders.plan(owner, now + 10 * MINUTE, now)
    url = normalise_url(str(ladders.database.engine.url.render_as_string(hide_password=False)))

    def drop_connections(_: OutboundMessage) -> None:
        ladders.telegram.before_send = id
        plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(plain, autocommit=True) as admin:
            admin.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = current_database() and pid <> pg_backend_pid()"
            )

    ladders.telegram.before_send = drop_connections
    ladders.dispatcher.run_due(now)
    assert ladders.attempts(task.id) == [("remind", "dispatched", None)]
    ladders.dispatcher.run_due(now + MINUTE)
    assert len(ladders.telegram.sent) == 1


def test_a_kill_can_double_a_few_telegram_texts_at_most(ladders: Ladders, now: datetime) -> None:
    """What is sent and not yet written down is what a kill repeats; never more than a few of them."""
    with ladders.database.service() as session:
        people = [make_person(session, "Ann", f"sim:{number}", now) for number in range(30)]
    for person in people:
        ladders.plan(person, now + 10 * MINUTE, now)
    exposed: list[int] = []
    sent = itertools.count(1)

    def count(_: OutboundMessage) -> None:
        number = next(sent)  # before what is written is read: others go on meanwhile
        with ladders.database.service() as session:
            written = session.scalars(select(DispatchLog).where(DispatchLog.status == "dispatched")).all()
        exposed.append(number - len(written))

    ladders.telegram.before_send = count
    ladders.dispatcher.run_due(now)
    assert len(exposed) == 30
    assert max(exposed) <= FEW


def test_a_long_run_makes_room_for_people_and_rings_for_the_rest(
    ladders: Ladders, owner: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    ladders.plan(owner, now + 10 * MINUTE, now)
    monkeypatch.setattr(dispatch, "_LONGEST_RUN", 0.0)
    assert ladders.dispatcher.run_due(now).claimed == 0
    assert ladders.wakeups.asked[-1] == now


# ------------------------------------------------------------------ calls nobody has confirmed


def test_a_call_of_unknown_outcome_is_never_dialled_again_while_nobody_can_tell(
    ladders: Ladders, reachable: User, now: datetime
) -> None:
    task = ladders.plan(reachable, now + 10 * MINUTE, now)
    ladders.run_until(now, now + 3 * MINUTE)
    ladders.call.can_look_up = False
    ladders.call.failures = [ChannelError("the reply was lost", unknown=True)]
    ladders.run_until(now + 4 * MINUTE, now + 20 * MINUTE)
    assert not ladders.call.sent
    assert ("call", "expired", "too late to be worth sending") in ladders.attempts(task.id)


class LostAnswers(Recorder):
    """Dials, but the answer to the request is lost; the call shows up in the look-up when `listed` is set."""

    listed = False

    def send(self, to: Address, message: OutboundMessage, now: datetime) -> Receipt:
        super().send(to, message, now)
        raise ChannelError("no answer", unknown=True, code="no_answer")

    def find(self, *args: object, **words: object) -> Receipt | None:
        return super().find(*args, **words) if self.listed else None  # type: ignore[arg-type]  # passed on


@pytest.fixture
def silent_call(database: Database) -> tuple[Ladders, LostAnswers]:
    call = LostAnswers("call")
    telegram, whatsapp, push = (Recorder(name) for name in ("telegram", "whatsapp", "push"))
    ladders = Ladders.over(database, telegram, whatsapp, call, push)
    return ladders, call


def test_a_call_of_unknown_outcome_is_hung_up_once_it_turns_up_after_the_answer(
    silent_call: tuple[Ladders, LostAnswers], reachable: User, now: datetime
) -> None:
    ladders, call = silent_call
    task = ladders.plan(reachable, now + 10 * MINUTE, now)
    ladders.run_until(now, now + 4 * MINUTE)
    assert len(call.sent) == 1
    at = now + 4 * MINUTE + timedelta(seconds=2)
    with ladders.database.service() as session:
        answer_task(session, reachable.id, task.id, Answer.DONE, at, source="telegram")
    ladders.dispatcher.run_due(at)
    assert call.cancelled == []
    call.listed = True
    ladders.dispatcher.run_due(at + timedelta(seconds=13))
    assert call.cancelled == ["call-1"]
    assert len(call.sent) == 1


def test_a_call_that_begins_to_ring_after_it_was_given_up_is_ended(
    silent_call: tuple[Ladders, LostAnswers], reachable: User, now: datetime
) -> None:
    ladders, call = silent_call
    task = ladders.plan(reachable, now + 10 * MINUTE, now)
    ladders.run_until(now, now + 4 * MINUTE)
    at = now + 4 * MINUTE + timedelta(seconds=2)
    with ladders.database.service() as session:
        answer_task(session, reachable.id, task.id, Answer.DONE, at, source="telegram")
        dialled = session.scalars(select(DispatchLog).where(DispatchLog.rung == "call")).one()
        report = StatusUpdate("call", "CA7", DeliveryState.SENT, dialled.id)
        assert deliveries.apply_status(session, report, at) is not None
    ladders.dispatcher.run_due(at)
    assert call.cancelled == ["CA7"]


# ------------------------------------------------------------------ the last look


def test_whoever_says_stop_between_the_claim_and_the_send_is_not_written_to(
    ladders: Ladders, reachable: User, now: datetime
) -> None:
    task = ladders.plan(reachable, now + 10 * MINUTE, now)
    ladders.dispatcher.run_due(now)
    later = now + 2 * MINUTE
    attempts = ladders.claim(later)
    with ladders.database.service() as session:
        disable_identity(session, "whatsapp", "+4915112345678", "the person sent STOP")
    ladders.deliver(attempts, later)
    assert not ladders.whatsapp.sent
    assert ladders.attempts(task.id)[-1] == ("whatsapp", "skipped", "nobody to send it to any more")


def test_a_note_of_unknown_outcome_that_waits_for_the_morning_is_still_asked_about(
    ladders: Ladders, owner: User, now: datetime
) -> None:
    """The provider accepted it, the worker died, and the person went to bed before somebody took over."""
    bed = now.replace(hour=22, minute=0)  # 23:00 in Berlin
    task = ladders.plan(owner, bed - 70 * MINUTE, now)
    ladders.run_until(bed - 80 * MINUTE, bed - 12 * MINUTE)
    ladders.telegram.sent.clear()
    with ladders.database.service() as session:
        missed = session.get_one(Task, task.id)
        missed.stage, missed.wakes_at = "called", bed - timedelta(seconds=5)
    attempts = ladders.claim(bed - timedelta(seconds=5))
    with ladders.database.service() as session:
        last_look.begin(session, [(attempts[0].id, 0)], bed - timedelta(seconds=5), bed)
    ladders.telegram.send(attempts[0].address, OutboundMessage("note", attempt_id=attempts[0].id), bed)
    ladders.dispatcher.run_due(bed + timedelta(seconds=30))
    ladders.dispatcher.run_due(bed + timedelta(hours=8, minutes=1))
    assert ladders.attempts(task.id)[-1][:2] == ("miss_note", "dispatched")
    assert len(ladders.telegram.sent) == 1


def test_who_lives_on_whatsapp_gets_no_further_message_for_an_answer_by_phone(
    ladders: Ladders, reachable: User, now: datetime
) -> None:
    with ladders.database.service() as session:
        add_identity(session, reachable.id, "whatsapp", "+4915112345678", now, primary=True)
    task = ladders.plan(reachable, now + 10 * MINUTE, now)
    ladders.run_until(now, now + 4 * MINUTE)
    said = len(ladders.whatsapp.sent)
    with ladders.database.service() as session:
        answer_task(session, reachable.id, task.id, Answer.DONE, now + 4 * MINUTE, source="call")
    ladders.dispatcher.run_due(now + 5 * MINUTE)
    assert len(ladders.whatsapp.sent) == said
