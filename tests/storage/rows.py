"""One row of a person in every personal table, so that a test can ask every table the same question."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import text
from sqlalchemy.orm import Session

from storage.personal import PERSONAL
from storage.tables import (
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
    ids = {
        name: uuid4() for name in ("goal", "task", "series", "pattern", "talk", "message", "event", "attempt")
    }
    secret = f"secret-of-{user_id.hex}"
    thread = f"thread-{user_id.hex}"
    session.add_all(
        [
            Goal(id=ids["goal"], user_id=user_id, title=secret, class_tags=["Fitness"], created_at=now),
            Pattern(id=ids["pattern"], user_id=user_id, pattern_type="time_avoidance", description=secret),
            Pause(user_id=user_id, first_day=now.date(), last_day=now.date(), created_at=now),
            PushSubscription(
                user_id=user_id, endpoint=f"https://push.example/{secret}", p256dh="k", auth="a"
            ),
            LinkCode(user_id=user_id, purpose="link", code_hash=secret, expires_at=now + timedelta(days=1)),
            Conversation(id=ids["talk"], user_id=user_id, langgraph_thread_id=thread, created_at=now),
            InboundEvent(
                id=ids["event"],
                channel="telegram",
                external_id=secret,
                sender=address,
                user_id=user_id,
                payload={"text": secret},
                received_at=now,
                correlation_id=uuid4().hex,
            ),
        ]
    )
    session.flush()
    session.add_all(
        [
            Message(
                id=ids["message"], conversation_id=ids["talk"], role="user", content=secret, created_at=now
            ),
            Task(
                id=ids["task"],
                user_id=user_id,
                goal_id=ids["goal"],
                series_id=ids["series"],
                title=secret,
                scheduled_at=now + timedelta(hours=1),
                local_day=now.date(),
                created_at=now,
                wakes_at=now + timedelta(days=2),
            ),
        ]
    )
    session.flush()
    session.add_all(
        [
            DispatchLog(
                id=ids["attempt"],
                task_id=ids["task"],
                channel="telegram",
                rung="remind",
                address=address,
                created_at=now,
                status="dispatched",
            ),
            NotificationLog(
                task_id=ids["task"],
                channel="telegram",
                external_id=secret,
                sent_at=now,
                attempt_id=ids["attempt"],
            ),
        ]
    )
    session.flush()
    _checkpoint(session, thread)
    return Rows(
        user_id=user_id,
        goal_id=ids["goal"],
        task_id=ids["task"],
        series_id=ids["series"],
        pattern_id=ids["pattern"],
        conversation_id=ids["talk"],
        thread_id=thread,
        message_id=ids["message"],
        event_id=ids["event"],
        attempt_id=ids["attempt"],
        secret=secret,
    )


def _checkpoint(session: Session, thread: str) -> None:
    """Rows as LangGraph's saver writes them."""
    for statement in (
        "insert into checkpoints (thread_id, checkpoint_id, checkpoint) values (:thread, '1', '{}')",
        "insert into checkpoint_blobs (thread_id, channel, version, type, blob) values (:thread, 'c', '1', 'msgpack', 'x')",
        "insert into checkpoint_writes (thread_id, checkpoint_id, task_id, idx, channel, blob)"
        " values (:thread, '1', 't', 0, 'c', 'x')",
    ):
        session.execute(text(statement), {"thread": thread})


def count_by_table(session: Session, user_id: UUID) -> dict[str, int]:
    """How many of the person's rows each personal table shows to this session."""
    return {
        table.name: session.scalar(
            text(f"select count(*) from {table.name} where {table.mine}"), {"user": user_id}
        )
        or 0
        for table in PERSONAL
    }
