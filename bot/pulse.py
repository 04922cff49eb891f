"""A process's pulse: the moment of its last step, in memory it shares with whoever started it; no server is asked.

So whoever is frozen is told from whoever waits for Redis or Postgres, and only the frozen one is ended and replaced.
"""

from __future__ import annotations

import mmap
import os
import struct
import time
from pathlib import Path

FROZEN_SECONDS = 60.0  # nothing of ours goes so long without a step, however busy it is
_SLEPT = 5.0  # a watcher that did not look for so long has been asleep itself, and so perhaps was everybody
_MOMENT = struct.Struct("d")


class Pulse:
    """Eight bytes: the machine's monotonic clock at the last beat, 0 before the first."""

    def __init__(self, memory: mmap.mmap | None = None) -> None:
        """Without `memory` in a new one, which is shared with every fork from here on."""
        self._memory = memory or mmap.mmap(-1, _MOMENT.size)

    def beat(self) -> None:
        _MOMENT.pack_into(self._memory, 0, time.monotonic())

    @property
    def last(self) -> float:
        found: float = _MOMENT.unpack_from(self._memory, 0)[0]
        return found


def shown_in(home: Path) -> Pulse:
    """This process's own pulse, for the supervisor over this home if there is one."""
    folder = _folder(home)
    if not folder.is_dir():
        return Pulse()
    with (folder / str(os.getpid())).open("w+b") as file:
        file.truncate(_MOMENT.size)
        return Pulse(mmap.mmap(file.fileno(), _MOMENT.size))


def make_room(home: Path) -> None:
    """Let processes show their pulses in this home; those of an earlier run are forgotten."""
    folder = _folder(home)
    folder.mkdir(mode=0o700, exist_ok=True)
    for file in folder.iterdir():
        file.unlink()


def forget(home: Path, pid: int) -> None:
    (_folder(home) / str(pid)).unlink(missing_ok=True)


def last_beat(home: Path, pid: int) -> float:
    """When that process last beat, as Pulse.last; 0 while it shows no pulse."""
    try:
        written = (_folder(home) / str(pid)).read_bytes()
    except FileNotFoundError:
        return 0.0
    found: float = _MOMENT.unpack(written)[0] if len(written) == _MOMENT.size else 0.0
    return found


def _folder(home: Path) -> Path:
    return home / "pulses"


class PulseWatch:
    """Tells who is frozen, for a watcher that looks several times a second."""

    def __init__(self, frozen_seconds: float = FROZEN_SECONDS) -> None:
        self._frozen_seconds = frozen_seconds
        self._looked = self._awake_since = 0.0

    def look(self, now: float) -> None:
        """Call it before each round, with the monotonic clock."""
        if now - self._looked > _SLEPT:
            self._awake_since = now
        self._looked = now

    def frozen(self, last: float, now: float) -> bool:
        """Whoever has not begun to beat is still starting."""
        return last > 0 and now - max(last, self._awake_since) > self._frozen_seconds
