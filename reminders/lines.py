"""Attempts on their way over one channel: who is next, who waits for a slot, and who had better come back later."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from channels.messages import ChannelError, OutboundMessage
from reminders.attempts import Attempt
from storage.leases import hand_back

LEASE = timedelta(seconds=25)  # and a sweep later: a dead worker's step is picked up within thirty
# So much of a lease must be left when a message leaves: more than any provider is given.
LONGEST_SEND = timedelta(seconds=15)
GROUP = 10  # begun in one transaction; a killed worker's are sent by another, once


@dataclass
class Line:
    """Attempts on their way: `waiting`, then `begun` in groups, then sent and not written down yet; at most `most` of these."""

    most: int
    waiting: deque[Attempt] = field(default_factory=deque)
    begun: deque[tuple[Attempt, OutboundMessage]] = field(default_factory=deque)
    out: int = 0

    @property
    def busy(self) -> bool:
        return bool(self.waiting or self.begun or self.out)

    @property
    def waits(self) -> bool:
        """Whether somebody stands here only for want of a slot."""
        return False

    def add(self, attempts: Iterable[Attempt]) -> None:
        self.waiting.extend(attempts)

    def draw(self) -> list[Attempt]:
        """The next ones to begin: no more than can leave at once, so that nothing waits once it has been looked at."""
        return [self.waiting.popleft() for _ in range(min(self._room, len(self.waiting)))]

    @property
    def _room(self) -> int:
        return min(GROUP, self.most - self.out - len(self.begun))

    def punctual(self) -> Iterator[tuple[Attempt, OutboundMessage]]:
        """What leaves at its moment, whatever else is to be done before."""
        return iter(())

    def leave(self) -> Iterator[tuple[Attempt, OutboundMessage]]:
        while self.begun and self.out < self.most:
            self.out += 1
            yield self.begun.popleft()

    def give_up(self) -> tuple[list[Attempt], list[Attempt]]:
        """Everything that has not left, what waits and what has begun; none of it is here any more."""
        left = list(self.waiting), [attempt for attempt, _ in self.begun]
        self.waiting.clear()
        self.begun.clear()
        return left

    def refused(self, attempt: Attempt) -> None:
        """It was drawn, and is not worth sending any more."""

    def landed(self, attempt: Attempt, error: ChannelError | None) -> None:  # noqa: ARG002 - for lines with a throttle
        self.out -= 1

    def next_move(self) -> float | None:
        """In how many seconds there is something to do here without anything landing; None: nobody knows."""
        return None

    def step_back(self, at: datetime, *, all_of_them: bool) -> list[tuple[Attempt, float]]:  # noqa: ARG002 - for lines with a throttle
        """Who leaves the line unsent at this moment of Flux's time, and in how many seconds they shall come back."""
        return []


def as_begun(attempt: Attempt) -> Attempt:
    """As its row is since `last_look.begin`."""
    return replace(attempt, tries=attempt.tries + 1)


def let_go(session: Session, begun: Sequence[Attempt], now: datetime) -> None:
    """None of these has left, though they were begun: those that are still ours may be begun anew at once, by anybody."""
    hand_back(session, [(one.id, one.tries + 1) for one in begun if one.begun], now)
    hand_back(session, [(one.id, one.tries + 1) for one in begun if not one.begun], now, unsent=True)
