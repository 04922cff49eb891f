"""What processes use: CPU seconds of a whole family of them, memory of one."""

from __future__ import annotations

import os
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def family(pid: int) -> list[int]:
    """The process and everything below it."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(found for child in map(int, children) for found in family(child))]


def cpu_seconds(pid: int) -> float:
    """Of the process and its children, ended ones included."""
    return sum(_ticks(one, ended=True) for one in family(pid)) / _TICKS


def _ticks(pid: int, *, ended: bool) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11 : 15 if ended else 13]))  # user, system, and of ended children the same


def resident(pid: int) -> float:
    """MB of the resident set, shared pages in full."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
