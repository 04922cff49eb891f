"""What a person's finished tasks say when they are added up: the hours that work, and how each category goes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from reminders.rules.rhythm import Rhythm

LEARNED_AFTER = timedelta(days=14)  # of history; before that the chronotype speaks
LEAST_DONE = 5  # tasks done before hours are learned from them
LEAST_FINISHED = 3  # tasks of a category before its rate says anything
LOW_RATE = 0.5  # below this a new plan of the category begins more gently
_WINDOW = timedelta(hours=2)
_LEAST_IN_WINDOW = 3
_WORKS_FROM = 0.6  # done of what was planned in a window
_BEST = 2  # windows that are named
_MILESTONES = (7, 14, 30, 60, 100, 200, 365)


@dataclass(frozen=True, slots=True)
class Worked:
    """A finished task: where it stood (UTC), when it was done (None: missed), its local day, the tags of its goal."""

    stood_at: datetime
    done_at: datetime | None
    day: date
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BestHours:
    """A window of the local day in which tasks get done; the end is excluded."""

    start: time
    end: time
    done: int
    finished: int

    @property
    def range(self) -> str:
        return f"{self.start:%H:%M}-{self.end:%H:%M}"


@dataclass(frozen=True, slots=True)
class CategoryRate:
    category: str
    done: int
    finished: int

    @property
    def rate(self) -> float:
        return round(self.done / self.finished, 2)


def best_hours(finished: Sequence[Worked], rhythm: Rhythm, today: date) -> list[BestHours]:
    """At most two windows of two hours in which most of what was planned was done, the best first.

    Empty while there is less than two weeks of history, or less than five tasks done. What was done far from its time
    counts where it was done.
    """
    done = [one for one in finished if one.done_at is not None]
    if len(done) < LEAST_DONE or today - min(one.day for one in finished) < LEARNED_AFTER:
        return []
    all_of, done_of = Counter[int](), Counter[int]()
    for one in finished:
        window = rhythm.local(_worked_at(one)).hour // 2
        all_of[window] += 1
        done_of[window] += one.done_at is not None
    works = [
        window
        for window, count in all_of.items()
        if count >= _LEAST_IN_WINDOW and done_of[window] >= _WORKS_FROM * count
    ]
    works.sort(key=lambda window: (-done_of[window] / all_of[window], -done_of[window], window))
    return [_hours(window, done_of[window], all_of[window]) for window in works[:_BEST]]


def _worked_at(one: Worked) -> datetime:
    if one.done_at is None or abs(one.done_at - one.stood_at) <= _WINDOW:
        return one.stood_at
    return one.done_at


def _hours(window: int, done: int, finished: int) -> BestHours:
    end = time(window * 2 + 2) if window < 11 else time(23, 59)
    return BestHours(time(window * 2), end, done, finished)


def category_rates(finished: Iterable[Worked]) -> list[CategoryRate]:
    """How much of each category was done, in order of name; those with too few finished tasks are left out."""
    all_of, done_of = Counter[str](), Counter[str]()
    for one in finished:
        for tag in one.tags:
            all_of[tag] += 1
            done_of[tag] += one.done_at is not None
    return [
        CategoryRate(tag, done_of[tag], count)
        for tag, count in sorted(all_of.items())
        if count >= LEAST_FINISHED
    ]


def sureness(points: int, known_for: timedelta) -> float:
    """How sure a rate is: more with every finished task, a guess in the first two weeks."""
    found = min(0.95, 0.4 + 0.03 * points)
    return round(min(found, 0.4) if known_for < LEARNED_AFTER else found, 2)


def milestone_of(days: int) -> int:
    """The last milestone that a streak of so many days has reached; 0 for none."""
    return max((one for one in _MILESTONES if one <= days), default=0)
