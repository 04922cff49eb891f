"""Workers that are killed, frozen or told to end, providers that lose answers, servers that go away: once each, and nothing lost."""

from __future__ import annotations

import json
import signal
import subprocess
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

import pytest
import redis as redis_client
from rq import Queue
from rq_scheduler import Scheduler

from bench.seed import Load, fill
from bot import jobs
from bot.clock import ShiftedClock
from bot.processes.scheduling import FluxScheduler
from reminders.wakeups import QUEUE, RqWakeups
from storage.tables import DispatchLog
from tests.fakes.http_server import Hold, Reply
from tests.fakes.telegram_server import FakeTelegram
from tests.fakes.twilio_server import Fault
from tests.installation import Installation, environment
from tests.reliability.conftest import Beside
from tests.waiting import wait_for

MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
NUMBER = "+4915112345678"
SEND = "sendMessage"


def crowd(flux: Installation, people: int, now: datetime) -> dict[int, UUID]:
    """So many people, each to be reminded now: chat id -> task."""
    chats = range(1001, 1001 + people)
    return {chat: flux.plan(flux.person(f"P{chat}", chat), now + 10 * MINUTE) for chat in chats}


def hold_sends(flux: Installation, *, accept: bool) -> list[Hold]:
    """Hold up as many messages as leave for Telegram before a result is awaited."""
    return [flux.telegram.hold(SEND, accept=accept) for _ in range(4)]


def per_chat(telegram: FakeTelegram) -> Counter[int]:
    return Counter(message.chat_id for message in telegram.messages)


def kill(worker: subprocess.Popen[bytes]) -> None:
    worker.kill()
    worker.wait(10)


@pytest.fixture
def called(flux: Installation, now: datetime) -> datetime:
    """Ann's task has had its reminder and its WhatsApp message; the moment at which she is to be called."""
    flux.plan(flux.person(number=NUMBER), now + 10 * MINUTE)
    flux.run(now)
    flux.run(now + 2 * MINUTE)
    flux.clock.move_to(now + 4 * MINUTE)
    return now + 4 * MINUTE


@pytest.fixture
def jobs_here(flux: Installation, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Jobs that this process performs belong to this installation, and live at its time."""
    ShiftedClock(flux.services.redis).move_to(flux.clock.now())
    for name, value in environment(flux.services.settings).items():
        monkeypatch.setenv(name, value)
    jobs.services.cache_clear()
    yield
    jobs.services().database.dispose()
    jobs.services.cache_clear()


# ------------------------------------------------------------------ claims


def test_four_workers_and_10000_due_steps_reach_the_provider_once_each(
    flux: Installation, database_url: str, now: datetime
) -> None:
    """2,000 here, so that the suite stays quick; `python -m bench.chaos` and `bench.spike` take more."""
    fill(database_url, Load(2000, now), quiet=True)
    workers = [flux.worker() for _ in range(4)]
    assert [worker.wait(120) for worker in workers] == [0] * 4
    assert sorted(per_chat(flux.telegram).values()) == [1] * 2000


def test_the_scheduler_queues_a_job_twice_second_is_a_no_op(
    flux: Installation, redis: redis_client.Redis, beside: Beside, jobs_here: None
) -> None:
    due = crowd(flux, 20, flux.clock.now())
    RqWakeups(redis).wake_at(flux.clock.now() + timedelta(days=3650), "far")
    [ring] = Scheduler(queue_name=QUEUE, connection=redis).get_jobs()
    for scheduler in (FluxScheduler(redis, 5), FluxScheduler(redis, 5)):  # the lock of one ran out
        scheduler._enqueue_one(ring.id)
    queued = Queue(QUEUE, connection=redis).jobs
    assert [job.id for job in queued] == [ring.id] * 2
    for running in [beside(job.perform) for job in queued]:
        running.result(30)
    assert per_chat(flux.telegram) == dict.fromkeys(due, 1)


# ------------------------------------------------------------------ kills


def test_a_worker_killed_before_the_call_sent_within_30_s(flux: Installation, now: datetime) -> None:
    """Four of its messages never arrive, six wait for their turn, two are only written down."""
    people = crowd(flux, 12, now)
    holds = hold_sends(flux, accept=False)
    worker = flux.worker()
    for hold in holds:
        hold.arrived()
    kill(worker)
    killed_at = ShiftedClock(flux.services.redis).now()
    for hold in holds:
        hold.lose()
    assert flux.telegram.messages == []
    flux.run(killed_at + 30 * SECOND)
    assert per_chat(flux.telegram) == dict.fromkeys(people, 1)


@pytest.mark.parametrize(("path", "rung"), [("Messages.json", "whatsapp"), ("Calls.json", "call")])
def test_killed_after_the_provider_accepted_the_provider_is_asked_no_second_call(
    flux: Installation, now: datetime, path: str, rung: str
) -> None:
    flux.plan(flux.person(number=NUMBER), now + 10 * MINUTE)
    due = now + {"whatsapp": 2, "call": 4}[rung] * MINUTE
    for minute in range(0, 4 if rung == "call" else 2, 2):
        flux.run(now + minute * MINUTE)
    flux.clock.move_to(due)
    hold = flux.twilio.hold(path, accept=True)
    worker = flux.worker()
    hold.arrived()
    kill(worker)
    hold.lose()
    accepted = flux.twilio.calls if rung == "call" else flux.twilio.messages
    [attempt] = flux.attempts(rung)
    assert (attempt.status, attempt.outcome, attempt.external_id) == ("pending", "sending", None)
    for seconds in range(20, 110, 10):
        flux.run(due + seconds * SECOND)
    [attempt] = flux.attempts(rung)
    assert (attempt.status, attempt.external_id) == ("dispatched", accepted[0].sid)
    assert len(accepted) == 1


@pytest.mark.parametrize("rung", ["whatsapp", "call"])
def test_provider_answers_500_after_accepting_one_message(
    flux: Installation, now: datetime, rung: str
) -> None:
    """Telegram alone cannot be asked: it gets the message again, and the person may see it twice."""
    flux.plan(flux.person(number=NUMBER), now + 10 * MINUTE)
    flux.run(now)
    if rung == "call":
        flux.run(now + 2 * MINUTE)
    flux.twilio.fail_after_accepting()
    due = now + {"whatsapp": 2, "call": 4}[rung] * MINUTE
    flux.run(due)
    assert [attempt.status for attempt in flux.attempts(rung)] == ["unknown"]
    for seconds in (11, 70):
        flux.run(due + seconds * SECOND)
    accepted = flux.twilio.calls if rung == "call" else flux.twilio.messages
    [attempt] = flux.attempts(rung)
    assert (attempt.status, attempt.external_id) == ("dispatched", accepted[0].sid)
    assert len(accepted) == 1


def test_response_lost_on_a_call_no_redial_until_known_or_60_s(flux: Installation, called: datetime) -> None:
    """Here the call was never made, and Twilio lists none: only after a minute is that certain."""
    flux.twilio.faults.append(Fault(Reply(drop=True)))
    for seconds in range(0, 60, 10):
        flux.run(called + seconds * SECOND)
        assert flux.twilio.calls == []
        assert [attempt.status for attempt in flux.attempts("call")] == ["unknown"]
    flux.run(called + 71 * SECOND)
    assert len(flux.twilio.calls) == 1


def test_response_lost_on_a_call_that_was_made_is_found_and_not_made_again(
    flux: Installation, called: datetime
) -> None:
    flux.twilio.drop_reply()
    for seconds in range(0, 120, 10):
        flux.run(called + seconds * SECOND)
    [attempt], [call] = flux.attempts("call"), flux.twilio.calls
    assert (attempt.status, attempt.external_id) == ("dispatched", call.sid)


# ------------------------------------------------------------------ processes that stop


def test_sigterm_during_50_sends_finished_or_handed_back_in_10_s(
    flux: Installation, redis: redis_client.Redis, now: datetime
) -> None:
    """What has left is finished; what has not is there for the next worker at once, who need not ask about it."""
    people = crowd(flux, 50, now)
    holds = hold_sends(flux, accept=True)
    worker = flux.process("-m", "bot", "worker")
    Queue(QUEUE, connection=redis).enqueue("bot.jobs.wake", "test")
    for hold in holds:
        hold.arrived()
    worker.send_signal(signal.SIGTERM)
    time = ShiftedClock(redis)

    def handed_back() -> list[DispatchLog]:
        waiting = [one for one in flux.attempts() if one.status == "pending" and one.outcome is None]
        return [one for one in waiting if one.lease_until is not None and one.lease_until <= time.now()]

    wait_for(lambda: len(handed_back()) == 46, "46 handed back, before the other four are answered")
    for hold in holds:
        hold.let_go()
    assert worker.wait(15) == 0
    assert sorted(one.status for one in flux.attempts()) == ["dispatched"] * 4 + ["pending"] * 46
    flux.run(time.now())
    assert per_chat(flux.telegram) == dict.fromkeys(people, 1)


def test_a_worker_frozen_past_its_lease_its_late_write_refused(flux: Installation, now: datetime) -> None:
    flux.plan(flux.person(number=NUMBER), now + 10 * MINUTE)
    flux.run(now)
    flux.clock.move_to(now + 2 * MINUTE)
    hold = flux.twilio.hold("Messages.json", accept=True)
    worker = flux.worker()
    hold.arrived()
    worker.send_signal(signal.SIGSTOP)
    flux.run(ShiftedClock(flux.services.redis).now() + 30 * SECOND)
    [taken_over] = flux.attempts("whatsapp")
    assert (taken_over.status, taken_over.tries) == ("dispatched", 3)
    worker.send_signal(signal.SIGCONT)
    hold.let_go()
    assert worker.wait(30) == 0
    [attempt] = flux.attempts("whatsapp")
    assert (attempt.tries, attempt.dispatched_at) == (3, taken_over.dispatched_at)
    assert len(flux.twilio.messages) == len(flux.notices("whatsapp")) == 1


def test_what_a_frozen_worker_had_begun_and_not_sent_is_left_to_whoever_took_it_over(
    flux: Installation, now: datetime
) -> None:
    people = crowd(flux, 10, now)
    holds = hold_sends(flux, accept=False)
    worker = flux.worker()
    in_flight = {chat_of(hold) for hold in holds}
    worker.send_signal(signal.SIGSTOP)
    for hold in holds:
        hold.lose()
    flux.run(ShiftedClock(flux.services.redis).now() + 30 * SECOND)
    worker.send_signal(signal.SIGCONT)
    assert worker.wait(30) == 0
    assert len(in_flight) == 4
    assert per_chat(flux.telegram) == dict.fromkeys(people, 1)


def chat_of(hold: Hold) -> int:
    return int(json.loads(hold.arrived().body)["chat_id"])


def test_task_edited_or_deleted_while_leased_nothing_stale_is_sent(
    flux: Installation, now: datetime, beside: Beside
) -> None:
    """Four messages are on their way, six are begun and wait for their turn, two are only written down."""
    people = crowd(flux, 12, now)
    holds = hold_sends(flux, accept=True)
    running = beside(flux.run, now)
    gone = {chat_of(hold) for hold in holds}
    of_task = {task: chat for chat, task in people.items()}
    begun = [of_task[one.task_id] for one in flux.attempts() if one.outcome == "sending"]
    leased = [of_task[one.task_id] for one in flux.attempts() if one.outcome is None]
    waiting = [chat for chat in begun if chat not in gone]
    assert (len(waiting), len(leased)) == (6, 2)
    for chat in (waiting[0], leased[0]):
        assert "Moved" in flux.says("move the easy run to 6pm", chat).text
    for chat in (waiting[1], leased[1]):
        flux.says("cancel the easy run", chat)
    said = per_chat(flux.telegram)
    for hold in holds:
        hold.let_go()
    running.result(30)
    reminded = per_chat(flux.telegram) - said
    assert set(reminded) == {*waiting[2:]}
