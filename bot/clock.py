"""The only reader of the time: the real clock, one that the simulator moves for everybody, one that tests turn."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol

from redis import Redis, RedisError

_OFFSET_KEY = "flux:clock:offset"
_FRESH_SECONDS = 0.02  # how long a process believes an offset it has read: no hand types faster after a move


class Clock(Protocol):
    """What time it is, and when that will be on the real clock (which is the one rq-scheduler rings by)."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        ...

    def to_real(self, at: datetime) -> datetime:
        """The real moment at which this clock will show `at`."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def to_real(self, at: datetime) -> datetime:
        return at


class ShiftedClock:
    """The machine's clock plus an offset shared through Redis by every process; never used in production."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._offset = timedelta(0)
        self._read_at = float("-inf")

    def now(self) -> datetime:
        return datetime.now(UTC) + self._current_offset()

    def to_real(self, at: datetime) -> datetime:
        return at - self._current_offset()

    def shift(self, by: timedelta) -> datetime:
        """Move the clock for the whole installation; other processes follow at once."""
        seconds = self._redis.incrbyfloat(_OFFSET_KEY, by.total_seconds())
        self._remember(timedelta(seconds=float(str(seconds))))
        return self.now()

    def move_to(self, moment: datetime) -> datetime:
        offset = moment - datetime.now(UTC)
        self._redis.set(_OFFSET_KEY, repr(offset.total_seconds()))
        self._remember(offset)
        return self.now()

    def reset(self) -> datetime:
        """Back to the real time."""
        self._redis.delete(_OFFSET_KEY)
        self._remember(timedelta(0))
        return self.now()

    def _current_offset(self) -> timedelta:
        if time.monotonic() - self._read_at > _FRESH_SECONDS:
            try:
                stored = self._redis.get(_OFFSET_KEY)
            except RedisError:  # time goes on without Redis, by the offset last seen
                stored = repr(self._offset.total_seconds()).encode()
            self._remember(timedelta(seconds=float(stored or 0)))
        return self._offset

    def _remember(self, offset: timedelta) -> None:
        self._offset = offset
        self._read_at = time.monotonic()


class ManualClock:
    """A clock that stands still until it is turned; for tests and the demo."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def to_real(self, at: datetime) -> datetime:
        return at

    def shift(self, by: timedelta) -> datetime:
        self._now += by
        return self._now

    def move_to(self, moment: datetime) -> datetime:
        self._now = moment
        return self._now


def build_clock(app_env: str, redis: Redis) -> Clock:
    """The clock of an installation: only outside production can it be moved."""
    return SystemClock() if app_env == "production" else ShiftedClock(redis)
