"""What goes wrong when: one list of disturbances, drawn from a seed, and the hands that carry it out."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from redis import RedisError

from bench.chaos_home import Installation
from bench.chaos_providers import Weather

UNDER_ALL = ("postgres", "postgres backend", "valkey", "supervisor")  # without these no worker works
FROZEN = 35.0  # seconds: longer than a lease
# How often each is killed, of forty; what has everything under it less often.
KILLS = {
    "worker line": 13,
    "worker": 7,
    "scheduler": 5,
    "telegram": 4,
    "web": 3,
    "web worker": 3,
    "valkey": 2,
    "postgres": 1,
    "postgres backend": 1,
    "supervisor": 1,
}
OTHERS = {"freeze worker line": 2, "freeze scheduler": 1, "flush": 2, "outage": 2}  # beside forty kills
_OUTAGE = 6.0  # seconds


@dataclass(frozen=True, order=True)
class Blow:
    """`what` is a kind of process to kill, or one of OTHERS."""

    at: float  # seconds after the beginning
    what: str


def draw(chance: random.Random, kills: int, seconds: float) -> list[Blow]:
    """So many kills and what belongs to them, spread over the time; the same for the same seed."""
    share = kills / sum(KILLS.values())
    names = [name for name, count in KILLS.items() for _ in range(max(1, round(count * share)))]
    chance.shuffle(names)
    names = names[:kills] + chance.choices(list(KILLS), list(KILLS.values()), k=max(0, kills - len(names)))
    names += [name for name, count in OTHERS.items() for _ in range(round(count * share))]
    chance.shuffle(names)
    step = seconds / max(1, len(names))
    return [Blow((number + chance.random()) * step, name) for number, name in enumerate(names)]


@dataclass
class Rampage:
    """Carries out the blows, one after the other; whatever it did is written down with its time."""

    installation: Installation
    weathers: Sequence[Weather]
    chance: random.Random
    killed: Counter[str] = field(default_factory=Counter)
    others: Counter[str] = field(default_factory=Counter)
    worker_deaths: list[float] = field(default_factory=list)  # time.time() of each worker's end or freeze
    outages: list[float] = field(default_factory=list)  # of a server under all workers, or of everything
    _thaws: list[threading.Timer] = field(default_factory=list)
    _frozen: set[int] = field(default_factory=set)

    def strike(self, what: str) -> None:
        if what in KILLS:
            self._kill(what)
            return
        self.others[what] += 1
        match what:
            case "flush":
                with contextlib.suppress(RedisError):
                    self.installation.redis().flushall()
            case "outage":
                self.chance.choice(self.weathers).down_until = time.monotonic() + _OUTAGE
            case _:
                self._freeze(what.removeprefix("freeze "))

    def end(self) -> None:
        """Nothing stays frozen."""
        for timer in self._thaws:
            timer.cancel()
        for pid in list(self._frozen):
            self._thaw(pid)

    def _kill(self, kind: str) -> None:
        there = self.installation.processes()
        if not there[kind]:  # it is just being started again: then somebody else
            kind = next((one for one in KILLS if there[one]), "supervisor")
        if not there[kind]:
            return
        if kind in ("worker", "worker line"):
            self.worker_deaths.append(time.time())
        elif kind in UNDER_ALL:
            self.outages.append(time.time())
        self.installation.kill(kind, self.chance.choice(there[kind]))
        self.killed[kind] += 1

    def _freeze(self, kind: str) -> None:
        pids = [pid for pid in self.installation.processes()[kind] if pid not in self._frozen]
        if not pids:
            return
        pid = self.chance.choice(pids)
        if kind == "worker line":
            self.worker_deaths.append(time.time())
        os.kill(pid, signal.SIGSTOP)
        self._frozen.add(pid)
        timer = threading.Timer(FROZEN, self._thaw, (pid,))
        timer.daemon = True
        timer.start()
        self._thaws.append(timer)

    def _thaw(self, pid: int) -> None:
        self._frozen.discard(pid)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)
