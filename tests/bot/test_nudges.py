"""A plan that nobody answers is brought up once, a day later, never at night; then it waits and can still be approved."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from bot import nudges
from bot.clock import ManualClock
from bot.inbound import handle
from bot.services import Services
from channels.messages import Address, InboundKind, InboundMessage
from channels.simulator import Event, PhoneStore
from storage.tables import Conversation, Goal, User
from tests.bot.conftest import Say

DAY = timedelta(hours=24)
NUDGE = "Run 5 km: your plan is still here and nothing is lost."


@pytest.fixture
def on_table(
    services: Services, owner: User, say: Say, text: Callable[..., InboundMessage], now: datetime
) -> list[Event]:
    """The owner has a plan on the table since ten in the morning."""
    say(text("I want to run 5 km"))
    for answer in ("Not at all yet", "3 days", "Morning"):
        shown = say(text(answer))
    assert "here is a plan" in shown[-1]["text"]
    return shown


def brought_up(services: Services, phones: PhoneStore, shown: list[Event]) -> list[Event]:
    """What the phone shows anew when everything that is due by now is brought up."""
    to = shown[-1]
    before = len(phones.events([_address(to)]))
    for event_id in nudges.send_due(services, services.clock.now()):
        handle(services, event_id)
    return phones.events([_address(to)])[before:]


def _address(event: Event) -> Address:
    return Address(event["channel"], event["address"])


def test_it_comes_once_after_a_day_and_its_button_approves(
    services: Services,
    clock: ManualClock,
    phones: PhoneStore,
    on_table: list[Event],
    say: Say,
    text: Callable[..., InboundMessage],
) -> None:
    clock.move_to(clock.now() + DAY - timedelta(minutes=1))
    assert brought_up(services, phones, on_table) == []
    clock.move_to(clock.now() + timedelta(minutes=1))
    assert nudges.next_due(services) == clock.now()
    (note,) = brought_up(services, phones, on_table)
    assert note["text"].startswith(NUDGE)
    clock.move_to(clock.now() + 3 * DAY)
    assert brought_up(services, phones, on_table) == []
    (shown,) = say(text("Looks good", choice=note["rows"][0][0]["data"], kind=InboundKind.BUTTON))
    assert shown["text"].startswith("Not saved yet")  # its first days have passed: it begins tomorrow instead
    say(text("Looks good", choice=shown["rows"][0][0]["data"], kind=InboundKind.BUTTON))
    with services.database.service() as session:
        assert session.scalars(select(Goal.status)).all() == ["active"]


def test_an_answered_plan_is_not_brought_up(
    services: Services,
    clock: ManualClock,
    phones: PhoneStore,
    on_table: list[Event],
    say: Say,
    text: Callable[..., InboundMessage],
) -> None:
    say(text("looks good"))
    clock.move_to(clock.now() + 2 * DAY)
    assert nudges.next_due(services) is None
    assert brought_up(services, phones, on_table) == []


def test_talk_about_other_things_neither_delays_nor_repeats_it(
    services: Services,
    clock: ManualClock,
    phones: PhoneStore,
    on_table: list[Event],
    say: Say,
    text: Callable[..., InboundMessage],
) -> None:
    due = nudges.next_due(services)
    clock.move_to(clock.now() + timedelta(hours=5))
    say(text("what's on today?"))
    assert nudges.next_due(services) == due


def test_a_changed_plan_has_its_own_day(
    services: Services,
    clock: ManualClock,
    on_table: list[Event],
    say: Say,
    text: Callable[..., InboundMessage],
) -> None:
    clock.move_to(clock.now() + timedelta(hours=5))
    say(text("easier"))
    assert nudges.next_due(services) == clock.now() + DAY


def test_it_is_never_said_at_night_and_waits_for_the_end_of_a_pause(
    services: Services, clock: ManualClock, phones: PhoneStore, on_table: list[Event], owner: User
) -> None:
    clock.move_to(clock.now() + timedelta(hours=38))  # midnight in Berlin
    assert brought_up(services, phones, on_table) == []
    morning = nudges.next_due(services)
    assert morning is not None
    assert morning.hour == 6  # half past seven in Berlin
    with services.database.service() as session:
        session.get_one(User, owner.id).paused_until = morning + DAY
    clock.move_to(morning)
    assert brought_up(services, phones, on_table) == []
    clock.move_to(morning + DAY)
    (note,) = brought_up(services, phones, on_table)
    assert note["text"].startswith(NUDGE)


def test_it_is_written_down_once_however_many_look(
    services: Services, clock: ManualClock, on_table: list[Event]
) -> None:
    clock.move_to(clock.now() + DAY)
    assert len(nudges.send_due(services, clock.now())) == 1
    assert nudges.send_due(services, clock.now()) == []
    with services.database.service() as session:
        assert session.scalars(select(Conversation.nudge_at)).all() == [None]
