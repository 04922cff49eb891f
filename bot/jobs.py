"""What RQ calls: each job is a thin door to a function that can be repeated at any time without harm."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from uuid import UUID

import structlog
from rq import get_current_job

from bot import erasure, inbound
from bot import housekeeping as house
from bot.logs import bind_correlation
from bot.outages import SERVER_ERRORS, wait_out
from bot.recovery import recover
from bot.services import Services, build
from bot.settings import Settings
from bot.sweeping import sweep_all
from reminders.wakeups import drop_answered
from reminders.watch import watch as watch_ladder

log = structlog.get_logger()

_WAITED_OUT = 60.0  # seconds, of the 120 such a job may take; the sweep brings it back after a longer outage
_CLOCKS_DIFFER = timedelta(seconds=2)  # at most, between the machines that queue and that work


@cache
def services() -> Services:
    """One set of services per process; workers build it before they fork their first job."""
    return build(Settings())


def make_ready() -> None:
    """Build what jobs need, before the first one comes and before a signal may."""
    _ = services().dispatcher


def come_to_an_end() -> None:
    """This process is told to stop: what it has not begun to send is handed back. Called from a signal handler."""
    services().dispatcher.stop()


def look_alone() -> None:
    """While Redis is away nobody is rung: carry out whatever is due all the same."""
    bind_correlation("alone")
    try:
        services().dispatcher.run_due(services().clock.now())
    except Exception:
        log.exception("look_failed")  # as a failed job would: the next look may do better


def take_up() -> None:
    """A line that begins to work brings back at once what nobody has in hand: whoever was here before may have been killed."""
    bind_correlation("beginning")
    try:
        recover(services(), older_than=timedelta(0))
    except SERVER_ERRORS as error:
        log.warning("take_up_failed", error=type(error).__name__)  # the sweep does it then


def handle_inbound(event_id: str) -> None:
    """Answer a stored inbound event. While a server is away it waits here, and so does whatever is queued behind it."""
    wait_out(
        lambda: inbound.handle(services(), UUID(event_id)),
        seconds=_WAITED_OUT,
        gives_up=lambda: services().dispatcher.stopping,
    )


def wake(due: str) -> None:
    """Something is due: carry out everything that is. `due` only names the wake-up.

    Those that were queued before this look began are answered by it, so a long queue of old ones is gone at once.
    """
    bind_correlation(f"wake-{due}")
    services().dispatcher.run_due(services().clock.now())
    _answer_older_ones()


def watch(due: str) -> None:
    """Something falls due within the next seconds: carry it out at its moment. `due` only names the wake-up."""
    bind_correlation(f"wake-{due}")
    watch_ladder(services().dispatcher, services().database, services().clock.now)
    _answer_older_ones()


def _answer_older_ones() -> None:
    job = get_current_job()
    if job is not None and job.started_at is not None:
        drop_answered(services().redis, job.started_at - _CLOCKS_DIFFER)


def sweep() -> None:
    """Find whatever was forgotten: due tasks, attempts of dead workers, lost wake-ups, unanswered messages and plans, half an erasure.

    Others do what takes long: the ladder's line waits for this.
    """
    bind_correlation("sweep")
    sweep_all(services())


def finish_erasure(user_id: str) -> None:
    """Do the rest of an erasure whose process ended on the way."""
    bind_correlation("erasure")  # nothing is logged that leads to the person
    erasure.finish(services(), UUID(user_id))


def housekeeping(_asked: str) -> None:
    """A turn of housekeeping. `_asked` only says by whom."""
    bind_correlation("housekeeping")
    house.take_a_turn(services(), services().clock.now())
