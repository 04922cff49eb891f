"""Figures beside their targets: percentiles, and the table that a bench prints at its end."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter


@dataclass(frozen=True)
class Figure:
    """One line of the table; `ok` is None where nothing was promised."""

    name: str
    target: str
    measured: str
    ok: bool | None = None


@dataclass(frozen=True)
class Spread:
    """What many runs of one thing took, in milliseconds."""

    milliseconds: tuple[float, ...]

    @property
    def p50(self) -> float:
        return statistics.median(self.milliseconds) if self.milliseconds else float("inf")

    @property
    def p99(self) -> float:
        if len(self.milliseconds) < 2:
            return self.p50
        return statistics.quantiles(self.milliseconds, n=100, method="inclusive")[98]

    def __str__(self) -> str:
        if len(self.milliseconds) < 2:
            return f"{len(self.milliseconds)} measured"
        return f"p50 {self.p50:.2f} ms, p99 {self.p99:.2f} ms"


def side_by_side(
    rounds: int,
    warm_up: int,
    acts: dict[str, Callable[[int], object]],
    tidy: Callable[[int], object] = lambda _: None,
) -> dict[str, Spread]:
    """Every act once a round, in turns, so that a slow moment of the machine hits all alike; numbered from 0.

    `tidy` follows each round, off the clock.
    """
    times: dict[str, list[float]] = {name: [] for name in acts}
    for number in range(rounds + warm_up):
        for name, act in acts.items():
            begun = perf_counter()
            act(number)
            if number >= warm_up:
                times[name].append((perf_counter() - begun) * 1000)
        tidy(number)
    return {name: Spread(tuple(found)) for name, found in times.items()}


def timed(act: Callable[[], object]) -> float:
    """Seconds."""
    begun = perf_counter()
    act()
    return perf_counter() - begun


def within(name: str, spread: Spread, p99: float) -> Figure:
    """A promise about the slowest hundredth, in milliseconds."""
    return Figure(name, f"p99 <= {p99:.0f} ms", str(spread), spread.p99 <= p99)


def at_most(name: str, seconds: float, most: float) -> Figure:
    return Figure(name, f"<= {most:.0f} s", f"{seconds:.2f} s", seconds <= most)


def table(figures: Sequence[Figure]) -> str:
    rows = [("figure", "target", "measured", "ok")]
    rows += [(one.name, one.target, one.measured, _WORDS[one.ok]) for one in figures]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    return "\n".join(
        " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )


def report(figures: Sequence[Figure]) -> int:
    """Print the table, which `python -m bench` collects; a command's exit code."""
    print(table(figures), flush=True)
    return 1 if any(one.ok is False for one in figures) else 0


_WORDS = {True: "ok", False: "MISSED", None: ""}
