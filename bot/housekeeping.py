"""What an installation does for itself now and then: old rows go, promises are checked; one process at a time."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from agents.budget import reset_budgets
from bot.audit import audit_when_due
from bot.provider_deletions import delete_at_providers
from reminders.audit import WEEK
from reminders.rolling import FIRST, roll_forward
from storage.retention import RetentionLimits, retain

if TYPE_CHECKING:
    from bot.services import Services
    from bot.settings import Settings

log = structlog.get_logger(__name__)

HOUSEKEEPING_JOB = "bot.jobs.housekeeping"
# How long one job may keep its worker from people who wait for an answer; what is left goes to the end of the queue.
TURN = timedelta(seconds=1)
_BUDGETS = 1_000  # people a transaction
_AUDITED = WEEK + timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one step did: rows by what they were; `complete` unless its time was up before its work was done."""

    counts: Mapping[str, int] = field(default_factory=dict)
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Step:
    """`run` does the work as of `now`, for about `within` at most (None: to the end). It may be repeated or killed."""

    name: str
    run: Callable[[Services, datetime, timedelta | None], Outcome]


@dataclass(frozen=True, slots=True)
class HousekeepingReport:
    """Outcomes by step; a step that failed has none."""

    outcomes: Mapping[str, Outcome]
    failed: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether nothing is left that this run could have done; a failed step is tried again next time."""
        return all(outcome.complete for outcome in self.outcomes.values())


def _retention(services: Services, now: datetime, within: timedelta | None) -> Outcome:
    report = retain(services.database, retention_limits(services.settings), now, within=within)
    return Outcome(report.counts, report.complete)


def _budgets(services: Services, now: datetime, within: timedelta | None) -> Outcome:
    begun, reset = time.monotonic(), 0
    while True:
        with services.database.service() as session:
            some = reset_budgets(session, now, _BUDGETS)
        reset += some
        if some < _BUDGETS:
            return Outcome({"months": reset})
        if within is not None and time.monotonic() - begun >= within.total_seconds():
            return Outcome({"months": reset}, complete=False)


def _providers(services: Services, now: datetime, within: timedelta | None) -> Outcome:
    deletions = delete_at_providers(services, now, within)
    return Outcome({"provider_deletions": deletions.done}, deletions.complete)


def _series(services: Services, now: datetime, within: timedelta | None) -> Outcome:
    begun, written, after = time.monotonic(), 0, FIRST
    while True:
        with services.database.service() as session:
            rolled = roll_forward(session, now, after)
        written += rolled.written
        if rolled.after is None:
            return Outcome({"occurrences": written})
        if within is not None and time.monotonic() - begun >= within.total_seconds():
            return Outcome({"occurrences": written}, complete=False)
        after = rolled.after


def _audit(services: Services, now: datetime, _within: timedelta | None) -> Outcome:
    return Outcome(audit_when_due(services, now))  # a fraction of a second, once a week


STEPS = (
    Step("retention", _retention),
    Step("budgets", _budgets),
    Step("providers", _providers),
    Step("series", _series),
    Step("audit", _audit),
)


def keep_house(
    services: Services, now: datetime, *, within: timedelta | None = None, steps: Sequence[Step] = STEPS
) -> HousekeepingReport | None:
    """Take every step, whatever became of the one before; `within` is for each. None when another process is at it."""
    with services.database.alone("housekeeping") as free:
        if not free:
            log.info("housekeeping_elsewhere")
            return None
        outcomes = {step.name: _taken(step, services, now, within) for step in steps}
    done = {name: outcome for name, outcome in outcomes.items() if outcome is not None}
    return HousekeepingReport(done, tuple(name for name in outcomes if name not in done))


def take_a_turn(services: Services, now: datetime, within: timedelta = TURN) -> None:
    """One job's share; the rest is asked for behind everybody who waits for an answer by then."""
    report = keep_house(services, now, within=within)
    if report is not None and not report.complete:
        services.enqueue(HOUSEKEEPING_JOB, "more")


def _taken(step: Step, services: Services, now: datetime, within: timedelta | None) -> Outcome | None:
    try:
        outcome = step.run(services, now, within)
    except Exception:
        log.exception("housekeeping_failed", step=step.name)  # the others have nothing to do with it
        return None
    log.info("housekeeping_done", step=step.name, complete=outcome.complete, **outcome.counts)
    return outcome


def retention_limits(settings: Settings) -> RetentionLimits:
    """As set; 0 days is for ever. What was sent is kept until it has been audited, however few days are set."""
    inbound, delivery, messages = (
        timedelta(days=days) if days else None
        for days in (
            settings.retention_inbound_days,
            settings.retention_delivery_days,
            settings.retention_messages_days,
        )
    )
    return RetentionLimits(inbound, delivery and max(delivery, _AUDITED), messages)
