"""The story of a task as its rows tell it: sent, left out, answered, moved, and what is still to come."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from reminders.people import load_people
from reminders.plans import move_task
from reminders.rules.ladder import Timing
from reminders.task_trail import Event, Mark, next_up, plan_of, story
from storage.database import Database
from storage.subscriptions import save_subscription
from storage.tables import DispatchLog, Task, User
from storage.trail import trail
from storage.vocabulary import Answer
from tests.reminders.conftest import Ladders, say

MINUTE = timedelta(minutes=1)


def told(database: Database, task: Task, now: datetime) -> list[tuple[int, Mark, str]]:
    """(minutes after `now`, mark, words)."""
    return [(round((one.at - now) / MINUTE), one.mark, one.words) for one in events(database, task, now)]


def events(database: Database, task: Task, now: datetime) -> tuple[Event, ...]:
    with database.service() as session:
        person = load_people(session, [task.user_id], Timing())[task.user_id]
        return story(session, session.get_one(Task, task.id), person, now)


def test_a_ladder_that_nobody_answers_is_told_rung_by_rung(
    ladders: Ladders, reachable: User, now: datetime
) -> None:
    task = ladders.plan(reachable, now + 10 * MINUTE, now)
    for minute in (0, 2, 4, 70):
        ladders.dispatcher.run_due(now + minute * MINUTE)
    assert told(ladders.database, task, now) == [
        (0, Mark.ADDED, "put on your list"),
        (0, Mark.SENT, "reminder by Telegram, sent"),
        (2, Mark.SENT, "second reminder by WhatsApp, sent"),
        (4, Mark.SENT, "call, sent"),
        (70, Mark.MISSED, "counted as missed"),
        (70, Mark.SENT, "note about the miss by Telegram, sent"),
    ]


def test_what_is_left_out_has_its_reason_and_what_lies_ahead_its_time(
    ladders: Ladders, reminded: Task, now: datetime
) -> None:
    assert told(ladders.database, reminded, now) == [
        (0, Mark.ADDED, "put on your list"),
        (0, Mark.SENT, "reminder by Telegram, sent"),
        (2, Mark.SKIPPED, "second reminder by WhatsApp left out: no verified phone number"),
        (2, Mark.SKIPPED, "call left out: no verified phone number"),
        (70, Mark.PLANNED, "counts as missed, with a note to you"),
    ]
    ladders.dispatcher.run_due(now + 2 * MINUTE)
    assert told(ladders.database, reminded, now + 2 * MINUTE)[2:] == [
        (0, Mark.SKIPPED, "second reminder by WhatsApp and call skipped: no verified phone number"),
        (68, Mark.PLANNED, "counts as missed, with a note to you"),
    ]


def test_an_answer_is_told_once_with_its_time(
    ladders: Ladders, reminded: Task, owner: User, now: datetime
) -> None:
    say(ladders, owner, reminded, Answer.DONE, now + MINUTE)
    assert told(ladders.database, reminded, now)[2:] == [(1, Mark.ANSWERED, "you answered: done")]


def test_an_answer_before_the_first_word_is_told_too(ladders: Ladders, owner: User, now: datetime) -> None:
    task = ladders.plan(owner, now + 90 * MINUTE, now)
    say(ladders, owner, task, Answer.DONE, now + MINUTE, source="dashboard")
    assert told(ladders.database, task, now)[1:] == [(1, Mark.ANSWERED, "you answered: done")]


def test_both_sides_of_a_move_lead_to_each_other(
    ladders: Ladders, reminded: Task, owner: User, now: datetime
) -> None:
    with ladders.database.service() as session:
        after = move_task(session, owner.id, reminded.id, now + 180 * MINUTE, now + MINUTE)
    left = events(ladders.database, reminded, now + 2 * MINUTE)[-1]
    assert (left.mark, left.words, left.task_id) == (Mark.MOVED, "moved to today 13:00", after.id)
    came = events(ladders.database, after, now + 2 * MINUTE)[0]
    assert (came.mark, came.words, came.task_id) == (Mark.MOVED, "moved here from today 10:10", reminded.id)


def test_what_was_said_together_with_others_was_said(ladders: Ladders, owner: User, now: datetime) -> None:
    first = ladders.plan(owner, now + 10 * MINUTE, now, title="Run")
    second = ladders.plan(owner, now + 10 * MINUTE, now, title="Read")
    ladders.dispatcher.run_due(now)
    words = {one.id: told(ladders.database, one, now)[1][1:] for one in (first, second)}
    assert sorted(words.values()) == [
        (Mark.SENT, "reminder by Telegram, sent"),
        (Mark.SENT, "reminder by Telegram, sent together with others"),
    ]


def test_an_answer_stands_before_the_move_it_led_to(
    ladders: Ladders, reminded: Task, owner: User, now: datetime
) -> None:
    at = now + MINUTE
    say(ladders, owner, reminded, Answer.RESCHEDULE, at + timedelta(seconds=20))
    with ladders.database.service() as session:
        move_task(session, owner.id, reminded.id, now + 180 * MINUTE, at)
    marks = [event.mark for event in events(ladders.database, reminded, now + 2 * MINUTE)]
    assert marks[-2:] == [Mark.ANSWERED, Mark.MOVED]


def test_two_channels_at_one_moment_are_one_line(ladders: Ladders, owner: User, now: datetime) -> None:
    with ladders.database.service() as session:
        for browser in ("a", "b"):
            save_subscription(session, owner.id, f"https://push.example/{browser}", "k", "a", now)
    task = ladders.plan(owner, now + 10 * MINUTE, now)
    ladders.dispatcher.run_due(now)
    assert told(ladders.database, task, now)[1][2] == "reminder by Telegram and notification, sent"


@pytest.mark.parametrize(
    ("outcome", "mark", "words"),
    [("no_answer", Mark.FAILED, "call, not picked up"), ("completed", Mark.SENT, "call, picked up")],
)
def test_what_the_provider_said_later_is_told(
    ladders: Ladders, reminded: Task, now: datetime, outcome: str, mark: Mark, words: str
) -> None:
    row = {"channel": "call", "rung": "call", "status": "dispatched", "outcome": outcome, "created_at": now}
    with ladders.database.service() as session:
        session.add(DispatchLog(task_id=reminded.id, dispatched_at=now + MINUTE, **row))
    assert (1, mark, words) in told(ladders.database, reminded, now)


def test_what_comes_next_is_the_soonest_word_about_any_task(
    ladders: Ladders, reminded: Task, owner: User, now: datetime
) -> None:
    soon = ladders.plan(owner, now + 40 * MINUTE, now, title="Call mum")
    ladders.plan(owner, now + 50 * MINUTE, now, title="Call the bank")
    with ladders.database.service() as session:
        person = load_people(session, [owner.id], Timing())[owner.id]
        task, event = next_up(session, person, now)
        assert (task.id, event.at, event.words) == (soon.id, now + 30 * MINUTE, "reminder")
        task, event = next_up(session, person, now, ["BANK"])
        assert (task.title, event.at) == ("Call the bank", now + 40 * MINUTE)
        assert next_up(session, person, now, ["100%"]) is None
        assert next(one.words for one in plan_of(soon, person)) == "reminder"


def test_the_trail_walks_back_from_the_latest_task(ladders: Ladders, owner: User, now: datetime) -> None:
    for number in range(5):
        ladders.plan(owner, now + (10 + number) * MINUTE, now, title=f"Task {number}")
    ladders.run_until(now, now + 6 * MINUTE)
    ladders.plan(owner, now + 300 * MINUTE, now, title="Nothing said yet")
    with ladders.database.service() as session:
        assert [one.title for one in trail(session, owner.id, limit=3)] == ["Task 4", "Task 3", "Task 2"]
        assert [one.title for one in trail(session, owner.id, named=["task", "1"])] == ["Task 1"]
        assert trail(session, owner.id, named=["_ask"]) == [], "no pattern of the database's"
