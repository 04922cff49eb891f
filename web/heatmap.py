"""The activity picture: one square per day, weeks as columns, as numbers an SVG template can draw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reminders.rules.streaks import DayTotal

STEP = 16  # pixels from one square to the next
LEVELS = 4


@dataclass(frozen=True, slots=True)
class Square:
    x: int
    y: int
    level: int  # 0 nothing done, up to LEVELS = all done
    label: str


@dataclass(frozen=True, slots=True)
class Heatmap:
    width: int
    height: int
    squares: tuple[Square, ...]


def heatmap(days: Sequence[DayTotal], starts_on: int = 1) -> Heatmap:
    """Squares of consecutive days, the day that weeks start on (ISO, 1 is Monday) on top."""
    if not days:
        return Heatmap(0, 0, ())
    offset = (days[0].day.isoweekday() - starts_on) % 7
    squares = tuple(_square(number + offset, one) for number, one in enumerate(days))
    return Heatmap(squares[-1].x + STEP, 7 * STEP, squares)


def _square(place: int, one: DayTotal) -> Square:
    column, row = divmod(place, 7)
    level = -(-one.completed * LEVELS // one.total) if one.total else 0
    said = f"{one.completed} of {one.total} done" if one.total else "nothing planned"
    return Square(column * STEP, row * STEP, level, f"{one.day:%A %-d %B}: {said}")
