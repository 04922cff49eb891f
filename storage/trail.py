"""The trail: what was sent, skipped and failed about a person's tasks, in words that they may read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from storage.tables import DispatchLog, NotificationLog, Task
from storage.vocabulary import DispatchStatus, NoticeResponse, Rung


@dataclass(frozen=True, slots=True)
class TrailLine:
    """One attempt as the person may read it: when, where, and what became of it."""

    at: datetime
    rung: str
    channel: str
    status: str
    outcome: str | None
    reason: str | None
    response: str | None
    responded_at: datetime | None
    decided_at: datetime  # when the rules said that it be sent, or not

    def words(self) -> str:
        """ "reminder by Telegram, delivered", "call skipped: calls are not switched on"."""
        return f"{self.what()}{self.ending()}"

    def what(self) -> str:
        """ "reminder by Telegram", "second reminder by WhatsApp", "call"."""
        where = _CHANNEL_WORDS.get(self.channel)
        return f"{_RUNG_WORDS.get(self.rung, self.rung)}{f' by {where}' if where else ''}"

    def ending(self) -> str:
        match self.status:
            case DispatchStatus.DISPATCHED:
                return f", {_OUTCOME_WORDS.get(self.outcome or '', 'sent')}"
            case DispatchStatus.PENDING:
                return ", on its way"
            case DispatchStatus.UNKNOWN:
                return ", sent but not confirmed yet"
        said = _STATUS_WORDS.get(self.status, self.status)
        return f" {said}: {self.reason}" if self.reason else f" {said}"

    def answer(self) -> str | None:
        """ "done": what the person answered to it, if they did."""
        return _RESPONSE_WORDS.get(self.response or "")


@dataclass(frozen=True, slots=True)
class TaskTrail:
    """What was said about one task, or not said and why, in order of time."""

    task_id: UUID
    title: str
    scheduled_at: datetime
    lines: tuple[TrailLine, ...]


_RUNG_WORDS: dict[str, str] = {
    Rung.REMIND: "reminder",
    Rung.WHATSAPP: "second reminder",
    Rung.CALL: "call",
    Rung.FOLLOW_UP: "question afterwards",
    Rung.MISS_NOTE: "note about the miss",
    Rung.PATTERN: "question about a pattern",
    Rung.ECHO: "your answer shown in the chat",
    Rung.HANG_UP: "ending the call",
}
_CHANNEL_WORDS = {"telegram": "Telegram", "whatsapp": "WhatsApp", "push": "notification"}
_STATUS_WORDS: dict[str, str] = {DispatchStatus.EXPIRED: "not sent"}
_OUTCOME_WORDS = {
    "busy": "busy",
    "no_answer": "not picked up",
    "machine": "reached a voicemail",
    "failed": "did not get through",
} | {word: word for word in ("delivered", "read", "answered", "completed")}
_RESPONSE_WORDS: dict[str, str] = {
    NoticeResponse.DONE: "done",
    NoticeResponse.RESCHEDULE: "another time",
    NoticeResponse.MISSED: "can't today",
}


def trail(
    session: Session, user_id: UUID, limit: int = 50, named: Sequence[str] = (), task_id: UUID | None = None
) -> list[TaskTrail]:
    """The newest `limit` tasks of this person that anything was to be said about, the latest first.

    Of those with all these words in their title, or of one task alone. Walks from the latest task back and stops once
    there are enough, however many lie behind: attempts know their task, and only tasks know the person.
    """
    tried = select(DispatchLog.id).where(DispatchLog.task_id == Task.id).exists()
    spoken_of = select(Task.id, Task.title, Task.scheduled_at).where(Task.user_id == user_id, tried)
    for word in named:
        spoken_of = spoken_of.where(Task.title.icontains(word, autoescape=True))
    if task_id is not None:
        spoken_of = spoken_of.where(Task.id == task_id)
    rows = session.execute(_lines_of(spoken_of.order_by(Task.scheduled_at.desc(), Task.id).limit(limit)))
    found = []
    for (key, title, scheduled_at), group in groupby(rows, key=lambda row: row[:3]):
        found.append(TaskTrail(key, title, scheduled_at, tuple(TrailLine(*row[3:]) for row in group)))
    return found


def _lines_of(tasks: Select[UUID, str, datetime]) -> Select[Any]:
    of = tasks.subquery()
    at = func.coalesce(DispatchLog.dispatched_at, DispatchLog.created_at)
    return (
        select(
            of.c.id,
            of.c.title,
            of.c.scheduled_at,
            at,
            DispatchLog.rung,
            DispatchLog.channel,
            DispatchLog.status,
            DispatchLog.outcome,
            DispatchLog.reason,
            NotificationLog.response,
            NotificationLog.responded_at,
            DispatchLog.created_at,
        )
        .join(DispatchLog, DispatchLog.task_id == of.c.id)
        .outerjoin(NotificationLog, NotificationLog.attempt_id == DispatchLog.id)
        .order_by(of.c.scheduled_at.desc(), of.c.id, at, DispatchLog.id)
    )
