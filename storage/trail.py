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
from storage.vocabulary import Answer, ChannelName, DispatchStatus, Rung


@dataclass(frozen=True, slots=True)
class TrailLine:
    """One attempt as the person may read it: when, where, and what became of it."""

    at: datetime
    rung: str
    channel: str
    status: str
    outcome: str | None
    reason: str | None
    answered: str | None
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
        return _ANSWER_WORDS.get(self.answered or "")


@dataclass(frozen=True, slots=True)
class TaskTrail:
    """What was said about one task, or not said and why, in order of time."""

    task_id: UUID
    title: str
    scheduled_at: datetime
    lines: tuple[TrailLine, ...]

    @property
    def told(self) -> list[Told]:
        """In order of time, without how the chat and the phone were tidied up afterwards.

        What was sent over two channels at once is one line, and so is what was left out for one reason at one moment.
        """
        groups: dict[tuple[object, ...], list[TrailLine]] = {}
        for line in sorted(self.lines, key=lambda line: (line.at, _ORDER.get(line.rung, 0))):
            if line.rung not in (Rung.ECHO, Rung.HANG_UP):
                left_out = line.status in (DispatchStatus.SKIPPED, DispatchStatus.EXPIRED)
                minute = line.at.replace(second=0, microsecond=0)
                groups.setdefault((minute, line.ending(), "" if left_out else line.rung), []).append(line)
        return [Told(tuple(lines)) for lines in groups.values()]

    @property
    def last_word(self) -> str:
        """ "you answered: done", else what became of the last attempt; nothing while there was none to tell of."""
        last = self.told[-1] if self.told else None
        answered = max((pair for told in self.told for pair in told.answers()), default=None)
        if last is not None and answered is not None and answered[0] >= last.at:
            return f"you answered: {answered[1]}"
        return last.words() if last is not None else ""


@dataclass(frozen=True, slots=True)
class Told:
    """Attempts that make one line for the person: what they have in common, and where each went."""

    lines: tuple[TrailLine, ...]

    @property
    def at(self) -> datetime:
        return self.lines[0].at

    def words(self) -> str:
        """ "reminder by Telegram and notification, sent"."""
        if len({line.rung for line in self.lines}) > 1:
            whats = list(dict.fromkeys(line.what() for line in self.lines))
        else:
            chat_first = sorted(self.lines, key=lambda line: line.channel == ChannelName.PUSH)
            first, *others = dict.fromkeys(line.what() for line in chat_first)
            whats = [first, *(what.rpartition(" by ")[2] for what in others)]
        return f"{' and '.join(whats)}{self.lines[0].ending()}"

    def answers(self) -> list[tuple[datetime, str]]:
        """When the person answered to it, and what."""
        found = ((line.responded_at, line.answer()) for line in self.lines)
        return [(at, words) for at, words in found if at is not None and words is not None]


_RUNG_WORDS: dict[str, str] = {
    Rung.REMIND: "reminder",
    Rung.WHATSAPP: "second reminder",
    Rung.CALL: "call",
    Rung.FOLLOW_UP: "question how it went",
    Rung.MISS_NOTE: "note about the miss",
    Rung.PATTERN: "question about a pattern",
    Rung.NOTICE: "word about the daily limit",
    Rung.ECHO: "your answer shown in the chat",
    Rung.HANG_UP: "ending the call",
}
_ORDER = {rung: place for place, rung in enumerate(_RUNG_WORDS)}
_CHANNEL_WORDS = {"telegram": "Telegram", "whatsapp": "WhatsApp", "push": "notification"}
_STATUS_WORDS: dict[str, str] = {DispatchStatus.EXPIRED: "not sent"}
_OUTCOME_WORDS = {
    "busy": "busy",
    "no_answer": "not picked up",
    "machine": "reached a voicemail",
    "failed": "did not get through",
    "cancelled": "ended before you picked up",
    "answered": "picked up",
    "completed": "picked up",
    "delivered": "delivered",
    "read": "read",
}
_ANSWER_WORDS: dict[str, str] = {
    Answer.DONE: "done",
    Answer.RESCHEDULE: "another time",
    Answer.MISSED: "can't today",
    Answer.ON_IT: "on it",
    Answer.SNOOZE: "later",
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
            func.coalesce(
                NotificationLog.answer, NotificationLog.response
            ),  # rows of the version before know this alone
            NotificationLog.responded_at,
            DispatchLog.created_at,
        )
        .join(DispatchLog, DispatchLog.task_id == of.c.id)
        .outerjoin(NotificationLog, NotificationLog.attempt_id == DispatchLog.id)
        .order_by(of.c.scheduled_at.desc(), of.c.id, at, DispatchLog.id)
    )
