"""What `bench.cellar` writes: an answer beside the same in a small database, claims, an export and an erasure."""

from __future__ import annotations

import random
import statistics
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from time import perf_counter
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import text

from bench.figures import Figure, at_most, side_by_side, timed
from reminders.answering import answer_task
from storage import tasks
from storage.database import Database
from storage.erasure import erase_rows
from storage.export import stream_export
from storage.vocabulary import Answer, ErasureSource, Stage

if TYPE_CHECKING:
    from bench.cellar import Cellar

ROUNDS, WARM_UP = 400, 40
CLAIMS, CLAIM_ROUNDS, BATCH, CLAIMERS = 10_000, 3, 100, 4
_PENDING = text("select user_id, id from tasks where status = 'pending' and wakes_at > :now")
_AS_BEFORE = text("""
    update tasks set status = 'pending', stage = 'waiting', completed_at = null, wakes_at = scheduled_at
    where id = :task
""")

Open = list[tuple[UUID, UUID]]  # (person, task)


def measure(cellar: Cellar) -> Iterator[Figure]:
    yield from _status_change(cellar)
    yield _claims(cellar)
    yield from _exports(cellar)
    yield _erasure(cellar)


def _status_change(cellar: Cellar) -> Iterator[Figure]:
    """A person says "done": lock, rules, task, notices, outbox, goal, commit."""
    few, many = _open_tasks(cellar.small, cellar.now), _open_tasks(cellar.big, cellar.now)

    def tidy(number: int) -> None:
        """There are not enough open tasks in the small one to answer each only once."""
        with cellar.small.service() as session:
            session.execute(_AS_BEFORE, {"task": few[number % len(few)][1]})

    acts = {"small": _answers(cellar.small, few, cellar.now), "big": _answers(cellar.big, many, cellar.now)}
    found = side_by_side(ROUNDS, WARM_UP, acts, tidy)
    ratio = found["big"].p50 / found["small"].p50
    yield Figure("status change, whole path, 1,000 tasks", "", str(found["small"]))
    yield Figure("the same, big database", "", str(found["big"]))
    yield Figure("status change, big / small", "<= 2.0 x", f"{ratio:.2f} x", ratio <= 2)


def _open_tasks(database: Database, now: datetime) -> Open:
    with database.service() as session:
        found = [(person, task) for person, task in session.execute(_PENDING, {"now": now})]
    random.shuffle(found)
    return found


def _answers(database: Database, open_tasks: Open, now: datetime) -> Callable[[int], object]:
    def act(number: int) -> None:
        person, task = open_tasks[number % len(open_tasks)]
        with database.session(person) as session:
            outcome = answer_task(session, person, task, Answer.DONE, now, source="telegram")
        assert outcome.kind == "recorded", outcome.kind

    return act


def _claims(cellar: Cellar) -> Figure:
    """Everything ahead falls due at once, and is moved on by several claimers in batches, as the ladder does."""
    at = cellar.now + timedelta(days=60)
    database = Database(cellar.database_url, pool_size=CLAIMERS)

    def claimer(_: int) -> list[UUID]:
        claimed: list[UUID] = []
        while batch := _claim(database, at):
            claimed += batch
            if len(claimed) >= CLAIMS // CLAIMERS:
                break
        return claimed

    rates: list[float] = []
    claimed: list[UUID] = []
    with ThreadPoolExecutor(CLAIMERS) as hands:
        for _ in range(CLAIM_ROUNDS):
            begun, before = perf_counter(), len(claimed)
            claimed += [one for found in hands.map(claimer, range(CLAIMERS)) for one in found]
            rates.append((len(claimed) - before) / (perf_counter() - begun))
    database.dispose()
    assert len(set(claimed)) == len(claimed), "a task was claimed twice"
    rate = statistics.median(rates)
    name = f"claims, {CLAIMERS} threads in batches of {BATCH}"
    return Figure(name, ">= 5,000/s", f"{rate:,.0f}/s, none twice", rate >= 5000)


def _claim(database: Database, at: datetime) -> list[UUID]:
    with database.service() as session:
        due = tasks.claim_due(session, at, BATCH)
        session.expunge_all()
        for task in due:
            task.stage, task.version, task.reminder_sent_at = Stage.REMINDED, task.version + 1, at
            task.wakes_at = at + timedelta(minutes=2)
        tasks.save_ladder(session, due)
        return [task.id for task in due]


def _exports(cellar: Cellar) -> Iterator[Figure]:
    person, _ = cellar.people[0]
    yield _export(cellar, "export of one person", person, most=2)
    yield _export(cellar, "export of a person with 10,000 tasks", cellar.heavy)


def _export(cellar: Cellar, name: str, person: UUID, most: float | None = None) -> Figure:
    target = f"<= {most:.0f} s" if most else ""
    sizes: list[int] = []

    def act() -> None:
        sizes.extend(len(piece) for piece in stream_export(cellar.big, person, cellar.now))

    seconds = timed(act)
    measured = f"{seconds:.2f} s, {sum(sizes) / 1e6:.2f} MB"
    return Figure(name, target, measured, seconds <= most if most else None)


def _erasure(cellar: Cellar) -> Figure:
    def act() -> None:
        with cellar.big.service() as session:
            erase_rows(session, cellar.heavy, cellar.now, ErasureSource.OPERATOR)

    return at_most("erasure of a person with 10,000 tasks", timed(act), 5)
