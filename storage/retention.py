"""What is past its age goes, oldest first and in short batches; nothing that is still open, and nothing a talk still needs."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import text

from storage import checkpoints
from storage.database import Database, try_lock_person

log = structlog.get_logger(__name__)

BATCH = 5_000  # rows a transaction: a fraction of a second
_LISTED = 4  # batches found with one look at a table
_THREADS = 100  # a thread is several rows, and some of them are large


@dataclass(frozen=True, slots=True)
class RetentionLimits:
    """How long rows are kept once they are finished; None is for ever."""

    inbound: timedelta | None = timedelta(days=30)
    delivery: timedelta | None = timedelta(days=180)
    messages: timedelta | None = timedelta(days=730)
    link_codes: timedelta | None = timedelta(days=7)
    pauses: timedelta | None = timedelta(days=730)
    provider_deletions: timedelta | None = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class RetentionReport:
    """Rows (or threads) that went, by table; `complete` unless the time was up before everything was done."""

    counts: Mapping[str, int]
    complete: bool = True


@dataclass(frozen=True, slots=True)
class _Rule:
    """One table: which of RetentionLimits counts, the column that tells the age, and when a row `r` may go.

    `listing` finds the oldest where the condition alone would be slow; what it found stays true, so that only the
    age is looked at again.
    """

    table: str
    limit: str
    age: str
    past: str
    listing: str = ""

    @property
    def oldest(self) -> str:
        plain = f"select r.id from {self.table} r where {self.past} order by {self.age} limit :limit"  # noqa: S608 - our own words
        return self.listing or plain

    @property
    def deletion(self) -> str:
        """Looks again at each row, and passes by those that somebody is holding: it waits for nobody."""
        return f"""
            delete from {self.table} where id in (
                select r.id from {self.table} r where r.id = any(cast(:ids as uuid[])) and {self.past}
                for update of r skip locked
            )
        """  # noqa: S608 - our own words


_OF_CLOSED_TASK = "not exists (select from tasks t where t.id = r.task_id and t.status = 'pending')"

# A message goes once a newer summary has taken its place: what the model is shown begins with the newest one.
_SUMMARISED = """
    select r.id from conversations c
    cross join lateral (
        select s.created_at from messages s where s.conversation_id = c.id and s.role = 'summary'
        order by s.created_at desc limit 1
    ) newest
    join messages r on r.conversation_id = c.id and r.created_at < least(:before, newest.created_at)
    where c.created_at < :before
    order by r.created_at limit :limit
"""

_RULES = (
    _Rule(
        "inbound_events",
        "inbound",
        "received_at",
        "r.received_at < :before and r.state in ('done', 'failed')",
    ),
    _Rule(
        "dispatch_log",
        "delivery",
        "created_at",
        f"r.created_at < :before and r.status not in ('pending', 'unknown') and {_OF_CLOSED_TASK}",
    ),
    _Rule("notification_log", "delivery", "sent_at", f"r.sent_at < :before and {_OF_CLOSED_TASK}"),
    _Rule("messages", "messages", "created_at", "r.created_at < :before", _SUMMARISED),
    _Rule("link_codes", "link_codes", "expires_at", "least(r.expires_at, r.used_at) < :before"),
    _Rule("pauses", "pauses", "last_day", "r.last_day < cast(:before as date)"),
    _Rule("provider_deletions", "provider_deletions", "done_at", "r.state = 'done' and r.done_at < :before"),
)


def retain(
    database: Database,
    limits: RetentionLimits,
    now: datetime,
    *,
    within: timedelta | None = None,
    batch: int = BATCH,
) -> RetentionReport:
    """Delete what is past its age; stops after about `within`, and the next call goes on from there.

    Safe at any time and to be killed anywhere: each batch is a transaction of its own, and no lock is waited for.
    """
    enough = _time_is_up(within)
    counts: Counter[str] = Counter()
    for name, batches in _work(database, limits, now, batch):
        for rows in batches:
            counts[name] += rows
            log.info("retention_batch", table=name, rows=rows, so_far=counts[name])
            if enough():
                return RetentionReport(dict(counts), complete=False)
    return RetentionReport(dict(counts))


def _work(
    database: Database, limits: RetentionLimits, now: datetime, batch: int
) -> Iterator[tuple[str, Iterator[int]]]:
    for rule in _RULES:
        limit: timedelta | None = getattr(limits, rule.limit)
        if limit is not None:
            yield rule.table, _old_rows(database, rule, now - limit, batch)
    yield "orphan_threads", _orphan_threads(database)
    yield "superseded_threads", _superseded_threads(database)


def _old_rows(database: Database, rule: _Rule, before: datetime, batch: int) -> Iterator[int]:
    """One number per committed batch. Ends when nothing is left but what somebody holds."""
    went = 1
    while went:
        went = 0
        with database.service() as session:
            values = {"before": before, "limit": _LISTED * batch}
            ids: list[UUID] = list(session.scalars(text(rule.oldest), values))
        for start in range(0, len(ids), batch):
            with database.service() as session:
                values = {"before": before, "ids": ids[start : start + batch]}
                rows = len(session.execute(text(rule.deletion + "returning id"), values).all())
            went += rows
            yield rows


def _orphan_threads(database: Database) -> Iterator[int]:
    while True:
        with database.service() as session:
            threads = checkpoints.orphan_threads(session, _THREADS)
            if not threads:
                return
            checkpoints.forget_threads(session, threads)
        yield len(threads)


def _superseded_threads(database: Database) -> Iterator[int]:
    """Prune what a turn did not; people who are talking this moment are passed by, their turn does it itself."""
    last = ""
    while True:
        with database.service() as session:
            found = checkpoints.superseded_threads(session, _THREADS, last)
        if not found:
            return
        for user_id, thread in found:
            with database.service() as session:
                free = try_lock_person(session, user_id)
                if free:
                    checkpoints.prune_thread(session, thread)
            yield int(free)
        last = found[-1][1]  # each is looked at once: those passed by would be found again and again


def _time_is_up(within: timedelta | None) -> Callable[[], bool]:
    end = None if within is None else time.monotonic() + within.total_seconds()
    return lambda: end is not None and time.monotonic() >= end
