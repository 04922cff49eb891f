"""Taking back: what was moved goes home, what was called off comes back, a goal that ended lives again."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy.orm import Session

from reminders.answering import answer_task
from reminders.changes import Change, recent_moves, take_back
from reminders.goal_ends import end_goal
from reminders.plans import TaskDraft, cancel_tasks, move_task, schedule_tasks
from reminders.series_moves import move_series
from storage.goals import save_goal
from storage.tables import Goal, Task, User
from storage.vocabulary import Answer, GoalStatus, TaskStatus

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def plan(session: Session, owner: User, now: datetime, *moments: timedelta, **fields: object) -> list[Task]:
    user = session.get_one(User, owner.id)
    drafts = [TaskDraft("Easy run", now + one, **fields) for one in moments]  # type: ignore[arg-type] - a test's shorthand
    return schedule_tasks(session, user, drafts, now)


def said(now: datetime, **what: object) -> Change:
    return Change(now.isoformat(), "", **what)  # type: ignore[arg-type] - as above


def test_a_move_goes_home_with_its_slot(session: Session, owner: User, now: datetime) -> None:
    [task] = plan(session, owner, now, 2 * HOUR)
    moved = move_task(session, owner.id, task.id, now + DAY, now)
    back = take_back(session, owner.id, said(now, moved=(moved.id.hex,)), now + HOUR)
    assert (back.count, back.stuck) == (1, ())
    home = session.query(Task).filter_by(status=TaskStatus.PENDING).one()
    assert (home.scheduled_at, home.original_at) == (now + 2 * HOUR, now + 2 * HOUR)


def test_a_whole_series_goes_home(session: Session, owner: User, now: datetime) -> None:
    tasks = plan(session, owner, now, DAY, 8 * DAY, series_id=uuid4(), recurrence_rule="FREQ=WEEKLY;BYDAY=TH")
    was = [task.scheduled_at for task in tasks]
    moved = move_series(session, owner.id, tasks[0].id, now + 2 * DAY, now)
    ids = tuple(one.id.hex for one in (moved.task, *moved.also))
    assert take_back(session, owner.id, said(now, moved=ids), now + HOUR).count == 2
    rows = session.query(Task).filter_by(status=TaskStatus.PENDING).order_by(Task.scheduled_at).all()
    assert [row.scheduled_at for row in rows] == was
    assert {row.recurrence_rule for row in rows} == {"FREQ=WEEKLY;BYDAY=TH"}


def test_a_time_that_was_taken_meanwhile_or_has_passed_stays_and_is_named(
    session: Session, owner: User, now: datetime
) -> None:
    [first] = plan(session, owner, now, 2 * HOUR)
    moved = move_task(session, owner.id, first.id, now + DAY, now)
    change = said(now, moved=(moved.id.hex,))
    plan(session, owner, now, 2 * HOUR)
    assert take_back(session, owner.id, change, now).stuck[0][1] == "its old time is taken"
    assert take_back(session, owner.id, change, now + 3 * HOUR).stuck[0][1] == "its old time has passed"


def test_what_was_called_off_comes_back_once(session: Session, owner: User, now: datetime) -> None:
    tasks = plan(session, owner, now, HOUR, DAY)
    ids = tuple(task.id.hex for task in tasks)
    cancel_tasks(session, owner.id, [task.id for task in tasks], now)
    change = said(now, cancelled=ids)
    assert take_back(session, owner.id, change, now + 2 * HOUR).count == 1  # the first one's time has passed
    assert take_back(session, owner.id, change, now + 2 * HOUR).count == 0


def test_what_was_added_goes_and_a_name_returns(session: Session, owner: User, now: datetime) -> None:
    tasks = plan(session, owner, now, HOUR, DAY)
    tasks[1].title = "Hard run"
    before = ((tasks[1].id.hex, {"title": "Easy run"}),)
    take_back(session, owner.id, said(now, added=(tasks[0].id.hex,), before=before), now)
    assert [task.status for task in tasks] == [TaskStatus.CANCELLED, TaskStatus.PENDING]
    assert tasks[1].title == "Easy run"


def test_the_newest_move_is_found_wherever_it_was_made(session: Session, owner: User, now: datetime) -> None:
    [task] = plan(session, owner, now, 2 * HOUR)
    assert recent_moves(session, owner.id, now) is None
    moved = move_task(session, owner.id, task.id, now + DAY, now)
    found = recent_moves(session, owner.id, now + HOUR)
    assert found is not None
    assert found.moved == (moved.id.hex,)
    assert recent_moves(session, owner.id, now + 2 * DAY) is None


def test_a_change_survives_as_json(now: datetime) -> None:
    change = said(now, moved=("a",), before=(("b", {"title": "x"}),), goal={"id": "c"})
    assert Change.of({**change.as_json(), "from_a_later_version": 1}).as_json() == change.as_json()


@pytest.fixture
def goals(session: Session, owner: User, now: datetime) -> tuple[Goal, Goal]:
    run = save_goal(session, owner.id, "Run 5 km", now, goal_id=uuid4())
    fit = save_goal(session, owner.id, "Get fit", now, goal_id=uuid4())
    return run, fit


def test_giving_up_calls_off_only_what_no_other_goal_needs(
    session: Session, owner: User, now: datetime, goals: tuple[Goal, Goal]
) -> None:
    run, fit = goals
    [alone] = plan(session, owner, now, DAY, goal_id=run.id)
    [shared] = plan(session, owner, now, 2 * DAY, goal_id=run.id, shared_with_goal_ids=(fit.id,))
    [lent] = plan(session, owner, now, 3 * DAY, goal_id=fit.id, shared_with_goal_ids=(run.id,))
    [done] = plan(session, owner, now, 4 * DAY, goal_id=run.id)
    answer_task(session, owner.id, done.id, Answer.DONE, now, source="api")
    sprint = Goal(user_id=owner.id, title="Run 10 km", status=GoalStatus.PIPELINE, parent_goal_id=run.id)
    session.add(sprint)
    session.flush()
    end = end_goal(session, owner.id, run, GoalStatus.ABANDONED, now)
    assert end.cancelled == (alone.id,)
    assert [task.status for task in (alone, shared, lent, done)] == [
        "cancelled",
        "pending",
        "pending",
        "done",
    ]
    assert (shared.goal_id, shared.shared_with_goal_ids, lent.shared_with_goal_ids) == (fit.id, [], [])
    assert (run.status, sprint.status) == (GoalStatus.ABANDONED, GoalStatus.ABANDONED)


def test_a_goal_that_was_given_up_lives_again_with_all_it_had(
    session: Session, owner: User, now: datetime, goals: tuple[Goal, Goal]
) -> None:
    run, fit = goals
    [alone] = plan(session, owner, now, DAY, goal_id=run.id)
    [shared] = plan(session, owner, now, 2 * DAY, goal_id=run.id, shared_with_goal_ids=(fit.id,))
    end = end_goal(session, owner.id, run, GoalStatus.ABANDONED, now)
    goal = {"id": run.id.hex, "status": "active", "sprints": []}
    change = said(now, goal=goal, handed=end.handed, cancelled=tuple(one.hex for one in end.cancelled))
    take_back(session, owner.id, Change.of(change.as_json()), now + HOUR)
    assert (run.status, alone.status) == (GoalStatus.ACTIVE, TaskStatus.PENDING)
    assert (shared.goal_id, shared.shared_with_goal_ids) == (run.id, [fit.id])


def test_a_shared_task_whose_other_goal_has_ended_goes_too(
    session: Session, owner: User, now: datetime, goals: tuple[Goal, Goal]
) -> None:
    run, fit = goals
    [shared] = plan(session, owner, now, DAY, goal_id=run.id, shared_with_goal_ids=(fit.id,))
    end_goal(session, owner.id, fit, GoalStatus.ABANDONED, now)
    end_goal(session, owner.id, run, GoalStatus.ABANDONED, now)
    assert shared.status == TaskStatus.CANCELLED


def test_nobody_takes_back_what_is_another_persons(
    session: Session, owner: User, stranger: User, now: datetime
) -> None:
    [task] = plan(session, owner, now, HOUR)
    moved = move_task(session, owner.id, task.id, now + DAY, now)
    change = said(now, moved=(moved.id.hex,), added=(moved.id.hex,), before=((moved.id.hex, {"title": "x"}),))
    assert take_back(session, stranger.id, change, now).count == 0
    assert (moved.status, moved.title) == (TaskStatus.PENDING, "Easy run")
