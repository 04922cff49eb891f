"""What LangGraph remembers stays small however long a talk becomes, and goes when nobody owns it any more."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text

from storage.database import Database
from storage.retention import RetentionLimits, retain
from storage.tables import User

Talk = Any  # tests/agents/conftest.py

TABLES = ("checkpoints", "checkpoint_blobs", "checkpoint_writes")
WORDS = ("call mum tomorrow 6pm", "no", "what's on today?", "I want to run 5 km", "never mind", "thanks")


def kept(database: Database) -> tuple[int, int]:
    """Rows and bytes of all three tables."""
    with database.service() as session:
        totals = [
            session.execute(
                text(f"select count(*), coalesce(sum(pg_column_size(t.*)), 0) from {table} t")
            ).one()
            for table in TABLES
        ]
    return sum(rows for rows, _ in totals), sum(size for _, size in totals)


def test_two_hundred_turns_of_one_thread_leave_no_more_than_twenty(talk: Talk) -> None:
    sizes = []
    for number in range(200):
        talk.say(WORDS[number % len(WORDS)])
        if number < 20 or number % 10 == 9:
            sizes.append(kept(talk.database))
    rows, most = zip(*sizes, strict=True)
    assert max(rows[20:]) <= max(rows[:20])
    assert max(most[20:]) <= 1.5 * max(most[:20])
    assert max(rows) < 60
    assert max(most) < 60_000
    with talk.database.service() as session:
        assert session.scalar(text("select count(*) from checkpoints")) == 1
        assert session.scalar(text("select count(*) from checkpoint_writes")) == 0


def test_retention_changes_nothing_about_a_talk_that_goes_on(talk: Talk) -> None:
    talk.say("call mum tomorrow 6pm")
    before = kept(talk.database)
    assert not retain(talk.database, RetentionLimits(), talk.now).counts
    assert kept(talk.database) == before
    assert "Noted" in talk.tap("OK")


def test_the_thread_of_a_person_who_is_gone_goes_and_the_strangers_stays(talk: Talk, stranger: User) -> None:
    theirs = type(talk)(talk.database, stranger.id, talk.now)
    theirs.say("call dad tomorrow 6pm")
    alone = kept(talk.database)
    talk.say("call mum tomorrow 6pm")
    with talk.database.service() as session:
        session.delete(session.get_one(User, talk.user_id))
    assert kept(talk.database) > alone
    assert retain(talk.database, RetentionLimits(), talk.now).counts == {"orphan_threads": 1}
    assert kept(talk.database) == alone
    assert "Noted" in theirs.tap("OK")
