"""Conversations as rows: one per person, messages in the order they were said, a window after the last summary."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from storage.conversations import (
    Said,
    find_conversation,
    get_conversation,
    history,
    keep_summary,
    open_conversation,
    window,
    write_down,
)
from storage.database import Database
from storage.tables import User
from storage.vocabulary import MessageRole


def test_a_person_has_one_running_conversation(session: Session, owner: User, now: datetime) -> None:
    assert find_conversation(session, owner.id) is None
    first = open_conversation(session, owner.id, now)
    assert open_conversation(session, owner.id, now + timedelta(days=9)).id == first.id


def test_messages_come_back_in_the_order_they_were_said(session: Session, owner: User, now: datetime) -> None:
    talk = open_conversation(session, owner.id, now)
    write_down(session, talk, [Said(MessageRole.USER, "one"), Said(MessageRole.ASSISTANT, "two")], now)
    write_down(session, talk, [Said(MessageRole.USER, "three")], now + timedelta(seconds=1))
    session.flush()
    assert [message.content for message in history(session, talk.id)] == ["one", "two", "three"]
    assert [message.content for message in history(session, talk.id, limit=2)] == ["two", "three"]
    assert talk.last_message_at == now + timedelta(seconds=1)


def test_the_window_begins_with_the_last_summary(session: Session, owner: User, now: datetime) -> None:
    talk = open_conversation(session, owner.id, now)
    for number, role in enumerate([MessageRole.USER, MessageRole.SUMMARY, MessageRole.USER]):
        write_down(session, talk, [Said(role, str(number))], now + timedelta(seconds=number))
    session.flush()
    assert [message.content for message in window(session, talk.id)] == ["1", "2"]


def test_a_summary_begins_exactly_before_what_it_does_not_cover(
    session: Session, owner: User, now: datetime
) -> None:
    talk = open_conversation(session, owner.id, now)
    write_down(session, talk, [Said(MessageRole.USER, "covered"), Said(MessageRole.ASSISTANT, "not")], now)
    session.flush()
    keep_summary(session, talk, "summary", history(session, talk.id)[1])
    session.flush()
    assert [message.content for message in window(session, talk.id)] == ["summary", "not"]


def test_what_is_said_while_the_clock_stands_or_runs_back_comes_later(
    session: Session, owner: User, now: datetime
) -> None:
    talk = open_conversation(session, owner.id, now)
    for number, at in enumerate((now, now, now - timedelta(hours=1))):
        write_down(session, talk, [Said(MessageRole.USER, str(number)), Said(MessageRole.ASSISTANT, "x")], at)
    session.flush()
    assert [message.content for message in history(session, talk.id)] == ["0", "x", "1", "x", "2", "x"]


def test_a_stranger_cannot_open_the_conversation(
    session: Session, owner: User, stranger: User, now: datetime
) -> None:
    talk = open_conversation(session, owner.id, now)
    assert get_conversation(session, stranger.id, talk.id) is None
    assert get_conversation(session, owner.id, talk.id) == talk


def test_a_summary_further_back_than_the_limit_is_not_shown(
    session: Session, owner: User, now: datetime
) -> None:
    talk = open_conversation(session, owner.id, now)
    for number, role in enumerate([MessageRole.SUMMARY, *[MessageRole.USER] * 4]):
        write_down(session, talk, [Said(role, str(number))], now + timedelta(seconds=number))
    session.flush()
    assert [message.content for message in window(session, talk.id, limit=3)] == ["2", "3", "4"]


_TALK = text("""
    insert into messages (conversation_id, role, content, created_at)
    select :talk, case when :summaries and n % 10 = 0 then 'summary' else 'user' end, 'said ' || n,
        cast(:now as timestamptz) - (100000 - n) * interval '1 second'
    from generate_series(1, 100000) n
""")


def explained(session: Session, asked: tuple[str, Any]) -> dict[str, Any]:
    """The plan of a statement as it was carried out, at its root."""
    statement, values = asked
    found = session.connection().exec_driver_sql(
        f"explain (analyze, buffers, format json) {statement}", values
    )
    plan: dict[str, Any] = found.scalar_one()[0]["Plan"]
    return plan


@pytest.mark.parametrize("summaries", [True, False])
def test_the_window_of_a_hundred_thousand_messages_reads_a_few_pages_of_the_index(
    database: Database, owner: User, now: datetime, *, summaries: bool
) -> None:
    with database.service() as session:
        talk = open_conversation(session, owner.id, now)
        session.execute(_TALK, {"talk": talk.id, "summaries": summaries, "now": now})
        session.execute(text("analyze messages"))
    asked: list[tuple[str, Any]] = []

    def look(_connection: object, _cursor: object, statement: str, values: Any, *_: object) -> None:
        if "FROM messages" in statement:
            asked.append((statement, values))

    event.listen(database.engine, "before_cursor_execute", look)
    with database.session(owner.id) as session:  # as a turn sees it: under row level security
        shown = window(session, talk.id, 40)
        event.remove(database.engine, "before_cursor_execute", look)
        plan = explained(session, asked[0])
    assert [message.content for message in shown] == [
        f"said {n}" for n in range(100_000 - (len(shown) - 1), 100_001)
    ]
    assert len(shown) == (1 if summaries else 40)
    assert len(asked) == 1
    assert "ix_messages_conversation" in json.dumps(plan)
    assert plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] < 200
