"""Every table Flux owns, as SQLAlchemy models; times are timestamptz in UTC, ids are random UUIDs."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    ForeignKey,
    Index,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy import types as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from storage.vocabulary import (
    ContextType,
    DispatchStatus,
    GoalStatus,
    InboundState,
    MessageRole,
    NoticeResponse,
    PatternType,
    Stage,
    TaskStatus,
    TriggerType,
)

Json = dict[str, Any]


class Base(DeclarativeBase):
    """Columns without further word are text; every datetime carries its zone."""

    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads this class attribute, it is never changed
        str: Text(),
        datetime: sa.DateTime(timezone=True),
        Json: JSONB(),
        list[str]: ARRAY(Text()),
        list[UUID]: ARRAY(sa.Uuid()),
    }


def _one_of(column: str, words: type[Any], name: str) -> CheckConstraint:
    """A check that a text column holds one of the vocabulary's words (checks migrate more easily than enums)."""
    listed = ", ".join(f"'{word}'" for word in words)
    return CheckConstraint(f"{column} in ({listed})", name=name)


def _id() -> Mapped[UUID]:
    return mapped_column(primary_key=True, default=uuid4, server_default=text("gen_random_uuid()"))


def _owner() -> Mapped[UUID]:
    return mapped_column(ForeignKey("users.id", ondelete="cascade"))


def _created() -> Mapped[datetime]:
    return mapped_column(server_default=func.now())


class User(Base):
    __tablename__ = "users"

    id: Mapped[UUID] = _id()
    email: Mapped[str | None] = mapped_column(unique=True)
    created_at: Mapped[datetime] = _created()
    onboarded: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    timezone: Mapped[str] = mapped_column(server_default="UTC", default="UTC")
    phone_verified: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    whatsapp_opt_in_at: Mapped[datetime | None]
    push_subscription: Mapped[Json | None]
    profile: Mapped[Json] = mapped_column(server_default=text("'{}'"), default=dict)
    notification_preferences: Mapped[Json] = mapped_column(server_default=text("'{}'"), default=dict)
    monthly_token_usage: Mapped[Json] = mapped_column(server_default=text("'{}'"), default=dict)
    paused_until: Mapped[datetime | None]
    approved_at: Mapped[datetime | None]  # pairing: when the admin let this person in


class Identity(Base):
    """An address that belongs to a person; one of them is primary: where Flux speaks first."""

    __tablename__ = "identities"
    __table_args__ = (
        UniqueConstraint("channel", "value", name="uq_identities_address"),
        Index("ix_identities_user", "user_id"),
    )

    id: Mapped[UUID] = _id()
    user_id: Mapped[UUID] = _owner()
    channel: Mapped[str]
    value: Mapped[str]
    is_primary: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    disabled_reason: Mapped[str | None]  # why Flux stopped using it; null while it works
    last_inbound_at: Mapped[datetime | None]  # opens WhatsApp's 24-hour window
    created_at: Mapped[datetime] = _created()


class PushSubscription(Base):
    __tablename__ = "push_subscriptions"
    __table_args__ = (Index("ix_push_subscriptions_user", "user_id"),)

    id: Mapped[UUID] = _id()
    user_id: Mapped[UUID] = _owner()
    endpoint: Mapped[str] = mapped_column(unique=True)
    p256dh: Mapped[str]
    auth: Mapped[str]
    user_agent: Mapped[str | None]
    created_at: Mapped[datetime] = _created()


class LinkCode(Base):
    """A one-time secret, stored hashed: joins a channel, opens the dashboard, pairs a stranger, proves a phone."""

    __tablename__ = "link_codes"
    __table_args__ = (Index("ix_link_codes_user", "user_id"),)

    id: Mapped[UUID] = _id()
    user_id: Mapped[UUID] = _owner()
    purpose: Mapped[str]  # link | dashboard | pairing | otp
    code_hash: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime] = _created()
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(server_default=text("0"), default=0)
    data: Mapped[Json] = mapped_column(server_default=text("'{}'"), default=dict)


class Goal(Base):
    __tablename__ = "goals"
    __table_args__ = (
        _one_of("status", GoalStatus, "ck_goals_status"),
        CheckConstraint("target_weeks between 1 and 6", name="ck_goals_target_weeks"),
        Index("ix_goals_user_status", "user_id", "status"),
        Index("ix_goals_parent", "parent_goal_id"),
    )

    id: Mapped[UUID] = _id()
    user_id: Mapped[UUID] = _owner()
    title: Mapped[str]
    description: Mapped[str] = mapped_column(server_default="", default="")
    class_tags: Mapped[list[str]] = mapped_column(server_default=text("'{}'"), default=list)
    status: Mapped[str] = mapped_column(server_default=GoalStatus.ACTIVE, default=GoalStatus.ACTIVE)
    parent_goal_id: Mapped[UUID | None] = mapped_column(ForeignKey("goals.id", ondelete="set null"))
    pipeline_order: Mapped[int | None]
    created_at: Mapped[datetime] = _created()
    activated_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    target_weeks: Mapped[int] = mapped_column(server_default=text("6"), default=6)
    plan_json: Mapped[Json] = mapped_column(server_default=text("'{}'"), default=dict)


class Task(Base):
    """One occurrence of something to do. A moved task is a new row; only pending rows are chased."""

    __tablename__ = "tasks"
    __table_args__ = (
        _one_of("status", TaskStatus, "ck_tasks_status"),
        _one_of("trigger_type", TriggerType, "ck_tasks_trigger"),
        _one_of("stage", Stage, "ck_tasks_stage"),
        CheckConstraint("duration_minutes between 1 and 1440", name="ck_tasks_duration"),
        Index("ix_tasks_user_scheduled", "user_id", "scheduled_at"),
        Index("ix_tasks_user_status", "user_id", "status"),
        Index("ix_tasks_user_day", "user_id", "local_day", postgresql_include=["status"]),
        Index("ix_tasks_goal", "goal_id", postgresql_where=text("goal_id is not null")),
        Index("ix_tasks_series", "series_id", postgresql_where=text("series_id is not null")),
        # What the ladder asks: who needs attention now? And the seed's three questions, kept for operators.
        Index("ix_tasks_wakes", "wakes_at", postgresql_where=text("wakes_at is not null")),
        Index(
            "ix_tasks_due_push",
            "scheduled_at",
            postgresql_where=text(
                "status = 'pending' and reminder_sent_at is null and trigger_type = 'time'"
            ),
        ),
        Index(
            "ix_tasks_due_whatsapp",
            "reminder_sent_at",
            postgresql_where=text("status = 'pending' and whatsapp_sent_at is null"),
        ),
        Index(
            "ix_tasks_due_call",
            "whatsapp_sent_at",
            postgresql_where=text("status = 'pending' and call_sent_at is null"),
        ),
    )

    id: Mapped[UUID] = _id()
    user_id: Mapped[UUID] = _owner()
    goal_id: Mapped[UUID | None] = mapped_column(ForeignKey("goals.id", ondelete="cascade"))
    title: Mapped[str]
    description: Mapped[str] = mapped_column(server_default="", default="")
    status: Mapped[str] = mapped_column(server_default=TaskStatus.PENDING, default=TaskStatus.PENDING)
    scheduled_at: Mapped[datetime]
    duration_minutes: Mapped[int] = mapped_column(server_default=text("30"), default=30)
    trigger_type: Mapped[str] = mapped_column(server_default=TriggerType.TIME, default=TriggerType.TIME)
    location_trigger: Mapped[str | None]
    recurrence_rule: Mapped[str | None]
    shared_with_goal_ids: Mapped[list[UUID]] = mapped_column(server_default=text("'{}'"), default=list)
    reminder_sent_at: Mapped[datetime | None]
    whatsapp_sent_at: Mapped[datetime | None]
    call_sent_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = _created()
    # ours
    local_day: Mapped[date]  # the person's calendar day of scheduled_at; rewritten when their zone changes
    original_at: Mapped[datetime | None]  # the slot the recurrence gave it, kept when one occurrence is moved
    series_id: Mapped[UUID | None]  # shared by all occurrences of one recurring task
    replaces_id: Mapped[UUID | None] = mapped_column(ForeignKey("tasks.id", ondelete="set null"))
    stage: Mapped[str] = mapped_column(server_default=Stage.WAITING, default=Stage.WAITING)
    version: Mapped[int] = mapped_column(server_default=text("1"), default=1)
    wakes_at: Mapped[datetime | None]  # when the ladder next needs to look; null when it never does


class Conversation(Base):
    __tablename__ = "conversations"
    __table_args__ = (
        _one_of("context_type", ContextType, "ck_conversations_context"),
        Index("ix_conversations_user", "user_id"),
    )

    id: Mapped[UUID] = _id()
    user_id: Mapped[UUID] = _owner()
    langgraph_thread_id: Mapped[str] = mapped_column(unique=True)
    context_type: Mapped[str] = mapped_column(server_default=ContextType.GENERAL, default=ContextType.GENERAL)
    created_at: Mapped[datetime] = _created()
    last_message_at: Mapped[datetime | None]


class Message(Base):
    __tablename__ = "messages"
    __table_args__ = (
        _one_of("role", MessageRole, "ck_messages_role"),
        Index("ix_messages_conversation", "conversation_id", "created_at"),
    )

    id: Mapped[UUID] = _id()
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversations.id", ondelete="cascade"))
    role: Mapped[str]
    content: Mapped[str]
    agent_node: Mapped[str | None]
    tokens_used: Mapped[int | None]
    provider: Mapped[str | None]
    created_at: Mapped[datetime] = _created()


class Pattern(Base):
    __tablename__ = "patterns"
    __table_args__ = (
        _one_of("pattern_type", PatternType, "ck_patterns_type"),
        CheckConstraint("confidence between 0 and 1", name="ck_patterns_confidence"),
        Index("ix_patterns_user_type", "user_id", "pattern_type"),
    )

    id: Mapped[UUID] = _id()
    user_id: Mapped[UUID] = _owner()
    pattern_type: Mapped[str]
    description: Mapped[str]
    data: Mapped[Json] = mapped_column(server_default=text("'{}'"), default=dict)
    confidence: Mapped[float] = mapped_column(server_default=text("0.5"), default=0.5)
    created_at: Mapped[datetime] = _created()
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())  # kept by a trigger


class NotificationLog(Base):
    """What reached a provider about a task, and what the person answered to it."""

    __tablename__ = "notification_log"
    __table_args__ = (
        _one_of("response", NoticeResponse, "ck_notification_log_response"),
        Index(
            "uq_notification_log_external",
            "external_id",
            unique=True,
            postgresql_where=text("external_id is not null"),
        ),
        Index("ix_notification_log_task", "task_id"),
    )

    id: Mapped[UUID] = _id()
    task_id: Mapped[UUID] = mapped_column(ForeignKey("tasks.id", ondelete="cascade"))
    channel: Mapped[str]
    external_id: Mapped[str | None]  # "<channel>:<chat or number>:<provider id>": unique over all providers
    sent_at: Mapped[datetime]
    response: Mapped[str] = mapped_column(
        server_default=NoticeResponse.NO_RESPONSE, default=NoticeResponse.NO_RESPONSE
    )
    responded_at: Mapped[datetime | None]
    attempt_id: Mapped[UUID | None]


class DispatchLog(Base):
    """The outbox: one row per attempt to reach one address, written before the provider is called."""

    __tablename__ = "dispatch_log"
    __table_args__ = (
        _one_of("status", DispatchStatus, "ck_dispatch_log_status"),
        Index("ix_dispatch_log_pending", "status", "created_at", postgresql_where=text("status = 'pending'")),
        Index(
            "ix_dispatch_log_lease",
            "lease_until",
            postgresql_where=text("status in ('pending', 'unknown')"),
        ),
        Index("ix_dispatch_log_task", "task_id"),
    )

    id: Mapped[UUID] = _id()  # the attempt id: comes back in every callback
    task_id: Mapped[UUID] = mapped_column(ForeignKey("tasks.id", ondelete="cascade"))
    channel: Mapped[str]
    status: Mapped[str] = mapped_column(server_default=DispatchStatus.PENDING, default=DispatchStatus.PENDING)
    created_at: Mapped[datetime] = _created()
    dispatched_at: Mapped[datetime | None]
    error: Mapped[str | None]
    # ours
    rung: Mapped[str]
    address: Mapped[str | None]  # the channel's own value; null when the rung had nobody to send to
    task_version: Mapped[int] = mapped_column(server_default=text("1"), default=1)
    tries: Mapped[int] = mapped_column(server_default=text("0"), default=0)
    lease_until: Mapped[datetime | None]  # until then one worker owns it; afterwards the sweep may take it
    deadline: Mapped[datetime | None]  # after this it is expired, never sent
    outcome: Mapped[str | None]  # the provider's last word: delivered, read, busy, no_answer, ...
    reason: Mapped[str | None]  # why it was skipped, failed or expired
    external_id: Mapped[str | None]


class InboundEvent(Base):
    """What a door received, unique per provider id: a doubled update has one effect."""

    __tablename__ = "inbound_events"
    __table_args__ = (
        UniqueConstraint("channel", "external_id", name="uq_inbound_events_external"),
        _one_of("state", InboundState, "ck_inbound_events_state"),
        Index(
            "ix_inbound_events_open",
            "received_at",
            postgresql_where=text("state in ('received', 'answered')"),
        ),
        Index("ix_inbound_events_user", "user_id"),
    )

    id: Mapped[UUID] = _id()
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
