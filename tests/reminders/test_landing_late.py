"""A message is in flight while its task is answered elsewhere: once it has landed it shows what the others show."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from channels.messages import OutboundMessage
from reminders.plans import move_task
from storage.tables import Task, User
from storage.vocabulary import Answer
from tests.reminders.conftest import Ladders, say

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("answer", "result"),
    [
        (Answer.DONE, "Done 10:00 - Easy run."),
        (Answer.MISSED, "Easy run: not this time."),
        (Answer.SNOOZE, None),
        (Answer.ON_IT, None),
    ],
)
def test_a_message_that_lands_behind_an_answer_given_elsewhere_becomes_its_result(
    ladders: Ladders, reachable: User, now: datetime, answer: Answer, result: str | None
) -> None:
    task = ladders.plan(reachable, now + 10 * MINUTE, now)

    def answered(_: OutboundMessage) -> None:
        ladders.telegram.before_send = id
        say(ladders, reachable, task, answer, now, source="whatsapp")

    ladders.telegram.before_send = answered
    ladders.dispatcher.run_due(now)
    first, *then = [message for _, message, _ in ladders.telegram.sent]
    assert first.text == "Easy run (30 min) at 10:10, in 10 minutes."
    assert [(one.text, one.edits) for one in then] == ([(result, "telegram-1")] if result else [])
    assert all([choice.label for choice in one.flat_choices] == ["Undo"] for one in then)


def test_a_message_that_lands_behind_a_move_says_where_its_task_went(
    ladders: Ladders, owner: User, now: datetime
) -> None:
    task = ladders.plan(owner, now + 10 * MINUTE, now)

    def moved(_: OutboundMessage) -> None:
        ladders.telegram.before_send = id
        with ladders.database.service() as session:
            move_task(session, owner.id, task.id, now + timedelta(hours=3), now)

    ladders.telegram.before_send = moved
    ladders.dispatcher.run_due(now)
    _, shown = [message for _, message, _ in ladders.telegram.sent]
    assert (shown.text, shown.edits) == ("Easy run has moved: it is today 13:00 now.", "telegram-1")


def test_a_message_that_lands_after_its_attempt_was_taken_over_stays_as_it_is(
    ladders: Ladders, owner: User, now: datetime
) -> None:
    """Nobody has answered: the worker was frozen past its lease, and another one has sent it too."""
    ladders.plan(owner, now + 10 * MINUTE, now)
    ladders.telegram.can_look_up = False

    def frozen(_: OutboundMessage) -> None:
        ladders.telegram.before_send = id
        ladders.another().run_due(now + MINUTE)

    ladders.telegram.before_send = frozen
    ladders.dispatcher.run_due(now)
    assert [(message.text[:8], message.edits) for _, message, _ in ladders.telegram.sent] == [
        ("Easy run", None)
    ] * 2


def test_a_reminder_that_lands_when_its_task_is_missed_keeps_its_buttons(
    ladders: Ladders, owner: User, now: datetime
) -> None:
    """The note about the miss follows; a late answer still counts."""
    task = ladders.plan(owner, now + 10 * MINUTE, now)

    def missed(_: OutboundMessage) -> None:
        ladders.telegram.before_send = id
        with ladders.database.service() as session:
            row = session.get_one(Task, task.id)
            row.stage, row.wakes_at = "called", now
        ladders.claim(now + 71 * MINUTE)

    ladders.telegram.before_send = missed
    ladders.dispatcher.run_due(now)
    assert ladders.task(task.id).status == "missed"
    assert [message.edits for _, message, _ in ladders.telegram.sent] == [None]
