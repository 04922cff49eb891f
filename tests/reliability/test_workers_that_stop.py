"""Workers that are told to end or freeze, and tasks that change while one holds them: nothing stale, nothing twice, nothing lost."""

from __future__ import annotations

import signal
from datetime import datetime

import redis as redis_client
from rq import Queue

from bot.clock import ShiftedClock
from reminders.wakeups import QUEUE
from storage.tables import DispatchLog
from tests.installation import Installation
from tests.reliability.conftest import Beside
from tests.reliability.crowds import MINUTE, NUMBER, SECOND, chat_of, crowd, hold_sends, per_chat
from tests.waiting import wait_for


def test_sigterm_during_50_sends_finished_or_handed_back_in_10_s(
    flux: Installation, redis: redis_client.Redis, now: datetime
) -> None:
    """What has left is finished; what has not is there for the next worker at once, who need not ask about it."""
    people = crowd(flux, 50, now)
    holds = hold_sends(flux, accept=True)
    worker = flux.process("-m", "bot", "worker")
    wait_for(lambda: redis.scard("rq:workers") == 2, "two workers", 60)
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
