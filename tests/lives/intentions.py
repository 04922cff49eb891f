"""What people intend: tasks and series planned, moved, called off; pauses, journeys, and a place that is reached."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from reminders import places, plans
from reminders.plans import PlanError, TaskDraft, schedule_tasks
from reminders.rules.recurrence import expand, weekly_rule
from storage.pauses import begin_pause, end_pause
from storage.tables import Task
from storage.users import get_user
from storage.vocabulary import TriggerType
from tests.lives.people import Liver
from tests.lives.world import World

MINUTE = timedelta(minutes=1)
WEEKS = 6
_SERIES = UUID(int=0x5E71E5)


@dataclass
class Intentions:
    """Each takes the moment at which it happens, and tells the book what it meant."""

    world: World

    def add_series(self, who: Liver, at: datetime, weekdays: Sequence[int]) -> None:
        series = uuid5(_SERIES, f"{who.user_id}:{len(who.series)}")
        hour = time(who.rng.randrange(24), who.rng.choice((0, 30)))
        rule, first = weekly_rule(weekdays), at.astimezone(who.zone).replace(tzinfo=None)
        start = datetime.combine(first.date(), hour)
        moments = expand(rule, start, who.zone, start + timedelta(weeks=WEEKS))
        drafts = [
            TaskDraft("Series", moment, recurrence_rule=rule, series_id=series, original_at=moment)
            for moment in moments
        ]
        self._schedule(who, drafts, at)
        who.series[series] = hour

    def add_task(
        self,
        who: Liver,
        at: datetime,
        place: str | None = None,
        ahead: timedelta | None = None,
        *,
        exact: bool = False,
    ) -> None:
        """In minutes or days; unless it is to be exact, people think in half hours."""
        rng = who.rng
        wanted = ahead or rng.choice((5 * MINUTE, 40 * MINUTE, 240 * MINUTE, 1000 * MINUTE, 3000 * MINUTE))
        start = at + wanted
        if not exact:
            start = start.replace(minute=30 * (start.minute // 30), second=0, microsecond=0)
        start = start if start > at else start + 30 * MINUTE
        trigger = TriggerType.LOCATION if place else TriggerType.TIME
        length = rng.choice((10, 30, 90))
        draft = TaskDraft("Single", start, length, trigger_type=trigger, location_trigger=place)
        self._schedule(who, [draft], at)

    def _schedule(self, who: Liver, drafts: Sequence[TaskDraft], at: datetime) -> None:
        with self.world.database.service() as session:
            user = get_user(session, who.user_id)
            assert user is not None
            schedule_tasks(session, user, drafts, at)

    def move_one(self, who: Liver, at: datetime) -> None:
        self._with_one(who, at, self._move)

    def cancel_one(self, who: Liver, at: datetime) -> None:
        self._with_one(who, at, self._cancel)

    def _move(self, session: Session, who: Liver, task: UUID, at: datetime) -> None:
        try:
            plans.move_task(session, who.user_id, task, at + MINUTE * who.rng.randrange(1, 4000), at)
            self.world.book.answered(task, at)
        except PlanError:
            return

    def _cancel(self, session: Session, who: Liver, task: UUID, at: datetime) -> None:
        if plans.cancel_tasks(session, who.user_id, [task], at):
            self.world.book.answered(task, at)

    def _with_one(
        self, who: Liver, at: datetime, act: Callable[[Session, Liver, UUID, datetime], None]
    ) -> None:
        """One of their next tasks, also one that is being reminded of."""
        with self.world.database.service() as session:
            mine = (
                session.query(Task.id)
                .filter_by(user_id=who.user_id, status="pending")
                .order_by(Task.scheduled_at)
            )
            ids = [row.id for row in mine.limit(3)]
            if ids:
                act(session, who, who.rng.choice(ids), at)

    # ------------------------------------------------------------ drastic

    def pause(self, who: Liver, at: datetime, days: int) -> None:
        today = at.astimezone(who.zone).date()
        last = today + timedelta(days=days)
        back = datetime.combine(last + timedelta(days=1), time(0), who.zone).astimezone(UTC)
        with self.world.database.service() as session:
            user = get_user(session, who.user_id)
            assert user is not None
            begin_pause(session, who.user_id, today, last, at)
            user.paused_until = who.paused_until = back

    def come_back(self, who: Liver, at: datetime) -> None:
        with self.world.database.service() as session:
            user = get_user(session, who.user_id)
            assert user is not None
            end_pause(session, who.user_id, at.astimezone(who.zone).date())
            user.paused_until = None
        who.paused_until = min(who.paused_until, at) if who.paused_until else None

    def travel(self, who: Liver, at: datetime, zone: ZoneInfo, *, keep_local: bool) -> None:
        with self.world.database.service() as session:
            user = get_user(session, who.user_id)
            assert user is not None
            plans.change_zone(session, user, zone.key, at, keep_local=keep_local)
            paused = user.paused_until
        who.zone, who.moved_zone = zone, True
        who.paused_until = paused if who.paused(at) else who.paused_until

    def arrive(self, who: Liver, at: datetime) -> None:
        with self.world.database.service() as session:
            for task in places.arrive(session, who.user_id, at):
                self.world.book.begins_anew(task.id)
