"""What RQ calls: each job is a thin door to a function that can be repeated at any time without harm."""

from __future__ import annotations

from functools import cache
from uuid import UUID

import structlog

from bot import erasure, inbound, nudges
from bot import housekeeping as house
from bot.logs import bind_correlation
from bot.services import Services, build
from bot.settings import Settings
from reminders.sweep import sweep as sweep_ladder
from reminders.watch import watch as watch_ladder

log = structlog.get_logger()


@cache
def services() -> Services:
    """One set of services per process; workers build it before they fork their first job."""
    return build(Settings())


def handle_inbound(event_id: str) -> None:
    """Answer a stored inbound event."""
    inbound.handle(services(), UUID(event_id))


def wake(due: str) -> None:
    """Something is due: carry out everything that is. `due` only names the wake-up."""
    bind_correlation(f"wake-{due}")
    services().dispatcher.run_due(services().clock.now())


def watch(due: str) -> None:
    """Something falls due within the next seconds: carry it out at its moment. `due` only names the wake-up."""
    bind_correlation(f"wake-{due}")
    watch_ladder(services().dispatcher, services().database, services().clock.now)


def sweep() -> None:
    """Find whatever was forgotten: due tasks, attempts of dead workers, lost wake-ups, unanswered messages and plans, half an erasure.

    Others do what takes long: the ladder's line waits for this.
    """
    bind_correlation("sweep")
    sweep_ladder(services().dispatcher, services().clock.now())
    nudges.send_due(services(), services().clock.now())
    inbound.recover(services())
    erasure.resume(services())


def finish_erasure(user_id: str) -> None:
    """Do the rest of an erasure whose process ended on the way."""
    bind_correlation("erasure")  # nothing is logged that leads to the person
    erasure.finish(services(), UUID(user_id))


def housekeeping(_asked: str) -> None:
    """A turn of housekeeping. `_asked` only says by whom."""
    bind_correlation("housekeeping")
    house.take_a_turn(services(), services().clock.now())
