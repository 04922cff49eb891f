"""Workers that die or freeze: their steps are taken over, and nothing is lost or doubled."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

import pytest

from channels.messages import Address, ChannelError
from reminders.sweep import sweep
from storage.tables import User
from tests.reminders.conftest import Ladders

MINUTE = timedelta(minutes=1)


def test_four_workers_bring_each_step_to_the_provider_once(ladders: Ladders, now: datetime) -> None:
    tasks = {ladders.plan(user, now + 5 * MINUTE, now).id for user in ladders.people(60, now)}
    workers = [ladders.another(batch=7, lanes=3) for _ in range(3)]
    threads = [
        threading.Thread(target=worker.run_due, args=(now,)) for worker in [*workers, ladders.dispatcher]
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sent = [message.task_id for _, message, _ in ladders.telegram.sent]
    assert len(sent) == len(tasks)
    assert set(sent) == tasks


def test_a_worker_killed_before_the_call_is_replaced_within_thirty_seconds(
    ladders: Ladders, owner: User, now: datetime
) -> None:
    task = ladders.plan(owner, now + 10 * MINUTE, now)
    ladders.dispatcher._claim(now)  # committed, and then the process is gone
    ladders.dispatcher.run_due(now + timedelta(seconds=29))
    assert not ladders.telegram.sent
    sweep(ladders.another(), now + timedelta(seconds=31))
    assert [message.task_id for _, message, _ in ladders.telegram.sent] == [task.id]


def test_after_a_kill_behind_the_providers_acceptance_the_provider_is_asked_and_nothing_is_doubled(
    ladders: Ladders, reachable: User, now: datetime
) -> None:
    task = ladders.plan(reachable, now + 10 * MINUTE, now)
    ladders.run_until(now, now + 3 * MINUTE)

    def accepts_and_dies(message: object) -> None:
        ladders.call.sent.append((Address("call", "+49"), message, now))  # type: ignore[arg-type] - it is one
        raise SystemExit

    ladders.call.before_send = accepts_and_dies
    with pytest.raises(SystemExit):
        ladders.dispatcher.run_due(now + 4 * MINUTE)
    ladders.call.before_send = id
    ladders.run_until(now + 5 * MINUTE, now + 8 * MINUTE)
    assert len(ladders.call.sent) == 1
    assert ("call", "dispatched", None) in ladders.attempts(task.id)


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


def test_a_late_write_of_a_frozen_worker_is_refused(ladders: Ladders, owner: User, now: datetime) -> None:
    task = ladders.plan(owner, now + 10 * MINUTE, now)
    frozen, _ = ladders.dispatcher._claim(now)
    ladders.dispatcher.run_due(now + timedelta(seconds=31))
    ladders.dispatcher._lanes.deliver(frozen, lambda: now + timedelta(seconds=40))
    assert len(ladders.telegram.sent) == 1
    assert ladders.attempts(task.id) == [("remind", "dispatched", None)]
