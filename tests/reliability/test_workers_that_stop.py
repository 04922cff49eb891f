"""Workers that are told to end or freeze, and tasks that change while one holds them: nothing stale, nothing twice, nothing lost."""

from __future__ import annotations

import signal
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from time import monotonic

import pytest
import redis as redis_client
from rq import Queue

from bot.clock import ShiftedClock
from reminders.wakeups import QUEUE
from storage.tables import DispatchLog
from tests.fakes.http_server import Hold
from tests.fakes.telegram_server import Sent
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
    told_at, time = monotonic(), ShiftedClock(redis)

    def handed_back() -> list[DispatchLog]:
        waiting = [one for one in flux.attempts() if one.status == "pending" and one.outcome is None]
        return [one for one in waiting if one.lease_until is not None and one.lease_until <= time.now()]

    wait_for(lambda: len(handed_back()) == 40, "40 handed back, before the other ten are answered")
    for hold in holds:
        hold.let_go()
    assert worker.wait(15) == 0
    assert monotonic() - told_at < 10
    assert sorted(one.status for one in flux.attempts()) == ["dispatched"] * 10 + ["pending"] * 40
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
    assert len(in_flight) == 10
    assert per_chat(flux.telegram) == dict.fromkeys(people, 1)


@dataclass
class Queued:
    """Twelve reminders in one run: ten are on their way, `leased` are only written down."""

    flux: Installation
    holds: list[Hold]
    running: Future[object]
    leased: list[int]

    def finish(self) -> list[Sent]:
        """Let go; whatever Flux says from here on."""
        said = len(self.flux.telegram.messages)
        for hold in self.holds:
            hold.let_go()
        self.running.result(60)
        return self.flux.telegram.messages[said:]


@pytest.fixture
def queued(flux: Installation, now: datetime, beside: Beside) -> Queued:
    chats = {task: chat for chat, task in crowd(flux, 12, now).items()}
    holds = hold_sends(flux, accept=True)
    running = beside(flux.run, now)
    for hold in holds:
        hold.arrived()
    leased = [chats[one.task_id] for one in flux.attempts() if one.outcome is None]
    assert len(leased) == 2
    return Queued(flux, holds, running, leased)


def test_task_edited_or_deleted_while_leased_nothing_stale_is_sent(
    flux: Installation, queued: Queued
) -> None:
    edited, deleted = queued.leased
    assert "Moved" in flux.says("move the easy run to 6pm", edited).text
    flux.says("cancel the easy run", deleted)
    assert queued.finish() == []
    later = flux.run(flux.clock.now() + 90 * SECOND)
    assert later.sent == 0, "nothing was only put off"


def test_task_renamed_while_leased_is_reminded_of_by_its_new_name(flux: Installation, queued: Queued) -> None:
    renamed = {queued.leased[0]}
    for chat in renamed:
        assert "Renamed" in flux.says("rename easy run to slow walk", chat).text
    queued.finish()
    reminded = {sent.chat_id: sent.text for sent in flux.telegram.messages if "Done" in sent.labels}
    assert {chat for chat, text in reminded.items() if text.startswith("Slow walk")} == renamed
    assert per_chat(flux.telegram) == dict.fromkeys(reminded, 1) | dict.fromkeys(renamed, 2)
