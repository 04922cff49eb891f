"""Throttles that all processes share: slots per sender and per chat, pauses that a provider asked for, a circuit breaker.

They live in Redis and run by its clock: providers count real seconds, whatever time it is for Flux.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from redis import Redis
from redis.exceptions import RedisError

from channels.messages import Address, ChannelError, Limit
from reminders import throttle_scripts as scripts

log = structlog.get_logger()

# Providers count what arrives, and it does not arrive as evenly as it leaves.
_MARGIN = 1.045
_CHAT_MARGIN = 1.05
AHEAD = 0.1  # seconds; a slot is taken no sooner, so that a worker that dies wastes few
_DEBT = 3.0  # seconds by which replies may push reminders back
_FAILURES = 5  # in a row open the circuit
_FIRST_REST, _LONGEST_REST = 5.0, 60.0
_PROBE = 15.0  # seconds; longer than a provider's timeout
_HELD = 2.0  # seconds, where a provider asks for a pause and does not say how long
_FLOOD, _FLOOD_WINDOW = 3, 10.0  # so many chats refused within so many seconds: it is the sender
_WINDOW = 1.0  # seconds within which a provider counts
_AWAY = 5.0  # seconds until Redis is asked again after it was away
_SHARE = 0.5  # of the pace, while nobody knows what other processes do


@dataclass(frozen=True, slots=True)
class Pace:
    """What a provider takes from one sender; 0 is as fast as it goes."""

    per_second: float = 0
    per_chat: float = 0

    @property
    def apart(self) -> float:
        """Seconds between two messages."""
        return _MARGIN / self.per_second if self.per_second else 0.0

    @property
    def chat_apart(self) -> float:
        """Seconds between two messages to one chat."""
        return _CHAT_MARGIN / self.per_chat if self.per_chat else 0.0


@dataclass(frozen=True, slots=True)
class Slots:
    """The answer to a wish for slots, in seconds from now: for each chat when it may leave, or how long the chat must rest.

    Neither where the sender has no slot left: then `wait` says when to ask again.
    """

    at: tuple[float | None, ...]
    rests: tuple[float | None, ...] = ()
    wait: float = 0.0
    strained: bool = False  # it has failed lately: a success is news


@dataclass(frozen=True, slots=True)
class State:
    """How one sender fares, for whoever watches the installation."""

    open_seconds: float  # how long nothing will be tried, because it kept failing
    held_seconds: float  # how long the provider wants nothing
    throttled: int  # how many attempts were told to come back later


class Watch:
    """The real time that passes between slots; tests turn their own."""

    shared = True  # every process asks Redis what time it is

    def seconds(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


class Throttle:
    """Safe in many processes at once. Never raises: without Redis each process goes on at half the pace."""

    def __init__(self, redis: Redis, paces: Mapping[str, Pace], watch: Watch | None = None) -> None:
        self._redis = redis
        self._paces = dict(paces)
        self.watch = watch or Watch()
        self._away_until = float("-inf")
        self._next: dict[str, float] = {}  # without Redis: sender or chat -> when it is free
        names = ("RESERVE", "FIRST", "PROMISE", "FAILED", "SUCCEEDED", "HELD")
        self._scripts = {name: redis.register_script(getattr(scripts, name)) for name in names}

    @property
    def channels(self) -> tuple[str, ...]:
        return tuple(self._paces)

    def paces(self, channel: str) -> bool:
        return channel in self._paces

    def pace(self, channel: str) -> Pace:
        return self._paces[channel]

    def reserve(self, channel: str, chats: Sequence[str]) -> Slots:
        """Take the next slots for these different chats of one sender, as far as they are near."""
        pace = self._paces[channel]
        keys = [_sender(channel), *(_chat(channel, chat) for chat in chats)]
        answer = self._ask("RESERVE", keys, *map(_micros, (pace.apart, pace.chat_apart, AHEAD, _PROBE)))
        if answer is None:
            return self._alone(channel, chats)
        wait, strained, *slots = answer
        slots += [0] * (len(chats) - len(slots))
        return Slots(
            tuple((slot - 1) / 1e6 if slot > 0 else None for slot in slots),
            tuple(-slot / 1e6 if slot < 0 else None for slot in slots),
            wait / 1e6,
            bool(strained),
        )

    def reply(self, to: Address) -> None:
        """Somebody is being answered: that leaves at once, and reminders step back for it."""
        pace = self._paces.get(to.channel)
        if pace and (pace.apart or pace.chat_apart):
            keys = [_sender(to.channel), _chat(to.channel, to.value)]
            self._ask("FIRST", keys, *map(_micros, (pace.apart, pace.chat_apart, _DEBT)))

    def late(self, channel: str, seconds: float) -> None:
        """Something left so much after its slot: those behind it keep their distance."""
        if self._may_ask():
            try:
                self._redis.hincrby(_sender(channel), "next", _micros(min(seconds, _WINDOW)))
            except RedisError as error:
                self._went_away(error)

    def promise(self, channel: str, count: int, earliest: float) -> float:
        """In how many seconds the first of `count` attempts shall come back; the others follow at the sender's pace."""
        needed = self._paces[channel].apart * count
        answer = self._ask("PROMISE", [_sender(channel)], _micros(needed), _micros(earliest), count)
        return earliest if answer is None else answer / 1e6

    def unused(self, channel: str) -> None:
        """A slot led to no try: if it was a circuit's probe, another may be one."""
        if self._may_ask():
            try:
                self._redis.hdel(_sender(channel), "probe")
            except RedisError as error:
                self._went_away(error)

    def succeeded(self, channel: str) -> None:
        """The provider is there."""
        if self._ask("SUCCEEDED", [_sender(channel)]):
            log.info("circuit_closed", channel=channel)

    def failed(self, to: Address, error: ChannelError) -> None:
        """Sort a refusal: a pause asked for, a provider that is not there, or one that is and said no."""
        if to.channel not in self._paces:
            return
        if error.limit is not None:
            self._hold(to, error)
        elif error.permanent or error.gone:
            self.succeeded(to.channel)
        else:
            rests = (_micros(_FIRST_REST), _micros(_LONGEST_REST))
            rest = self._ask("FAILED", [_sender(to.channel)], _FAILURES, *rests)
            if rest:
                log.warning("circuit_open", channel=to.channel, code=error.code, seconds=round(rest / 1e6))

    def _hold(self, to: Address, error: ChannelError) -> None:
        keys = [_sender(to.channel), _chat(to.channel, to.value)]
        seconds = error.retry_after or _HELD
        is_sender = int(error.limit is Limit.SENDER)
        if self._ask("HELD", keys, _micros(seconds), _FLOOD, _micros(_FLOOD_WINDOW), is_sender):
            log.warning("sender_held", channel=to.channel, code=error.code, seconds=seconds)

    # ---------------------------------------------------------------- Redis, and without it

    def _ask(self, script: str, keys: list[str], *arguments: int) -> Any:
        """A script's answer; None while Redis is away."""
        if not self._may_ask():
            return None
        now = 0 if self.watch.shared else _micros(self.watch.seconds())
        try:
            answer = self._scripts[script](keys=keys, args=(now, *arguments))
        except RedisError as error:
            self._went_away(error)
            return None
        self._away_until = float("-inf")
        return answer

    def _may_ask(self) -> bool:
        return self.watch.seconds() >= self._away_until

    def _went_away(self, error: RedisError) -> None:
        if self._away_until == float("-inf"):
            log.warning("throttle_alone", error=type(error).__name__)
        self._away_until = self.watch.seconds() + _AWAY

    def _alone(self, channel: str, chats: Sequence[str]) -> Slots:
        """The same in memory and slower: nobody knows how many others do likewise."""
        now, pace = self.watch.seconds(), self._paces[channel]
        self._next = {key: free for key, free in self._next.items() if free > now}
        slot, wait = self._next.get(channel, now), 0.0
        at: list[float | None] = []
        rests: list[float | None] = []
        for chat in chats:
            key = _chat(channel, chat)
            free = self._next.get(key, now)
            wait = wait or max(0.0, slot - now - AHEAD)
            is_granted = not wait and free <= slot
            at.append(slot - now if is_granted else None)
            rests.append(free - now if not wait and free > slot else None)
            if is_granted:
                self._next[key] = slot + pace.chat_apart
                slot = self._next[channel] = slot + pace.apart / _SHARE
        return Slots(tuple(at), tuple(rests), wait)


def states(redis: Redis, channels: Iterable[str]) -> dict[str, State]:
    """How the senders of these channels fare. Raises RedisError."""
    seconds, micros = redis.time()
    now = int(seconds) * 10**6 + int(micros)
    found = {}
    for channel in channels:
        kept: Any = redis.hmget(_sender(channel), ["open", "held", "throttled"])
        until, held, throttled = (int(one or 0) for one in kept)
        found[channel] = State(max(0, until - now) / 1e6, max(0, held - now) / 1e6, throttled)
    return found


def _micros(seconds: float) -> int:
    return int(seconds * 1e6)


def _sender(channel: str) -> str:
    return f"flux:pace:{channel}"


def _chat(channel: str, value: str) -> str:
    """A digest: no number or chat id stands in Redis."""
    return f"flux:pace:{channel}:{hashlib.blake2b(value.encode(), digest_size=12).hexdigest()}"
