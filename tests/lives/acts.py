"""What people do in a life: plan, tap, press keys, snooze, move, pause, travel, change their minds; and what providers report."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from bot.statuses import note_status
from channels.messages import Choice, DeliveryState, StatusUpdate
from reminders import places, plans
from reminders.answering import AnswerOutcome, answer_pattern, answer_tap, answer_task
from reminders.plans import PlanError, TaskDraft, schedule_tasks
from reminders.rules.answers import TaskTap, parse_tap
from reminders.rules.pattern_words import PatternWord
from reminders.rules.recurrence import expand, weekly_rule
from storage.pauses import begin_pause, end_pause
from storage.tables import Task
from storage.users import get_user
from storage.vocabulary import Answer, TriggerType
from tests.lives.people import ZONES, Liver
from tests.lives.provider import Accepted
from tests.lives.world import World

MINUTE = timedelta(minutes=1)
WEEKS = 6
_SERIES = UUID(int=0x5E71E5)
_KEYS = (Answer.DONE, Answer.RESCHEDULE, Answer.MISSED, Answer.ON_IT)
_WHATSAPP = (DeliveryState.QUEUED, DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.READ)
_CALL_ENDS = (
    (DeliveryState.NO_ANSWER,),
    (DeliveryState.BUSY,),
    (DeliveryState.FAILED,),
    (DeliveryState.ANSWERED, DeliveryState.MACHINE, DeliveryState.COMPLETED),
    (DeliveryState.ANSWERED, DeliveryState.COMPLETED),
)


@dataclass
class Lives:
    """Acts of people in a world. Each takes the moment at which it happens and tells the book what it meant."""

    world: World
    reports: float = 0.15  # the part of messages whose provider reports back
    _buttons: dict[UUID, deque[Choice]] = field(default_factory=lambda: defaultdict(lambda: deque(maxlen=30)))

    last_called: dict[UUID, UUID] = field(default_factory=dict)  # person -> the task of their last call

    def buttons(self, who: Liver) -> list[Choice]:
        """The latest buttons under messages to them, the newest first."""
        return list(reversed(self._buttons[who.user_id]))

    # ------------------------------------------------------------ hearing

    def heard(self, who: Liver, one: Accepted, row: Any, now: datetime) -> None:
        """A message arrived: what its provider says of it, and what the person makes of it."""
        choices = one.message.flat_choices
        self._buttons[who.user_id].extend(choices)
        if one.channel in ("whatsapp", "call") and (one.channel == "call" or who.rng.random() < self.reports):
            self._report(who, one, row.task_id, now)
        if one.channel == "call":
            self.last_called[who.user_id] = row.task_id
            if who.rng.random() < who.diligence / 2:
                key = who.rng.choice(_KEYS)
                self.world.later(
                    now + timedelta(seconds=25), lambda at: self.press(who, row.task_id, key, at)
                )
        elif choices and who.rng.random() < who.diligence:
            wait = MINUTE * min(600, round(who.rng.expovariate(1 / 4)))
            self.world.later(now + wait, lambda at: self.tap_one(who, choices, at))
        if who.rng.random() < 0.02 and self._buttons[who.user_id]:
            old = who.rng.choice(self._buttons[who.user_id])
            self.world.later(now + MINUTE * who.rng.randrange(1, 3000), lambda at: self.tap(who, old, at))

    def _report(self, who: Liver, one: Accepted, task: UUID, now: datetime) -> None:
        """All its states, in any order and some twice."""
        states = who.rng.choice(_CALL_ENDS) if one.channel == "call" else _WHATSAPP
        if one.channel == "whatsapp" and who.rng.random() < 0.05:
            states = (*_WHATSAPP[:2], DeliveryState.FAILED)
        told = [*states, *states[:1]]
        who.rng.shuffle(told)
        for state in told:
            code = "63016" if state == DeliveryState.FAILED and one.channel == "whatsapp" else None
            report = StatusUpdate(one.channel, one.external_id, state, one.message.attempt_id, code)
            after = timedelta(seconds=who.rng.randrange(1, 40))
            self.world.later(now + after, lambda at, report=report: self._told(report, task, at))

    def _told(self, report: StatusUpdate, task: UUID, at: datetime) -> None:
        if report.state == DeliveryState.FAILED:
            self.world.book.undelivered.add(task)  # the next rung may come at once
        note_status(self.world.services, report, at)

    # ------------------------------------------------------------ answering

    def tap_one(self, who: Liver, choices: Sequence[Choice], at: datetime) -> None:
        """The first buttons are tapped the most."""
        weights = [4.0, *(1.0 for _ in choices[1:])]
        self.tap(who, who.rng.choices(choices, weights)[0], at)

    def tap(self, who: Liver, choice: Choice, at: datetime) -> AnswerOutcome | None:
        button = parse_tap(choice.data)
        if button is None:
            self._tap_pattern(who, choice, at)
            return None
        with self.world.database.service() as session:
            outcome = answer_tap(session, who.user_id, button, at, source=who.chat)
            before = outcome.task.replaces_id if outcome.task else None
            self._booked(button, outcome, before, at)
        self._goes_on(who, button, outcome, at)
        return outcome

    def press(self, who: Liver, task: UUID, key: Answer, at: datetime) -> None:
        with self.world.database.service() as session:
            outcome = answer_task(session, who.user_id, task, key, at, source="call")
            actions = {
                Answer.DONE: "done",
                Answer.MISSED: "missed",
                Answer.ON_IT: "onit",
                Answer.RESCHEDULE: "resched",
            }
            button = TaskTap(task, 1, actions[key])
            self._booked(button, outcome, None, at)
        self._goes_on(who, button, outcome, at)

    def _booked(self, button: TaskTap, outcome: AnswerOutcome, before: UUID | None, at: datetime) -> None:
        book, task = self.world.book, button.task_id
        book.spoken_of.add(task)
        match button.action, outcome.kind:
            case (("done" | "missed" | "move"), "recorded"):
                book.answered(task, at)
            case "onit", "recorded":
                book.is_on_it(task, at)
            case "resched", "offer":
                book.is_on_it(task, at)
            case "snooze", "recorded":
                book.begins_anew(task)
            case "undo", "recorded" if button.argument == "home":
                # One whose old time has passed stays where it is.
                if before is not None and outcome.task is not None and outcome.task.status != "pending":
                    book.answered(task, at)
                    book.begins_anew(before)
            case "undo", "recorded":
                book.begins_anew(task)

    def _goes_on(self, who: Liver, button: TaskTap, outcome: AnswerOutcome, at: datetime) -> None:
        """Choose among what was offered; now and then take it back, or tap twice."""
        choices = [one for row in outcome.choices for one in row if not one.data.endswith("a")]
        chance = {"offer": 0.8, "recorded": 0.1}.get(outcome.kind, 0.0)
        if choices and who.rng.random() < chance:
            self.world.later(at + MINUTE, lambda then: self.tap(who, who.rng.choice(choices), then))
        elif outcome.kind == "recorded" and button.action in ("done", "missed") and who.rng.random() < 0.1:
            other = Choice("", f"t:{button.task_id.hex}:{button.version}:missed")
            self.world.later(at, lambda then: self._again(who, other, then))

    def _again(self, who: Liver, choice: Choice, at: datetime) -> None:
        """Ten milliseconds later another button: the first one won."""
        outcome = self.tap(who, choice, at)
        if outcome is not None and outcome.kind == "recorded":
            self.world.book.wrong.append(
                f"person {who.number}, {at:%d %b %H:%M}: a second answer replaced the first"
            )

    def _tap_pattern(self, who: Liver, choice: Choice, at: datetime) -> None:
        kind, _, rest = choice.data.partition(":")
        if kind != "p":
            return
        pattern, _, word = rest.partition(":")
        with self.world.database.service() as session:
            answer_pattern(session, who.user_id, UUID(hex=pattern), PatternWord(word), at)

    # ------------------------------------------------------------ planning

    def live(self, who: Liver, weeks: int = WEEKS) -> None:
        """Write a whole calendar of intentions: a series, single tasks, and now and then something drastic."""
        rng = who.rng
        if rng.random() < 0.75:
            self.add_series(who, who.begins, rng.sample(range(7), rng.choice((1, 1, 2))))
        for _ in range(weeks // 2):
            self.world.later(_sometime(rng, who, weeks), lambda at: self.add_task(who, at))
        drastic: tuple[tuple[float, Callable[[datetime], object]], ...] = (
            (0.2, lambda at: self.pause(who, at, rng.randrange(0, 9))),
            (
                0.1,
                lambda at: self.travel(who, at, ZoneInfo(rng.choice(ZONES)), keep_local=rng.random() < 0.5),
            ),
            (0.3, lambda at: self.move_one(who, at)),
            (0.3, lambda at: self.cancel_one(who, at)),
            (0.15, lambda at: self.add_task(who, at, place="home")),
            (0.1, lambda at: self.come_back(who, at)),
        )
        for chance, act in drastic:
            if rng.random() < chance:
                self.world.later(_sometime(rng, who, weeks), act)

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
        self, who: Liver, at: datetime, place: str | None = None, ahead: timedelta | None = None
    ) -> None:
        """In minutes or days; people think in half hours."""
        rng = who.rng
        start = at + (
            ahead or rng.choice((5 * MINUTE, 40 * MINUTE, 240 * MINUTE, 1000 * MINUTE, 3000 * MINUTE))
        )
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

    def _move(self, session: Any, who: Liver, task: UUID, at: datetime) -> None:
        try:
            plans.move_task(session, who.user_id, task, at + MINUTE * who.rng.randrange(1, 4000), at)
            self.world.book.answered(task, at)
        except PlanError:
            return

    def _cancel(self, session: Any, who: Liver, task: UUID, at: datetime) -> None:
        if plans.cancel_tasks(session, who.user_id, [task], at):
            self.world.book.answered(task, at)

    def _with_one(self, who: Liver, at: datetime, act: Callable[[Any, Liver, UUID, datetime], None]) -> None:
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


def _sometime(rng: Random, who: Liver, weeks: int) -> datetime:
    """A moment of these weeks, on a whole minute, when they are awake."""
    for _ in range(20):
        at = who.begins + MINUTE * rng.randrange(weeks * 7 * 24 * 60)
        if not who.asleep(at):
            break
    return at
