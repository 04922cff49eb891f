"""A provider's later word about an attempt, written down wherever it was heard."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import structlog

from channels.messages import StatusUpdate
from reminders.house import wake_on_commit
from storage import deliveries

if TYPE_CHECKING:
    from bot.services import Services

log = structlog.get_logger()


def note_status(services: Services, update: StatusUpdate, now: datetime) -> None:
    """Store it on its attempt; one about nothing we know changes nothing."""
    with services.database.session() as session:
        if deliveries.apply_status(session, update, now):
            wake_on_commit(session, now)  # a failure lets the next rung begin at once
    log.info("status_noted", channel=update.channel, state=update.state)
