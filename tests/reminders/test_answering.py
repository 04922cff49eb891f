"""Answers from every channel end in one function: recorded once, explained when they come too late."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from reminders.answering import AnswerOutcome, answer_tap, open_reminders
from reminders.rules.answers import TaskTap, format_tap
from storage import audit
from storage.tables import Goal, NotificationLog, Task, User
from storage.trail import trail
from storage.vocabulary import Answer, GoalStatus
from tests.reminders.conftest import Ladders, button, say, tap

MINUTE = timedelta(minutes=1)


def test_done_is_recorded_with_the_local_time_and_can_be_undone(
    ladders: Ladders, owner: User, reminded: Task, now: datetime
) -> None:
    outcome = say(ladders, owner, reminded, Answer.DONE, now + 12 * MINUTE)
    assert (outcome.kind, outcome.text) == ("recorded", "Done 10:12 - Easy run.")
    undone = tap(ladders, owner, button(outcome, "Undo"), now + 13 * MINUTE)
    assert (undone.kind, ladders.task(reminded.id).status) == ("recorded", "pending")


def test_an_undo_button_works_once(ladders: Ladders, owner: User, reminded: Task, now: datetime) -> None:
    outcome = say(ladders, owner, reminded, Answer.DONE, now)
    undo = button(outcome, "Undo")
    tap(ladders, owner, undo, now)
    say(ladders, owner, reminded, Answer.DONE, now + MINUTE)
    assert tap(ladders, owner, undo, now + 2 * MINUTE).kind == "stale"
    assert ladders.task(reminded.id).status == "done"


def test_saying_done_twice_changes_nothing(
    ladders: Ladders, owner: User, reminded: Task, now: datetime
) -> None:
    say(ladders, owner, reminded, Answer.DONE, now)
    version = ladders.task(reminded.id).version
    again = say(ladders, owner, reminded, Answer.DONE, now + MINUTE, source="whatsapp")
    assert (again.kind, again.text) == ("already", "Easy run is already done: today 10:00.")
    assert ladders.task(reminded.id).version == version


def test_of_done_and_missed_at_the_same_moment_the_first_wins_and_the_second_is_told(
    ladders: Ladders, owner: User, reminded: Task, now: datetime
) -> None:
    outcomes: list[AnswerOutcome] = []
    threads = [
        threading.Thread(
            target=lambda answer=answer: outcomes.append(say(ladders, owner, reminded, answer, now))
        )
        for answer in (Answer.DONE, Answer.MISSED) * 3
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # A miss may be turned into "done" by the second answer, never the other way round.
    assert ladders.task(reminded.id).status == "done"
    assert sum(outcome.kind == "recorded" for outcome in outcomes) in (1, 2)
    assert all("Easy run" in outcome.text for outcome in outcomes)


def test_the_answer_is_bound_to_the_notice_it_answers(
    ladders: Ladders, owner: User, reminded: Task, now: datetime
) -> None:
    say(ladders, owner, reminded, Answer.DONE, now + MINUTE)
    with ladders.database.service() as session:
        notice = session.scalars(select(NotificationLog)).one()
        assert (notice.response, notice.responded_at) == ("done", now + MINUTE)
        assert notice.external_id == "telegram:sim:owner:telegram-1"


def test_the_answer_to_each_task_of_one_message_is_noted_with_that_task(
    ladders: Ladders, owner: User, now: datetime
) -> None:
    """Once each, also when it is taken back and given again."""
    first, second = (ladders.plan(owner, now + 10 * MINUTE, now, title=title) for title in ("Run", "Read"))
    ladders.dispatcher.run_due(now)
    tap(ladders, owner, button(say(ladders, owner, second, Answer.DONE, now + MINUTE), "Undo"), now + MINUTE)
    say(ladders, owner, second, Answer.MISSED, now + 2 * MINUTE)
    say(ladders, owner, first, Answer.DONE, now + 3 * MINUTE)
    with ladders.database.service() as session:
        noted = {
            row.task_id: (row.response, row.responded_at) for row in session.scalars(select(NotificationLog))
        }
        assert noted == {first.id: ("done", now + 3 * MINUTE), second.id: ("missed", now + 2 * MINUTE)}
        assert [one.last_word for one in trail(session, owner.id, task_id=second.id)] == [
            "you answered: can't today"
        ]
        assert audit.differences(session, now - MINUTE, now + MINUTE) == []


def test_another_persons_task_is_unknown(
    ladders: Ladders, stranger: User, reminded: Task, now: datetime
) -> None:
    outcome = say(ladders, stranger, reminded, Answer.DONE, now)
    assert (outcome.kind, outcome.task) == ("unknown", None)
    assert ladders.task(reminded.id).status == "pending"


def test_while_somebody_chooses_a_new_time_no_further_rung_is_sent(
    ladders: Ladders, reachable: User, now: datetime
) -> None:
    task = ladders.plan(reachable, now + 10 * MINUTE, now)
    ladders.dispatcher.run_due(now)
    say(ladders, reachable, task, Answer.RESCHEDULE, now + MINUTE)
    ladders.run_until(now + 2 * MINUTE, now + 50 * MINUTE)
    assert not ladders.whatsapp.sent
    assert not ladders.call.sent


@pytest.mark.parametrize(
    ("argument", "expected"),
    [("10", "10:15"), ("60", "11:05"), ("tonight", "19:00"), ("tomorrow", "tomorrow 10:10")],
)
def test_a_snooze_says_when_it_comes_back(
    ladders: Ladders, owner: User, reminded: Task, now: datetime, argument: str, expected: str
) -> None:
    outcome = say(ladders, owner, reminded, Answer.SNOOZE, now + 5 * MINUTE, argument=argument)
    assert outcome.kind == "recorded"
    assert outcome.text.endswith(f"{expected}.")
    back = ladders.task(reminded.id).wakes_at
    assert back is not None
    ladders.dispatcher.run_due(back)
    assert len(ladders.telegram.sent) == 2


def test_a_snooze_stops_short_of_the_next_task_and_of_bed(
    ladders: Ladders, owner: User, reminded: Task, now: datetime
) -> None:
    ladders.plan(owner, now + 60 * MINUTE, now, title="Dentist")
    say(ladders, owner, reminded, Answer.SNOOZE, now, argument="60")
    assert ladders.task(reminded.id).wakes_at == now + 30 * MINUTE
    evening = datetime(2026, 3, 11, 21, 0, tzinfo=now.tzinfo)  # 22:00
    late = ladders.plan(owner, evening, now, title="Read", duration_minutes=20)
    say(ladders, owner, late, Answer.SNOOZE, evening, argument="60")
    assert ladders.task(late.id).wakes_at == datetime(2026, 3, 11, 21, 40, tzinfo=now.tzinfo)


def test_the_snooze_button_asks_for_how_long(
    ladders: Ladders, owner: User, reminded: Task, now: datetime
) -> None:
    with ladders.database.service() as session:
        asked = answer_tap(
            session, owner.id, TaskTap(reminded.id, reminded.version, "snooze", ""), now, source="telegram"
        )
    labels = [choice.label for row in asked.choices for choice in row]
    assert (asked.kind, labels) == ("offer", ["10 min", "1 hour", "Tonight", "Tomorrow"])


def test_after_a_miss_a_smaller_version_takes_half_the_time(
    ladders: Ladders, owner: User, now: datetime
) -> None:
    task = ladders.plan(owner, now + 10 * MINUTE, now, duration_minutes=40)
    ladders.run_until(now, now + 71 * MINUTE)
    assert ladders.task(task.id).status == "missed"
    note = ladders.telegram.last()
    small = next(choice.data for choice in note.flat_choices if choice.label == "A smaller version")
    offer = tap(ladders, owner, small, now + 75 * MINUTE)
    moved = tap(ladders, owner, offer.choices[0][0].data, now + 76 * MINUTE)
    assert moved.task is not None
    assert moved.task.duration_minutes == 20
    assert ladders.task(task.id).status == "rescheduled"


def test_a_done_after_the_miss_on_the_same_day_reverses_it(
    ladders: Ladders, owner: User, now: datetime
) -> None:
    task = ladders.plan(owner, now + 10 * MINUTE, now)
    ladders.run_until(now, now + 71 * MINUTE)
    outcome = say(ladders, owner, task, Answer.DONE, now + timedelta(hours=5))
    assert (outcome.kind, ladders.task(task.id).status) == ("recorded", "done")


def test_only_reminded_tasks_can_be_meant_by_a_bare_number(
    ladders: Ladders, owner: User, reminded: Task, now: datetime
) -> None:
    ladders.plan(owner, now + timedelta(hours=5), now, title="Later")
    second = ladders.plan(owner, now + 11 * MINUTE, now, title="Second")
    ladders.dispatcher.run_due(now + MINUTE)
    with ladders.database.service() as session:
        assert [task.id for task in open_reminders(session, owner.id, now)] == [second.id, reminded.id]


def test_the_last_task_of_a_sprint_completes_the_goal_and_the_next_begins_until_it_is_taken_back(
    ladders: Ladders, owner: User, now: datetime
) -> None:
    with ladders.database.service() as session:
        goal = Goal(user_id=owner.id, title="Run 5 km", status=GoalStatus.ACTIVE)
        session.add(goal)
        session.flush()
        following = Goal(
            user_id=owner.id,
            title="Run 10 km",
            status=GoalStatus.PIPELINE,
            parent_goal_id=goal.id,
            pipeline_order=1,
        )
        session.add(following)
    first = ladders.plan(owner, now + 10 * MINUTE, now, goal_id=goal.id)
    last = ladders.plan(owner, now + 20 * MINUTE, now, goal_id=goal.id)
    assert "last task" not in say(ladders, owner, first, Answer.DONE, now).text
    assert "Next comes Run 10 km" in say(ladders, owner, last, Answer.DONE, now).text
    with ladders.database.service() as session:
        assert session.get_one(Goal, goal.id).status == GoalStatus.COMPLETED
        assert session.get_one(Goal, following.id).status == GoalStatus.ACTIVE
    done = ladders.task(last.id)
    tap(ladders, owner, format_tap(TaskTap(done.id, done.version, "undo", "")), now)
    with ladders.database.service() as session:
        assert session.get_one(Goal, goal.id).status == GoalStatus.ACTIVE
        assert session.get_one(Goal, following.id).status == GoalStatus.PIPELINE


def test_a_snooze_by_mistake_is_taken_back_and_the_old_start_stands(
    ladders: Ladders, owner: User, reminded: Task, now: datetime
) -> None:
    snoozed = say(ladders, owner, reminded, Answer.SNOOZE, now, argument="tonight")
    back = tap(ladders, owner, button(snoozed, "Undo"), now)
    assert (back.kind, ladders.task(reminded.id).scheduled_at) == ("recorded", reminded.scheduled_at)
    assert tap(ladders, owner, button(snoozed, "Undo"), now).kind == "stale"


def test_a_move_by_tap_is_taken_back_by_the_button_under_it(
    ladders: Ladders, owner: User, reminded: Task, now: datetime
) -> None:
    offer = say(ladders, owner, reminded, Answer.RESCHEDULE, now)
    moved = tap(ladders, owner, offer.choices[1][0].data, now)
    back = tap(ladders, owner, button(moved, "Undo"), now)
    assert back.text.startswith(f"Taken back: {reminded.title} is today")
    with ladders.database.service() as session:
        [row] = session.query(Task).filter_by(status="pending").all()
        assert row.scheduled_at == reminded.scheduled_at


def test_a_snooze_into_a_pause_says_that_it_will_not_be_heard(
    ladders: Ladders, owner: User, reminded: Task, now: datetime
) -> None:
    with ladders.database.service() as session:
        session.get_one(User, owner.id).paused_until = datetime(2026, 3, 15, 23, 0, tzinfo=UTC)
    outcome = say(ladders, owner, reminded, Answer.SNOOZE, now, argument="60")
    assert outcome.text == (
        "I'll remind you of Easy run again today 11:00."
        " But I'm quiet through Sun 15 Mar: say I'm back, or you won't hear of it."
    )
