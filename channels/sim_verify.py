"""The simulator's phone verification: a code arrives as an SMS on the simulated phone."""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from channels.messages import Address
from channels.sim_phone import PhoneStore, code_key

if TYPE_CHECKING:
    from redis import Redis

LIFETIME = timedelta(minutes=10)
TRIES = 5
# Counts the try and hands out the code in one step, so that parallel guesses cannot share one try.
_CHECK = """
local kept = redis.call('HMGET', KEYS[1], 'code', 'expires')
if not kept[1] or tonumber(ARGV[1]) >= tonumber(kept[2]) then return false end
if redis.call('HINCRBY', KEYS[1], 'tries', 1) > tonumber(ARGV[2]) then return false end
return kept[1]
"""


class SimulatedVerifier:
    """Six digits, ten minutes, five tries; a new code replaces the old one."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._phones = PhoneStore(redis)
        self._check = redis.register_script(_CHECK)

    def start(self, number: str, now: datetime) -> None:
        code = f"{secrets.randbelow(1_000_000):06d}"
        key = code_key(number)
        expires = (now + LIFETIME).timestamp()
        self._redis.hset(key, mapping={"code": code, "expires": str(expires), "tries": "0"})
        self._redis.expire(key, 86_400)  # real time, and the phone's clock may be ahead of it: only tidies up
        text = f"{code} is your Flux code. It works for ten minutes."
        self._phones.add(Address("sms", number), {"kind": "sms", "text": text, "at": now.isoformat()})

    def check(self, number: str, code: str, now: datetime) -> bool:
        kept = self._check(keys=[code_key(number)], args=[str(now.timestamp()), TRIES])
        if kept is None:
            return False
        expected = kept if isinstance(kept, bytes) else str(kept).encode()
        if not hmac.compare_digest(expected, code.strip().encode()):
            return False
        # Deleting decides who used the code: it works once, however many ask at the same moment.
        return bool(self._redis.delete(code_key(number)))
