"""Free times that were offered are taken in the person's own words, whatever the task has come to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.clock import ManualClock
from bot.services import Services
from bot.simulation import advance
from channels.messages import InboundMessage
from channels.simulator import Event, PhoneStore, tapped
from reminders.plans import TaskDraft, schedule_tasks
from storage.tables import Task, User
from storage.vocabulary import TaskStatus
from tests.bot.conftest import Say
from tests.bot.test_inbound import OWNER

Text = Callable[[str], InboundMessage]
THURSDAY_11 = datetime(2026, 3, 12, 10, 0, tzinfo=UTC)  # in Berlin


@pytest.fixture
def missed(services: Services, owner: User, clock: ManualClock, phones: PhoneStore) -> Event:
    """A call at noon was missed; the kind note about it."""
    with services.database.service() as session:
        noon = clock.now() + timedelta(hours=2)
        schedule_tasks(session, session.get_one(User, owner.id), [TaskDraft("Call mum", noon)], clock.now())
    advance(services, clock, clock.now() + timedelta(hours=4))
    return phones.events([OWNER])[-1]


@pytest.fixture
def offered(say: Say, clock: ManualClock, missed: Event) -> Event:
    """The person tapped "Another time" below the miss."""
    [again] = [one for row in missed["rows"] for one in row if one["label"] == "Another time"]
    return say(tapped(OWNER, again["data"], missed["id"], clock.now()))[-1]


def pending(services: Services) -> list[datetime]:
    with services.database.service() as session:
        found = session.scalars(select(Task.scheduled_at).where(Task.status == TaskStatus.PENDING))
        return [at.astimezone(UTC) for at in found]


@pytest.mark.parametrize("words", ["tomorrow at 11", "tomorrow 11am", "Thursday 11:00 please"])
def test_a_time_of_their_own_moves_the_missed_task_there(services, offered, say, text: Text, words):
    assert "Which one?" in offered["text"]
    assert say(text(words))[-1]["text"] == "Moved: Call mum is tomorrow 11:00 now."
    assert pending(services) == [THURSDAY_11]


@pytest.mark.parametrize(
    ("words", "place"), [("the second one", 1), ("first", 0), ("the last one please", -1)]
)
def test_an_offered_time_is_chosen_by_its_place(services, offered, say, text: Text, words, place):
    say(text(words))
    chosen = offered["rows"][place][0]["data"].rpartition(":")[2]
    assert [f"{at.timestamp():.0f}" for at in pending(services)] == [chosen]


def test_a_time_in_the_night_is_named_and_other_times_are_offered(services, offered, say, text: Text):
    [again] = say(text("tomorrow at 3:30 am"))
    assert again["text"].startswith("Tomorrow 03:30 is not free.")
    assert pending(services) == []


def test_words_that_name_something_else_are_a_task_of_their_own(services, offered, say, text: Text):
    [asked] = say(text("dentist tomorrow at 11"))
    assert "Dentist" in asked["text"]
    assert pending(services) == []


def test_the_buttons_below_a_miss_can_be_typed(services, missed, say, text: Text):
    assert "What would help?" in missed["text"]
    assert "Call mum: these times are free." in say(text("another time"))[-1]["text"]


def test_a_time_said_after_a_miss_is_where_it_goes(services, missed, say, text: Text):
    assert say(text("tomorrow at 11"))[-1]["text"] == "Moved: Call mum is tomorrow 11:00 now."
    assert pending(services) == [THURSDAY_11]


def test_a_yes_without_a_spare_time_moves_nothing(services, missed, say, text: Text):
    say(text("yes"))
    assert pending(services) == []


def test_skipping_it_in_words_leaves_it_as_it_is(services, missed, say, text: Text):
    assert "Call mum" in say(text("skip it"))[-1]["text"]
    assert pending(services) == []


def test_an_evening_that_was_missed_gets_another_time_the_next_morning(
    services, missed, say, text: Text, clock: ManualClock
):
    advance(services, clock, THURSDAY_11 - timedelta(hours=4))
    assert "Call mum: these times are free." in say(text("another time"))[-1]["text"]
