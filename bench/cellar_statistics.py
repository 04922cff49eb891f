"""Three ways to know a person's days, for `bench.cellar`: read live, a materialized view, and a summary table.

Streak, 365-day heatmap and today: each way is read by the same people in turns; then each pays for its changes of a
status. The two stored ways are made here, for comparison: Flux has neither.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import psycopg
from sqlalchemy import text

from bench.figures import Figure, Spread, side_by_side
from bench.seed import plain
from reminders.rules.streaks import DayTotal, filled, streak_days
from storage.analytics import day_totals
from web.today import local_day

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from bench.cellar import Cellar

READS, CHANGES, REFRESHES, WARM_UP = 1500, 300, 2, 100
_YEAR = timedelta(days=364)
_MADE = """
create materialized view days_view as
    select user_id, local_day as day, count(*) filter (where status = 'done') as completed, count(*) as total
    from tasks where status in ('pending', 'done', 'missed') group by user_id, local_day;
create unique index days_view_key on days_view (user_id, day);
create table days_table as select * from days_view;
alter table days_table add primary key (user_id, day);
grant select on days_view, days_table to flux_service;
analyze days_view, days_table;
"""
_DONE = "update tasks set status = 'done' where id = %s"
_COUNTED = "update days_table set completed = completed + 1 where user_id = %s and day = %s"
_REFRESH = "refresh materialized view concurrently days_view"
_OPEN = "select user_id, local_day, id from tasks where status = 'pending' order by random() limit %s"

Rows = list[tuple[date, int, int]]
Read = Callable[["Session", UUID, date, date], Rows]


def measure(cellar: Cellar) -> Iterator[Figure]:
    with psycopg.connect(plain(cellar.database_url), autocommit=True) as connection:
        connection.execute(_MADE)
        reads = _reads(cellar)
        for name, spread in reads.items():
            yield Figure(f"statistics of a person, {name}", "", str(spread))
        ratio = reads["live"].p50 / min(spread.p50 for spread in reads.values())
        yield Figure("live / the fastest of the three", "<= 2.0 x", f"{ratio:.2f} x", ratio <= 2)
        yield from _changes(connection)


def _reads(cellar: Cellar) -> dict[str, Spread]:
    ways: dict[str, Read] = {
        "live": day_totals,
        "materialized view": _stored("days_view"),
        "summary table": _stored("days_table"),
    }
    acts = {name: _reader(cellar, read) for name, read in ways.items()}
    return side_by_side(min(READS, len(cellar.people) - WARM_UP), WARM_UP, acts)


def _stored(relation: str) -> Read:
    query = text(
        f"select day, completed, total from {relation}"  # noqa: S608 - one of the two names above
        " where user_id = :person and day between :first and :last order by day"
    )

    def read(session: Session, person: UUID, first: date, last: date) -> Rows:
        found = session.execute(query, {"person": person, "first": first, "last": last})
        return [(day, completed, total) for day, completed, total in found]

    return read


def _reader(cellar: Cellar, read: Read) -> Callable[[int], object]:
    def act(number: int) -> None:
        person, zone = cellar.people[number]
        today = local_day(cellar.now, zone)
        with cellar.big.service() as session:
            totals = [DayTotal(*row) for row in read(session, person, today - _YEAR, today)]
        assert streak_days(totals, today) >= 0
        assert len(filled(totals, today - _YEAR, today)) == 365

    return act


def _changes(connection: psycopg.Connection) -> Iterator[Figure]:
    """One changed status each, as bare SQL: nothing else to do, one more row to count, or the whole view anew."""
    rows = connection.execute(_OPEN, [2 * (CHANGES + WARM_UP) + REFRESHES + 1]).fetchall()

    def live(_: int) -> None:
        connection.execute(_DONE, [rows.pop()[2]])

    def summary(_: int) -> None:
        user_id, day, task = rows.pop()
        with connection.transaction():
            connection.execute(_DONE, [task])
            connection.execute(_COUNTED, [user_id, day])

    def refresh(number: int) -> None:
        live(number)
        connection.execute(_REFRESH)

    found = side_by_side(CHANGES, WARM_UP, {"live": live, "summary table": summary})
    found |= side_by_side(REFRESHES, 0, {"materialized view, refreshed": refresh})
    for name, spread in found.items():
        yield Figure(f"a changed status, {name}", "", f"p50 {spread.p50:,.2f} ms")
