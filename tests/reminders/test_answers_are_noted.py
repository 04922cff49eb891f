"""What somebody answers stands in their trail in their words, and whoever is choosing is left in peace meanwhile."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from storage.tables import NotificationLog, Task, User
from storage.trail import trail
from storage.vocabulary import Answer
from tests.reminders.conftest import Ladders, button, say, tap

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("answer", "response", "words"),
    [
        (Answer.DONE, "done", "done"),
        (Answer.MISSED, "missed", "can't today"),
        (Answer.ON_IT, "no_response", "on it"),
        (Answer.SNOOZE, "no_response", "later"),
    ],
)
def test_every_answer_is_in_the_trail(
    ladders: Ladders, owner: User, reminded: Task, now: datetime, answer: Answer, response: str, words: str
) -> None:
    at = now + MINUTE
    say(ladders, owner, reminded, answer, at)
    with ladders.database.session(owner.id) as session:
        notice = session.scalars(select(NotificationLog)).one()
        assert (notice.answer, notice.response) == (answer, response)
        (found,) = trail(session, owner.id)
        assert [(line.responded_at, line.answer()) for line in found.lines if line.answer()] == [(at, words)]


def test_what_is_taken_back_is_no_answer_any_more(
    ladders: Ladders, owner: User, reminded: Task, now: datetime
) -> None:
    done = say(ladders, owner, reminded, Answer.DONE, now + MINUTE)
    tap(ladders, owner, button(done, "Undo"), now + MINUTE)
    with ladders.database.session(owner.id) as session:
        notice = session.scalars(select(NotificationLog)).one()
        assert (notice.answer, notice.response) == (None, "no_response")
        assert [line.answer() for line in trail(session, owner.id)[0].lines] == [None]


def test_whoever_is_asked_for_how_long_is_not_called_meanwhile(
    ladders: Ladders, reachable: User, now: datetime
) -> None:
    """Two minutes after the reminder WhatsApp would come, and the call two minutes later."""
    ladders.plan(reachable, now + 30 * MINUTE, now)
    ladders.run_until(now, now + 20 * MINUTE)
    snooze = next(choice for choice in ladders.telegram.last().flat_choices if choice.label == "Snooze")
    offered = tap(ladders, reachable, snooze.data, now + 20 * MINUTE)
    assert offered.text == "For how long?"
    ladders.run_until(now + 21 * MINUTE, now + 29 * MINUTE)
    assert ladders.whatsapp.sent == []
    ladders.run_until(now + 30 * MINUTE, now + 35 * MINUTE)
    assert len(ladders.whatsapp.sent) == len(ladders.call.sent) == 1, (
        "whoever never chose is reminded as ever"
    )


def test_the_choice_itself_counts_from_when_it_is_made(
    ladders: Ladders, reachable: User, now: datetime
) -> None:
    task = ladders.plan(reachable, now + 30 * MINUTE, now)
    ladders.run_until(now, now + 20 * MINUTE)
    snooze = next(choice for choice in ladders.telegram.last().flat_choices if choice.label == "Snooze")
    offered = tap(ladders, reachable, snooze.data, now + 20 * MINUTE)
    tap(ladders, reachable, button(offered, "10 min"), now + 22 * MINUTE)
    assert ladders.task(task.id).wakes_at == now + 32 * MINUTE
