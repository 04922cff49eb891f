"""A watch that stands still until somebody sleeps by it: a throttle's minutes pass at once."""

from __future__ import annotations

from bot.clock import Clock
from reminders.throttle import Watch


class TurnedWatch(Watch):
    shared = False

    def __init__(self) -> None:
        self.at = 1_000_000.0

    def seconds(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.at += seconds


class Following(Watch):
    """A watch that goes with a clock which a test turns; what is slept by it comes on top."""

    shared = False

    def __init__(self, clock: Clock) -> None:
        self._clock, self._slept = clock, 0.0

    def seconds(self) -> float:
        return self._clock.now().timestamp() + self._slept

    def sleep(self, seconds: float) -> None:
        self._slept += seconds
