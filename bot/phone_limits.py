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
# Returns the whole seconds until all will have room; 0 when one more was noted.
_TAKE = """
local wait = 0
for i, key in ipairs(KEYS) do
    local span, most = tonumber(ARGV[2 * i + 1]), tonumber(ARGV[2 * i + 2])
    redis.call('ZREMRANGEBYSCORE', key, '-inf', ARGV[1] - span)
    local over = redis.call('ZCARD', key) - most
    if over >= 0 then
        local leaves = redis.call('ZRANGE', key, over, over, 'WITHSCORES')[2]
        wait = math.max(wait, math.ceil(leaves + span - ARGV[1]), 1)
    end
end
if wait == 0 then
    for _, key in ipairs(KEYS) do
        redis.call('ZADD', key, ARGV[1], ARGV[2])
        redis.call('EXPIRE', key, 86400)
    end
end
return wait
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
        """Raises ChannelError, also where a limit is reached: then it says after how many seconds there is room again."""
        if self._countries and not number.startswith(self._countries):
            raise _refused("codes to this country are not allowed", "country")
        if wait := self._locked_for(number, now):
            raise _refused("too many wrong codes", "locked", wait)
        limits = (
            (self._key("hour", number), _HOUR, SENDS_AN_HOUR),
            (self._key("day", number), _DAY, SENDS_A_DAY),
            (self._key("block", number[:-BLOCK]), _HOUR, SENDS_AN_HOUR),
        )
        if wait := self._take(limits, now):
            raise _refused("too many codes were sent to this number", "limit", wait)
        self._redis.delete(self._key("tries", number))
        try:
            self._verifier.start(number, now)
        except ChannelError as error:
            self._failed("verify", error.code or "failed")
            raise

    def check(self, number: str, code: str, now: datetime) -> bool:
        """A code is dead after five tries, whatever is typed then; ten wrong ones lock the number for an hour."""
        tried = ((self._key("tries", number), _DAY, TRIES),)
        if self._locked_for(number, now) or self._take(tried, now):
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
        if self._take(((self._key("wrong", number), _DAY, WRONG - 1),), now):
            self._lock(number, now)
        return False

    def _take(self, limits: Sequence[tuple[str, timedelta, int]], now: datetime) -> float:
        """Seconds until there is room within each of these limits; 0 when there was, and this one is counted."""
        at = now.timestamp()
        unique = f"{at}:{self._redis.incr('flux:otp:seq')}"
        spans: list[Any] = [value for _, span, most in limits for value in (span.total_seconds(), most)]
        return float(self._script(keys=[key for key, _, _ in limits], args=[at, unique, *spans]))

    def _lock(self, number: str, now: datetime) -> None:
        until = now + LOCKED
        self._redis.set(self._key("locked", number), until.timestamp(), ex=86_400)
        self._redis.delete(self._key("wrong", number))
        log.warning("otp_number_locked", until=until.isoformat())

    def _locked_for(self, number: str, now: datetime) -> float:
        """Seconds that the number stays locked; 0 when it is not."""
        until: Any = self._redis.get(self._key("locked", number))
        return max(0.0, float(until) - now.timestamp()) if until is not None else 0.0

    def _key(self, kind: str, number: str) -> str:
        digest = hmac.new(self._secret, f"{kind}:{number}".encode(), hashlib.sha256).hexdigest()
        return f"flux:otp:{kind}:{digest[:32]}"


def _refused(reason: str, code: str, wait: float | None = None) -> ChannelError:
    log.warning("otp_refused", code=code)
    return ChannelError(reason, permanent=True, code=f"otp_{code}", retry_after=wait)
