"""A provider's later word about an attempt, written down wherever it was heard, and what it calls for."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from channels.messages import Address, ChannelError, DeliveryState, LeavesMessage, StatusUpdate
from channels.twilio_errors import WINDOW_CLOSED, error_for
from channels.voice_script import VOICEMAIL
from reminders import second_tries
from reminders.house import wake_on_commit
from storage import deliveries, outbox, users
from storage.database import repeat_on_conflict
from storage.tables import DispatchLog, InboundEvent
from storage.vocabulary import ChannelName, DispatchStatus

if TYPE_CHECKING:
    from bot.services import Services

log = structlog.get_logger()

# A failure lets the next rung begin at once; a call may ring that nobody wants any more.
_CALLS_FOR_MORE = (DeliveryState.FAILED, DeliveryState.QUEUED, DeliveryState.SENT)
_NOT_PICKED_UP = (DeliveryState.BUSY, DeliveryState.NO_ANSWER)


def note_status(services: Services, update: StatusUpdate, now: datetime) -> None:
    """Store it on its attempt; one about nothing we know, or about somebody who was erased, changes nothing."""
    reached_machine = repeat_on_conflict(lambda: _note(services, update, now))
    log.info("status_noted", channel=update.channel, state=update.state, code=update.error_code)
    if reached_machine is not None:
        _leave_message(services, reached_machine, update.external_id)


def _note(services: Services, update: StatusUpdate, now: datetime) -> Address | None:
    """The address at which a machine has just picked up, if that is the news."""
    with services.database.service() as session:
        if update.state == DeliveryState.MACHINE and _has_pressed(session, update.external_id):
            return None  # no machine presses keys: it was a person after all
        if update.error_code == WINDOW_CLOSED:
            _say_in_template(services, session, update, now)
        attempt = deliveries.apply_status(session, update, now)
        if attempt is None:
            return None
        if update.state in _CALLS_FOR_MORE:
            wake_on_commit(session, now)
        if update.state in _NOT_PICKED_UP:
            second_tries.redial(session, attempt, now)
        if update.error_code:
            services.switchboard.failed(attempt.channel, update.error_code)
            _sort(session, attempt, update.error_code)
        is_machine = update.state == DeliveryState.MACHINE and attempt.address
        return Address(attempt.channel, attempt.address or "") if is_machine else None


def _sort(session: Session, attempt: DispatchLog, code: str) -> None:
    """What the provider's code means: for the trail, for the operator, and for the address."""
    error = error_for(400, code)
    attempt.error = code
    if attempt.status == DispatchStatus.FAILED:
        attempt.reason = error.reason
    log.warning(
        "delivery_failed", attempt=str(attempt.id), channel=attempt.channel, code=code, hint=error.hint
    )
    sent_at = attempt.dispatched_at or attempt.created_at
    if (
        error.gone
        and attempt.address
        and not users.heard_since(session, attempt.channel, attempt.address, sent_at)
    ):
        outbox.give_up_address(session, attempt.channel, attempt.address, error.reason)


def _say_in_template(services: Services, session: Session, update: StatusUpdate, now: datetime) -> None:
    """The window had closed although we thought it open: the same once more as the template, before any next rung."""
    attempt = deliveries.reported(session, update)
    if attempt is None or not attempt.address:
        return
    thought_open = users.close_window(session, attempt.channel, attempt.address)
    if thought_open and services.settings.twilio_whatsapp_template_sid:
        second_tries.as_template(session, attempt, now)


def _has_pressed(session: Session, call_id: str) -> bool:
    pressed = select(InboundEvent.id).where(
        InboundEvent.channel == ChannelName.CALL, InboundEvent.sender == call_id
    )
    return session.scalar(pressed.limit(1)) is not None


def _leave_message(services: Services, to: Address, call_id: str) -> None:
    """A last word to the machine; what cannot be said there still waits in the chat."""
    try:
        channel = services.switchboard.channel(to)
        if isinstance(channel, LeavesMessage):
            channel.leave_message(call_id, VOICEMAIL)
    except ChannelError as error:
        log.warning("voicemail_not_left", code=error.code)
