"""What people set out to do: goals, tasks (one row per occurrence) and the patterns learned from them."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import Base, Json, created, identifier, one_of, owner
from storage.vocabulary import (
    GoalStatus,
    PatternType,
    Stage,
    TaskStatus,
    TriggerType,
)


class Goal(Base):
    __tablename__ = "goals"
    __table_args__ = (
        one_of("status", GoalStatus, "ck_goals_status"),
        CheckConstraint("target_weeks between 1 and 6", name="ck_goals_target_weeks"),
        Index("ix_goals_user_status", "user_id", "status"),
        Index("ix_goals_parent", "parent_goal_id"),
    )

    id: Mapped[UUID] = identifier()
    user_id: Mapped[UUID] = owner()
    title: Mapped[str]
    description: Mapped[str] = mapped_column(server_default="", default="")
    class_tags: Mapped[list[str]] = mapped_column(server_default=text("'{}'"), default=list)
    status: Mapped[str] = mapped_column(server_default=GoalStatus.ACTIVE, default=GoalStatus.ACTIVE)
    parent_goal_id: Mapped[UUID | None] = mapped_column(ForeignKey("goals.id", ondelete="set null"))
    pipeline_order: Mapped[int | None]
    created_at: Mapped[datetime] = created()
    activated_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    target_weeks: Mapped[int] = mapped_column(server_default=text("6"), default=6)
    plan_json: Mapped[Json] = mapped_column(server_default=text("'{}'"), default=dict)


class Task(Base):
    """One occurrence of something to do. A moved task is a new row; only pending rows are chased."""

    __tablename__ = "tasks"
    __table_args__ = (
        one_of("status", TaskStatus, "ck_tasks_status"),
        one_of("trigger_type", TriggerType, "ck_tasks_trigger"),
        one_of("stage", Stage, "ck_tasks_stage"),
        CheckConstraint("duration_minutes between 1 and 1440", name="ck_tasks_duration"),
        Index("ix_tasks_user_scheduled", "user_id", "scheduled_at"),
        Index("ix_tasks_user_status", "user_id", "status"),
        Index("ix_tasks_user_day", "user_id", "local_day", postgresql_include=["status"]),
        Index("ix_tasks_goal", "goal_id", postgresql_where=text("goal_id is not null")),
        Index("ix_tasks_series", "series_id", postgresql_where=text("series_id is not null")),
        Index(
            "ix_tasks_recurring",
            "series_id",
            "scheduled_at",
            postgresql_where=text("recurrence_rule is not null and goal_id is null"),
        ),
        Index("ix_tasks_replaces", "replaces_id", postgresql_where=text("replaces_id is not null")),
        # What the ladder asks: who needs attention now? And the seed's three questions, kept for operators.
        Index("ix_tasks_wakes", "wakes_at", postgresql_where=text("wakes_at is not null")),
        Index("ix_tasks_user_wakes", "user_id", "wakes_at", postgresql_where=text("wakes_at is not null")),
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

    id: Mapped[UUID] = identifier()
    user_id: Mapped[UUID] = owner()
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
    created_at: Mapped[datetime] = created()
    # ours
    local_day: Mapped[date]  # the person's calendar day of scheduled_at; rewritten when their zone changes
    original_at: Mapped[datetime | None]  # the slot the recurrence gave it, kept when one occurrence is moved
    series_id: Mapped[UUID | None]  # shared by all occurrences of one recurring task
    replaces_id: Mapped[UUID | None] = mapped_column(ForeignKey("tasks.id", ondelete="set null"))
    stage: Mapped[str] = mapped_column(server_default=Stage.WAITING, default=Stage.WAITING)
    version: Mapped[int] = mapped_column(server_default=text("1"), default=1)
    wakes_at: Mapped[datetime | None]  # when the ladder next needs to look; null when it never does


class Pattern(Base):
    __tablename__ = "patterns"
    __table_args__ = (
        one_of("pattern_type", PatternType, "ck_patterns_type"),
        CheckConstraint("confidence between 0 and 1", name="ck_patterns_confidence"),
        Index("ix_patterns_user_type", "user_id", "pattern_type"),
    )

    id: Mapped[UUID] = identifier()
    user_id: Mapped[UUID] = owner()
    pattern_type: Mapped[str]
    description: Mapped[str]
    data: Mapped[Json] = mapped_column(server_default=text("'{}'"), default=dict)
    confidence: Mapped[float] = mapped_column(server_default=text("0.5"), default=0.5)
    created_at: Mapped[datetime] = created()
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())  # kept by a trigger
