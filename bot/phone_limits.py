"""Our own limits around phone verification, whoever sends the codes: per number, per block of numbers, per country.

Kept in Redis under a digest of the number, for a day at most: no number can be read there.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import structlog

from channels.messages import ChannelError, PhoneVerifier

if TYPE_CHECKING:
    from redis import Redis

log = structlog.get_logger()

TRIES = 5  # of one code
WRONG = 10  # tries, over several codes, before the number is locked
LOCKED = timedelta(hours=1)
SENDS_A_DAY = 10
SENDS_AN_HOUR = 3  # to one number, and to all numbers of its block: whoever pumps codes walks through a block
BLOCK = 4  # digits at the end of a number in which the numbers of a block differ
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)

# Counts what happened within each limit's span, and notes one more only when all have room, in one step.
_TAKE = """
for i, key in ipairs(KEYS) do
    redis.call('ZREMRANGEBYSCORE', key, '-inf', ARGV[1] - ARGV[2 * i + 1])
    if redis.call('ZCARD', key) >= tonumber(ARGV[2 * i + 2]) then return 0 end
end
for _, key in ipairs(KEYS) do
    redis.call('ZADD', key, ARGV[1], ARGV[2])
    redis.call('EXPIRE', key, 86400)
end
return 1
"""


def _nobody(channel: str, code: str) -> None:
    """Nobody counts."""


class LimitedVerifier:
    """A PhoneVerifier that asks another one, as long as its limits allow; `failed` hears of what that one refuses."""

    def __init__(
        self,
        verifier: PhoneVerifier,
        redis: Redis,
        secret: str,
        countries: Sequence[str] = (),
        failed: Callable[[str, str], object] = _nobody,
    ) -> None:
        self._verifier = verifier
        self._redis = redis
        self._secret = secret.encode()
        self._countries = tuple(countries)
        self._failed = failed
        self._script = redis.register_script(_TAKE)

    def start(self, number: str, now: datetime) -> None:
        """Raises ChannelError, also where a limit is reached."""
        if self._countries and not number.startswith(self._countries):
            raise _refused("codes to this country are not allowed", "country")
        if self._is_locked(number, now):
            raise _refused("too many wrong codes", "locked")
        limits = (
            (self._key("hour", number), _HOUR, SENDS_AN_HOUR),
            (self._key("day", number), _DAY, SENDS_A_DAY),
            (self._key("block", number[:-BLOCK]), _HOUR, SENDS_AN_HOUR),
        )
        if not self._take(limits, now):
            raise _refused("too many codes were sent to this number", "limit")
        self._redis.delete(self._key("tries", number))
        try:
            self._verifier.start(number, now)
        except ChannelError as error:
            self._failed("verify", error.code or "failed")
            raise

    def check(self, number: str, code: str, now: datetime) -> bool:
        """A code is dead after five tries, whatever is typed then; ten wrong ones lock the number for an hour."""
        tried = ((self._key("tries", number), _DAY, TRIES),)
        if self._is_locked(number, now) or not self._take(tried, now):
            return False
        try:
            right = self._verifier.check(number, code, now)
        except ChannelError as error:
            self._redis.zpopmax(self._key("tries", number))  # nobody has looked at it, so it was no try
            self._failed("verify", error.code or "failed")
            raise
        if right:
            self._redis.delete(self._key("wrong", number), self._key("tries", number))
            return True
        if not self._take(((self._key("wrong", number), _DAY, WRONG - 1),), now):
            self._lock(number, now)
        return False

    def _take(self, limits: Sequence[tuple[str, timedelta, int]], now: datetime) -> bool:
        at = now.timestamp()
        unique = f"{at}:{self._redis.incr('flux:otp:seq')}"
        spans: list[Any] = [value for _, span, most in limits for value in (span.total_seconds(), most)]
        return bool(self._script(keys=[key for key, _, _ in limits], args=[at, unique, *spans]))

    def _lock(self, number: str, now: datetime) -> None:
        until = now + LOCKED
        self._redis.set(self._key("locked", number), until.timestamp(), ex=86_400)
        self._redis.delete(self._key("wrong", number))
        log.warning("otp_number_locked", until=until.isoformat())

    def _is_locked(self, number: str, now: datetime) -> bool:
        until: Any = self._redis.get(self._key("locked", number))
        return until is not None and now.timestamp() < float(until)

    def _key(self, kind: str, number: str) -> str:
        digest = hmac.new(self._secret, f"{kind}:{number}".encode(), hashlib.sha256).hexdigest()
        return f"flux:otp:{kind}:{digest[:32]}"


def _refused(reason: str, code: str) -> ChannelError:
    log.warning("otp_refused", code=code)
    return ChannelError(reason, permanent=True, code=f"otp_{code}")
