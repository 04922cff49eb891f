"""A tap is acknowledged before its turn is taken: its button stops spinning, whatever the turn waits for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import TYPE_CHECKING
from uuid import UUID

import structlog

from bot import wire
from channels.messages import ChannelError, InboundKind, InboundMessage
from storage.tables import InboundEvent
from storage.vocabulary import InboundState

if TYPE_CHECKING:
    from bot.services import Services

log = structlog.get_logger()


@contextmanager
def acknowledged(services: Services, event_id: UUID) -> Iterator[None]:
    """The tap's own provider is told beside whatever happens within; at its end it has been."""
    tap = _unanswered_tap(services, event_id)
    if tap is None:
        yield
        return
    telling = Thread(target=_acknowledge, args=(services, tap), name="acknowledge")
    telling.start()
    try:
        yield
    finally:
        telling.join()


def _unanswered_tap(services: Services, event_id: UUID) -> InboundMessage | None:
    with services.database.service() as session:
        event = session.get(InboundEvent, event_id)
        if (
            event is None
            or event.state != InboundState.RECEIVED
            or event.payload.get("kind") != InboundKind.BUTTON
        ):
            return None
        return wire.load_inbound(event.payload)


def _acknowledge(services: Services, message: InboundMessage) -> None:
    """Stop the spinner on the tapped button; an old tap that can no longer be acknowledged is no failure."""
    try:
        services.switchboard.channel(message.sender).acknowledge(message)
    except ChannelError as error:
        log.info("acknowledge_failed", code=error.code)
    except Exception:
        # A lane of its own, and a door to foreign code: the turn beside it goes on.
        log.exception("acknowledge_broke")
