"""How fast a provider lets itself be called: a sliding window per key."""

from __future__ import annotations

import time
from collections import defaultdict, deque


class RateLimit:
    """At most `count` calls per key within `seconds`."""

    def __init__(self, count: int, seconds: float = 1.0) -> None:
        self.count = count
        self.seconds = seconds
        self._calls: defaultdict[object, deque[float]] = defaultdict(deque)

    def wait_for(self, key: object) -> float:
        """Seconds until the next call is welcome; 0 counts this one as made."""
        now = time.monotonic()
        calls = self._calls[key]
        while calls and calls[0] <= now - self.seconds:
            calls.popleft()
        if len(calls) < self.count:
            calls.append(now)
            return 0.0
        return calls[0] + self.seconds - now
