"""People with one reminder each, written with COPY: load for benchmarks and for operators who try out an installation.

    python -m bench.seed --tasks 10000 --due 2026-03-12T07:00:00+00:00 --spread 60 [--people 5000]

Writes into DATABASE_URL, or into the running embedded installation. `--due` is when the first reminder is to leave,
`--spread` over how many seconds they fall due. The people cannot be told from real ones except by their chat ids,
which begin with 99; `--forget` removes all of them again.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg

from storage.database import SERVICE, normalise_url

LEAD = timedelta(minutes=10)
PREFIX = "99"
_TITLES = ("Easy run", "Read ten pages", "Call a friend", "Stretch", "Practise chords", "Plan the week")
_STEP = 20_000  # rows between two lines of progress


@dataclass(frozen=True)
class Load:
    """`people` share the `tasks` evenly; the first reminder is due at `due` (aware), the last `spread` later."""

    tasks: int
    due: datetime
    spread: timedelta = timedelta(0)
    people: int | None = None
    lead: timedelta = LEAD

    @property
    def persons(self) -> int:
        return min(self.people or self.tasks, self.tasks)


def fill(url: str, load: Load, *, quiet: bool = False) -> None:
    """Write the load in one transaction."""
    created = load.due - timedelta(days=30)
    first = int.from_bytes(uuid4().bytes[:4], "big")  # chat ids of two runs never meet
    people = [uuid4() for _ in range(load.persons)]
    with psycopg.connect(plain(url)) as connection, connection.cursor() as cursor:
        as_service(connection)
        _copy(
            cursor,
            "users",
            "id, created_at, onboarded, approved_at, timezone",
            ((person, created, True, created, "UTC") for person in people),
        )
        _copy(
            cursor,
            "identities",
            "id, user_id, channel, value, is_primary, created_at",
            (
                (uuid4(), person, "telegram", f"{PREFIX}{first:010}{number:07}", True, created)
                for number, person in enumerate(people)
            ),
        )
        _copy(
            cursor,
            "tasks",
            "id, user_id, title, scheduled_at, duration_minutes, created_at, local_day, wakes_at",
            _tasks(load, people, created, quiet=quiet),
        )
    with psycopg.connect(plain(url), autocommit=True) as connection:
        connection.execute("analyze users, identities, tasks")


def _tasks(load: Load, people: list[UUID], created: datetime, *, quiet: bool) -> Iterator[tuple[Any, ...]]:
    for number in range(load.tasks):
        wakes_at = load.due + load.spread * (number / load.tasks)
        start = wakes_at + load.lead
        title = _TITLES[number % len(_TITLES)]
        yield uuid4(), people[number % len(people)], title, start, 20, created, start.date(), wakes_at
        if not quiet and (number + 1) % _STEP == 0:
            print(f"{number + 1:,} of {load.tasks:,}", file=sys.stderr, flush=True)


def _copy(cursor: psycopg.Cursor, table: str, columns: str, rows: Iterator[tuple[Any, ...]]) -> None:
    """COPY by way of a temporary table: Postgres does not copy into one with row level security."""
    fresh = f"fresh_{table}"
    shaped = f"select {columns} from {table} limit 0"  # noqa: S608 - names of ours
    cursor.execute(f"create temporary table {fresh} on commit drop as {shaped}".encode())
    with cursor.copy(f"copy {fresh} from stdin".encode()) as copy:
        for row in rows:
            copy.write_row(row)
    filled = f"insert into {table} ({columns}) select {columns} from {fresh}"  # noqa: S608 - names of ours
    cursor.execute(filled.encode())


def forget(url: str) -> int:
    """Remove everybody this command ever made; says how many."""
    with psycopg.connect(plain(url)) as connection:
        as_service(connection)
        gone = connection.execute(
            "delete from users where id in (select user_id from identities where channel = 'telegram'"
            " and value ~ '^99[0-9]{17}$')"
        )
        return gone.rowcount


def as_service(connection: psycopg.Connection) -> None:
    """Row level security binds the owner of the tables too; what the role may not do (analyze) comes after `reset role`."""
    connection.execute(f"set role {SERVICE}".encode())


def plain(url: str) -> str:
    """The URL as psycopg itself takes it."""
    return normalise_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.seed", description=__doc__.partition("\n")[0])
    parser.add_argument("--tasks", type=int, default=1000)
    parser.add_argument("--people", type=int, default=None, help="default: one person per task")
    parser.add_argument("--due", type=datetime.fromisoformat, help="ISO time; without a zone it is UTC")
    parser.add_argument("--spread", type=float, default=0.0, help="seconds")
    parser.add_argument("--forget", action="store_true", help="remove everybody made by this command")
    given = parser.parse_args()

    from bot.settings import Settings

    url = Settings().database_url
    if given.forget:
        print(f"{forget(url):,} people removed")
        return 0
    if given.due is None or given.tasks < 1:
        parser.error("--due is missing, or --tasks is not a number above 0")
    due = given.due if given.due.tzinfo else given.due.replace(tzinfo=UTC)
    load = Load(given.tasks, due, timedelta(seconds=given.spread), given.people)
    fill(url, load)
    print(f"{load.tasks:,} reminders for {load.persons:,} people, due from {due:%Y-%m-%d %H:%M:%S %Z}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
