"""One row of a person in every personal table, so that a test can ask every table the same question."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import text
from sqlalchemy.orm import Session

from storage.tables import (
    Base,
    Conversation,
    DispatchLog,
    Goal,
    InboundEvent,
    LinkCode,
    Message,
    NotificationLog,
    Pattern,
    Pause,
    PushSubscription,
    Task,
)


@dataclass(frozen=True)
class Rows:
    """The ids of what was written, by the names that functions use for them."""

    user_id: UUID
    goal_id: UUID
    task_id: UUID
    series_id: UUID
    pattern_id: UUID
    conversation_id: UUID
    thread_id: str
    message_id: UUID
    event_id: UUID
    attempt_id: UUID
    secret: str  # stands in every text of this person

    @property
    def id(self) -> UUID:
        """As the users table names it."""
        return self.user_id


def one_of_each(session: Session, user_id: UUID, address: str, now: datetime) -> Rows:
    """Fill every table of storage.personal for this person, who has their users and identities rows already."""
    made = Rows(
        user_id=user_id,
        goal_id=uuid4(),
        task_id=uuid4(),
        series_id=uuid4(),
        pattern_id=uuid4(),
        conversation_id=uuid4(),
        thread_id=f"thread-{user_id.hex}",
        message_id=uuid4(),
        event_id=uuid4(),
        attempt_id=uuid4(),
        secret=f"secret-of-{user_id.hex}",
    )
    for parents_first in (_of_the_person, _of_the_goal, _of_the_task):
        session.add_all(parents_first(made, address, now))
        session.flush()
    _checkpoint(session, made.thread_id)
    return made


def _of_the_person(made: Rows, address: str, now: datetime) -> list[Base]:
    who, secret, day = made.user_id, made.secret, now.date()
    return [
        Goal(id=made.goal_id, user_id=who, title=secret, class_tags=["Fitness"], created_at=now),
        Pattern(id=made.pattern_id, user_id=who, pattern_type="time_avoidance", description=secret),
        Pause(user_id=who, first_day=day, last_day=day, created_at=now),
        PushSubscription(user_id=who, endpoint=f"https://push.example/{secret}", p256dh="k", auth="a"),
        LinkCode(user_id=who, purpose="link", code_hash=secret, expires_at=now + timedelta(days=1)),
        Conversation(
            id=made.conversation_id, user_id=who, langgraph_thread_id=made.thread_id, created_at=now
        ),
        InboundEvent(
            id=made.event_id,
            channel="telegram",
            external_id=secret,
            sender=address,
            user_id=who,
            payload={"text": secret},
            received_at=now,
            correlation_id=uuid4().hex,
        ),
    ]


def _of_the_goal(made: Rows, address: str, now: datetime) -> list[Base]:
    said = {"role": "user", "content": made.secret, "created_at": now}
    return [
        Message(id=made.message_id, conversation_id=made.conversation_id, **said),
        Task(
            id=made.task_id,
            user_id=made.user_id,
            goal_id=made.goal_id,
            series_id=made.series_id,
            title=made.secret,
            scheduled_at=now + timedelta(hours=1),
            local_day=now.date(),
            created_at=now,
            wakes_at=now + timedelta(days=2),
        ),
    ]


def _of_the_task(made: Rows, address: str, now: datetime) -> list[Base]:
    sent = {"task_id": made.task_id, "channel": "telegram"}
    return [
        DispatchLog(
            id=made.attempt_id, rung="remind", address=address, created_at=now, status="dispatched", **sent
        ),
        NotificationLog(external_id=made.secret, sent_at=now, attempt_id=made.attempt_id, **sent),
    ]


def _checkpoint(session: Session, thread: str) -> None:
    """Rows as LangGraph's saver writes them."""
    for statement in (
        "insert into checkpoints (thread_id, checkpoint_id, checkpoint) values (:thread, '1', '{}')",
        "insert into checkpoint_blobs (thread_id, channel, version, type, blob) values (:thread, 'c', '1', 'msgpack', 'x')",
        "insert into checkpoint_writes (thread_id, checkpoint_id, task_id, idx, channel, blob)"
        " values (:thread, '1', 't', 0, 'c', 'x')",
    ):
        session.execute(text(statement), {"thread": thread})
