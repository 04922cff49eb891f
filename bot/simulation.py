"""Moving the installation's clock: whatever falls due on the way happens at its own time, in order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import func, select

from bot import nudges
from reminders.rolling import roll_forward
from storage.tables import DispatchLog, Task
from storage.vocabulary import DispatchStatus

if TYPE_CHECKING:
    from bot.clock import ShiftedClock
    from bot.services import Services

MAX_STEPS = 500  # of one move: a bound, never a wish
MAX_MOVE = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Moved:
    """Where the clock stands now, and how many moments it stopped at on the way."""

    now: datetime
    steps: int


def next_event(services: Services) -> datetime | None:
    """When the ladder next does something, over all people; None when nothing is planned."""
    retryable = DispatchLog.status.in_((DispatchStatus.PENDING, DispatchStatus.UNKNOWN))
    with services.database.service() as session:
        wake = session.scalar(select(func.min(Task.wakes_at)))
        retry = session.scalar(select(func.min(DispatchLog.lease_until)).where(retryable))
    known = [at for at in (wake, retry, nudges.next_due(services)) if at is not None]
    return min(known, default=None)


def advance(services: Services, clock: ShiftedClock, target: datetime) -> Moved:
    """Turn the clock forward to `target`, stopping at every due moment on the way.

    Raises ValueError for a move back or one of more than 60 days.
    """
    now = services.clock.now()
    if not now <= target <= now + MAX_MOVE:
        raise ValueError("the clock moves forward, and at most 60 days at a time")
    steps = 0
    for moment in _moments(services, target):
        clock.move_to(moment)
        carry_out(services)
        steps += 1
    clock.move_to(target)
    carry_out(services)
    with services.database.service() as session:
        roll_forward(session, services.clock.now())  # weeks pass within one hour of the housekeeping
    return Moved(services.clock.now(), steps)


def carry_out(services: Services) -> list[UUID]:
    """Whatever is due at this moment; returns the events of our own whose replies are to be said."""
    services.dispatcher.run_due(services.clock.now())
    return nudges.send_due(services, services.clock.now())


def _moments(services: Services, target: datetime) -> Iterator[datetime]:
    """Each next due moment before `target`; asked anew after every stop, since a stop makes new ones."""
    for _ in range(MAX_STEPS):
        moment = next_event(services)
        if moment is None or moment >= target:
            return
        yield max(moment, services.clock.now())
