"""The trail: what was planned, sent, skipped and failed for a person, in words that they may read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from storage.tables import DispatchLog, NotificationLog, Task
from storage.vocabulary import DispatchStatus


@dataclass(frozen=True, slots=True)
class TrailLine:
    """One attempt as the person may read it: when, about what, where, and what became of it."""

    at: datetime
    task_title: str
    rung: str
    channel: str
    status: str
    outcome: str | None
    reason: str | None
    response: str | None

    def words(self) -> str:
        """ "Telegram message delivered", "call skipped: calls are not switched on"."""
        what = _RUNG_WORDS.get(self.rung, self.rung)
        where = (
            ""
            if self.channel in ("call", "none")
            else f" by {_CHANNEL_WORDS.get(self.channel, self.channel)}"
        )
        return f"{what}{where} {self._ending()}"

    def _ending(self) -> str:
        match self.status:
            case DispatchStatus.DISPATCHED:
                said = _OUTCOME_WORDS.get(self.outcome or "", "sent")
                answered = _RESPONSE_WORDS.get(self.response or "")
                return f"{said}; you answered {answered}" if answered else said
            case DispatchStatus.PENDING:
                return "is on its way"
            case DispatchStatus.UNKNOWN:
                return "was sent, but nobody has confirmed it yet"
        reason = f": {self.reason}" if self.reason else ""
        return f"{self.status}{reason}"


_RUNG_WORDS = {
    "remind": "reminder",
    "whatsapp": "second reminder",
    "call": "call",
    "follow_up": "question afterwards",
    "miss_note": "note about the miss",
    "pattern": "question about a pattern",
    "echo": "your answer",
    "notice": "word about the daily limit",
    "hang_up": "ending the call",
}
_CHANNEL_WORDS = {"telegram": "Telegram", "whatsapp": "WhatsApp", "push": "push notification"}
_OUTCOME_WORDS = {
    "busy": "was busy",
    "no_answer": "was not picked up",
    "machine": "reached a voicemail",
    "failed": "did not get through",
} | {word: word for word in ("delivered", "read", "answered", "completed")}
_RESPONSE_WORDS = {"done": "done", "reschedule": "reschedule", "missed": "can't today"}


def trail(session: Session, user_id: UUID, limit: int = 50, task_id: UUID | None = None) -> list[TrailLine]:
    """What was planned, sent, skipped and failed for this person (or one of their tasks), the newest first."""
    query = (
        select(DispatchLog, Task.title, NotificationLog.response)
        .join(Task, Task.id == DispatchLog.task_id)
        .outerjoin(NotificationLog, NotificationLog.attempt_id == DispatchLog.id)
        .where(Task.user_id == user_id)
        .order_by(DispatchLog.created_at.desc(), DispatchLog.id)
        .limit(limit)
    )
    if task_id is not None:
        query = query.where(or_(Task.id == task_id, Task.replaces_id == task_id))
    return [
        TrailLine(
            row.dispatched_at or row.created_at,
            title,
            row.rung,
            row.channel,
            row.status,
            row.outcome,
            row.reason,
            response,
        )
        for row, title, response in session.execute(query)
    ]
