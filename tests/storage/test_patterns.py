"""Patterns as rows: one per slot, strengthened by new misses, and left alone once the person has spoken."""

from __future__ import annotations

from datetime import datetime

from storage import patterns
from storage.database import Database
from storage.tables import User


def monday(time: str, count: int = 3) -> dict[str, object]:
    return {"day": "Monday", "weekday": 0, "time": time, "time_range": "06:00-08:00", "miss_count": count}


def test_a_slot_within_an_hour_is_the_same_one(database: Database, owner: User, now: datetime) -> None:
    with database.service() as session:
        first, is_new = patterns.save_avoidance(session, owner.id, "x", monday("07:00"), 0.7, now)
        again, is_new_again = patterns.save_avoidance(session, owner.id, "y", monday("07:45", 4), 0.8, now)
        other, other_is_new = patterns.save_avoidance(session, owner.id, "z", monday("09:00"), 0.7, now)
        assert (is_new, is_new_again, other_is_new) == (True, False, True)
        assert again.id == first.id != other.id
        assert (first.data["miss_count"], first.confidence) == (4, 0.8)


def test_what_the_person_overruled_is_never_overwritten(
    database: Database, owner: User, now: datetime
) -> None:
    with database.service() as session:
        row, _ = patterns.save_avoidance(session, owner.id, "x", monday("07:00"), 0.7, now)
        patterns.overrule(row, now, confidence=0.0, said="wrong")
        kept, is_new = patterns.save_avoidance(session, owner.id, "y", monday("07:00", 9), 0.9, now)
        assert not is_new
        assert (kept.confidence, kept.data["miss_count"], kept.description) == (0.0, 3, "x")


def test_strangers_see_none_of_it(database: Database, owner: User, stranger: User, now: datetime) -> None:
    with database.service() as session:
        row, _ = patterns.save_avoidance(session, owner.id, "x", monday("07:00"), 0.7, now)
        assert patterns.list_patterns(session, stranger.id) == []
        assert patterns.get_pattern(session, stranger.id, row.id) is None
        assert patterns.get_pattern(session, owner.id, row.id) is not None


def counted(about: str, done: int, *, is_nothing: bool = False) -> patterns.Finding:
    return patterns.Finding("category_performance", about, f"{done} done", {"done": done}, 0.6, is_nothing)


def test_a_number_about_the_person_is_one_row_kept_up_to_date(
    database: Database, owner: User, stranger: User, now: datetime
) -> None:
    with database.service() as session:
        patterns.save_findings(session, stranger.id, [counted("Home", 9)], now)
        patterns.save_findings(session, owner.id, [counted("Home", 1), counted("Fitness", 2)], now)
        patterns.save_findings(session, owner.id, [counted("Home", 3)], now)
        rows = {row.data["about"]: row.data["done"] for row in patterns.list_patterns(session, owner.id)}
    assert rows == {"Home": 3, "Fitness": 2}


def test_nothing_to_say_is_said_only_over_an_earlier_row(
    database: Database, owner: User, now: datetime
) -> None:
    with database.service() as session:
        assert patterns.save_findings(session, owner.id, [counted("Home", 0, is_nothing=True)], now) == []
        patterns.save_findings(session, owner.id, [counted("Home", 5)], now)
        (row,) = patterns.save_findings(session, owner.id, [counted("Home", 0, is_nothing=True)], now)
    assert row.data["done"] == 0


def test_a_number_the_person_overruled_stays(database: Database, owner: User, now: datetime) -> None:
    with database.service() as session:
        (row,) = patterns.save_findings(session, owner.id, [counted("Home", 5)], now)
        patterns.overrule(row, now, confidence=0.0, said="wrong")
        (kept,) = patterns.save_findings(session, owner.id, [counted("Home", 6)], now)
    assert (kept.id, kept.data["done"], kept.confidence) == (row.id, 5, 0.0)
