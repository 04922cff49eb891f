"""What the grammar finds in a text, and what comes of it: pieces of time, and the reading they add up to."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Literal
from zoneinfo import ZoneInfo

Grain = Literal["second", "minute", "hour", "part", "day", "week", "month", "quarter", "year"]


@dataclass(frozen=True, slots=True)
class When:
    """One reading of what was said about time. Moments are aware UTC.

    kind instant: `value`; with grain "day" or coarser no clock was said, with "part" only a part of the day.
    kind interval: `start` and `end`, either may be None (a deadline has no start).
    kind rrule: `rrule`, and `dtstart`, the first moment of the series; `timed` tells whether a clock was said.
    kind duration: `seconds` alone. `span` holds the places in the text that speak of time.
    """

    kind: Literal["instant", "interval", "rrule", "duration"]
    grain: Grain
    zone: str
    value: datetime | None = None
    start: datetime | None = None
    end: datetime | None = None
    rrule: str | None = None
    dtstart: datetime | None = None
    seconds: float | None = None  # also: how long, when an instant or a rule came with "for 45 minutes"
    part: str | None = None
    span: tuple[tuple[int, int], ...] = ()
    deadline: bool = False
    per_period: int = 1  # "three times a week": the days are still to be chosen
    ambiguous: bool = False
    question: str | None = None
    others: tuple[datetime, ...] = ()  # what an ambiguous reading may mean, `value` among them, in order
    bare_clock: bool = False  # a clock and no day: whoever asks may know which day is meant
    clocks: tuple[
        time, ...
    ] = ()  # of a series: each local time of a day, the rule itself may name only the first

    @property
    def timed(self) -> bool:
        """Whether a clock time is part of the reading."""
        return self.grain in ("second", "minute", "hour")

    @property
    def first(self) -> datetime | None:
        """The moment everything begins with, in UTC: value, start, end of a deadline, or first of a series."""
        return self.value or self.start or self.dtstart or self.end

    @property
    def first_local(self) -> datetime | None:
        """`first` on the person's wall clock, aware in their zone."""
        return self.first.astimezone(ZoneInfo(self.zone)) if self.first else None

    @property
    def minutes(self) -> int | None:
        """How long it takes, in minutes, where that was said or follows from a range within one day."""
        if self.seconds is not None:
            minutes = max(1, round(self.seconds / 60))
            return minutes if minutes <= 12 * 60 else None  # "a 24 hour pharmacy" takes no day
        if self.kind == "interval" and self.start and self.end and self.timed and not self.deadline:
            minutes = round((self.end - self.start).total_seconds() / 60)
            return minutes if 0 < minutes <= 24 * 60 else None
        return None

    def asking(self, question: str) -> When:
        return replace(self, ambiguous=True, question=question)


@dataclass(frozen=True, slots=True)
class Reading:
    """A text read for time: `when`, or the `problem` that kept it from being one (a sentence for the person)."""

    when: When | None = None
    problem: str | None = None
    span: tuple[tuple[int, int], ...] = ()  # where the text speaks of time, also when it is a problem


@dataclass(frozen=True, slots=True)
class Clock:
    """`sure` means that am or pm was said or cannot be doubted (13:30, 07:15, noon)."""

    hour: int
    minute: int = 0
    second: int = 0
    sure: bool = False
    grain: Grain = "minute"
    offset: float | None = None  # hours east of UTC, when a zone was said with it

    @property
    def time(self) -> time:
        return time(self.hour % 24, self.minute, self.second)


@dataclass(frozen=True, slots=True)
class ClockSpan:
    first: Clock
    last: Clock


@dataclass(frozen=True, slots=True)
class Part:
    name: str


@dataclass(frozen=True, slots=True)
class Day:
    """A day or a longer stretch of the calendar, `last` excluded; what it was said by is kept for recurrences."""

    first: date
    last: date
    grain: Grain = "day"
    rank: int = 2  # calendar date 3, relative or named day 2, weekday 1, stretch 0
    weekday: int | None = None
    monthday: int | None = None
    month: int | None = None
    nth: str | None = None  # "1FR", "-1MO"
    yearless: bool = False  # rolled to the next such date
    doubt: str | None = None  # a question, when it could be read in another way
    other: date | None = None  # that other day


@dataclass(frozen=True, slots=True)
class DaySpan:
    first: Day
    last: Day


@dataclass(frozen=True, slots=True)
class Moment:
    """An exact point counted from now ("in 3 hours"), in UTC."""

    at: datetime
    grain: Grain = "minute"


@dataclass(frozen=True, slots=True)
class Amount:
    """A length: whole months and days on the calendar, seconds on the clock."""

    months: float = 0
    days: float = 0
    seconds: float = 0
    grain: Grain = "day"

    @property
    def total(self) -> float:
        """Seconds, a month as 30 days and a year as 365."""
        years, months = divmod(self.months, 12)
        return (years * 365 + months * 30 + self.days) * 86400 + self.seconds


@dataclass(frozen=True, slots=True)
class Repeat:
    """A recurrence as far as one phrase says it."""

    freq: str
    interval: int = 1
    days: tuple[str, ...] = ()  # MO, 1FR, -1SU
    monthdays: tuple[int, ...] = ()
    month: int | None = None
    part: str | None = None
    times: int = 1  # per period: "three times a week"
    loose: bool = False  # only a list of days: it may be meant once
    ranged: bool = False  # "friday to monday": days in a row, perhaps no recurrence at all


@dataclass(frozen=True, slots=True)
class Count:
    times: int


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that cannot be: 31 February, a day gone by. `text` is a sentence for the person."""

    text: str
    past: bool = False


Value = Clock | ClockSpan | Part | Day | DaySpan | Moment | Amount | Repeat | Count | Fault


@dataclass(frozen=True, slots=True)
class Piece:
    """A value and its place in the canonical text; `lead` is the preposition before it."""

    start: int
    end: int
    value: Value
    lead: str = ""
