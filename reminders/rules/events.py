"""What can happen to a task, and what can follow from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from storage.vocabulary import Answer, Rung

# ------------------------------------------------------------------ what can happen


@dataclass(frozen=True, slots=True)
class Woken:
    """`wakes_at` has come. A rung that failed on every address wakes its task at once."""


@dataclass(frozen=True, slots=True)
class Answered:
    answer: Answer
    until: datetime | None = None  # of a snooze


@dataclass(frozen=True, slots=True)
class Undone:
    """The person takes the last answer back."""

    starts_at: datetime | None = None  # of a snooze: the start that it had put off


@dataclass(frozen=True, slots=True)
class Moved:
    """A new row takes this one's place."""


@dataclass(frozen=True, slots=True)
class Cancelled:
    reason: str


@dataclass(frozen=True, slots=True)
class Arrived:
    """The place is reached, or left: from now on it is a task like any other, and its time is now."""


Event = Woken | Answered | Undone | Moved | Cancelled | Arrived

# ------------------------------------------------------------------ what follows


@dataclass(frozen=True, slots=True)
class SendRung:
    """Send it now, or from `not_before` on; after the deadline it is worth nothing."""

    rung: Rung
    deadline: datetime
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class SkipRung:
    rung: Rung
    reason: str
    expired: bool = False  # it was possible once, and is too late now


@dataclass(frozen=True, slots=True)
class Supersede:
    """Whatever is still waiting to be sent about this task must not go out any more, and no phone may ring on."""

    reason: str


@dataclass(frozen=True, slots=True)
class Learn:
    """A miss: look whether it is one of a row."""


Effect = SendRung | SkipRung | Supersede | Learn
