"""Zones by name: what is none is refused before anything changes, and Postgres' own idea of a zone never counts."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterator
from datetime import UTC, date, datetime
from importlib.resources import files
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DataError
from sqlalchemy.orm import Session

from storage.database import Database
from storage.tables import Task, User
from storage.tasks import rezone
from storage.users import create_user
from storage.zones import UnknownTimeZoneError, known_zone, zone_names

# Names that Python, Postgres, a file system or a form might take for something.
NO_ZONES = [
    "",
    " ",
    "Mars/Olympus",
    "Europe",  # a folder
    "../etc/passwd",
    "/etc/localtime",
    "localtime",
    "Factory",
    "zone.tab",
    "Europe/Berlin\0",
    "Europe/Berlin ",
    "x" * 5000,
    "\ud800",
    "europe/berlin",  # Postgres takes these
    "CEST",
    "EST5",
    "<X>-3",
    "+03:00",
    "Berlin",
]


@pytest.mark.parametrize("name", NO_ZONES)
def test_what_is_no_zone_is_refused_by_name(name: str) -> None:
    with pytest.raises(UnknownTimeZoneError, match="there is no time zone"):
        known_zone(name)


@pytest.mark.parametrize(
    "name", ["UTC", "Europe/Berlin", "Pacific/Kiritimati", "America/Argentina/Ushuaia", "Etc/GMT+5"]
)
def test_zones_are_known(name: str) -> None:
    assert known_zone(name).key == name
    assert name in zone_names()


@pytest.mark.parametrize("name", NO_ZONES)
def test_a_refused_zone_changes_no_day(session: Session, owner: User, now: datetime, name: str) -> None:
    task = at(session, owner, now)
    with pytest.raises(UnknownTimeZoneError):
        rezone(session, owner.id, name)
    assert session.scalar(select(Task.local_day).where(Task.id == task.id)) == date(2000, 1, 1)
    with pytest.raises(UnknownTimeZoneError):
        create_user(session, now, timezone=name)


def at(session: Session, user: User, moment: datetime) -> Task:
    task = Task(user_id=user.id, title="Run", scheduled_at=moment, local_day=date(2000, 1, 1))
    session.add(task)
    session.flush()
    return task


@pytest.mark.parametrize(
    ("zone", "moment", "day"),
    [
        ("Pacific/Kiritimati", datetime(2026, 3, 10, 10, 0, tzinfo=UTC), date(2026, 3, 11)),  # +14
        ("Pacific/Pago_Pago", datetime(2026, 3, 10, 10, 59, tzinfo=UTC), date(2026, 3, 9)),  # -11
        ("Europe/Berlin", datetime(2026, 3, 28, 23, 0, tzinfo=UTC), date(2026, 3, 29)),  # 23 hours long
        ("Europe/Berlin", datetime(2026, 3, 29, 21, 59, tzinfo=UTC), date(2026, 3, 29)),
        ("Europe/Berlin", datetime(2026, 3, 29, 22, 0, tzinfo=UTC), date(2026, 3, 30)),
        ("America/New_York", datetime(2026, 11, 1, 4, 0, tzinfo=UTC), date(2026, 11, 1)),  # 25 hours long
        ("America/New_York", datetime(2026, 11, 2, 4, 59, tzinfo=UTC), date(2026, 11, 1)),
        # Postgres reads this name as the abbreviation, without summer time.
        ("CET", datetime(2026, 7, 1, 22, 30, tzinfo=UTC), date(2026, 7, 2)),
    ],
)
def test_a_day_is_the_one_on_the_wall_of_the_new_zone(
    session: Session, owner: User, zone: str, moment: datetime, day: date
) -> None:
    task = at(session, owner, moment)
    rezone(session, owner.id, zone)
    assert task.local_day == day  # the object in hand knows as well
    assert session.scalar(select(Task.local_day).where(Task.id == task.id)) == day


def test_only_the_persons_own_days_are_cut_anew(
    database: Database, owner: User, stranger: User, now: datetime
) -> None:
    with database.service() as session:
        at(session, owner, now)
        theirs = at(session, stranger, now).id
        rezone(session, owner.id, "Asia/Tokyo")
    with database.session(owner.id) as session:
        rezone(session, stranger.id, "Asia/Tokyo")
    with database.service() as session:
        assert session.get_one(Task, theirs).local_day == date(2000, 1, 1)


@pytest.fixture
def olympus(tmp_path: Path) -> Iterator[str]:
    """A zone that Python knows and Postgres does not, as after an update of only one of the two."""
    (tmp_path / "Mars").mkdir()
    tokyo = files("tzdata").joinpath("zoneinfo/Asia/Tokyo").read_bytes()
    (tmp_path / "Mars/Olympus").write_bytes(tokyo)
    before = zoneinfo.TZPATH
    zoneinfo.reset_tzpath([str(tmp_path), *before])
    zone_names.cache_clear()  # an update is seen by processes that start after it
    yield "Mars/Olympus"
    zoneinfo.reset_tzpath(before)
    zone_names.cache_clear()


def test_a_zone_that_postgres_has_not_heard_of_cuts_days_like_any_other(
    database: Database, owner: User, olympus: str
) -> None:
    with database.service() as session:
        task = at(session, owner, datetime(2026, 3, 10, 15, 0, tzinfo=UTC))
        rezone(session, owner.id, olympus)
        assert task.local_day == date(2026, 3, 11)
    with pytest.raises(DataError), database.service() as session:
        session.execute(text("select timezone('Mars/Olympus', timestamptz '2026-03-10')"))
