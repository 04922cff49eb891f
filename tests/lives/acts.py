"""What people do with what they hear: tap, press keys, snooze, change their minds; and what providers report meanwhile."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from bot.statuses import note_status
from channels.messages import Choice, DeliveryState, StatusUpdate
from reminders.answering import AnswerOutcome, answer_pattern, answer_tap, answer_task
from reminders.rules.answers import TaskTap, parse_tap
from reminders.rules.pattern_words import PatternWord
from storage.vocabulary import Answer
from tests.lives.intentions import MINUTE, WEEKS, Intentions
from tests.lives.people import ZONES, Liver
from tests.lives.provider import Accepted

_KEYS = (Answer.DONE, Answer.RESCHEDULE, Answer.MISSED, Answer.ON_IT)
_ACTIONS = {
    Answer.DONE: "done",
    Answer.MISSED: "missed",
    Answer.ON_IT: "onit",
    Answer.RESCHEDULE: "resched",
    Answer.SNOOZE: "snooze",
}
_WHATSAPP = (DeliveryState.QUEUED, DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.READ)
_CALL_ENDS = (
    (DeliveryState.NO_ANSWER,),
    (DeliveryState.BUSY,),
    (DeliveryState.FAILED,),
    (DeliveryState.ANSWERED, DeliveryState.MACHINE, DeliveryState.COMPLETED),
    (DeliveryState.ANSWERED, DeliveryState.COMPLETED),
)


@dataclass
class Lives(Intentions):
    """What they hear, and what they say to it."""

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
            outcome = self._answer(session, who, task, key, at, "call")
        self._goes_on(who, TaskTap(task, 1, _ACTIONS[key]), outcome, at)

    def say(self, who: Liver, answer: Answer, at: datetime) -> None:
        """In words, about one of their next tasks."""

        def act(session: Session, who: Liver, task: UUID, at: datetime) -> None:
            self._answer(session, who, task, answer, at, who.chat)

        self._with_one(who, at, act)

    def _answer(
        self, session: Session, who: Liver, task: UUID, answer: Answer, at: datetime, source: str
    ) -> AnswerOutcome:
        outcome = answer_task(session, who.user_id, task, answer, at, source=source)
        self._booked(TaskTap(task, 1, _ACTIONS[answer]), outcome, None, at)
        return outcome

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
        if rng.random() < 0.3:
            self.add_series(who, who.begins, rng.sample(range(7), rng.choice((1, 1, 1, 2))))
        for _ in range(weeks // 3):
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


def _sometime(rng: Random, who: Liver, weeks: int) -> datetime:
    """A moment of these weeks, on a whole minute, when they are awake."""
    for _ in range(20):
        at = who.begins + MINUTE * rng.randrange(weeks * 7 * 24 * 60)
        if not who.asleep(at):
            break
    return at
