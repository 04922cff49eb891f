"""People with a year behind them and six weeks ahead: the load of an installation that has lived, made inside Postgres.

    python -m bench.seed_history [--tasks 1000000] [--people 10000]

Writes into DATABASE_URL, or into the running embedded installation: goals with tags, tasks with what became of them,
the ladder of every fifth, what was said and what came in. `python -m bench.seed --forget` removes all of them again.
"""

from __future__ import annotations

import argparse
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from time import perf_counter
from typing import Any
from uuid import uuid4

import psycopg

from bench import history_sql
from bench.seed import PREFIX, as_service, plain

SPRINTS = 10  # of about six weeks: nine behind, one ahead


@dataclass(frozen=True)
class History:
    """`people` who have about `tasks` tasks together, evenly over the days around `now` (aware)."""

    tasks: int
    people: int
    now: datetime
    behind: int = 365  # days
    ahead: int = 42

    @property
    def each(self) -> int:
        return max(1, self.tasks // self.people)

    def parameters(self) -> dict[str, Any]:
        return {
            "prefix": PREFIX,
            "run": int.from_bytes(uuid4().bytes[:4], "big"),  # chat ids of two runs never meet
            "born": self.now - timedelta(days=self.behind + 1),
            "now": self.now,
            "today": self.now.date(),
            "behind": self.behind,
            "span": self.behind + self.ahead,
            "each": self.each,
            "size": -(-self.each // SPRINTS),
        }


class Progress:
    """A line on stderr after each part: how far, and how many rows a second."""

    def __init__(self, total: int, *, quiet: bool) -> None:
        self._total, self._quiet = total, quiet
        self._begun = perf_counter()
        self._lock = threading.Lock()
        self.rows = self._tasks = 0

    def add(self, name: str, rows: int) -> None:
        with self._lock:
            self.rows += rows
            self._tasks += rows if name == "tasks" else 0
            if not self._quiet:
                print(self._line(name), file=sys.stderr, flush=True)

    def _line(self, name: str) -> str:
        seconds = perf_counter() - self._begun
        percent = 100 * self._tasks // self._total
        return (
            f"{percent:3}% of {self._total:,} tasks  {name:<14} {self.rows:>10,} rows"
            f"  {self.rows / seconds:8,.0f}/s  {seconds:5.1f} s"
        )


def write_history(url: str, history: History, *, quiet: bool = False, bare: bool = False) -> int:
    """Write the lives, each part in a transaction of its own, and let the planner look at them; returns the rows.

    `bare` is twice as fast, for an empty database and a superuser: indexes come at the end, foreign keys go unchecked.
    """
    progress = Progress(history.each * history.people, quiet=quiet)
    values = history.parameters()
    half = history.people // 2
    parts = [(0, half - 1), (half, history.people - 1)] if half else [(0, 0)]
    indexes = _drop_indexes(url) if bare else []
    # Postgres uses one core per connection.
    _side_by_side([partial(_write_part, url, values, part, progress, bare=bare) for part in parts])
    _side_by_side([partial(_build, url, indexes[number::2]) for number in (0, 1)])
    with psycopg.connect(plain(url), autocommit=True) as connection:
        connection.execute(f"vacuum (analyze) {history_sql.WRITTEN}".encode())
    progress.add("looked over", 0)
    return progress.rows


def _side_by_side(acts: list[Callable[[], None]]) -> None:
    with ThreadPoolExecutor(len(acts)) as hands:
        for done in [hands.submit(act) for act in acts]:
            done.result()


def _drop_indexes(url: str) -> list[str]:
    """Every index that no constraint needs; returns how each is made."""
    with psycopg.connect(plain(url), autocommit=True) as connection:
        found = connection.execute(history_sql.SECONDARY_INDEXES.encode()).fetchall()
        for name, _ in found:
            connection.execute(f'drop index "{name}"'.encode())
    return [definition for _, definition in found]


def _build(url: str, indexes: list[str]) -> None:
    with psycopg.connect(plain(url), autocommit=True) as connection:
        connection.execute("set maintenance_work_mem = '256MB'")
        for definition in indexes:
            connection.execute(definition.encode())


def _write_part(
    url: str, values: dict[str, Any], part: tuple[int, int], progress: Progress, *, bare: bool
) -> None:
    """The people numbered from the one to the other, with all that is theirs."""
    whole = values | {"first_person": part[0], "last_person": part[1]}
    with psycopg.connect(plain(url), autocommit=True) as connection:
        if bare:
            connection.execute("set session_replication_role = replica")
        as_service(connection)
        connection.execute(history_sql.PEOPLE.encode(), whole)
        connection.execute("analyze people")
        for name in ("users", "identities", "goals"):
            _write(connection, name, whole, progress)
        for start in range(0, values["each"], values["size"]):
            sprint = {"from": start, "to": min(values["each"], start + values["size"])}
            _write(connection, "tasks", whole | sprint, progress)
        for name in ("attempts", "notices", "conversations", "messages", "events", "patterns"):
            _write(connection, name, whole, progress)


def _write(connection: psycopg.Connection, name: str, values: dict[str, Any], progress: Progress) -> None:
    statement: str = getattr(history_sql, name.upper())
    progress.add(name, connection.execute(statement.encode(), values).rowcount)


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m bench.seed_history", description=__doc__.partition("\n")[0]
    )
    parser.add_argument("--tasks", type=int, default=1_000_000)
    parser.add_argument("--people", type=int, default=10_000)
    given = parser.parse_args()
    if not 1 <= given.people <= given.tasks:
        parser.error("--people is at least 1, and at most --tasks")

    from bot.settings import Settings

    history = History(given.tasks, given.people, datetime.now(UTC))
    begun = perf_counter()
    rows = write_history(Settings().database_url, history)
    print(
        f"{history.each * history.people:,} tasks of {history.people:,} people, {rows:,} rows in all,"
        f" in {perf_counter() - begun:.0f} s"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
