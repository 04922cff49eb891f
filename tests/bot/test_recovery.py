"""A message that nobody has in hand is brought back soon; one that somebody has is left alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from redis import Redis
from rq import Queue

from bot import identifiers, inbound
from bot.clock import ManualClock
from bot.recovery import LATE, LOST, recover
from bot.services import Services
from channels.messages import InboundMessage
from storage import inbound as events
from storage.database import Database
from storage.tables import InboundEvent, User
from storage.traces import Needles
from storage.vocabulary import ErasureSource, InboundState

Text = Callable[..., InboundMessage]
MOMENT = timedelta(milliseconds=1)


@pytest.fixture
def brought(services: Services) -> list[str]:
    """The events that are handed to a worker from here on; none comes."""
    queued: list[str] = []
    services.enqueue = lambda _, argument: queued.append(argument)
    return queued


@pytest.fixture
def waiting(services: Services, owner: User, text: Text) -> UUID:
    """The owner's message: stored, and its job lost."""
    event_id = inbound.receive(services, text("/help"))
    assert event_id is not None
    return event_id


def test_a_message_whose_job_was_lost_is_found_again_within_seconds(
    services: Services, waiting: UUID, brought: list[str], clock: ManualClock
) -> None:
    clock.shift(LOST)
    assert recover(services) == 0, "it may still be on its way"
    clock.shift(MOMENT)
    assert recover(services) == 1
    assert brought == [str(waiting)]
    assert timedelta(seconds=3) > LOST


def test_a_worker_that_begins_finds_it_at_once_and_twice_is_once(
    services: Services, waiting: UUID, brought: list[str], clock: ManualClock
) -> None:
    clock.shift(MOMENT)
    assert [recover(services, timedelta(0)) for _ in range(3)] == [1, 0, 0]
    for _ in range(2):
        inbound.handle(services, waiting)
    assert recover(services, timedelta(0)) == 0
    with services.database.service() as session:
        event = session.get_one(InboundEvent, waiting)
        assert (event.state, (event.replies or {})["sent"]) == (InboundState.DONE, 1)


def test_what_fails_each_time_comes_back_less_often(
    services: Services, waiting: UUID, brought: list[str], clock: ManualClock, redis: Redis
) -> None:
    def pause() -> int:
        assert recover(services) == 1
        [mark] = redis.keys("flux:brought-back:*")
        seconds = redis.ttl(mark)
        redis.delete(mark)
        return seconds

    clock.shift(LOST + MOMENT)
    assert pause() <= 5
    clock.shift(LATE)
    assert pause() > 20


def test_what_waits_in_the_queue_is_not_queued_again(
    services: Services, waiting: UUID, brought: list[str], clock: ManualClock, redis: Redis
) -> None:
    queue = Queue("chat", connection=redis)
    queue.enqueue("bot.jobs.housekeeping", "hourly")
    queue.enqueue(inbound.HANDLE_JOB, str(waiting))
    clock.shift(2 * LATE)
    assert recover(services) == 0
    redis.flushdb()  # the queue is lost
    assert recover(services) == 1


def test_a_queue_too_long_to_look_through_is_given_time(
    services: Services, waiting: UUID, brought: list[str], clock: ManualClock, redis: Redis
) -> None:
    queue = Queue("chat", connection=redis)
    for number in range(101):
        queue.enqueue(inbound.HANDLE_JOB, f"{UUID(int=number)}")
    clock.shift(LATE)
    assert recover(services) == 0
    clock.shift(MOMENT)
    assert [recover(services) for _ in range(3)] == [1, 0, 0]


def test_a_job_that_cannot_be_read_hides_no_message(
    services: Services, waiting: UUID, brought: list[str], clock: ManualClock, redis: Redis
) -> None:
    redis.rpush("rq:queue:chat", b"\xff\xfe", "of-another-type", "gone")
    redis.set("rq:job:of-another-type", "no hash")
    clock.shift(LOST + MOMENT)
    assert recover(services) == 1


@pytest.mark.parametrize("state", [InboundState.RECEIVED, InboundState.ANSWERED])
def test_what_a_worker_has_in_hand_is_left_to_it_until_the_worker_ends(
    services: Services,
    waiting: UUID,
    brought: list[str],
    clock: ManualClock,
    database: Database,
    state: InboundState,
) -> None:
    with database.service() as session:
        session.get_one(InboundEvent, waiting).state = state
    clock.shift(2 * LATE)
    with database.service() as turn:
        if state == InboundState.RECEIVED:
            assert events.take_next(turn, waiting) is not None
        else:
            assert events.take(turn, waiting, state) is not None
        assert recover(services) == 0
        turn.connection().invalidate()  # as a kill does: the connection breaks
        turn.rollback()
    assert recover(services) == 1


def test_an_erasure_under_way_is_not_begun_a_second_time(
    services: Services, owner: User, waiting: UUID, brought: list[str], clock: ManualClock, now: datetime
) -> None:
    needles = Needles(owner.id, frozenset(), frozenset())
    identifiers.keep(services.redis, identifiers.Begun(needles, ErasureSource.PERSON, now))
    clock.shift(LATE)
    assert recover(services) == 0
    clock.shift(MOMENT)
    assert recover(services) == 1, "whoever was at it may have been killed"
