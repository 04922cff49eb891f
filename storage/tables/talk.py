"""What was said: conversations, their messages, and every inbound event a door received."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Index,
    UniqueConstraint,
    text,
)
from sqlalchemy import Identity as Identity_  # a table of ours has that name
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import Base, Json, created, identifier, one_of, owner
from storage.vocabulary import (
    ContextType,
    InboundState,
    MessageRole,
)


class Conversation(Base):
    __tablename__ = "conversations"
    __table_args__ = (
        one_of("context_type", ContextType, "ck_conversations_context"),
        Index("ix_conversations_user", "user_id"),
        Index("ix_conversations_nudge", "nudge_at", postgresql_where=text("nudge_at is not null")),
    )

    id: Mapped[UUID] = identifier()
    user_id: Mapped[UUID] = owner()
    langgraph_thread_id: Mapped[str] = mapped_column(unique=True)
    context_type: Mapped[str] = mapped_column(server_default=ContextType.GENERAL, default=ContextType.GENERAL)
    created_at: Mapped[datetime] = created()
    last_message_at: Mapped[datetime | None]
    nudge_at: Mapped[datetime | None]  # when what nobody answered is brought up; null when nothing is
    nudge: Mapped[Json] = mapped_column(server_default=text("'{}'"), default=dict)  # {number, text, choices}


class Message(Base):
    __tablename__ = "messages"
    __table_args__ = (
        one_of("role", MessageRole, "ck_messages_role"),
        Index("ix_messages_conversation", "conversation_id", "created_at"),
        Index("ix_messages_age", "created_at", postgresql_using="brin"),
    )

    id: Mapped[UUID] = identifier()
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversations.id", ondelete="cascade"))
    role: Mapped[str]
    content: Mapped[str]
    agent_node: Mapped[str | None]
    tokens_used: Mapped[int | None]
    provider: Mapped[str | None]
    created_at: Mapped[datetime] = created()


class InboundEvent(Base):
    """What a door received, unique per provider id: a doubled update has one effect."""

    __tablename__ = "inbound_events"
    __table_args__ = (
        UniqueConstraint("channel", "external_id", name="uq_inbound_events_external"),
        one_of("state", InboundState, "ck_inbound_events_state"),
        Index(
            "ix_inbound_events_open",
            "received_at",
            postgresql_where=text("state in ('received', 'answered')"),
        ),
        Index("ix_inbound_events_user", "user_id"),
        Index("ix_inbound_events_age", "received_at", postgresql_using="brin"),
        Index("ix_inbound_events_sender", "channel", "sender", "seq"),
        Index(
            "ix_inbound_events_waiting",
            "channel",
            "sender",
            "seq",
            postgresql_where=text("state = 'received'"),
        ),
    )

    id: Mapped[UUID] = identifier()
    seq: Mapped[int] = mapped_column(BigInteger, Identity_(), unique=True)  # the order of arrival
    channel: Mapped[str]
    external_id: Mapped[str]
    sender: Mapped[str]  # the address value; with `channel` it names the identity
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="cascade"))
    payload: Mapped[Json]  # the InboundMessage's fields
    received_at: Mapped[datetime]
    correlation_id: Mapped[str]
    state: Mapped[str] = mapped_column(server_default=InboundState.RECEIVED, default=InboundState.RECEIVED)
    tries: Mapped[int] = mapped_column(server_default=text("0"), default=0)
    replies: Mapped[Json | None]  # {"messages": [...], "sent": n}: what to say, and how much of it was said
    handled_at: Mapped[datetime | None]
    error: Mapped[str | None]
