"""What providers still hold of people who were erased, deleted there one by one until each has gone or was given up."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.services import build_twilio
from channels.messages import ChannelError
from channels.twilio_api import TwilioApi
from storage.tables import ProviderDeletion
from storage.vocabulary import DeletionState

if TYPE_CHECKING:
    from bot.services import Services

log = structlog.get_logger()

MAX_TRIES = 10
_FIRST_PAUSE = timedelta(minutes=5)
_LONGEST_PAUSE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Deletions:
    """How many are done; `complete` unless the time was up and another try at once would get further."""

    done: int = 0
    complete: bool = True


def delete_at_providers(services: Services, now: datetime, within: timedelta | None = None) -> Deletions:
    """Carry out what is due, one by one, and begin none after `within`. Safe in many processes at once."""
    twilio = build_twilio(services.settings)
    if twilio is None:
        return Deletions()
    end = None if within is None else time.monotonic() + within.total_seconds()
    done = tried = 0
    while True:
        with services.database.service() as session:
            deletion = _next(session, now)
            if deletion is None:
                return Deletions(done)
            if tried and end is not None and time.monotonic() >= end:
                # Where nothing worked, the provider is down: the rest waits for the next hour instead of a worker.
                return Deletions(done, complete=not done)
            tried += 1
            done += _carry_out(twilio, deletion, now)


def _next(session: Session, now: datetime) -> ProviderDeletion | None:
    """The one that has waited longest, held by this transaction."""
    return session.scalar(
        select(ProviderDeletion)
        .where(
            ProviderDeletion.state == DeletionState.PENDING,
            ProviderDeletion.provider == "twilio",
            ProviderDeletion.due_at <= now,
        )
        .order_by(ProviderDeletion.due_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )


def _carry_out(twilio: TwilioApi, deletion: ProviderDeletion, now: datetime) -> bool:
    deletion.tries += 1
    delete = twilio.delete_call if deletion.kind == "call" else twilio.delete_message
    try:
        delete(deletion.reference or "")
    except ChannelError as error:
        _put_off(deletion, error, now)
        return False
    deletion.state, deletion.done_at = DeletionState.DONE, now
    deletion.reference = deletion.error = None
    log.info("deleted_at_provider", deletion=str(deletion.id), kind=deletion.kind)
    return True


def _put_off(deletion: ProviderDeletion, error: ChannelError, now: datetime) -> None:
    """Twice as long each time; after the last try the reference stays, so that an operator can do it by hand."""
    deletion.error = error.code or "failed"
    pause = min(_FIRST_PAUSE * 2 ** (deletion.tries - 1), _LONGEST_PAUSE)
    deletion.due_at = now + max(pause, timedelta(seconds=error.retry_after or 0))
    if deletion.tries >= MAX_TRIES:
        deletion.state = DeletionState.FAILED
    log.warning("not_deleted_at_provider", deletion=str(deletion.id), code=error.code, tries=deletion.tries)
