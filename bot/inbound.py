"""The one way a message takes: stored by a door, handled in order and in one transaction, answered from the stored reply."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import structlog
from redis import RedisError
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from bot import routing, wire
from bot.acknowledging import acknowledged
from bot.erasure import UnfinishedError
from bot.farewell import say_goodbye
from bot.logs import bind_correlation
from channels.messages import Address, ChannelError, InboundMessage, OutboundMessage
from storage import inbound as events
from storage import users
from storage.tables import InboundEvent
from storage.vocabulary import ChannelName, InboundState

if TYPE_CHECKING:
    from bot.services import Services

log = structlog.get_logger()

HANDLE_JOB = "bot.jobs.handle_inbound"
MAX_TRIES = 3  # of one event, before the person is told that it did not work
_SORRY = "That didn't work on my side; nothing changed."
_NOT_YET = "It did not work at once; it is being finished."  # an erasure that has begun does not end half-way
GIVE_UP_SENDING = timedelta(hours=6)  # a reply older than this would only confuse


def receive(services: Services, message: InboundMessage, correlation_id: str | None = None) -> UUID | None:
    """What every door does, and all it does: store the event and wake a worker. None when it was a duplicate."""
    correlation_id = correlation_id or uuid4().hex
    bind_correlation(correlation_id)
    if (
        message.group_chat
    ):  # sent away unread, so what was said among others is not kept: it would be nobody's to erase
        message = replace(message, text="", choice=None, display_name=None, latitude=None, longitude=None)
    try:
        event_id = _stored(services, message, correlation_id, _named_by(message))
    except IntegrityError:  # whoever had the address was erased this very moment: now it is nobody's
        event_id = _stored(services, message, correlation_id, None)
    if event_id is None:
        log.info("inbound_duplicate", channel=message.sender.channel)
        return None
    log.info("inbound_stored", event_id=str(event_id), channel=message.sender.channel, kind=message.kind)
    services.enqueue(HANDLE_JOB, str(event_id))
    return event_id


def _named_by(message: InboundMessage) -> UUID | None:
    """The API's address is the person themselves; others are looked up where the event is stored."""
    return UUID(message.sender.value) if message.sender.channel == ChannelName.API else None


def _stored(
    services: Services, message: InboundMessage, correlation_id: str, user_id: UUID | None
) -> UUID | None:
    with services.database.service() as session:
        return events.record(
            session,
            channel=message.sender.channel,
            sender=message.sender.value,
            external_id=message.external_id,
            payload=wire.dump_inbound(message),
            received_at=message.received_at,
            correlation_id=correlation_id,
            user_id=user_id,
        )


class TurnFailedError(Exception):
    """A turn broke; its transaction is rolled back and the event still waits."""

    def __init__(self, event_id: UUID) -> None:
        super().__init__(str(event_id))
        self.event_id = event_id


class ErasureAskedError(Exception):
    """The person wants everything gone: their turn is rolled back, and goes with the rest."""

    def __init__(self, event: InboundEvent, user_id: UUID) -> None:
        super().__init__()
        self.event_id = event.id
        self.user_id = user_id
        self.sender = Address(event.channel, event.sender)


def handle(services: Services, event_id: UUID) -> None:
    """Handle this event, and before it every older one of the same sender that still waits; say the replies of each."""
    with acknowledged(services, event_id):
        _handle(services, event_id)


def _handle(services: Services, event_id: UUID) -> None:
    while True:
        try:
            handled = _handle_next(services, event_id)
        except ErasureAskedError as asked:
            _erase(services, asked)
            return  # what else waited has gone too
        except TurnFailedError as failed:
            log.exception("turn_failed", event_id=str(failed.event_id))
            handled = failed.event_id
            _note_failure(services, handled)
        _say(services, handled or event_id)
        if handled in (None, event_id):
            return


def _handle_next(services: Services, event_id: UUID) -> UUID | None:
    """Answer the oldest event that waits, up to this one: effects, checkpoint, messages and replies in one transaction."""
    with services.database.service() as session:
        event = events.take_next(session, event_id)
        if event is None:
            return None
        bind_correlation(event.correlation_id)
        if _is_orphaned(session, event):
            session.delete(event)
            return event.id
        try:
            _answer(services, session, event)
            session.flush()  # what cannot be written is a failed turn too, not an event that blocks its sender for ever
        except (OperationalError, ErasureAskedError):
            raise  # the database is away: the event is safe there, the sweep brings it back
        except Exception as error:
            # The door of every turn: whatever went wrong, the person gets an answer.
            raise TurnFailedError(event.id) from error
        return event.id


def _is_orphaned(session: Session, event: InboundEvent) -> bool:
    """A request of somebody who was erased while it was on its way."""
    return event.channel == ChannelName.API and users.get_user(session, UUID(event.sender)) is None


def _erase(services: Services, asked: ErasureAskedError) -> None:
    """The event stays as it came until all is gone, so that a process killed on the way is followed by another."""
    structlog.contextvars.clear_contextvars()  # from here on nothing is logged that leads to the person
    try:
        say_goodbye(services, asked.user_id, asked.sender)
    except (OperationalError, RedisError):
        raise  # a server is away: the sweep brings the event back
    except Exception as error:
        # The same door as every turn's: nobody who asked for this is left without an answer.
        log.exception("erasure_failed")
        _note_failure(services, asked.event_id, _NOT_YET if isinstance(error, UnfinishedError) else _SORRY)
        _say(services, asked.event_id)


def _answer(services: Services, session: Session, event: InboundEvent) -> None:
    now = services.clock.now()
    message = wire.load_inbound(event.payload)
    response = routing.respond(services, session, message, event, now)
    if response.erases and event.user_id is not None:
        raise ErasureAskedError(event, event.user_id)
    event.replies = {
        "messages": wire.dump_outbound(response.replies),
        "sent": 0,
        "agent_node": response.agent_node,
        "proposed_plan": response.proposed_plan,
        "requires_user_action": response.requires_user_action,
    }
    event.state = InboundState.ANSWERED
    event.handled_at = now
    log.info(
        "inbound_handled", event_id=str(event.id), node=response.agent_node, replies=len(response.replies)
    )


def _note_failure(services: Services, event_id: UUID, words: str = _SORRY) -> None:
    """Count the failed try; after the last one tell the person, with a reference that finds the log."""
    with services.database.service() as session:
        event = events.take(session, event_id, InboundState.RECEIVED)
        if event is None:
            return
        event.tries += 1
        event.handled_at = services.clock.now()
        if event.tries >= MAX_TRIES:
            sorry = f"{words} Ref {event.correlation_id[:4]}."
            event.replies = {"messages": wire.dump_outbound([OutboundMessage(sorry)]), "sent": 0}
            event.state = InboundState.ANSWERED
            event.error = "turn_failed"
            return
    services.enqueue(HANDLE_JOB, str(event_id))


def _say(services: Services, event_id: UUID) -> None:
    """Send what is still unsaid, one reply a transaction, so that a kill repeats at most one of them."""
    while _say_next(services, event_id):
        pass


def _say_next(services: Services, event_id: UUID) -> bool:
    """Send one reply and note it; the row stays locked meanwhile, so two workers never say it twice."""
    with services.database.service() as session:
        event = events.take(session, event_id, InboundState.ANSWERED)
        if event is None or event.replies is None:
            return False
        bind_correlation(event.correlation_id)
        if event.channel == ChannelName.API:
            event.state = InboundState.DONE  # the caller reads the replies from the row
            return False
        now = services.clock.now()
        try:
            _send_next(services, event, now)
        except ChannelError as error:
            services.switchboard.failed(event.channel, error.code or "failed")
            _tell_throttle(services, Address(event.channel, event.sender), error)
            _unsaid(session, event, error, now)
            return False
        return event.state == InboundState.ANSWERED


def _send_next(services: Services, event: InboundEvent, now: datetime) -> None:
    replies: dict[str, Any] = dict(event.replies or {})
    to = Address(event.channel, event.sender)
    unsaid = wire.load_outbound(replies["messages"][replies["sent"] :])
    if unsaid:
        channel = services.switchboard.channel(to)
        _tell_throttle(services, to)
        channel.send(to, unsaid[0], now)
        sent = replies["sent"] + 1
        event.replies = replies | {"sent": sent, "messages": _files_forgotten(replies["messages"], sent)}
    if len(unsaid) <= 1:
        event.state = InboundState.DONE
        log.info("replies_sent", event_id=str(event.id), count=len(replies["messages"]))


def _tell_throttle(services: Services, to: Address, error: ChannelError | None = None) -> None:
    """An answer never waits for a slot: reminders make room for it, and heed what the provider said to it."""
    if not services.switchboard.is_real(to):
        return
    if error is None:
        services.throttle.reply(to)
    else:
        services.throttle.failed(to, error)


def _files_forgotten(messages: list[dict[str, Any]], sent: int) -> list[dict[str, Any]]:
    """Files were kept to be sent; once they are, or never will be, their names are enough."""
    return [*map(wire.without_file, messages[:sent]), *messages[sent:]]


def _unsaid(session: Session, event: InboundEvent, error: ChannelError, now: datetime) -> None:
    """A reply that could not be sent waits for the sweep; one that never can be is given up."""
    log.warning(
        "reply_failed", event_id=str(event.id), permanent=error.permanent, code=error.code, hint=error.hint
    )
    event.tries += 1
    event.handled_at = now
    if error.gone:
        users.disable_identity(session, event.channel, event.sender, error.reason)
    is_lost = error.unknown and not _may_repeat(event)
    if error.permanent or is_lost or now - event.received_at > GIVE_UP_SENDING:
        event.state = InboundState.FAILED
        event.error = error.reason
        messages = (event.replies or {}).get("messages", [])
        event.replies = (event.replies or {}) | {"messages": _files_forgotten(messages, len(messages))}


def _may_repeat(event: InboundEvent) -> bool:
    """Whether what is to be said next takes the place of an older message: said twice, it is there once."""
    replies = event.replies or {}
    unsaid = wire.load_outbound(replies["messages"][replies["sent"] : replies["sent"] + 1])
    return bool(unsaid and unsaid[0].edits)


def wait_until_answered(services: Services, event_id: UUID, seconds: float = 25.0) -> bool:
    """Wait for a worker to answer the event; for callers who stay on the line. False when it took too long.

    An event that is gone was the last word of somebody who is erased.
    """
    pause = 0.015
    for _ in range(int(seconds / pause)):
        with services.database.service() as session:
            event = session.get(InboundEvent, event_id)
            if event is None or event.state != InboundState.RECEIVED:
                return True
        time.sleep(pause)
    return False
