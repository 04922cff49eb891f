"""How long to wait before starting something again that keeps ending: longer each time, short again once it held."""

from __future__ import annotations

from dataclasses import dataclass

FIRST = 0.5  # seconds
LONGEST = 15.0
HELD = 10.0  # a run at least this long counts as a success


@dataclass
class Backoff:
    """`pause(lived)` after each end: 0.5 s, 1 s, 2 s ... 15 s."""

    wait: float = FIRST

    def reset(self) -> None:
        self.wait = FIRST

    def pause(self, lived: float) -> float:
        """Seconds to wait now, given how many seconds the last run lived."""
        if lived >= HELD:
            self.wait = FIRST
        now, self.wait = self.wait, min(self.wait * 2, LONGEST)
        return now
