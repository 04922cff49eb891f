"""What many lived conversations add up to: shares kept, cost, latency, and whether that is good enough."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.evaluation.living import Lived
from bot.evaluation.marks import NOT_REACHED, Kind, Mark
from bot.evaluation.metering import Cost

# The least share of marks kept; hard rules have no exception.
LEAST = {Kind.HARD: 1.0, Kind.UNDERSTANDING: 0.95, Kind.PLAN: 0.9, Kind.TONE: 0.97}


@dataclass
class Score:
    """One theme, or all of them."""

    name: str
    conversations: int = 0
    whole: int = 0  # conversations without a broken hard rule or an unmet expectation
    marks: list[Mark] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    cost: Cost = field(default_factory=Cost)

    def add(self, lived: Lived, cost: Cost) -> None:
        self.conversations += 1
        self.whole += not lived.failed(Kind.HARD, Kind.UNDERSTANDING)
        self.marks += lived.marks
        self.seconds += lived.seconds
        self.cost += cost

    def kept(self, kind: Kind) -> tuple[int, int]:
        """How many marks of this kind were kept, of how many."""
        found = [mark.ok for mark in self.marks if mark.kind == kind]
        return sum(found), len(found)

    def share(self, kind: Kind) -> float:
        kept, of = self.kept(kind)
        return kept / of if of else 1.0

    def latency(self, percent: int) -> float:
        """Milliseconds of a turn."""
        if len(self.seconds) < 2:
            return 1000 * sum(self.seconds)
        return 1000 * statistics.quantiles(self.seconds, n=100, method="inclusive")[percent - 1]

    @property
    def missed(self) -> list[Kind]:
        return [kind for kind, least in LEAST.items() if self.share(kind) < least]

    def as_json(self) -> dict[str, Any]:
        shares = {str(kind): dict(zip(("kept", "of"), self.kept(kind), strict=True)) for kind in Kind}
        return {
            "name": self.name,
            "conversations": self.conversations,
            "whole": self.whole,
            **shares,
            "turns": len(self.seconds),
            "latency_ms": {"p50": round(self.latency(50), 1), "p95": round(self.latency(95), 1)},
            "calls": self.cost.calls,
            "tokens": {"in": self.cost.tokens_in, "out": self.cost.tokens_out},
            "fell_back": self.cost.fell_back,
        }


def total(results: Iterable[tuple[Lived, Cost]]) -> tuple[list[Score], Score]:
    """The score of each theme, in order of appearance, and of all together."""
    themes: dict[str, Score] = {}
    everything = Score("all")
    for lived, cost in results:
        theme = lived.conversation.theme
        for score in (themes.setdefault(theme, Score(theme)), everything):
            score.add(lived, cost)
    return list(themes.values()), everything


# ------------------------------------------------------------------ in words

_HEAD = (
    "theme",
    "talks",
    "whole",
    "understood",
    "hard",
    "plan",
    "tone",
    "calls",
    "tokens",
    "p50 ms",
    "p95 ms",
)


def table(themes: Sequence[Score], everything: Score) -> str:
    rows = [_HEAD, *map(_row, [*themes, everything])]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    lines = [
        "  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]).rstrip() for row in rows
    ]
    return "\n".join([*lines[:1], *lines[1:-1], "-" * len(lines[0]), lines[-1]])


def _row(score: Score) -> tuple[str, ...]:
    shares = [_share(*score.kept(kind)) for kind in (Kind.UNDERSTANDING, Kind.HARD, Kind.PLAN, Kind.TONE)]
    tokens = score.cost.tokens_in + score.cost.tokens_out
    return (
        score.name,
        str(score.conversations),
        str(score.whole),
        *shares,
        str(score.cost.calls),
        str(tokens),
        f"{score.latency(50):.0f}",
        f"{score.latency(95):.0f}",
    )


def _share(kept: int, of: int) -> str:
    return f"{kept}/{of} {_percent(kept, of)}%" if of else "-"


def _percent(kept: int, of: int) -> str:
    """Rounded down: one of a thousand that is broken is not 100 %."""
    return f"{math.floor(1000 * kept / of) / 10:.1f}"


def verdict(everything: Score) -> str:
    """One line: good enough, or what is not."""
    missed = [
        f"{kind} {_percent(*everything.kept(kind))} % (at least {100 * LEAST[kind]:.0f} %)"
        for kind in everything.missed
    ]
    return f"Not good enough: {', '.join(missed)}." if missed else "Good enough."


def failures(lived: Lived) -> Iterator[str]:
    """What a conversation broke, each with its line and what was seen instead."""
    talk = lived.conversation
    broken = lived.failed()
    if not broken:
        return
    yield f"{talk.theme}.talk: {talk.title}"
    heard = ""
    for mark in broken:
        if mark.detail == NOT_REACHED:
            continue
        if mark.heard != heard:
            heard = mark.heard
            yield f"  > {heard}"
        where = f", line {mark.line}" if mark.line else ""
        yield f"    {mark.kind}{where}: {mark.rule}"
        yield f"        {' '.join(mark.detail.split())}"
    if lost := sum(mark.detail == NOT_REACHED for mark in broken):
        yield f"    and {lost} expectations were never reached"
