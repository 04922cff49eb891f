"""Mondays that work out or do not: the lives that patterns are learned from."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from channels.messages import OutboundMessage
from reminders.answering import AnswerOutcome, answer_pattern, answer_task
from reminders.rules.pattern_words import PatternWord
from storage.tables import Pattern, Task, User
from storage.vocabulary import Answer
from tests.reminders.conftest import Ladders

WEEK = timedelta(weeks=1)
MONDAY = datetime(2026, 1, 12, 6, 0, tzinfo=UTC)  # 07:00 in Berlin


def miss_mondays(ladders: Ladders, user: User, weeks: int, series: UUID | None = None) -> list[Task]:
    tasks = []
    for week in range(weeks):
        start = MONDAY + week * WEEK
        tasks.append(ladders.plan(user, start, start - timedelta(days=1), series_id=series))
        ladders.run_until(start, start + timedelta(minutes=70), step=timedelta(minutes=35))
    return tasks


def patterns(ladders: Ladders) -> list[Pattern]:
    with ladders.database.service() as session:
        return list(session.scalars(select(Pattern)))


def miss_on(ladders: Ladders, user: User, start: datetime, **fields: object) -> Task:
    task = ladders.plan(user, start, start - timedelta(days=1), **fields)  # type: ignore[arg-type] - a shorthand
    ladders.run_until(start, start + timedelta(minutes=70), step=timedelta(minutes=35))
    return task


def do_on(ladders: Ladders, user: User, start: datetime, **fields: object) -> Task:
    task = ladders.plan(user, start, start - timedelta(days=1), **fields)  # type: ignore[arg-type] - a shorthand
    with ladders.database.service() as session:
        answer_task(session, user.id, task.id, Answer.DONE, start, source="telegram")
    return task


def answered(
    ladders: Ladders, user: User, pattern_id: UUID, word: str, at: datetime, weekday: int | None = None
) -> AnswerOutcome:
    with ladders.database.service() as session:
        return answer_pattern(session, user.id, pattern_id, PatternWord(word, weekday), at)


def questions(ladders: Ladders) -> list[OutboundMessage]:
    return [said for _, said, _ in ladders.telegram.sent if "running" in said.text]


def known_for_long(ladders: Ladders, owner: User) -> User:
    with ladders.database.service() as session:
        user = session.get_one(User, owner.id)
        user.created_at = MONDAY - 8 * WEEK
        return user
