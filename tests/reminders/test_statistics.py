"""Whatever happens to tasks, goals, weeks and zones: every statistic is what a count by hand says."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from reminders.answering import answer_task
from reminders.plans import PlanError, TaskDraft, cancel_tasks, change_zone, move_task, schedule_tasks
from reminders.progress import progress_of
from reminders.rules.rhythm import zone_of
from storage import analytics
from storage.database import Database
from storage.tables import Goal, Task, User
from storage.vocabulary import Answer
from tests.conftest import make_person
from tests.reminders.conftest import Ladders, Recorder
from tests.storage import oracle

START = datetime(2026, 3, 27, 20, 0, tzinfo=UTC)  # two days before Berlin's clocks go forward
ZONES = (
    "Europe/Berlin",
    "UTC",
    "Pacific/Kiritimati",
    "Pacific/Pago_Pago",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
)
TAGS: tuple[list[str], ...] = (["Fitness", "Health"], [], ["Learning"])
HOURS = st.integers(min_value=1, max_value=120)
WHICH = st.integers(min_value=0, max_value=30)


class Statistics(RuleBasedStateMachine):
    """One person's tasks live; a stranger has some of their own from the beginning."""

    database: Database

    @initialize()
    def meet(self) -> None:
        self.now = START
        names = ("telegram", "whatsapp", "call", "push")
        self.ladders = Ladders.over(self.database, *(Recorder(name) for name in names))
        with self.database.service() as session:
            session.execute(delete(User))
            self.owner = make_person(session, "Ada", "sim:owner", START)
            self.stranger = make_person(session, "Bo", "sim:stranger", START)
            for user in (self.owner, self.stranger):
                session.add_all(Goal(user_id=user.id, title=f"Goal {tags}", class_tags=tags) for tags in TAGS)
            session.flush()
            theirs = self._goals(session, self.stranger)
            for status in ("done", "missed", "pending"):
                session.add(
                    Task(
                        user_id=self.stranger.id,
                        goal_id=theirs[0].id,
                        shared_with_goal_ids=[goal.id for goal in self._goals(session, self.owner)],
                        title="Theirs",
                        scheduled_at=START,
                        local_day=START.date(),
                        status=status,
                    )
                )

    def _goals(self, session: Session, user: User) -> list[Goal]:
        return list(session.scalars(select(Goal).where(Goal.user_id == user.id).order_by(Goal.title)))

    def _tasks(self, session: Session) -> list[Task]:
        query = select(Task).where(Task.user_id == self.owner.id)
        return list(session.scalars(query.order_by(Task.scheduled_at, Task.id)))

    def _some(self, session: Session, which: int) -> Task | None:
        tasks = self._tasks(session)
        return tasks[which % len(tasks)] if tasks else None

    @rule(hours=st.lists(HOURS, min_size=1, max_size=4), goal=st.integers(-1, 2), shared=st.booleans())
    def plan(self, hours: list[int], goal: int, shared: bool) -> None:
        with self.database.session(self.owner.id) as session:
            goals = self._goals(session, self.owner)
            its = goals[goal].id if 0 <= goal < len(goals) else None
            others = tuple(one.id for one in goals if one.id != its) if shared else ()
            drafts = [
                TaskDraft(
                    "Run",
                    self.now + timedelta(hours=one),
                    goal_id=its,
                    shared_with_goal_ids=others,
                    id=uuid4(),
                )
                for one in hours
            ]
            schedule_tasks(session, session.get_one(User, self.owner.id), drafts, self.now)

    @rule(which=WHICH, answer=st.sampled_from([Answer.DONE, Answer.MISSED, Answer.ON_IT, Answer.SNOOZE]))
    def answer(self, which: int, answer: Answer) -> None:
        """Also on what was missed: late on the same day a done reverses it, later it changes nothing."""
        with self.database.session(self.owner.id) as session:
            task = self._some(session, which)
            if task is not None:
                answer_task(
                    session, self.owner.id, task.id, answer, self.now, source="telegram", argument="10"
                )

    @rule(hours=st.sampled_from([1, 2, 5, 11, 24, 72]))
    def let_time_pass(self, hours: int) -> None:
        for _ in range(hours if hours < 12 else 3):
            self.now += timedelta(hours=1 if hours < 12 else hours / 3)
            self.ladders.dispatcher.run_due(self.now)

    @rule(which=WHICH, hours=HOURS)
    def move(self, which: int, hours: int) -> None:
        with self.database.session(self.owner.id) as session:
            task = self._some(session, which)
            try:
                if task is not None:
                    move_task(session, self.owner.id, task.id, self.now + timedelta(hours=hours), self.now)
            except PlanError:
                pass

    @rule(which=WHICH)
    def cancel(self, which: int) -> None:
        with self.database.session(self.owner.id) as session:
            task = self._some(session, which)
            if task is not None:
                cancel_tasks(session, self.owner.id, [task.id], self.now)

    @rule(which=WHICH)
    def delete_a_row(self, which: int) -> None:
        with self.database.session(self.owner.id) as session:
            task = self._some(session, which)
            if task is not None:
                session.delete(task)

    @precondition(lambda self: self.now > START + timedelta(days=2))
    @rule(which=st.integers(0, 2))
    def delete_a_goal(self, which: int) -> None:
        with self.database.session(self.owner.id) as session:
            goals = self._goals(session, self.owner)
            if len(goals) > 1:
                session.delete(goals[which % len(goals)])

    @rule(zone=st.sampled_from(ZONES), keep_local=st.booleans())
    def move_to(self, zone: str, keep_local: bool) -> None:
        with self.database.session(self.owner.id) as session:
            user = session.get_one(User, self.owner.id)
            change_zone(session, user, zone, self.now, keep_local=keep_local)

    @rule(starts_on=st.integers(1, 7))
    def start_weeks_on(self, starts_on: int) -> None:
        with self.database.session(self.owner.id) as session:
            session.get_one(User, self.owner.id).week_starts_on = starts_on

    @invariant()
    def every_statistic_is_what_a_count_by_hand_says(self) -> None:
        with self.database.session(self.owner.id) as session:
            user = session.get_one(User, self.owner.id)
            rows, goals, zone = self._tasks(session), self._goals(session, user), user.timezone
            today = self.now.astimezone(zone_of(zone)).date()
            found = numbers_of(session, user, [goal.id for goal in goals], today)
        by_day = oracle.days(rows, zone)
        categories = oracle.categories(rows, {goal.id: goal for goal in goals})
        assert found == {
            "days": [(day, *by_day[day]) for day in sorted(by_day)],
            "weeks": oracle.weeks(rows, zone, user.week_starts_on, 4, today),
            "goals": oracle.goals(rows, goals),
            "categories": categories,
            "missed": oracle.misses(categories),
            "streak": oracle.streak({day: one for day, one in by_day.items() if day <= today}, today),
        }


def numbers_of(session: Session, user: User, goal_ids: list[Any], today: date) -> dict[str, Any]:
    year = timedelta(days=365)
    return {
        "days": analytics.day_totals(session, user.id, today - year, today + year),
        "weeks": analytics.weekly_stats(session, user.id, 4, today),
        "goals": analytics.goal_tallies(session, user.id, goal_ids),
        "categories": analytics.category_tallies(session, user.id),
        "missed": analytics.missed_by_category(session, user.id),
        "streak": progress_of(session, user.id, today).streak_days,
    }


def test_every_statistic_is_what_a_count_by_hand_says(database: Database) -> None:
    class Here(Statistics):
        pass

    Here.database = database
    run_state_machine_as_test(  # type: ignore[no-untyped-call]  # hypothesis leaves this one untyped
        Here,
        settings=settings(
            max_examples=15,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )
