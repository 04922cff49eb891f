"""A provider's later word about an attempt, written down wherever it was heard."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import structlog

from channels.messages import StatusUpdate
from storage import deliveries

if TYPE_CHECKING:
    from bot.services import Services

log = structlog.get_logger()


def note_status(services: Services, update: StatusUpdate, now: datetime) -> None:
    """Store it on its attempt; one about nothing we know changes nothing."""
    with services.database.session() as session:
        deliveries.apply_status(session, update, now)
    log.info("status_noted", channel=update.channel, state=update.state)
