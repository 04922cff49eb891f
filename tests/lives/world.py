"""Many lives at once in simulated time: bells, messages, answers and everything that goes wrong, in the order of the clock."""

from __future__ import annotations

import heapq
import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from bot.clock import ManualClock
from bot.services import Services, build
from bot.settings import Settings
from channels.switchboard import Switchboard
from reminders.dispatch import Dispatcher
from reminders.rolling import roll_forward
from storage.database import Database, turn
from tests.lives.book import Book
from tests.lives.people import Liver
from tests.lives.provider import Accepted, Provider

CHANNELS = ("telegram", "whatsapp", "call", "push")
CAN_LOOK_UP = ("whatsapp", "call")
Act = Callable[[datetime], None]
Heard = Callable[[Liver, Accepted, Any, datetime], None]


@dataclass
class Bells:
    """Satisfies `reminders.wakeups.Wakeups`: rings on whole seconds as rq-scheduler does, or less often."""

    grain: int = 1  # seconds
    _asked: list[float] = field(default_factory=list)
    _known: set[float] = field(default_factory=set)

    def wake_at(self, when: datetime, key: str) -> None:
        second = math.ceil(when.timestamp() / self.grain) * self.grain
        if second not in self._known:
            self._known.add(second)
            heapq.heappush(self._asked, second)

    @property
    def next(self) -> datetime | None:
        return datetime.fromtimestamp(self._asked[0], UTC) if self._asked else None

    def rang(self, now: datetime) -> None:
        """Everything up to now has rung."""
        while self._asked and self._asked[0] <= now.timestamp():
            self._known.discard(heapq.heappop(self._asked))


@dataclass
class World:
    """One installation whose clock only this class moves. Nothing sweeps: a bell that is not asked for is found out."""

    services: Services
    providers: dict[str, Provider]
    bells: Bells
    book: Book
    now: datetime
    heard: Heard  # called for each message that reached a person
    steps: int = 0
    _acts: list[tuple[datetime, int, Act]] = field(default_factory=list)
    _order: itertools.count[int] = field(default_factory=itertools.count)

    @classmethod
    def begin(
        cls,
        database: Database,
        settings: Settings,
        people: Sequence[Liver],
        seed: int,
        heard: Heard,
        trouble: float,
        grain: int = 1,
    ) -> World:
        """Everybody joins; the clock stands at the first one's beginning."""
        now, bells = people[0].begins, Bells(grain)
        providers = {name: Provider(name, seed, trouble, name in CAN_LOOK_UP) for name in CHANNELS}
        services = replace(
            build(settings),
            database=database,
            clock=ManualClock(now),
            wakeups=bells,
            switchboard=Switchboard({}, providers),  # no provider's pace: its waits are real time
            enqueue=lambda _function, _argument: None,
        )
        with database.service() as session:
            for one in people:
                one.join(session)
        return cls(
            services,
            providers,
            bells,
            Book({one.user_id: one for one in people}, timedelta(seconds=grain + 1)),
            now,
            heard,
        )

    @property
    def database(self) -> Database:
        return self.services.database

    @property
    def dispatcher(self) -> Dispatcher:
        return self.services.dispatcher

    def later(self, at: datetime, act: Act) -> None:
        """Do this at that moment; what is due already comes next."""
        heapq.heappush(self._acts, (max(at, self.now), next(self._order), act))

    def run_until(self, end: datetime) -> None:
        with self.database.service_line() as line:
            self._run_until(end, line)

    def _run_until(self, end: datetime, line: Session) -> None:
        while (at := self._next()) is not None and at <= end:
            self.now = max(at, self.now)
            self.services.clock.move_to(self.now)  # type: ignore[attr-defined] - a ManualClock
            if self._acts and self._acts[0][0] <= self.now:
                heapq.heappop(self._acts)[2](self.now)
            else:
                self.ring(line)
        self.now = max(end, self.now)

    def ring(self, line: Session) -> None:
        """Whoever is rung claims everything that is due; then the book looks at what was sent."""
        self.steps += 1
        self.bells.rang(self.now)
        self.dispatcher.run_due(self.now)
        accepted = [one for provider in self.providers.values() for one in provider.taken()]
        with turn(line) as session:
            judged = self.book.check(session, accepted, self.now)
        for one, row in judged:
            self.heard(self.book.people[row.user_id], one, row, self.now)

    def roll(self) -> None:
        with self.database.service() as session:
            roll_forward(session, self.now)

    def close_day(self, days_ago: int = 2) -> None:
        end = self.now - timedelta(days=days_ago)
        with self.database.service() as session:
            self.book.close_day(session, end - timedelta(days=1), end)

    def _next(self) -> datetime | None:
        known = [at for at in (self.bells.next, self._acts[0][0] if self._acts else None) if at is not None]
        return min(known, default=None)
