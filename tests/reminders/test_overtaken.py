"""A rung that had to be tried again meets the next one: nobody gets both at once, and nothing is lost in between."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from redis import Redis

from channels.messages import ChannelError, OutboundMessage
from reminders.throttle import Pace
from storage.merged import OVERTAKEN
from storage.tables import Task, User
from tests.conftest import make_reachable
from tests.reminders.conftest import Ladders
from tests.reminders.test_paced_lanes import Crowd

MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)


def away(_: OutboundMessage) -> None:
    raise ChannelError("out of order", code="500")


def texts_retried_until_the_call(ladders: Ladders, user: User, now: datetime) -> Task:
    """Reminded of; WhatsApp takes nothing, and is back in the very moment in which the call is due."""
    task = ladders.plan(user, now + 10 * MINUTE, now)
    ladders.dispatcher.run_due(now)
    ladders.whatsapp.before_send = away
    ladders.run_until(now + 2 * MINUTE, now + 3 * MINUTE)
    ladders.whatsapp.before_send = id
    return task


def test_a_text_that_was_tried_until_the_phone_rang_is_not_sent_along_with_the_call(
    ladders: Ladders, reachable: User, now: datetime
) -> None:
    task = texts_retried_until_the_call(ladders, reachable, now)
    ladders.run_until(now + 4 * MINUTE, now + 9 * MINUTE, step=5 * SECOND)
    assert len(ladders.call.sent) == 1
    assert ladders.whatsapp.sent == []
    assert ladders.attempts(task.id)[1:] == [
        ("whatsapp", "skipped", OVERTAKEN),
        ("call", "dispatched", None),
    ]


def test_a_text_is_sent_after_all_when_the_call_that_was_to_follow_it_fails(
    ladders: Ladders, reachable: User, now: datetime
) -> None:
    task = texts_retried_until_the_call(ladders, reachable, now)
    ladders.call.failures = [ChannelError("no such number", permanent=True)]
    ladders.run_until(now + 4 * MINUTE, now + 5 * MINUTE, step=5 * SECOND)
    assert ladders.call.sent == []
    assert len(ladders.whatsapp.sent) == 1
    assert ("whatsapp", "dispatched", None) in ladders.attempts(task.id)


@pytest.mark.parametrize("is_on_whatsapp", [True, False])
def test_a_reminder_that_waits_for_its_slot_leaves_unless_what_followed_it_went_out(
    ladders: Ladders, redis: Redis, now: datetime, *, is_on_whatsapp: bool
) -> None:
    crowd, pace = Crowd(ladders, redis, now), Pace(per_second=0.005)
    before, behind = crowd.people(2)
    with ladders.database.service() as session:
        make_reachable(session, session.get_one(User, behind.id), "+4915112345678", now)
    if not is_on_whatsapp:
        ladders.whatsapp.failures = [ChannelError("not on WhatsApp", permanent=True)]
        ladders.call.failures = [ChannelError("no such number", permanent=True)]
    ladders.plan(before, now + 10 * MINUTE, now)
    crowd.dispatcher(pace).run_due(now)
    task = ladders.plan(behind, now + 10 * MINUTE, now)
    crowd.dispatcher(pace).run_due(now)
    for _ in range(4):
        crowd.dispatcher(pace).run_due(crowd.later(61))
    (remind,) = (found for found in ladders.attempts(task.id) if found[0] == "remind")
    assert remind[1:] == (("skipped", OVERTAKEN) if is_on_whatsapp else ("dispatched", None))
    assert len(ladders.whatsapp.sent) == is_on_whatsapp
    assert len(ladders.telegram.sent) == 2 - is_on_whatsapp


# ------------------------------------------------------------------ several in one message


def reminders_held_back(ladders: Ladders, user: User, now: datetime) -> list[Task]:
    """Two reminders in one message, which Telegram does not take until the ladder has gone on."""
    tasks = [
        ladders.plan(user, now + 10 * MINUTE + number * SECOND, now, title=title)
        for number, title in enumerate(("Run", "Read"))
    ]
    ladders.telegram.before_send = away
    ladders.dispatcher.run_due(now)
    return tasks


def test_a_shared_reminder_still_speaks_of_all_its_tasks_while_their_next_rung_has_not_left(
    ladders: Ladders, reachable: User, now: datetime
) -> None:
    reminders_held_back(ladders, reachable, now)
    ladders.whatsapp.before_send = away
    ladders.run_until(now + MINUTE, now + 2 * MINUTE)
    ladders.telegram.before_send = id
    ladders.run_until(now + 2 * MINUTE + 10 * SECOND, now + 3 * MINUTE, step=10 * SECOND)
    (said,) = ladders.telegram.texts()
    assert ("Run" in said, "Read" in said) == (True, True)


def test_a_shared_reminder_is_not_sent_behind_the_whatsapp_about_the_same_tasks(
    ladders: Ladders, reachable: User, now: datetime
) -> None:
    first, _ = reminders_held_back(ladders, reachable, now)
    ladders.run_until(now + MINUTE, now + 2 * MINUTE)
    ladders.telegram.before_send = id
    ladders.run_until(now + 2 * MINUTE + 10 * SECOND, now + 3 * MINUTE, step=10 * SECOND)
    assert len(ladders.whatsapp.sent) == 1
    assert ladders.telegram.sent == []
    assert ("remind", "skipped", OVERTAKEN) in ladders.attempts(first.id)


def test_a_shared_reminder_leaves_out_the_one_whose_next_rung_has_been_sent(
    ladders: Ladders, reachable: User, now: datetime
) -> None:
    first, second = reminders_held_back(ladders, reachable, now)
    with ladders.database.service() as session:
        session.get_one(Task, second.id).wakes_at = now + 9 * MINUTE
    ladders.run_until(now + MINUTE, now + 2 * MINUTE)
    assert [message.task_id for _, message, _ in ladders.whatsapp.sent] == [first.id]
    ladders.telegram.before_send = id
    ladders.run_until(now + 2 * MINUTE + 10 * SECOND, now + 3 * MINUTE, step=10 * SECOND)
    ((_, said, _),) = ladders.telegram.sent
    assert said.task_id == second.id
    assert "Run" not in said.text
    assert ("remind", "skipped", OVERTAKEN) in ladders.attempts(first.id)
    assert ("remind", "dispatched", "together") in ladders.attempts(second.id)
