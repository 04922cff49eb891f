"""Erasing a person: rows first and for good, then Redis, queued jobs and logs, and the proof that nothing is left.

Killed anywhere, the same call again does the rest: what to look for is kept in Redis until all of it is done.
"""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import structlog
from redis.exceptions import RedisError, ResponseError
from rq.exceptions import NoSuchJobError
from rq.job import Job, JobStatus
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from bot import identifiers
from bot.identifiers import Begun
from channels.messages import Address
from channels.sim_phone import PhoneStore
from storage import erasure, users
from storage.database import repeat_on_conflict
from storage.erasure import Erased, UnknownPersonError
from storage.file_traces import blot_logs, folders_of, search_files
from storage.redis_traces import forget_named, search_redis
from storage.traces import Needles, Trace, find_traces, readable_tables
from storage.vocabulary import ErasureSource

if TYPE_CHECKING:
    from bot.services import Services

log = structlog.get_logger()

PATIENCE = 12.0  # seconds; a provider that is being called answers or times out in ten
LEFT_ALONE = timedelta(
    minutes=2
)  # an erasure as young as this is still being carried out by whoever began it
_LOOK_AGAIN = 0.05
FINISH_JOB = "bot.jobs.finish_erasure"


class UnfinishedError(Exception):
    """It broke on the way, with a cause nobody foresaw: begun, and finished later without being asked again."""


@dataclass(frozen=True, slots=True)
class Proof:
    """Where it was looked, for how many identifiers, and what was found: nothing, if all went well."""

    tables: int
    keys: int
    files: int
    identifiers: int
    traces: tuple[Trace, ...]

    def __str__(self) -> str:
        return (
            f"searched {self.tables} tables, {self.keys} keys, {self.files} files "
            f"for {self.identifiers} identifiers: {sum(one.count for one in self.traces)} traces"
        )


def erase_person(services: Services, user_id: UUID, asked_by: ErasureSource) -> Erased:
    """Erase somebody everywhere. Again for an id that was erased: finishes what was left, and tells the old receipt.

    Raises UnknownPersonError, and UnfinishedError when it broke on the way. While Redis is away nothing is begun.
    """
    return erase_and_name(services, user_id, asked_by)[0]


def erase_and_name(services: Services, user_id: UUID, asked_by: ErasureSource) -> tuple[Erased, Needles]:
    """The same, and all that was looked for: what `prove` is to look for again."""
    begun = _begin(services, user_id, asked_by)
    try:
        erased, needles = _erase_rows(services, user_id, begun)
        _erase_elsewhere(services, needles)
        identifiers.drop(services.redis, user_id)
        _rewrite_append_only_file(services)
    except (UnknownPersonError, OperationalError, RedisError):
        raise
    except Exception as error:
        # Whatever it is, whoever asked must not be told that nothing changed.
        log.exception("erasure_not_finished")
        raise UnfinishedError from error
    log.info("person_erased", receipt=str(erased.receipt_id), repeated=erased.repeated)
    return erased, needles


def resume(services: Services) -> int:
    """Have the erasures finished whose process ended on the way; returns how many. For the sweep, which waits for nobody."""
    asked = 0
    now = services.clock.now()
    for user_id in identifiers.unfinished(services.redis):
        if _is_left(services, user_id) and identifiers.ask(services.redis, user_id, now, LEFT_ALONE):
            services.enqueue(FINISH_JOB, user_id.hex)
            asked += 1
    return asked


def finish(services: Services, user_id: UUID) -> bool:
    """Do the rest of an erasure; False when there is nothing to do, somebody is at it, or it broke again."""
    begun = identifiers.kept(services.redis, user_id)
    if begun is None or not _is_left(services, user_id):
        return False
    try:
        erase_person(services, user_id, begun.asked_by)
    except UnknownPersonError:  # the database is another one than it was
        identifiers.drop(services.redis, user_id)
    except Exception:
        # Whatever it is: a job that failed would be kept with the person's id, and the next sweep asks again.
        log.exception("erasure_not_resumed")
        return False
    return True


def _is_left(services: Services, user_id: UUID) -> bool:
    begun = identifiers.kept(services.redis, user_id)
    return begun is not None and services.clock.now() - begun.at >= LEFT_ALONE


def collect(services: Services, user_id: UUID) -> Needles:
    """What to look for: what the rows tell, and what an erasure that was cut short had collected from them."""
    begun = identifiers.kept(services.redis, user_id)
    with services.database.service() as session:
        found = _found(services, session, user_id)
    return found | begun.needles if begun else found


def _found(services: Services, session: Session, user_id: UUID) -> Needles:
    found = identifiers.needles_of(session, user_id)
    phones = PhoneStore(services.redis)
    for identity in users.identities(session, user_id):
        typed = phones.numbers_typed(Address(identity.channel, identity.value))
        found = replace(found, words=found.words | typed)
    return found


def prove(services: Services, needles: Needles) -> Proof:
    """Search every table, every Redis key and every file of this installation."""
    with services.database.service() as session:
        connection = session.connection()
        connection.execute(text("set local statement_timeout = 0"))  # millions of rows may take their time
        tables = readable_tables(connection)
        traces = find_traces(connection, needles)
    keys, in_redis = search_redis(services.redis, needles)
    files, in_files = search_files(folders_of(services.settings.flux_home), needles)
    return Proof(len(tables), keys, files, len(needles), (*traces, *in_redis, *in_files))


# ------------------------------------------------------------------ the steps


def _begin(services: Services, user_id: UUID, asked_by: ErasureSource) -> Begun:
    """Whom it is about, written down before anything goes. Raises UnknownPersonError."""
    with services.database.service() as session:
        known = users.get_user(session, user_id) or erasure.find_receipt(session, user_id)
    if known is None:
        raise UnknownPersonError(f"no such person: {user_id}")
    begun = Begun(collect(services, user_id), asked_by, services.clock.now())
    identifiers.keep(services.redis, begun)
    return begun


def _erase_rows(services: Services, user_id: UUID, begun: Begun) -> tuple[Erased, Needles]:
    _wait_for_lanes(services, user_id)
    by_hand = ("openrouter",) if services.settings.openrouter_api_key else ()

    def attempt() -> tuple[Erased, Needles]:
        _hush(services, user_id)  # the last one may have ended while others held the rows
        with services.database.service() as session:
            erasure.lock(session, user_id)
            # What came in since it began is deleted too, and its ids are in logs and jobs by now.
            needles = begun.needles | _found(services, session, user_id)
            identifiers.keep(services.redis, replace(begun, needles=needles))
            now = services.clock.now()
            return erasure.erase_rows(session, user_id, now, begun.asked_by, by_hand=by_hand), needles

    return repeat_on_conflict(attempt)


def _hush(services: Services, user_id: UUID) -> None:
    """In a transaction of its own: others are to see it, and it takes the owner before the tasks."""
    with services.database.service() as session:
        erasure.hush(session, user_id, services.clock.now())


def _wait_for_lanes(services: Services, user_id: UUID) -> None:
    """Let no reminder begin, and those that have begun end: so none goes out once the rows are gone."""
    repeat_on_conflict(lambda: _hush(services, user_id))
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with services.database.service() as session:
            if not erasure.is_sending(session, user_id, services.clock.now()):
                return
        time.sleep(_LOOK_AGAIN)


def _erase_elsewhere(services: Services, needles: Needles) -> None:
    if services.phones is not None:
        for word in needles.words:
            for channel in services.switchboard.simulated:
                services.phones.forget(Address(channel, word))  # the calls it tells of have keys of their own
    forget_named(services.redis, needles)
    _forget_jobs(services, needles)
    blot_logs(folders_of(services.settings.flux_home), needles)


def _forget_jobs(services: Services, needles: Needles) -> None:
    """Jobs are called with the id of an event. The one that is running ends by itself and keeps nothing."""
    client: Any = services.redis
    for key in client.scan_iter(match="rq:job:*", count=1000):
        if not needles.are_in(client.hget(key, "description") or b""):
            continue
        with contextlib.suppress(NoSuchJobError):
            job = Job.fetch(key.decode().removeprefix("rq:job:"), connection=services.redis)
            if job.get_status(refresh=False) != JobStatus.STARTED:
                job.delete()


def _rewrite_append_only_file(services: Services) -> None:
    """A durable Redis still has the old commands on its disk; one without such a file, or that forbids it, refuses."""
    with contextlib.suppress(ResponseError):
        services.redis.bgrewriteaof()
