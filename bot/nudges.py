"""Saying what waits to be brought up again: stored as a reply before it is said, and said at most once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import structlog
from sqlalchemy.orm import Session

from bot import wire
from bot.inbound import HANDLE_JOB
from channels.messages import Choice, InboundMessage, OutboundMessage
from reminders.people import load_person
from storage import conversations, inbound
from storage.conversations import Said, write_down
from storage.database import lock_person
from storage.tables import Conversation, User
from storage.vocabulary import InboundState, MessageRole

if TYPE_CHECKING:
    from bot.services import Services

log = structlog.get_logger()

_AT_ONCE = 50
_AFTER_WAKING = timedelta(minutes=30)


def send_due(services: Services, now: datetime) -> list[UUID]:
    """Bring up whatever is due; safe to repeat and to run twice at once. Returns the events whose replies say it."""
    with services.database.service() as session:
        people = conversations.due_nudges(session, now, _AT_ONCE)
    said = [event for user_id in people if (event := _bring_up(services, user_id, now)) is not None]
    for event_id in said:
        services.enqueue(HANDLE_JOB, str(event_id))
    return said


def next_due(services: Services) -> datetime | None:
    """When the next one is due, whoever's it is."""
    with services.database.service() as session:
        return conversations.next_nudge(session)


def _bring_up(services: Services, user_id: UUID, now: datetime) -> UUID | None:
    """One person's, under their lock: a turn that answers the plan at this moment takes it back."""
    with services.database.service() as session:
        lock_person(session, user_id)
        talk = conversations.find_conversation(session, user_id)
        user, person = session.get(User, user_id), load_person(session, user_id)
        if talk is None or user is None or person is None or talk.nudge_at is None or talk.nudge_at > now:
            return None
        rhythm = person.ladder.rhythm
        if user.paused_until is not None and user.paused_until > now:
            talk.nudge_at = user.paused_until
            return None
        if rhythm.asleep(now):
            talk.nudge_at = rhythm.wakes_after(now) + _AFTER_WAKING
            return None
        talk.nudge_at = None
        if person.chat is None:
            return None
        said = OutboundMessage(
            str(talk.nudge["text"]), choices=tuple((Choice(**one),) for one in talk.nudge["choices"])
        )
        write_down(session, talk, [Said(MessageRole.ASSISTANT, said.text, "goal_planner")], now)
        log.info("nudged", user=str(user_id))
        return _stored(session, talk, InboundMessage(person.chat, "", f"nudge-{uuid4().hex}", now), said)


def _stored(
    session: Session, talk: Conversation, occasion: InboundMessage, said: OutboundMessage
) -> UUID | None:
    """An event of our own that is answered already: what was handed to the provider is noted where every reply is."""
    event_id = inbound.record(
        session,
        channel=occasion.sender.channel,
        sender=occasion.sender.value,
        external_id=occasion.external_id,
        payload=wire.dump_inbound(occasion),
        received_at=occasion.received_at,
        correlation_id=uuid4().hex,
        user_id=talk.user_id,
    )
    if event_id is not None:
        event = inbound.take(session, event_id, InboundState.RECEIVED)
        if event is not None:
            event.state, event.handled_at = InboundState.ANSWERED, occasion.received_at
            event.replies = {"messages": wire.dump_outbound([said]), "sent": 0}
    return event_id
