"""What the API shows of rows: the seed's field names, times as ISO 8601 in UTC."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from storage.tables import Goal, Pattern, Task, User
from web.api.endpoint import Fields, Text


class TaskView(Fields):
    id: UUID
    goal_id: UUID | None
    title: str
    description: str
    status: str
    scheduled_at: datetime
    duration_minutes: int
    trigger_type: str
    location_trigger: str | None
    recurrence_rule: str | None
    shared_with_goal_ids: list[UUID]
    reminder_sent_at: datetime | None
    whatsapp_sent_at: datetime | None
    call_sent_at: datetime | None
    completed_at: datetime | None
    created_at: datetime
    local_day: date
    original_at: datetime | None
    replaces_id: UUID | None
    version: int

    @classmethod
    def of(cls, task: Task) -> TaskView:
        return cls(**{name: getattr(task, name) for name in TaskView.model_fields})


class TaskList(Fields):
    tasks: list[TaskView]


class TrailEvent(Fields):
    """`mark`: added, moved, sent, waiting, skipped, failed, answered, missed, or planned for what lies ahead."""

    at: datetime
    mark: str
    words: str
    task_id: UUID | None  # the row on the other side of a move


class TaskTrail(Fields):
    """In order of time. `plan`: the ladder by today's settings, as if nothing had happened yet."""

    task_id: UUID
    status: str
    events: list[TrailEvent]
    plan: list[TrailEvent]


class GoalView(Fields):
    id: UUID
    title: str
    description: str
    class_tags: list[str]
    status: str
    parent_goal_id: UUID | None
    pipeline_order: int | None
    created_at: datetime
    activated_at: datetime | None
    completed_at: datetime | None
    target_weeks: int
    plan_json: dict[str, Any]

    @classmethod
    def of(cls, goal: Goal) -> GoalView:
        return cls(**{name: getattr(goal, name) for name in GoalView.model_fields})


class GoalList(Fields):
    goals: list[GoalView]


class GoalWithPipeline(GoalView):
    pipeline: list[GoalView]


class PatternView(Fields):
    id: UUID
    pattern_type: str
    description: str
    data: dict[str, Any]
    confidence: float
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, pattern: Pattern) -> PatternView:
        return cls(**{name: getattr(pattern, name) for name in PatternView.model_fields})


class PatternList(Fields):
    patterns: list[PatternView]


class GoalAbandoned(GoalView):
    cancelled_tasks: int
    kept_tasks: int  # another goal needs them too
    abandoned_sprints: int


class Account(Fields):
    id: UUID
    email: str | None
    created_at: datetime
    onboarded: bool
    timezone: str
    phone_verified: bool
    whatsapp_opt_in_at: datetime | None
    paused_until: datetime | None
    week_starts_on: int  # ISO: 1 is Monday, 7 Sunday
    profile: dict[str, Any]
    notification_preferences: dict[str, Any]
    monthly_token_usage: dict[str, Any]

    @classmethod
    def of(cls, user: User) -> Account:
        return cls(**{name: getattr(user, name) for name in cls.model_fields})


class HeatmapDay(Fields):
    day: date
    completed: int
    total: int


class Overview(Fields):
    streak_days: int
    today_completion_pct: int
    today_done: int
    today_total: int
    heatmap: list[HeatmapDay]


class GoalProgress(Fields):
    goal_id: UUID
    title: str
    status: str
    class_tags: list[str]
    done: int
    missed: int
    total: int  # the open ones included
    completion_pct: int


class CategoryProgress(Fields):
    category: str
    done: int
    missed: int
    total: int
    completion_pct: int


class GoalsProgress(Fields):
    """A task shared by two goals counts for both; one whose goal has two tags for both categories."""

    goals: list[GoalProgress]
    categories: list[CategoryProgress]


class MissedCategory(Fields):
    category: str
    missed_count: int
    total_count: int


class MissedByCategory(Fields):
    categories: list[MissedCategory]


class WeekStats(Fields):
    week: date  # its first day
    completed: int
    total: int
    completion_pct: int


class Weekly(Fields):
    week_starts_on: int
    weeks: list[WeekStats]


class AnswerGiven(TaskView):
    """The task after an answer, what came of it (recorded, already, offer), and what the chat would say."""

    outcome: str
    message: str


class PublicKey(Fields):
    public_key: str


class SubscriptionKeys(Fields):
    p256dh: str
    auth: str


class NewSubscription(Fields):
    """A browser's PushSubscription.toJSON()."""

    endpoint: str = Field(max_length=2048)
    keys: SubscriptionKeys
    expirationTime: float | None = None  # noqa: N815 - the browser's own spelling


class OldSubscription(Fields):
    endpoint: str


class Subscribed(Fields):
    id: UUID
    endpoint: str


class ErasedAccount(Fields):
    """The receipt of an erasure: rows that went, by table. It does not say whose they were."""

    receipt_id: UUID
    erased_at: datetime
    counts: dict[str, int]


class ChatMessage(Fields):
    message: Text = Field(min_length=1, max_length=10_000)
    conversation_id: UUID | None = None


class ChatReply(Fields):
    conversation_id: UUID
    message: str
    agent_node: str
    proposed_plan: dict[str, Any] | None
    requires_user_action: str


class HistoryMessage(Fields):
    id: UUID
    role: str
    content: str
    agent_node: str | None
    created_at: datetime


class History(Fields):
    messages: list[HistoryMessage]
