"""What tests of lives share: usual nights, a fresh task, and a life lived to its end."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from reminders.rules.ladder import Ladder
from reminders.rules.life import (
    Effect,
    Event,
    SendRung,
    TaskState,
    Woken,
    step,
)
from reminders.rules.rhythm import Rhythm

BERLIN = ZoneInfo("Europe/Berlin")
NIGHTS = Rhythm(BERLIN, sleep=(time(23), time(7)))
NOW = datetime(2026, 3, 11, 9, 0, tzinfo=UTC)  # a Wednesday, 10:00 in Berlin
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
LADDER = Ladder(NIGHTS)


def fresh(start: datetime, created: datetime, ladder: Ladder, minutes: int = 30) -> TaskState:
    wakes_at = ladder.first_rung_at(start, created)
    return TaskState(start, timedelta(minutes=minutes), created, wakes_at)


@dataclass
class Told:
    """A life as it was lived: (moment, effect) in order, and the states in between."""

    state: TaskState
    effects: list[tuple[datetime, Effect]] = field(default_factory=list)
    states: list[tuple[datetime, TaskState]] = field(default_factory=list)

    def sent(self) -> list[tuple[datetime, SendRung]]:
        return [(at, effect) for at, effect in self.effects if isinstance(effect, SendRung)]

    def at(self, now: datetime, event: Event, ladder: Ladder) -> None:
        self.state, effects = step(self.state, event, ladder, now)
        self.effects += [(now, effect) for effect in effects]
        self.states.append((now, self.state))


def live(state: TaskState, ladder: Ladder, late: timedelta = timedelta(0), steps: int = 60) -> Told:
    """Wake the task whenever it asks to be woken, always `late` by the same time, until it is closed."""
    told = Told(state)
    for _ in range(steps):
        if told.state.wakes_at is None:
            return told
        told.at(told.state.wakes_at + late, Woken(), ladder)
    raise AssertionError(f"this life never ends: {told.state}")
