"""A provider's later word about an attempt, written down wherever it was heard."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import structlog

from channels.messages import DeliveryState, StatusUpdate
from channels.twilio_errors import error_for
from reminders.house import wake_on_commit
from storage import deliveries, outbox
from storage.database import repeat_on_conflict

if TYPE_CHECKING:
    from bot.services import Services

log = structlog.get_logger()

# A failure lets the next rung begin at once; a call may ring that nobody wants any more.
_CALLS_FOR_MORE = (DeliveryState.FAILED, DeliveryState.QUEUED, DeliveryState.SENT)


def note_status(services: Services, update: StatusUpdate, now: datetime) -> None:
    """Store it on its attempt; one about nothing we know, or about somebody who was erased, changes nothing."""
    repeat_on_conflict(lambda: _note(services, update, now))
    log.info("status_noted", channel=update.channel, state=update.state)


def _note(services: Services, update: StatusUpdate, now: datetime) -> None:
    with services.database.service() as session:
        attempt = deliveries.apply_status(session, update, now)
        if attempt is not None and update.state in _CALLS_FOR_MORE:
            wake_on_commit(session, now)
        if attempt is not None and attempt.address and update.error_code:
            error = error_for(400, update.error_code)
            if error.gone:
                outbox.give_up_address(session, attempt.channel, attempt.address, error.reason)
