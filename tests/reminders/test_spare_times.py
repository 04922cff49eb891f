"""What was agreed for a miss is what the note about it offers; and a goal's last miss tells what comes next."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from channels.messages import OutboundMessage
from storage.tables import Goal, Task, User
from storage.vocabulary import GoalStatus, TaskStatus
from tests.reminders.conftest import Ladders, tap

SERIES = uuid4()


def with_plan(
    ladders: Ladders, owner: User, spare: dict[str, object] | None, title: str = "Run 5 km"
) -> UUID:
    with ladders.database.service() as session:
        spares = {"spares": {str(SERIES): spare}} if spare else {}
        goal = Goal(
            user_id=owner.id, title=title, status=GoalStatus.ACTIVE, plan_json={"output": {}, **spares}
        )
        session.add(goal)
        session.flush()
        return goal.id


def missed(ladders: Ladders, owner: User, goal: UUID, now: datetime) -> tuple[Task, OutboundMessage]:
    """A run at 11:00 on a Wednesday that nobody answers; with another one next week. Returns the note about it."""
    start = now + timedelta(hours=1)
    task = ladders.plan(owner, start, now, goal_id=goal, series_id=SERIES)
    ladders.plan(owner, start + timedelta(weeks=1), now, goal_id=goal, series_id=SERIES)
    ladders.run_until(now, start + timedelta(hours=2), timedelta(minutes=5))
    return task, ladders.telegram.last()


def test_the_note_about_a_miss_offers_the_spare_time_that_was_agreed(
    ladders: Ladders, owner: User, now: datetime
) -> None:
    goal = with_plan(ladders, owner, {"weekday": 3, "at": "11:00"})
    task, note = missed(ladders, owner, goal, now)
    assert note.text == (
        "Easy run at 11:00 went by, and that's all right. Tomorrow 11:00 is its spare time. Shall I put it there?"
    )
    assert note.flat_choices[-1].label == "Yes, tomorrow 11:00"
    outcome = tap(ladders, owner, note.flat_choices[-1].data, now + timedelta(hours=3))
    assert outcome.text == "Moved: Easy run is tomorrow 11:00 now."
    assert ladders.task(task.id).status == TaskStatus.RESCHEDULED


def test_a_spare_time_that_something_took_is_not_offered(
    ladders: Ladders, owner: User, now: datetime
) -> None:
    goal = with_plan(ladders, owner, {"weekday": 3, "at": "11:00"})
    ladders.plan(owner, now + timedelta(days=1, hours=1), now, title="Dentist")
    _, note = missed(ladders, owner, goal, now)
    assert note.text.endswith("What would help?")


def test_a_daily_series_has_its_spare_later_the_same_day(
    ladders: Ladders, owner: User, now: datetime
) -> None:
    goal = with_plan(ladders, owner, {"weekday": -1, "at": "18:00"})
    _, note = missed(ladders, owner, goal, now)
    assert "Today 18:00 is its spare time" in note.text


def test_without_an_agreed_spare_time_the_note_asks_what_would_help(
    ladders: Ladders, owner: User, now: datetime
) -> None:
    goal = with_plan(ladders, owner, None)
    _, note = missed(ladders, owner, goal, now)
    assert note.text == "Easy run at 11:00 went by, and that's all right. What would help?"


def test_a_last_task_that_went_by_says_what_comes_next(ladders: Ladders, owner: User, now: datetime) -> None:
    goal = with_plan(ladders, owner, None)
    with ladders.database.service() as session:
        following = Goal(
            user_id=owner.id,
            title="Run 10 km",
            status=GoalStatus.PIPELINE,
            parent_goal_id=goal,
            pipeline_order=1,
        )
        session.add(following)
        session.flush()
        key = following.id
    start = now + timedelta(hours=1)
    ladders.plan(owner, start, now, goal_id=goal)
    ladders.run_until(now, start + timedelta(hours=2), timedelta(minutes=5))
    note = ladders.telegram.last()
    assert "That was the last task of Run 5 km. Next comes Run 10 km. Shall I plan it?" in note.text
    assert note.flat_choices[-1].data == f"g:{key.hex}:plan"
