"""The whole sweep: each part looks for one kind of thing that was forgotten, whatever became of the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import structlog

from bot import erasure, nudges
from bot.recovery import recover
from reminders.sweep import sweep as sweep_ladder

if TYPE_CHECKING:
    from bot.services import Services

log = structlog.get_logger()


class SweepError(Exception):
    """Some parts failed, and the others are done; `failures` names the parts and what each of them raised."""

    def __init__(self, failures: Mapping[str, Exception]) -> None:
        named = ", ".join(f"{part} ({type(error).__name__})" for part, error in failures.items())
        super().__init__(f"part of the sweep failed: {named}")
        self.failures = failures


def sweep_all(services: Services) -> None:
    """Every part, for the job and for `flux sweep`. Raises SweepError once all of them have had their turn."""
    # The quick one first: a run of the ladder may take its time, and somebody waits for an answer.
    parts: dict[str, Callable[[], object]] = {
        "messages": lambda: recover(services),
        "ladder": lambda: sweep_ladder(services.dispatcher, services.clock.now()),
        "nudges": lambda: nudges.send_due(services, services.clock.now()),
        "erasures": lambda: erasure.resume(services),
    }
    failures: dict[str, Exception] = {}
    for name, part in parts.items():
        try:
            part()
        except Exception as error:
            # A door like a job's: a fault of one part is no reason to leave out the next.
            log.exception("sweep_part_failed", part=name)
            failures[name] = error
    if failures:
        raise SweepError(failures)
