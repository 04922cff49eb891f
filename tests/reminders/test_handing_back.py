"""A worker that is told to stop: it begins nothing more, and whoever comes next need not wait for its leases."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from channels.messages import Address, OutboundMessage
from reminders.dispatch import DispatchReport
from storage.tables import User
from tests.reminders.conftest import Ladders

MINUTE = timedelta(minutes=1)


def test_who_was_told_to_stop_claims_nothing_and_rings_for_another(
    ladders: Ladders, owner: User, now: datetime
) -> None:
    ladders.plan(owner, now + 10 * MINUTE, now)
    ladders.dispatcher.stop()
    assert ladders.dispatcher.run_due(now) == DispatchReport()
    assert ladders.wakeups.asked[-1] == now
    assert ladders.another().run_due(now).sent == 1


def test_what_was_claimed_but_not_begun_is_sent_by_another_at_the_same_moment(
    ladders: Ladders, owner: User, now: datetime
) -> None:
    task = ladders.plan(owner, now + 10 * MINUTE, now)
    held = ladders.claim(now)
    ladders.dispatcher.stop()
    assert ladders.deliver(held, now) == {"handed_back": len(held)}
    assert not ladders.telegram.sent
    assert ladders.another().run_due(now).taken_over == len(held)
    assert [message.task_id for _, message, _ in ladders.telegram.sent] == [task.id]


def test_told_to_stop_in_the_middle_it_finishes_what_has_left_and_hands_back_the_rest_unsent(
    ladders: Ladders, now: datetime
) -> None:
    tasks = {ladders.plan(person, now + 10 * MINUTE, now).id for person in ladders.people(25, now)}
    ladders.telegram.before_send = lambda _: ladders.dispatcher.stop()
    report = ladders.dispatcher.run_due(now)
    assert 0 < report.sent < len(tasks)
    for task in tasks:
        assert ladders.attempts(task)[0][1] in ("dispatched", "pending")
    ladders.telegram.before_send = id
    ladders.telegram.can_look_up = False  # nobody needs to: what was handed back never left
    assert ladders.another().run_due(now).sent == len(tasks) - report.sent
    assert {message.task_id for _, message, _ in ladders.telegram.sent} == tasks
    assert len(ladders.telegram.sent) == len(tasks)


def test_a_call_somebody_else_had_begun_is_still_asked_about_after_it_was_handed_back(
    ladders: Ladders, reachable: User, now: datetime
) -> None:
    task = ladders.plan(reachable, now + 10 * MINUTE, now)
    ladders.run_until(now, now + 3 * MINUTE)

    def accepts_and_dies(message: OutboundMessage) -> None:
        ladders.call.sent.append((Address("call", "+49"), message, now))
        raise SystemExit

    ladders.call.before_send = accepts_and_dies
    with pytest.raises(SystemExit):
        ladders.dispatcher.run_due(now + 4 * MINUTE)
    ladders.call.before_send = id
    leaving, at = ladders.another(), now + 5 * MINUTE
    held = ladders.claim(at)
    assert [attempt.begun for attempt in held] == [True]
    leaving.stop()
    ladders.deliver(held, at, leaving)
    ladders.another().run_due(at)
    assert len(ladders.call.sent) == 1
    assert ("call", "dispatched", None) in ladders.attempts(task.id)
