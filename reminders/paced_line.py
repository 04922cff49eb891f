"""A line at a provider's pace: slots are taken shortly before they come, in the order of deadlines and fair to everybody."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from math import inf
from uuid import UUID

from channels.messages import ChannelError, OutboundMessage
from reminders.attempts import Attempt
from reminders.lines import Line
from reminders.throttle import Throttle

PATIENCE = 5.0  # seconds an attempt may wait here for its slot; whoever would wait longer comes back for it
_LEASED = 10.0  # seconds after which it is handed back whatever is expected: its lease must not run out here
_EARLY = 1.5  # seconds before its slot somebody comes back, since bells ring in whole seconds
_LEAD = 0.03  # seconds before its slot that somebody is begun, so as to leave in time
_TOO_LATE = 0.012  # seconds after its slot that a provider would notice


@dataclass(frozen=True, slots=True, order=True)
class _Place:
    """By deadline; within one second everybody's first, then everybody's second: nobody holds up the others."""

    second: float
    nth: int
    number: int
    attempt: Attempt = field(compare=False)
    since: float = field(compare=False)

    @property
    def chat(self) -> str:
        return self.attempt.address.value


class PacedLine(Line):
    """The same at a provider's pace: slots are taken shortly before they come, and begun when they are there."""

    def __init__(self, most: int, throttle: Throttle, channel: str) -> None:
        super().__init__(most)
        self._throttle, self._watch, self._channel = throttle, throttle.watch, channel
        self._pace = throttle.pace(channel)
        self._places: list[_Place] = []
        self._slots: deque[tuple[float, Attempt]] = deque()
        self._slot_of: dict[UUID, float] = {}
        self._rests: dict[str, float] = {}  # chat -> until when
        self._nth: Counter[tuple[UUID, float]] = Counter()
        self._numbers = count()
        self._is_fresh = False
        self._ask_at = 0.0
        self._strained = False

    @property
    def busy(self) -> bool:
        return bool(self._places or self._slots or super().busy)

    @property
    def waits(self) -> bool:
        is_shut = self._ask_at > self._watch.seconds()
        return bool(self._places) and self._room > len(self._slots) and bool(self._pace.apart or is_shut)

    def add(self, attempts: Iterable[Attempt]) -> None:
        now = self._watch.seconds()
        for attempt in sorted(attempts, key=lambda one: one.deadline):
            second = attempt.deadline.timestamp() // 1
            person = (attempt.person.user_id, second)
            self._places.append(_Place(second, self._nth[person], next(self._numbers), attempt, now))
            self._nth[person] += 1
            self._is_fresh = True
        self._places.sort()

    def draw(self) -> list[Attempt]:
        """Those whose slot has come, as far as they can leave at once."""
        room = self._room
        if room > len(self._slots) and self._ask_at <= self._watch.seconds():
            self._ask(room - len(self._slots))
        now = self._watch.seconds()
        drawn: list[Attempt] = []
        while self._slots and len(drawn) < room and self._slots[0][0] <= now + _LEAD:
            at, attempt = self._slots.popleft()
            self._slot_of[attempt.id] = at
            drawn.append(attempt)
        return drawn

    def _ask(self, room: int) -> None:
        """Take slots for the next ones, one for each chat."""
        wanted = self._wanted(room)
        if not wanted:
            return
        slots = self._throttle.reserve(self._channel, [place.chat for place in wanted])
        now = self._watch.seconds()
        self._ask_at = now + slots.wait
        self._strained = slots.strained
        taken = set()
        for place, at, rest in zip(wanted, slots.at, slots.rests, strict=True):
            if at is not None:
                self._slots.append((now + at, place.attempt))
                taken.add(place.number)
            elif rest is not None:
                self._rests[place.chat] = now + rest
        self._places = [place for place in self._places if place.number not in taken]

    def _wanted(self, room: int) -> list[_Place]:
        now = self._watch.seconds()
        wanted: dict[str, _Place] = {}
        for place in self._places:
            if place.chat not in wanted and self._rests.get(place.chat, 0.0) <= now:
                wanted[place.chat] = place
                if len(wanted) == room:
                    break
        return list(wanted.values())

    def punctual(self) -> Iterator[tuple[Attempt, OutboundMessage]]:
        return self.leave() if self._pace.apart else iter(())

    def leave(self) -> Iterator[tuple[Attempt, OutboundMessage]]:
        late = 0.0
        while self.begun and self.out < self.most and (over := -self._until_leaving()) >= 0:
            late = max(late, over)
            self.out += 1
            attempt, message = self.begun.popleft()
            del self._slot_of[attempt.id]
            yield attempt, message
        if late > _TOO_LATE and self._pace.apart:
            self._throttle.late(self._channel, late)

    def _until_leaving(self) -> float:
        return self._slot_of[self.begun[0][0].id] - self._watch.seconds()

    def landed(self, attempt: Attempt, error: ChannelError | None) -> None:
        super().landed(attempt, error)
        if error is not None:
            self._throttle.failed(attempt.address, error)
        elif self._strained:
            self._strained = False
            self._throttle.succeeded(self._channel)

    def give_up(self) -> tuple[list[Attempt], list[Attempt]]:
        waiting, begun = super().give_up()
        waiting += [place.attempt for place in self._places] + [attempt for _, attempt in self._slots]
        self._places.clear()
        self._slots.clear()
        self._slot_of.clear()
        return waiting, begun

    def refused(self, attempt: Attempt) -> None:
        self._slot_of.pop(attempt.id, None)
        if self._strained:
            self._throttle.unused(self._channel)
            self._ask_at = 0.0

    def next_move(self) -> float | None:
        now = self._watch.seconds()
        moves = []
        if self.begun and self.out < self.most:
            moves.append(self._until_leaving())
        if self._room and self._slots:
            moves.append(self._slots[0][0] - _LEAD - now)
        if self._places and self._room > len(self._slots):
            free = min(self._rests.get(place.chat, 0.0) for place in self._places)
            moves.append(max(self._ask_at, free) - now)
        return max(0.0, min(moves)) if moves else None

    def step_back(self, at: datetime, *, all_of_them: bool) -> list[tuple[Attempt, float]]:
        now = self._watch.seconds()
        # Who has waited here is not sent away for waiting a little more.
        most = PATIENCE if self._is_fresh else 2 * PATIENCE
        self._is_fresh = False
        ahead, soonest = 0, inf
        before: Counter[str] = Counter()  # of the same chat
        short: list[tuple[Attempt, float]] = []
        long: list[tuple[Attempt, float]] = []
        for place in self._places:
            if place.attempt.deadline <= at:
                short.append((place.attempt, 0.0))  # expired: it needs no slot to be closed
                continue
            shut = max(0.0, self._ask_at - now, self._rests.get(place.chat, 0.0) - now)
            chat_wait = shut + before[place.chat] * self._pace.chat_apart
            wait = max(chat_wait, shut + ahead * self._pace.apart)
            before[place.chat] += 1
            if wait > most or shut > PATIENCE:
                long.append((place.attempt, chat_wait))
                soonest = min(soonest, wait)
                continue
            ahead += 1
            if all_of_them or now - place.since > _LEASED:
                short.append((place.attempt, wait))
        back = {attempt.id for attempt, _ in (*short, *long)}
        self._places = [place for place in self._places if place.attempt.id not in back]
        return [(one, max(0.0, wait - _EARLY)) for one, wait in (*short, *self._promised(long, soonest))]

    def _promised(self, long: list[tuple[Attempt, float]], soonest: float) -> Iterator[tuple[Attempt, float]]:
        """Slots far ahead, told to nobody else: who comes back for them meets no crowd."""
        if not long:
            return
        first = self._throttle.promise(self._channel, len(long), max(soonest, PATIENCE))
        for number, (attempt, chat_wait) in enumerate(long):
            yield attempt, max(chat_wait, first + number * self._pace.apart)
