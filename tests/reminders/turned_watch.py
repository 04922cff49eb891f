"""A watch that stands still until somebody sleeps by it: a throttle's minutes pass at once."""

from __future__ import annotations

from reminders.throttle import Watch


class TurnedWatch(Watch):
    shared = False

    def __init__(self) -> None:
        self.at = 1_000_000.0

    def seconds(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.at += seconds
