"""The time that all questions of one turn share, whoever asks them and from whichever thread."""

from __future__ import annotations

import threading


class TurnDeadline:
    """Begins with the turn's first question to a network model; what code does before costs nobody's patience."""

    def __init__(self) -> None:
        self._until: float | None = None
        self._lock = threading.Lock()

    def until(self, now: float, seconds: float) -> float:
        """When the turn's time is used up, on the clock that `now` was read from; the first caller starts it."""
        with self._lock:
            if self._until is None:
                self._until = now + seconds
            return self._until
