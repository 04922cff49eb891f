"""Bringing back messages that nobody has in hand: their worker died, or their job was lost with Redis."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from bot import identifiers
from bot.inbound import HANDLE_JOB
from bot.services import CHAT_QUEUE
from storage import inbound as events

if TYPE_CHECKING:
    from redis import Redis

    from bot.services import Services

LOST = timedelta(seconds=2)  # without a job and without a worker for so long: it is on nobody's way any more
LATE = timedelta(seconds=20)  # what was tried before, or may wait in a long queue
_SOON, _LATER = timedelta(seconds=5), timedelta(seconds=30)  # until the same event is brought back again
_LOOKED_THROUGH = 100  # jobs
_QUEUE = f"rq:queue:{CHAT_QUEUE}"
_EVENT = re.compile(re.escape(HANDLE_JOB) + r"\('([0-9a-f-]{36})'\)")  # as RQ describes such a job


def recover(services: Services, older_than: timedelta = LOST) -> int:
    """Queue anew whatever has waited so long and is neither queued nor being handled; how many.

    A reply that could not be sent, a queue too long to look through and an erasure under way are given more time.
    Never harmful: a message that is handled already is not handled again, whoever queues it.
    """
    now = services.clock.now()
    queued = _queued(services.redis)
    soon = older_than if queued is not None else LATE
    with services.database.service() as session:
        found = events.abandoned(session, now - soon, now - LATE, queued or ())
    leaving = set(identifiers.unfinished(services.redis)) if found else set()
    back = []
    for event_id, user_id, waited_since in found:
        late = waited_since < now - LATE
        again = _LATER if late else _SOON  # what fails each time may not keep a worker from everybody else
        is_lost = late or user_id not in leaving
        if is_lost and services.redis.set(f"flux:brought-back:{event_id}", 1, nx=True, ex=again):
            back.append(event_id)
    for event_id in back:
        services.enqueue(HANDLE_JOB, str(event_id))
    return len(back)


def _queued(redis: Redis) -> list[UUID] | None:
    """The events that wait in the queue; None when it is too long to look through."""
    client: Any = redis
    jobs = client.lrange(_QUEUE, 0, _LOOKED_THROUGH)
    if len(jobs) > _LOOKED_THROUGH:
        return None
    with client.pipeline(transaction=False) as pipeline:
        for job in jobs:
            pipeline.hget(b"rq:job:" + job, "description")
        found = pipeline.execute(raise_on_error=False)  # what cannot be read a worker will drop
    calls = [one.decode(errors="replace") for one in found if isinstance(one, bytes)]
    return [UUID(name) for call in calls for name in _EVENT.findall(call)]
