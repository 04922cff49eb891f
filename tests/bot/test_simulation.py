"""Weeks in a moment: what the housekeeping does once an hour is done while the clock is turned, too."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import func, select

from bot.clock import ManualClock
from bot.services import Services
from bot.simulation import advance
from channels.messages import InboundMessage
from storage.tables import Task, User
from storage.vocabulary import TaskStatus
from tests.bot.conftest import Say

Text = Callable[..., InboundMessage]


def test_a_series_without_an_end_goes_on_past_six_weeks(
    services: Services, owner: User, say: Say, text: Text, clock: ManualClock
) -> None:
    say(text("guitar every wednesday at 19:00"))
    clock.shift(timedelta(seconds=10))
    say(text("ok"))
    for _ in range(8):
        advance(services, clock, clock.now() + timedelta(weeks=1))
    with services.database.service() as session:
        pending = select(func.count()).where(Task.user_id == owner.id, Task.status == TaskStatus.PENDING)
        assert session.scalar(pending) >= 5
