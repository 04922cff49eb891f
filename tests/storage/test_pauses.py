"""Pauses: one row while one runs, ended early with the day before, and no day of them breaks anything."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from storage.database import Database
from storage.pauses import begin_pause, end_pause, frozen_days
from storage.tables import Pause, User

MONDAY = date(2026, 3, 9)
DAY = timedelta(days=1)
FRIDAY = MONDAY + 4 * DAY


def spans(session: Session) -> list[tuple[date, date]]:
    rows = session.scalars(select(Pause).order_by(Pause.first_day)).all()
    return [(row.first_day, row.last_day) for row in rows]


def test_a_pause_freezes_its_days_both_ends_included(session: Session, owner: User, now: datetime) -> None:
    begin_pause(session, owner.id, MONDAY, FRIDAY, now)
    assert frozen_days(session, owner.id, MONDAY - DAY, FRIDAY + DAY) == {MONDAY + n * DAY for n in range(5)}
    assert frozen_days(session, owner.id, FRIDAY, FRIDAY + DAY) == {FRIDAY}


def test_a_new_pause_while_one_runs_extends_it(session: Session, owner: User, now: datetime) -> None:
    begin_pause(session, owner.id, MONDAY, MONDAY + 2 * DAY, now)
    begin_pause(session, owner.id, MONDAY + 2 * DAY, FRIDAY, now)
    assert spans(session) == [(MONDAY, FRIDAY)]


def test_a_shorter_word_while_one_runs_is_the_last_word(session: Session, owner: User, now: datetime) -> None:
    begin_pause(session, owner.id, MONDAY, FRIDAY, now)
    begin_pause(session, owner.id, MONDAY + DAY, MONDAY + 2 * DAY, now)
    assert spans(session) == [(MONDAY, MONDAY + 2 * DAY)]


def test_a_pause_that_is_over_stays_beside_the_next(session: Session, owner: User, now: datetime) -> None:
    begin_pause(session, owner.id, MONDAY - 7 * DAY, MONDAY - 5 * DAY, now)
    begin_pause(session, owner.id, MONDAY, FRIDAY, now)
    end_pause(session, owner.id, FRIDAY + DAY)
    assert spans(session) == [(MONDAY - 7 * DAY, MONDAY - 5 * DAY), (MONDAY, FRIDAY)]


def test_a_pause_ended_early_ends_with_the_day_before(session: Session, owner: User, now: datetime) -> None:
    begin_pause(session, owner.id, MONDAY, FRIDAY, now)
    end_pause(session, owner.id, MONDAY + 2 * DAY)
    assert spans(session) == [(MONDAY, MONDAY + DAY)]


def test_a_pause_ended_on_its_first_day_never_was(session: Session, owner: User, now: datetime) -> None:
    begin_pause(session, owner.id, MONDAY, FRIDAY, now)
    end_pause(session, owner.id, MONDAY)
    assert spans(session) == []


def test_a_pause_begun_a_day_ahead_across_the_date_line_ends_as_well(
    session: Session, owner: User, now: datetime
) -> None:
    begin_pause(session, owner.id, MONDAY + DAY, FRIDAY, now)  # in Kiritimati, before the flight to Pago Pago
    begin_pause(session, owner.id, MONDAY, FRIDAY, now)
    assert spans(session) == [(MONDAY, FRIDAY)]
    end_pause(session, owner.id, MONDAY)
    assert spans(session) == []


def test_a_pause_cannot_end_before_it_begins(session: Session, owner: User, now: datetime) -> None:
    with pytest.raises(ValueError, match="before it begins"):
        begin_pause(session, owner.id, FRIDAY, MONDAY, now)


def test_a_strangers_pause_freezes_nothing(
    database: Database, owner: User, stranger: User, now: datetime
) -> None:
    with database.session(stranger.id) as session:
        begin_pause(session, stranger.id, MONDAY, FRIDAY, now)
        end_pause(session, owner.id, MONDAY)
    with database.session(owner.id) as session:
        assert frozen_days(session, owner.id, MONDAY, FRIDAY) == set()
        assert frozen_days(session, stranger.id, MONDAY, FRIDAY) == set()
    with database.service() as session:
        assert spans(session) == [(MONDAY, FRIDAY)]


ACTS = st.lists(
    st.tuples(st.sampled_from(["pause", "go on", "wait"]), st.integers(min_value=0, max_value=9)), max_size=12
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS)
def test_whatever_is_asked_the_frozen_days_are_those_that_were_meant(
    database: Database, owner: User, now: datetime, acts: list[tuple[str, int]]
) -> None:
    today, meant = MONDAY, set[date]()
    with database.session(owner.id) as session:
        session.execute(delete(Pause))
        for act, days in acts:
            if act == "wait":
                today += days * DAY
                continue
            meant = {day for day in meant if day < today}
            if act == "pause":
                begin_pause(session, owner.id, today, today + days * DAY, now)
                meant |= {today + n * DAY for n in range(days + 1)}
            else:
                end_pause(session, owner.id, today)
            assert frozen_days(session, owner.id, MONDAY, MONDAY + 400 * DAY) == meant
            rows = spans(session)
            assert all(before[1] < after[0] for before, after in pairwise(rows))
