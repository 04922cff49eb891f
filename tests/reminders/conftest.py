"""A ladder on the real Postgres: a channel that writes down what it was given, and a dispatcher over it."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from channels.messages import Address, ChannelError, InboundMessage, OutboundMessage, Receipt
from channels.switchboard import Switchboard
from reminders.answering import AnswerOutcome, answer_tap, answer_task
from reminders.attempts import Attempt
from reminders.dispatch import Dispatcher
from reminders.plans import TaskDraft, schedule_tasks
from reminders.rules.answers import parse_tap
from reminders.wakeups import RecordedWakeups
from storage.database import Database
from storage.tables import DispatchLog, Task, User
from storage.users import add_identity, create_user, get_user
from storage.vocabulary import Answer
from tests.conftest import make_reachable


@dataclass
class Recorder:
    """A provider in memory: accepts everything, unless `failures` holds an error to raise first, and can look up."""

    name: str
    sent: list[tuple[Address, OutboundMessage, datetime]] = field(default_factory=list)
    failures: list[BaseException] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    before_send: Callable[[OutboundMessage], object] = id
    can_look_up: bool = True
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def send(self, to: Address, message: OutboundMessage, now: datetime) -> Receipt:
        self.before_send(message)
        with self._lock:
            if self.failures:
                raise self.failures.pop(0)
            self.sent.append((to, message, now))
            return Receipt(f"{self.name}-{len(self.sent)}")

    def acknowledge(self, message: InboundMessage, text: str = "") -> None:
        pass

    def find(self, to: Address, attempt_id: UUID, since: datetime, words: str = "") -> Receipt | None:
        if not self.can_look_up:
            raise ChannelError("no look-up here", unknown=True, code="no_lookup")
        for number, (_, message, _) in enumerate(self.sent, start=1):
            if message.attempt_id == attempt_id:
                return Receipt(f"{self.name}-{number}")
        return None

    def cancel(self, external_id: str) -> None:
        self.cancelled.append(external_id)

    def texts(self) -> list[str]:
        return [message.text for _, message, _ in self.sent]

    def last(self) -> OutboundMessage:
        return self.sent[-1][1]


@dataclass
class Ladders:
    """Everything a test needs to let a task live."""

    database: Database
    telegram: Recorder
    whatsapp: Recorder
    call: Recorder
    push: Recorder
    wakeups: RecordedWakeups
    dispatcher: Dispatcher

    @classmethod
    def over(cls, database: Database, *recorders: Recorder) -> Ladders:
        """`recorders`: telegram, whatsapp, call, push."""
        wakeups = RecordedWakeups()
        return cls(database, *recorders, wakeups, Dispatcher(database, switchboard_of(*recorders), wakeups))  # type: ignore[call-arg, arg-type]  # four of them

    def another(self, **options: int) -> Dispatcher:
        """A second process's dispatcher over the same providers."""
        return Dispatcher(self.database, self._switchboard(), RecordedWakeups(), **options)

    def _switchboard(self) -> Switchboard:
        return switchboard_of(self.telegram, self.whatsapp, self.call, self.push)

    def people(self, count: int, now: datetime) -> list[User]:
        """Somebody else each, with a chat."""
        with self.database.service() as session:
            found = [create_user(session, now, timezone="Europe/Berlin") for _ in range(count)]
            for user in found:
                add_identity(session, user.id, "telegram", f"sim:{user.id.hex}", now, primary=True)
        return found

    def plan(
        self, user: User, at: datetime, now: datetime, title: str = "Easy run", **fields: object
    ) -> Task:
        with self.database.service() as session:
            owner = get_user(session, user.id)
            assert owner is not None
            draft = TaskDraft(title=title, scheduled_at=at, **fields)  # type: ignore[arg-type] - a test's shorthand
            return schedule_tasks(session, owner, [draft], now)[0]

    def claim(self, now: datetime) -> list[Attempt]:
        """What a worker that is about to send holds."""
        with self.database.service_line() as line:
            return self.dispatcher.claims.look(line, now).attempts

    def deliver(self, held: list[Attempt], now: datetime, worker: Dispatcher | None = None) -> Counter[str]:
        """That worker, or the first one, goes on."""
        with self.database.service_line() as line:
            return (worker or self.dispatcher)._lanes.deliver(line, held, lambda: now)

    def task(self, task_id: UUID) -> Task:
        with self.database.service() as session:
            return session.get_one(Task, task_id)

    def attempts(self, task_id: UUID) -> list[tuple[str, str, str | None]]:
        """(rung, status, reason) in the order they were written."""
        with self.database.service() as session:
            rows = (
                session.query(DispatchLog).filter_by(task_id=task_id).order_by(DispatchLog.created_at).all()
            )
            return [(row.rung, row.status, row.reason) for row in rows]

    def run_until(self, start: datetime, end: datetime, step: timedelta = timedelta(minutes=1)) -> None:
        """Let time pass, looking at every full step as a bell would."""
        at = start
        while at <= end:
            self.dispatcher.run_due(at)
            at += step


@pytest.fixture
def ladders(database: Database) -> Ladders:
    return Ladders.over(database, *(Recorder(name) for name in ("telegram", "whatsapp", "call", "push")))


def switchboard_of(*recorders: Recorder) -> Switchboard:
    """The test people have simulated addresses: the same recorders stand behind both sides of the switchboard."""
    by_name = {one.name: one for one in recorders}
    return Switchboard(by_name, by_name)


@pytest.fixture
def reachable(database: Database, owner: User, now: datetime) -> User:
    """The owner with a proved number, WhatsApp and calls switched on."""
    with database.service() as session:
        user = session.get_one(User, owner.id)
        make_reachable(session, user, "+4915112345678", now)
    return user


@pytest.fixture
def reminded(ladders: Ladders, owner: User, now: datetime) -> Task:
    """Reminded of at `now`, starting in ten minutes."""
    task = ladders.plan(owner, now + 10 * timedelta(minutes=1), now)
    ladders.dispatcher.run_due(now)
    return ladders.task(task.id)


def say(ladders: Ladders, user: User, task: Task, answer: Answer, at: datetime, **more: str) -> AnswerOutcome:
    with ladders.database.service() as session:
        return answer_task(
            session, user.id, task.id, answer, at, source=more.pop("source", "telegram"), **more
        )


def tap(ladders: Ladders, user: User, data: str, at: datetime) -> AnswerOutcome:
    button = parse_tap(data)
    assert button is not None
    with ladders.database.service() as session:
        return answer_tap(session, user.id, button, at, source="telegram")


def button(outcome: AnswerOutcome, label: str) -> str:
    return next(choice.data for row in outcome.choices for choice in row if choice.label.startswith(label))
