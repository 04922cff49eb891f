"""Another time for a task: three offers, one taken, alone or with the rest of its series."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from uuid import uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import select

from reminders.answering import answer_tap
from reminders.plans import TaskDraft, schedule_tasks
from reminders.rules.answers import TaskTap
from storage.tables import Goal, Task, User
from storage.vocabulary import Answer, GoalStatus
from tests.reminders.conftest import Ladders, button, say, tap

MINUTE = timedelta(minutes=1)


def test_reschedule_offers_three_slots_with_reasons_and_the_tapped_one_is_taken(
    ladders: Ladders, owner: User, reminded: Task, now: datetime
) -> None:
    outcome = say(ladders, owner, reminded, Answer.RESCHEDULE, now)
    assert (outcome.kind, len(outcome.offers)) == ("offer", 3)
    assert all(slot.reason in outcome.text for slot in outcome.offers)
    chosen = outcome.choices[1][0]
    moved = tap(ladders, owner, chosen.data, now + MINUTE)
    assert moved.kind == "recorded"
    assert moved.task is not None
    assert moved.task.scheduled_at == outcome.offers[1].start
    assert moved.task.replaces_id == reminded.id
    assert moved.task.original_at == reminded.scheduled_at
    old = ladders.task(reminded.id)
    assert (old.status, old.wakes_at) == ("rescheduled", None)


def test_with_no_room_today_tomorrow_is_offered(ladders: Ladders, owner: User, now: datetime) -> None:
    late = datetime(2026, 3, 11, 21, 20, tzinfo=now.tzinfo)  # 22:20, bed at 23:00
    task = ladders.plan(owner, late, now, duration_minutes=30)
    outcome = say(ladders, owner, task, Answer.RESCHEDULE, late)
    assert len(outcome.offers) == 3
    assert all(slot.start.date() > late.date() for slot in outcome.offers)
    assert "tomorrow" in outcome.text


def test_a_slot_that_was_taken_meanwhile_brings_fresh_offers(
    ladders: Ladders, owner: User, reminded: Task, now: datetime
) -> None:
    offer = say(ladders, owner, reminded, Answer.RESCHEDULE, now)
    ladders.plan(owner, offer.offers[0].start, now, title="Dentist")
    again = tap(ladders, owner, offer.choices[0][0].data, now + MINUTE)
    assert again.kind == "offer"
    assert again.text.startswith("Today 10:30 is not free.")
    assert offer.offers[0].start not in [slot.start for slot in again.offers]


def test_a_recurring_task_asks_whether_one_or_all_and_all_keep_their_wall_time_over_the_clock_change(
    ladders: Ladders, owner: User, now: datetime
) -> None:
    """Berlin's clocks go forward on 29 March 2026."""
    series = uuid4()
    first = datetime(2026, 3, 12, 6, 30, tzinfo=now.tzinfo)  # Thursdays 07:30
    weekly = [
        first,
        first + timedelta(weeks=1),
        first + timedelta(weeks=2),
        first + timedelta(weeks=3, hours=-1),
    ]
    with ladders.database.service() as session:
        drafts = [
            TaskDraft(
                "Easy run", at, series_id=series, recurrence_rule="FREQ=WEEKLY;BYDAY=TH", original_at=at
            )
            for at in weekly
        ]
        tasks = schedule_tasks(session, session.get_one(User, owner.id), drafts, now)
    outcome = say(ladders, owner, tasks[0], Answer.RESCHEDULE, now)
    to = outcome.offers[-1].start
    asked = tap(ladders, owner, outcome.choices[-1][0].data, now)
    assert [choice.label for row in asked.choices for choice in row] == ["Just this one", "All future"]
    moved = tap(ladders, owner, button(asked, "All future"), now)
    assert moved.kind == "recorded"
    with ladders.database.service() as session:
        rows = session.scalars(select(Task).where(Task.status == "pending").order_by(Task.scheduled_at)).all()
    zone = ZoneInfo("Europe/Berlin")
    local = [row.scheduled_at.astimezone(zone) for row in rows]
    assert len(rows) == 4
    assert {at.time() for at in local} == {to.astimezone(zone).time()}
    assert [(b.date() - a.date()).days for a, b in pairwise(local)] == [7, 7, 7]


def test_moving_one_of_a_series_leaves_the_others_alone(ladders: Ladders, owner: User, now: datetime) -> None:
    series = uuid4()
    tasks = [
        ladders.plan(owner, now + timedelta(days=day, hours=2), now, series_id=series) for day in (1, 8, 15)
    ]
    outcome = say(ladders, owner, tasks[0], Answer.RESCHEDULE, now)
    asked = tap(ladders, owner, outcome.choices[0][0].data, now)
    tap(ladders, owner, button(asked, "Just this one"), now)
    assert [ladders.task(task.id).status for task in tasks] == ["rescheduled", "pending", "pending"]


def test_a_later_one_whose_new_time_is_taken_stays_and_the_person_is_told(
    ladders: Ladders, owner: User, now: datetime
) -> None:
    series = uuid4()
    weekly = [
        ladders.plan(owner, now + timedelta(days=day, hours=2), now, series_id=series) for day in (1, 8, 15)
    ]
    ladders.plan(owner, now + timedelta(days=9, hours=2, minutes=10), now, title="Dentist")
    to = now + timedelta(days=2, hours=2)
    choice = TaskTap(weekly[0].id, 1, "move", f"{to.timestamp():.0f}a")
    with ladders.database.service() as session:
        outcome = answer_tap(session, owner.id, choice, now, source="telegram")
    assert outcome.text.endswith("and the later ones with it; one stays where it is, its new time is taken.")
    assert [ladders.task(task.id).status for task in weekly] == ["rescheduled", "pending", "rescheduled"]


def test_a_last_task_that_is_given_up_ends_its_sprint_and_another_time_for_it_brings_it_back(
    ladders: Ladders, owner: User, reminded: Task, now: datetime
) -> None:
    with ladders.database.service() as session:
        goal = Goal(user_id=owner.id, title="Run 5 km", status=GoalStatus.ACTIVE)
        session.add(goal)
        session.flush()
        session.get_one(Task, reminded.id).goal_id = goal.id
    say(ladders, owner, reminded, Answer.MISSED, now)
    with ladders.database.service() as session:
        assert session.get_one(Goal, goal.id).status == GoalStatus.COMPLETED
    offer = say(ladders, owner, reminded, Answer.RESCHEDULE, now)
    assert tap(ladders, owner, offer.choices[0][0].data, now).kind == "recorded"
    with ladders.database.service() as session:
        assert session.get_one(Goal, goal.id).status == GoalStatus.ACTIVE
