"""What is true about one person between two turns: their tasks and goals, what the conversation waits for, and its draft."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from langgraph.checkpoint.postgres import PostgresSaver
from psycopg import Connection
from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.conversations import find_conversation
from storage.database import Database
from storage.profile import Profile
from storage.tables import Goal, Task, User
from storage.users import find_by_address, profile_of
from storage.vocabulary import GoalStatus, TaskStatus, TriggerType

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing at one time: a row, or an occurrence of the plan on the table."""

    key: str
    title: str
    at: datetime  # UTC
    minutes: int
    status: str = TaskStatus.PENDING
    goal: str = ""  # of a plan; "" for what was captured
    series: str = ""
    replaces: str = ""
    anywhere: bool = True  # False: tied to a place, not to a time

    @property
    def end(self) -> datetime:
        return self.at + timedelta(minutes=self.minutes)


@dataclass(frozen=True, slots=True)
class Snapshot:
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    profile: Profile = field(default_factory=Profile)
    onboarded: bool = False
    paused: bool = False
    entries: tuple[Entry, ...] = ()
    goals: tuple[tuple[str, str, str], ...] = ()  # id, title, status
    tags: frozenset[str] = frozenset()  # of all goals
    state: Json = field(default_factory=dict)  # what the graph remembers

    @property
    def pending(self) -> tuple[Entry, ...]:
        return tuple(one for one in self.entries if one.status == TaskStatus.PENDING)

    @property
    def active(self) -> tuple[str, ...]:
        return tuple(goal for goal, _, status in self.goals if status == GoalStatus.ACTIVE)

    @property
    def focus(self) -> str:
        """What is being asked: onboarding, capture, goal_question, plan, ...; "" for nothing."""
        return str((self.state.get("focus") or {}).get("kind", ""))

    @property
    def draft(self) -> Json:
        """The plan on the table; {} while there is none."""
        draft = self.state.get("goal_draft") or {}
        return draft if draft.get("output") else {}

    @property
    def series(self) -> list[Json]:
        return [one for one in self.draft.get("placed", []) if one["tasks"]]

    @property
    def proposed(self) -> tuple[Entry, ...]:
        """Every occurrence of the plan on the table."""
        return tuple(
            Entry(
                f"{place}/{number}",
                str(task["title"]),
                datetime.fromisoformat(task["start"]),
                int(task["minutes"]),
                goal="draft",
                series=str(place),
            )
            for place, series in enumerate(self.draft.get("placed", []))
            for number, task in enumerate(series["tasks"])
        )


def take(database: Database, channel: str, value: str, now: datetime) -> Snapshot:
    """Empty for somebody nobody has met."""
    with database.service() as session:
        user = find_by_address(session, channel, value)
        if user is None:
            return Snapshot()
        return Snapshot(
            ZoneInfo(user.timezone),
            profile_of(user),
            user.onboarded,
            user.paused_until is not None and user.paused_until > now,
            _entries(session, user.id),
            _goals(session, user.id),
            _tags(session, user.id),
            _state(session, user),
        )


def _entries(session: Session, user_id: UUID) -> tuple[Entry, ...]:
    rows = session.scalars(select(Task).where(Task.user_id == user_id).order_by(Task.scheduled_at, Task.id))
    return tuple(
        Entry(
            str(row.id),
            row.title,
            row.scheduled_at,
            row.duration_minutes,
            row.status,
            str(row.goal_id or ""),
            str(row.series_id or ""),
            str(row.replaces_id or ""),
            row.trigger_type != TriggerType.LOCATION,
        )
        for row in rows
    )


def _goals(session: Session, user_id: UUID) -> tuple[tuple[str, str, str], ...]:
    rows = session.scalars(select(Goal).where(Goal.user_id == user_id).order_by(Goal.created_at, Goal.id))
    return tuple((str(row.id), row.title, row.status) for row in rows)


def _tags(session: Session, user_id: UUID) -> frozenset[str]:
    rows = session.scalars(select(Goal.class_tags).where(Goal.user_id == user_id))
    return frozenset(tag for tags in rows for tag in tags)


def _state(session: Session, user: User) -> Json:
    """The channels of `agents.state.AgentState` by name."""
    talk = find_conversation(session, user.id)
    if talk is None:
        return {}
    saver = PostgresSaver(cast("Connection[Any]", session.connection().connection.driver_connection))
    found = saver.get_tuple({"configurable": {"thread_id": talk.langgraph_thread_id}})
    return dict(found.checkpoint["channel_values"]) if found else {}
