"""What will happen to a task by itself if nobody answers: the rules played forward, without doing any of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from reminders.rules.ladder import Ladder
from reminders.rules.life import SendRung, SkipRung, Supersede, TaskState, Woken, step
from storage.vocabulary import Rung, Stage, TaskStatus

_MOST = 12  # steps: a task that waits for a place is asked about all day long


@dataclass(frozen=True, slots=True)
class Expected:
    """A rung and when it is to begin, or `reason` why it will be left out. Rung.MISS_NOTE: then it counts as missed."""

    at: datetime
    rung: Rung | None  # None: it is called off, with the reason
    reason: str | None = None


def ahead(state: TaskState, ladder: Ladder, now: datetime) -> tuple[Expected, ...]:
    """What is still to come, in order of time; nothing for a task that is closed."""
    found: list[Expected] = []
    for _ in range(_MOST):
        if state.status != TaskStatus.PENDING or state.wakes_at is None:
            break
        at = max(state.wakes_at, now)
        after, effects = step(state, Woken(), ladder, at)
        for effect in effects:
            match effect:
                case SendRung(rung):
                    found.append(Expected(effect.not_before or at, rung))
                case SkipRung(rung, reason) if after.status != TaskStatus.CANCELLED:
                    found.append(Expected(at, rung, reason))
                case Supersede(reason) if after.status == TaskStatus.CANCELLED:
                    found.append(Expected(at, None, reason))
        if after == state:
            break
        state = after
    return tuple(found)


def from_the_start(state: TaskState, ladder: Ladder) -> tuple[Expected, ...]:
    """The whole ladder of this task, as if nothing had happened to it yet."""
    first = ladder.first_rung_at(state.starts_at, state.created_at)
    fresh = replace(
        state, status=TaskStatus.PENDING, stage=Stage.WAITING, last_rung_at=None, done_at=None, wakes_at=first
    )
    return ahead(fresh, replace(ladder, paused_until=None), first)
