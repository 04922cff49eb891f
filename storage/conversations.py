"""Conversations and their messages as rows: one running talk per person, and what each side said in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.tables import Conversation, Message
from storage.vocabulary import MessageRole


@dataclass(frozen=True, slots=True)
class Said:
    """One message to be written down."""

    role: MessageRole
    content: str
    agent_node: str | None = None
    tokens_used: int | None = None
    provider: str | None = None


def find_conversation(session: Session, user_id: UUID) -> Conversation | None:
    """The person's running conversation, whatever channel it is held on; None before the first word."""
    return session.scalar(
        select(Conversation)
        .where(Conversation.user_id == user_id)
        .order_by(Conversation.created_at, Conversation.id)
        .limit(1)
    )


def get_conversation(session: Session, user_id: UUID, conversation_id: UUID) -> Conversation | None:
    """One conversation of this person; None for unknown ids and for other people's."""
    return session.scalar(
        select(Conversation).where(Conversation.id == conversation_id, Conversation.user_id == user_id)
    )


def open_conversation(session: Session, user_id: UUID, now: datetime) -> Conversation:
    """The person's conversation, begun now if there is none. Call it under the person's lock."""
    found = find_conversation(session, user_id)
    if found is not None:
        return found
    conversation = Conversation(user_id=user_id, langgraph_thread_id=str(uuid4()), created_at=now)
    session.add(conversation)
    session.flush()
    return conversation


def due_nudges(session: Session, now: datetime, limit: int) -> Sequence[UUID]:
    """Whose conversation has something to bring up by now, the longest waiting first."""
    return session.scalars(
        select(Conversation.user_id)
        .where(Conversation.nudge_at <= now)
        .order_by(Conversation.nudge_at)
        .limit(limit)
    ).all()


def next_nudge(session: Session) -> datetime | None:
    """The first moment at which something is to be brought up."""
    return session.scalar(select(func.min(Conversation.nudge_at)))


def write_down(session: Session, conversation: Conversation, said: Sequence[Said], now: datetime) -> None:
    """Append messages in the order given; later ones of the same turn get later microseconds."""
    for offset, one in enumerate(said):
        session.add(
            Message(
                conversation_id=conversation.id,
                role=one.role,
                content=one.content,
                agent_node=one.agent_node,
                tokens_used=one.tokens_used,
                provider=one.provider,
                created_at=now + timedelta(microseconds=offset),
            )
        )
    conversation.last_message_at = now


def keep_summary(session: Session, conversation: Conversation, text: str, before: Message) -> None:
    """Put a summary in front of the first message that it does not cover."""
    session.add(
        Message(
            conversation_id=conversation.id,
            role=MessageRole.SUMMARY,
            content=text,
            created_at=before.created_at - timedelta(microseconds=1),
        )
    )


def history(session: Session, conversation_id: UUID, limit: int = 50) -> Sequence[Message]:
    """The last messages, oldest first."""
    newest = session.scalars(
        select(Message)
        .where(Message.conversation_id == conversation_id)
        .order_by(Message.created_at.desc(), Message.id)
        .limit(limit)
    ).all()
    return newest[::-1]


def window(session: Session, conversation_id: UUID, limit: int = 50) -> Sequence[Message]:
    """What the model may be shown: the last summary, if there is one, and everything said after it.

    Never more than the last `limit` messages, which is all that is read, however long the talk has become.
    """
    newest = history(session, conversation_id, limit)
    summaries = [message.created_at for message in newest if message.role == MessageRole.SUMMARY]
    begins = max(summaries, default=None)
    return [message for message in newest if begins is None or message.created_at >= begins]
