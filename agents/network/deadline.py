"""The time that all questions of one turn share, whoever asks them and from whichever thread."""

from __future__ import annotations

import threading

_LEAST = 1 / 3  # of a turn's time, however long its message has waited: enough to find out that a model hangs


class TurnDeadline:
    """Begins with the turn's first question to a network model; what code does before costs nobody's patience.

    `waited`: for how many seconds the person has been waiting already, because others were answered first.
    """

    def __init__(self, waited: float = 0.0) -> None:
        self._waited = max(0.0, waited)
        self._until: float | None = None
        self._lock = threading.Lock()

    def until(self, now: float, seconds: float) -> float:
        """When the turn's time is used up, on the clock that `now` was read from; the first caller starts it."""
        with self._lock:
            if self._until is None:
                self._until = now + max(seconds - self._waited, seconds * _LEAST)
            return self._until
