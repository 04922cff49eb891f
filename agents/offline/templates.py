"""The shape of an offline plan: steps with a ramp, each an if-then with a place, a length and a tiny version."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property

DEFAULT_LEVELS = ("Starting from zero", "I have done it before", "I do it now and then")


@dataclass(frozen=True, slots=True)
class Step:
    """One series. `minutes` are its stages: one value for all six weeks, two for halves, three for pairs of weeks.

    Texts may contain {thing}: what the goal is about, in the person's own words.
    """

    title: str
    action: str  # follows "then": "put your shoes on and walk, running one minute in three"
    where: str
    tiny: str  # what still counts on a bad day
    minutes: tuple[int, ...]
    per_week: int
    part: str
    weekdays: tuple[str, ...] = ()  # only where the day matters (a weekly review)
    weeks: tuple[int, int] = (1, 6)
    grows: bool = True  # whether the level, easier and harder change its length


@dataclass(frozen=True)
class Template:
    """A plan for one kind of goal. `pattern` finds it; a group named `thing` says what it is about."""

    key: str
    tags: tuple[str, ...]
    pattern: str
    steps: tuple[Step, ...]
    summary: str
    thing: str = "it"  # what {thing} is when the goal does not say
    level_question: str = "Where do you stand with this today?"
    levels: tuple[str, str, str] = DEFAULT_LEVELS
    time_question: str = "What time of day suits you best for this?"
    asks_time: bool = True  # False where the time of day belongs to the thing itself
    asks_days: bool = True  # False where it belongs to (nearly) every day
    sprints: tuple[str, ...] = field(
        default=()
    )  # names of the sprints when the goal is too big for six weeks

    @cached_property
    def regex(self) -> re.Pattern[str]:
        return re.compile(self.pattern, re.IGNORECASE)
