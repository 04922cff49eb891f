"""A provider that writes down what it accepted, and fails in all the ways that real ones do."""

from __future__ import annotations

import threading
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from uuid import UUID

from channels.messages import Address, ChannelError, InboundMessage, OutboundMessage, Receipt


@dataclass(frozen=True, slots=True)
class Accepted:
    """One request that the provider took; `told` is False when its answer got lost on the way back."""

    channel: str
    to: Address
    message: OutboundMessage
    at: datetime
    external_id: str
    told: bool


@dataclass
class Provider:
    """Satisfies `channels.messages.Channel`. What goes wrong depends on the seed, the address and how often it was used."""

    name: str
    seed: int
    trouble: float = 0.06  # the part of all requests that do not simply work
    can_look_up: bool = False
    accepted: list[Accepted] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    _known: dict[UUID, str] = field(default_factory=dict)
    _used: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def send(self, to: Address, message: OutboundMessage, now: datetime) -> Receipt:
        with self._lock:
            self._used[to.value] += 1
            luck = (
                Random(f"{self.seed}:{self.name}:{to.value}:{self._used[to.value]}").random() / self.trouble
            )
            if luck < 0.35:
                raise ChannelError("busy", retry_after=20 if luck < 0.1 else None, code="503")
            if luck < 0.5:
                raise ChannelError("this message is refused", permanent=True, code="400")
            if luck < 0.6:
                raise ChannelError("no answer", unknown=True, code="timeout")
            external = f"{self.name}-{to.value}-{self._used[to.value]}"
            told = not 0.6 <= luck < 1
            self.accepted.append(Accepted(self.name, to, message, now, external, told))
            if message.attempt_id is not None:
                self._known.setdefault(message.attempt_id, external)
        if not told:
            raise ChannelError("no answer", unknown=True, code="timeout")
        return Receipt(external)

    def acknowledge(self, message: InboundMessage, text: str = "") -> None:
        pass

    def find(self, to: Address, attempt_id: UUID, since: datetime, words: str = "") -> Receipt | None:
        if not self.can_look_up:
            raise ChannelError("no look-up here", unknown=True, code="no_lookup")
        with self._lock:
            external = self._known.get(attempt_id)
        return None if external is None else Receipt(external)

    def cancel(self, external_id: str) -> None:
        with self._lock:
            self.cancelled.append(external_id)

    def taken(self) -> list[Accepted]:
        """What was accepted since the last look."""
        with self._lock:
            fresh, self.accepted = self.accepted, []
        return fresh
