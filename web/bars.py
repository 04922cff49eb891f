"""The picture of the weeks: one bar each, filled as far as its tasks are done, as numbers an SVG template can draw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from storage.analytics import Week

STEP = 32  # pixels from one bar to the next
WIDE = 22
HIGH = 96
_LEAST = 3  # an empty week is still a place


@dataclass(frozen=True, slots=True)
class Bar:
    """The whole bar reaches from `y` down to HIGH, the part that is done from `done_y`."""

    x: int
    y: int
    done_y: int
    label: str

    @property
    def height(self) -> int:
        return HIGH - self.y

    @property
    def done_height(self) -> int:
        return HIGH - self.done_y


@dataclass(frozen=True, slots=True)
class Bars:
    width: int
    height: int
    wide: int
    bars: tuple[Bar, ...]
    first: str
    last: str

    @property
    def words(self) -> str:
        """The picture for those who hear it."""
        return ". ".join(bar.label for bar in self.bars)


def bars(weeks: Sequence[Week]) -> Bars:
    """Bars of consecutive weeks, as high as the fullest of them; the last one is the week that runs."""
    most = max((week.total for week in weeks), default=0) or 1
    drawn = tuple(_bar(place, week, most) for place, week in enumerate(weeks))
    first = f"{weeks[0].week:%-d %b}" if weeks else ""
    return Bars(max(len(weeks) * STEP - (STEP - WIDE), 0), HIGH, WIDE, drawn, first, "this week")


def _bar(place: int, week: Week, most: int) -> Bar:
    whole = max(week.total * HIGH // most, _LEAST)
    part = week.completed * whole // week.total if week.total else 0
    said = (
        f"{week.completed} of {week.total} done, {week.completion_pct} %" if week.total else "nothing planned"
    )
    return Bar(place * STEP, HIGH - whole, HIGH - part, f"Week of {week.week:%-d %B}: {said}")
