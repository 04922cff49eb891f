"""Few words right behind a reminder: "yes" to "how did it go?", "1h" as a snooze; behind anything else they stay words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from bot.clock import ManualClock
from bot.services import Services
from channels.messages import InboundMessage
from reminders.plans import TaskDraft, schedule_tasks
from storage.tables import Task, User
from tests.bot.conftest import Say

Text = Callable[..., InboundMessage]


@pytest.fixture
def run(services: Services, owner: User, clock: ManualClock) -> UUID:
    """An easy run, reminded of a moment ago."""
    with services.database.service() as session:
        draft = TaskDraft("Easy run", clock.now() + timedelta(hours=2), 30)
        [task] = schedule_tasks(session, owner, [draft], clock.now())
    clock.shift(timedelta(minutes=110))
    services.dispatcher.run_due(clock.now())
    clock.shift(timedelta(seconds=10))
    return task.id


def status(services: Services, task_id: UUID) -> str:
    with services.database.service() as session:
        return session.scalars(select(Task.status).where(Task.id == task_id)).one()


@pytest.mark.parametrize(
    ("said", "became"), [("yes", "done"), ("it went well", "done"), ("not really", "missed")]
)
def test_how_it_went_is_heard(
    services: Services, run: UUID, say: Say, text: Text, clock: ManualClock, said: str, became: str
) -> None:
    say(text("on it"))
    clock.shift(timedelta(minutes=41))
    services.dispatcher.run_due(clock.now())
    clock.shift(timedelta(seconds=10))
    say(text(said))
    assert status(services, run) == became


def test_an_hour_is_a_snooze(services: Services, run: UUID, say: Say, text: Text) -> None:
    *_, reply = say(text("1h"))
    assert "again" in reply["text"]
    assert status(services, run) == "pending"


def test_yes_behind_something_else_is_no_answer_to_the_reminder(
    services: Services, run: UUID, say: Say, text: Text, clock: ManualClock
) -> None:
    say(text("on it"))
    clock.shift(timedelta(minutes=41))
    services.dispatcher.run_due(clock.now())
    clock.shift(timedelta(seconds=10))
    say(text("call mum tomorrow 6pm"))
    clock.shift(timedelta(seconds=10))
    say(text("yes"))
    assert status(services, run) == "pending"
