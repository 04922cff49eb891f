"""A question about a pattern is answered by a button, its number or words, and only while it is the newest thing."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from bot.clock import ManualClock
from bot.services import Services
from channels.messages import InboundKind
from channels.simulator import PhoneStore
from reminders.plans import TaskDraft, schedule_tasks
from storage.tables import Pattern, Task, User
from storage.vocabulary import TaskStatus
from tests.bot.test_inbound import OWNER

MINUTES = timedelta(minutes=1)


@pytest.fixture
def asked(services: Services, owner: User, clock: ManualClock, now: datetime) -> str:
    """Three Thursdays 10:00 were missed, two more lie ahead; the words of the question."""
    first = now + timedelta(days=1)
    for week in range(5):
        with services.database.service() as session:
            user = session.get_one(User, owner.id)
            at = first + timedelta(weeks=week, hours=-1 if week > 2 else 0)  # the clocks change on 29 March
            schedule_tasks(session, user, [TaskDraft("Easy run", at)], now)
    for week in range(3):
        for minutes in (0, 65, 75):
            clock.move_to(first + timedelta(weeks=week, minutes=minutes))
            services.dispatcher.run_due(clock.now())
    return PhoneStore(services.redis).events([OWNER])[-1]["text"]


def pending(services: Services, owner: User) -> list[Task]:
    with services.database.service() as session:
        query = select(Task).where(Task.user_id == owner.id, Task.status == TaskStatus.PENDING)
        return list(session.scalars(query.order_by(Task.scheduled_at)))


def weekdays(services: Services, owner: User) -> list[str]:
    return [f"{task.scheduled_at:%a}" for task in pending(services, owner)]


def pattern_id(services: Services) -> UUID:
    with services.database.service() as session:
        return session.scalars(select(Pattern.id)).one()


def test_yes_in_words_moves_them_and_undo_in_words_takes_them_back(services, owner, asked, say, text):
    assert asked.startswith("Thursday 10:00 was missed three weeks running (12, 19 and 26 Mar).")
    assert say(text("yes please"))[0]["text"] == "Done: 2 tasks are on Friday 10:00 now."
    assert weekdays(services, owner) == ["Fri", "Fri"]
    assert say(text("undo"))[0]["text"] == "Taken back: 2 tasks are on Thursday 10:00 again."
    assert weekdays(services, owner) == ["Thu", "Thu"]


def test_another_day_in_words(services, owner, asked, say, text):
    assert say(text("move them to Monday instead"))[0]["text"] == "Done: 2 tasks are on Monday 10:00 now."
    assert weekdays(services, owner) == ["Mon", "Mon"]


def test_a_day_that_is_taken_is_explained_and_the_next_word_still_counts(
    services, owner, asked, say, text, clock
):
    for task in pending(services, owner):
        with services.database.service() as session:
            user = session.get_one(User, owner.id)
            at = task.scheduled_at - timedelta(days=3)
            schedule_tasks(session, user, [TaskDraft("Dentist", at)], clock.now())
    said = say(text("move them to Monday"))[0]["text"]
    assert said.startswith("Nothing is moved. Thu 2 Apr stays: Dentist is there.")
    assert say(text("then Tuesday"))[0]["text"] == "Done: 2 tasks are on Tuesday 10:00 now."


def test_why_and_then_no(services, owner, asked, say, text):
    assert "missed on 12, 19 and 26 Mar" in say(text("why?"))[0]["text"]
    assert say(text("no keep it"))[0]["text"] == "All right, Thursday 10:00 stays."
    assert weekdays(services, owner) == ["Thu", "Thu"]


def test_the_number_of_its_button(services, owner, asked, say, text):
    assert "put that observation aside" in say(text("3"))[0]["text"]


def test_a_tap_changes_the_question_into_its_result(services, owner, asked, say, text):
    data = f"p:{pattern_id(services).hex}:yes"
    tapped = text("Yes, move 2", kind=InboundKind.BUTTON, choice=data, message_ref="7")
    assert say(tapped)[-1]["replaces"] == "7"
    again = say(text("Yes, move 2", kind=InboundKind.BUTTON, choice=data, message_ref="7"))
    assert "answered that already" in again[-1]["text"]


def test_after_something_else_yes_is_no_answer_to_it(services, owner, asked, say, text, clock):
    say(text("what's on tomorrow?"))
    clock.shift(MINUTES)
    say(text("yes"))
    assert weekdays(services, owner) == ["Thu", "Thu"]


def test_nothing_to_take_back_is_for_the_conversation(services, owner, asked, say, text):
    assert "take back" in say(text("undo"))[0]["text"]
    assert weekdays(services, owner) == ["Thu", "Thu"]
