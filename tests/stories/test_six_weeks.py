"""Six weeks of one demanding person, from the first hello to the next sprint: no wrong time, nothing asked twice in a row."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from redis import Redis
from sqlalchemy import select

from bot.clock import ManualClock
from bot.life import Event, Person
from bot.services import build
from bot.settings import Settings
from channels.messages import Address
from channels.simulator import PhoneStore
from reminders.audit import audit_week
from reminders.wakeups import RecordedWakeups
from storage.database import Database
from storage.tables import DispatchLog, Goal, Task
from storage.vocabulary import Answer, DispatchStatus, GoalStatus, Rung, TaskStatus

SUNDAY = datetime(2026, 4, 12, 16, 0, tzinfo=UTC)  # 18:00 in Berlin, and no clock changes before October
BERLIN = ZoneInfo("Europe/Berlin")
WAKE, BED = time(6), time(22, 30)
ABOUT_ROBIN = (
    "it's Robin but friends say Rob",
    "6",
    "half ten",
    "mon to fri 8.30 to 17",
    "Morning",
    "Berlin",
    "home, the gym",
    "choir thursdays 7pm 90 min and therapy every other tuesday at 6pm",
    "skip",
    "skip",
)
CAPTURES = ("call mum tomorrow at 6pm", "pay the rent tomorrow at 5pm", "water the plants tomorrow at 7pm")


@pytest.fixture
def rob(tmp_path: Path, database: Database, database_url: str, redis_url: str, redis: Redis) -> Person:
    settings = Settings(
        flux_home=tmp_path,
        app_env="test",
        secret_key="s" * 32,
        database_url=database_url,
        redis_url=redis_url,
    )
    clock = ManualClock(SUNDAY)
    services = replace(
        build(settings),
        clock=clock,
        database=database,
        wakeups=RecordedWakeups(),
        enqueue=lambda *_: None,
    )
    return Person(services, clock, PhoneStore(redis), Address("telegram", "sim:rob"))


def tasks(person: Person, **having: object) -> list[Task]:
    with person.services.database.service() as session:
        wanted = select(Task).filter_by(user_id=person.user().id, **having)
        return list(session.scalars(wanted.order_by(Task.scheduled_at, Task.id)))


def goals(person: Person) -> dict[str, Goal]:
    with person.services.database.service() as session:
        found = session.scalars(
            select(Goal).where(Goal.user_id == person.user().id).order_by(Goal.created_at)
        )
        return {goal.title: goal for goal in found}


def local(task: Task) -> datetime:
    return task.scheduled_at.astimezone(BERLIN)


def meets(rob: Person) -> None:
    rob.says("/start")
    rob.taps("Start")
    for words in ABOUT_ROBIN:
        rob.says(words)


def plans(rob: Person, *words: str) -> None:
    for one in words:
        rob.says(one)
    assert rob.shows_button("Looks good"), rob.transcript()
    rob.says("looks good")
    assert " is on: " in rob.last_text()


def lives_until(rob: Person, day: datetime, keeps: Callable[[Task], bool]) -> None:
    """Day by day: the evenings are answered below their reminder, the mornings are done before it, and some are not kept."""
    ahead = [one for one in tasks(rob, status=TaskStatus.PENDING) if one.scheduled_at < day]
    for task in filter(keeps, ahead):
        early = timedelta(minutes=-5 if task.title == "Choir" else 15)
        rob.waits_until(max(rob.clock.now(), task.scheduled_at - early))
        rob.answers(task, Answer.DONE)
    rob.waits_until(day)
    every_promise_was_kept(rob)


def messages(rob: Person) -> list[Event]:
    return [event for event in rob.seen if event["kind"] == "message" and not event.get("replaces")]


def nothing_was_asked_twice_in_a_row(rob: Person) -> None:
    asked = [
        (event["at"][:10], event["text"]) for event in messages(rob) if event["text"].rstrip().endswith("?")
    ]
    again = [after for before, after in itertools.pairwise(asked) if before == after]
    assert again == []


def every_rung_was_climbed_once_and_never_at_night(rob: Person) -> None:
    with rob.services.database.service() as session:
        sent = session.scalars(
            select(DispatchLog)
            .join(Task, Task.id == DispatchLog.task_id)
            .where(Task.user_id == rob.user().id, DispatchLog.status == DispatchStatus.DISPATCHED)
        ).all()
    ladder = [one for one in sent if one.rung in (Rung.REMIND, Rung.WHATSAPP, Rung.CALL, Rung.MISS_NOTE)]
    climbed = Counter((one.task_id, one.rung, one.channel) for one in ladder)
    assert climbed
    assert max(climbed.values()) == 1
    hours = [one.dispatched_at.astimezone(BERLIN).time() for one in ladder if one.dispatched_at]
    assert all(WAKE <= hour < BED for hour in hours)


def every_promise_was_kept(rob: Person) -> None:
    """Of the week behind: each rung that was due has its row, with an end, once."""
    with rob.services.database.service() as session:
        found = audit_week(session, rob.clock.now())
    assert found.differences == ()
    assert found.rungs


def no_two_tasks_overlap(rob: Person) -> None:
    kept = [
        one for one in tasks(rob) if one.status in (TaskStatus.PENDING, TaskStatus.DONE, TaskStatus.MISSED)
    ]
    for before, after in itertools.pairwise(kept):
        assert before.scheduled_at + timedelta(minutes=before.duration_minutes) <= after.scheduled_at
    assert all(WAKE <= local(one).time() < BED for one in kept)


def misses_mondays(task: Task) -> bool:
    return not (task.title == "Easy run" and local(task).weekday() == 0)


def begins_with_three_goals(rob: Person) -> None:
    meets(rob)
    plans(rob, "I want to run 5 km", "not at all", "3 days", "Morning")
    plans(rob, "I want to read more books", "hardly ever", "2 days, in the evening")
    plans(rob, "learn some spanish", "total beginner", "2 days", "Evening")
    assert {goal.status for goal in goals(rob).values()} == {GoalStatus.ACTIVE}
    assert [(local(one).weekday(), f"{local(one):%H:%M}") for one in tasks(rob, title="Therapy")] == [
        (1, "18:00")
    ] * 3
    planned = Counter(str(one.goal_id) for one in tasks(rob) if one.goal_id)
    assert len(planned) == 3
    runs = list(tasks(rob, title="Easy run"))
    assert len(runs) == 18


def test_six_weeks_with_rob(rob: Person) -> None:
    begins_with_three_goals(rob)
    rob.says(CAPTURES[0])
    rob.says(CAPTURES[1])
    rob.says("yes")
    assert "Noted, 2 things" in rob.last_text()
    [mum] = tasks(rob, title="Call mum")
    assert f"{local(mum):%a %H:%M}" == "Mon 18:00"

    lives_until(rob, SUNDAY + timedelta(weeks=1), misses_mondays)
    rob.says("I'm on holiday from Friday until Sunday")
    assert "I go on as planned" in rob.last_text()
    lives_until(rob, SUNDAY + timedelta(weeks=2), misses_mondays)
    lives_until(rob, SUNDAY + timedelta(days=14, hours=20), misses_mondays)
    asked = rob.last_text()
    assert "Monday" in asked
    assert "Move" in asked or "move" in asked
    rob.says("yes")
    coming = {local(one).weekday() for one in tasks(rob, title="Easy run", status=TaskStatus.PENDING)}
    assert 0 not in coming, "the Mondays have moved"

    before = len(tasks(rob))
    rob.says("I want to save money")
    for _ in range(3):
        if rob.shows_button("Looks good"):
            break
        rob.taps_first()
    rob.says("looks good")
    rob.says("Queue this one")
    assert len(tasks(rob)) == before, "a goal that waits has no tasks yet"
    assert [goal.status for goal in goals(rob).values()].count(GoalStatus.ACTIVE) == 3

    for week in range(3, 7):
        lives_until(rob, SUNDAY + timedelta(weeks=week, days=1), lambda _: True)

    past = [one for one in tasks(rob) if one.scheduled_at < rob.clock.now() - timedelta(hours=2)]
    assert TaskStatus.PENDING not in {one.status for one in past}
    done = Counter(one.status for one in past)
    assert done[TaskStatus.DONE] > 5 * done[TaskStatus.MISSED] > 0
    nothing_was_asked_twice_in_a_row(rob)
    every_rung_was_climbed_once_and_never_at_night(rob)
    no_two_tasks_overlap(rob)
