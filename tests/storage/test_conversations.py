"""Conversations as rows: one per person, messages in the order they were said, a window after the last summary."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from storage.conversations import (
    Said,
    find_conversation,
    get_conversation,
    history,
    open_conversation,
    window,
    write_down,
)
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


def test_a_stranger_cannot_open_the_conversation(
    session: Session, owner: User, stranger: User, now: datetime
) -> None:
    talk = open_conversation(session, owner.id, now)
    assert get_conversation(session, stranger.id, talk.id) is None
    assert get_conversation(session, owner.id, talk.id) == talk
