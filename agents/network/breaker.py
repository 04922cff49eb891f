"""A circuit breaker for each model: one that keeps failing is left alone for a while, then tried once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import structlog

EVERY_MODEL = "*"  # the way to all of them, which has a health of its own

log = structlog.get_logger(__name__)

_FAILURES = 3  # by weight and in a row, before a model is left alone
_WINDOW = 120.0  # seconds; failures further apart than this are not "in a row"
_SHORTEST_REST, _FIRST_REST, _LONGEST_REST = 1.0, 30.0, 300.0  # doubled after each probe that fails
_PROBE = 40.0  # a probe nobody reported on is forgotten; longer than any question may take


@dataclass
class _Health:
    failures: int = 0
    failed_at: float = 0.0
    open_until: float = 0.0
    rest: float = 0.0  # how long it was left alone the last time; 0 while closed
    probe_since: float | None = None


def _ignore(_model: str, _reason: str, _seconds: float) -> None:
    """The default listener: nobody watches."""


class Breaker:
    """Of one process; safe to use from many threads. Every `allows` that said yes is followed by one report.

    `on_open(model, reason, seconds)` hears when a model is left alone; seconds are 0 when it is back.
    """

    def __init__(
        self,
        now: Callable[[], float] = time.monotonic,
        on_open: Callable[[str, str, float], None] = _ignore,
    ) -> None:
        self._now = now
        self._on_open = on_open
        self._models: dict[str, _Health] = {}
        self._lock = threading.Lock()

    def allows(self, model: str) -> bool:
        """Whether to ask this model now. After its rest exactly one caller may, as a probe, until it has reported."""
        with self._lock:
            health, now = self._of(model), self._now()
            if not health.rest:
                return True
            probing = health.probe_since is not None and now - health.probe_since < _PROBE
            if now < health.open_until or probing:
                return False
            health.probe_since = now
            return True

    def rests(self, model: str) -> bool:
        """Whether the model is being left alone at this moment; claims nothing."""
        with self._lock:
            health = self._of(model)
            return bool(health.rest) and (self._now() < health.open_until or health.probe_since is not None)

    def succeeded(self, model: str) -> None:
        """It answered, be it with nonsense: it is there."""
        with self._lock:
            was_open = bool(self._of(model).rest)
            self._models[model] = _Health()
        if was_open:
            log.info("model_back", model=model)
            self._on_open(model, "", 0.0)

    def withdrew(self, model: str) -> None:
        """The try proved nothing, for example because it was given too little time."""
        with self._lock:
            self._of(model).probe_since = None

    def failed(self, model: str, reason: str, rest: float | None = None, weight: int = 1) -> None:
        """Count a failure. `rest` leaves the model alone at once, for so many seconds (at most 300).

        A failure that kept somebody waiting weighs more than one that came at once.
        """
        with self._lock:
            health, now = self._of(model), self._now()
            in_a_row = now - health.failed_at <= _WINDOW
            health.failures = health.failures + weight if in_a_row else weight
            health.failed_at = now
            probe, health.probe_since = health.probe_since is not None, None
            if rest is None and not probe and (health.rest or health.failures < _FAILURES):
                return
            grown = 2 * health.rest if probe else 0.0 if rest is not None else _FIRST_REST
            seconds = health.rest = min(_LONGEST_REST, max(grown, rest or 0.0, _SHORTEST_REST))
            health.open_until = now + seconds
        log.warning("model_rests", model=model, reason=reason, seconds=round(seconds))
        self._on_open(model, reason, seconds)

    def _of(self, model: str) -> _Health:
        return self._models.setdefault(model, _Health())
