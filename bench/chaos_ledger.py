"""The providers' own book: every request they heard, kept apart from whatever Flux believes about it."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import NamedTuple


class About(NamedTuple):
    """What a request was for, as far as the provider can tell: some name the attempt, all name the task or the person."""

    channel: str
    rung: str  # remind, whatsapp, call, miss_note, echo, hang_up, reply
    task: str = ""  # id in hex
    attempt: str = ""  # id in hex
    address: str = ""


@dataclass(frozen=True)
class Entry:
    """One request: when it arrived (time.time()), and whether it took effect, whatever was answered."""

    at: float
    about: About
    accepted: bool
    answer: str = "ok"  # what Flux heard: ok, 429, 500, lost, refused


@dataclass
class Ledger:
    """Thread-safe; only ever grows."""

    entries: list[Entry] = field(default_factory=list)
    looked_up: list[tuple[float, str, str]] = field(default_factory=list)  # when, channel, number
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, about: About, *, at: float, accepted: bool, answer: str) -> None:
        with self._lock:
            self.entries.append(Entry(at, about, accepted, answer))

    def note_look_up(self, channel: str, number: str) -> None:
        with self._lock:
            self.looked_up.append((time.time(), channel, number))

    def accepted(self) -> list[Entry]:
        with self._lock:
            return [entry for entry in self.entries if entry.accepted]

    def by_step(self) -> dict[tuple[str, str, str], list[Entry]]:
        """(task, rung, channel) -> everything that took effect, in the order of arrival."""
        found: dict[tuple[str, str, str], list[Entry]] = defaultdict(list)
        for entry in self.accepted():
            found[entry.about.task, entry.about.rung, entry.about.channel].append(entry)
        return found

    def lies(self, channel: str) -> int:
        """How often this provider accepted something and let Flux believe otherwise: each may double a blind send."""
        return sum(
            entry.accepted and entry.answer != "ok" and entry.about.channel == channel
            for entry in self.entries
        )
