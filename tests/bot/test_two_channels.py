"""One talk over several channels: the goal here, the change there, the approval anywhere, each answered where it was said."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select

from bot import inbound
from bot.services import Services
from channels.messages import Address, InboundKind, InboundMessage
from channels.simulator import Event, PhoneStore
from storage.goals import active_goals
from storage.tables import Conversation, InboundEvent, Message, User
from storage.users import add_identity
from storage.vocabulary import InboundState, MessageRole

TELEGRAM = Address("telegram", "sim:owner")
WHATSAPP = Address("whatsapp", "sim:owner-wa")
GOAL = "I want to run 5 km, Tuesday and Thursday mornings"

Say = Callable[[InboundMessage], list[Event]]


@pytest.fixture
def both(services: Services, owner: User, now: Any) -> User:
    with services.database.service() as session:
        add_identity(session, owner.id, WHATSAPP.channel, WHATSAPP.value, now)
    return owner


@pytest.fixture
def write(text: Any) -> Callable[..., InboundMessage]:
    """A text, or a tap, from one of the two."""

    def make(words: str, sender: Address = TELEGRAM, **fields: Any) -> InboundMessage:
        return replace(text(words, **fields), sender=sender)

    return make


def goals(services: Services, person: User) -> list[str]:
    with services.database.service() as session:
        return [goal.title for goal in active_goals(session, person.id)]


def button(event: Event, label: str) -> str:
    return next(one["data"] for row in event["rows"] for one in row if one["label"] == label)


@pytest.fixture
def plan(both: User, say: Say, write: Any) -> Event:
    """The plan message on Telegram."""
    shown = say(write(GOAL))[-1]
    while "Skip" in str(shown):
        shown = say(write("skip"))[-1]
    return shown


def test_a_plan_is_made_on_one_changed_on_another_and_approved_by_the_first_ones_words(
    services, both, plan, say, write, phones: PhoneStore
):
    before = len(phones.events([TELEGRAM]))
    changed = say(write("move 1 to the evening", WHATSAPP))
    assert "Version 2" in changed[-1]["text"]
    assert len(phones.events([TELEGRAM])) == before  # nobody is told twice
    old = say(write("Looks good", kind=InboundKind.BUTTON, choice=button(plan, "Looks good")))
    assert old[-1]["text"].startswith("That button belongs to an older message")
    assert goals(services, both) == []
    say(write("looks good"))
    assert len(goals(services, both)) == 1
    with services.database.service() as session:
        assert session.scalar(select(func.count()).select_from(Conversation)) == 1


def test_the_button_of_the_version_on_the_table_works_wherever_it_was_shown(services, both, plan, say, write):
    changed = say(write("move 1 to the evening", WHATSAPP))[-1]
    assert "1 Looks good" in changed["text"]  # there buttons are numbers
    say(write("1", WHATSAPP))
    assert len(goals(services, both)) == 1


def test_the_api_approves_what_was_said_on_telegram(services, both, plan, write, phones: PhoneStore):
    shown = len(phones.events([TELEGRAM]))
    event_id = inbound.receive(services, write("looks good", Address("api", str(both.id))))
    assert event_id is not None
    inbound.handle(services, event_id)
    assert len(goals(services, both)) == 1
    assert len(phones.events([TELEGRAM])) == shown
    with services.database.service() as session:
        replies = session.get_one(InboundEvent, event_id).replies
    assert replies is not None
    assert replies["messages"]


def test_words_on_both_at_the_same_second_are_both_answered_one_after_the_other(
    services, both, plan, write, phones: PhoneStore
):
    said = {TELEGRAM: "what's on tomorrow?", WHATSAPP: "move 1 to the evening"}
    shown = {sender: len(phones.events([sender])) for sender in said}
    ids = [inbound.receive(services, write(words, sender)) for sender, words in said.items()]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda event_id: inbound.handle(services, event_id), ids))
    for sender in said:
        assert len(phones.events([sender])) == shown[sender] + 1
    with services.database.service() as session:
        states = session.scalars(select(InboundEvent.state).where(InboundEvent.id.in_(ids))).all()
        roles = session.scalars(select(Message.role).order_by(Message.created_at.desc()).limit(4)).all()
    assert set(states) == {InboundState.DONE}
    assert list(roles) == [MessageRole.ASSISTANT, MessageRole.USER] * 2  # neither talks into the other
