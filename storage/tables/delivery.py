"""What Flux sent about a task: the outbox of attempts, and what reached a provider."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    ForeignKey,
    Index,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import Base, created, identifier, one_of
from storage.vocabulary import (
    DispatchStatus,
    NoticeResponse,
)

_PAID = text("channel in ('whatsapp', 'call')")


class NotificationLog(Base):
    """What reached a provider about a task, and what the person answered to it."""

    __tablename__ = "notification_log"
    __table_args__ = (
        one_of("response", NoticeResponse, "ck_notification_log_response"),
        Index(
            "uq_notification_log_external",
            "external_id",
            unique=True,
            postgresql_where=text("external_id is not null"),
        ),
        Index("ix_notification_log_task", "task_id"),
        Index("ix_notification_log_attempt", "attempt_id", postgresql_where=text("attempt_id is not null")),
        Index("ix_notification_log_age", "sent_at", postgresql_using="brin"),
        Index("ix_notification_log_user", "user_id", "sent_at"),
    )

    id: Mapped[UUID] = identifier()
    task_id: Mapped[UUID] = mapped_column(ForeignKey("tasks.id", ondelete="cascade"))
    channel: Mapped[str]
    external_id: Mapped[str | None]  # "<channel>:<chat or number>:<provider id>": unique over all providers
    sent_at: Mapped[datetime]
    response: Mapped[str] = mapped_column(
        server_default=NoticeResponse.NO_RESPONSE, default=NoticeResponse.NO_RESPONSE
    )
    responded_at: Mapped[datetime | None]
    answer: Mapped[
        str | None
    ]  # of `vocabulary.Answer`: "on it" and a snooze are answers too, and no response
    attempt_id: Mapped[UUID | None]
    user_id: Mapped[UUID | None]  # the task's, filled in by a trigger


class DispatchLog(Base):
    """The outbox: one row per attempt to reach one address, written before the provider is called."""

    __tablename__ = "dispatch_log"
    __table_args__ = (
        one_of("status", DispatchStatus, "ck_dispatch_log_status"),
        Index("ix_dispatch_log_pending", "status", "created_at", postgresql_where=text("status = 'pending'")),
        Index(
            "ix_dispatch_log_lease",
            "lease_until",
            postgresql_where=text("status in ('pending', 'unknown')"),
        ),
        Index("ix_dispatch_log_task", "task_id"),
        Index("ix_dispatch_log_external", "external_id", postgresql_where=text("external_id is not null")),
        Index("ix_dispatch_log_age", "created_at", postgresql_using="brin"),
        # What daily caps count, overall and by address; and which tasks one message speaks of.
        Index("ix_dispatch_log_paid", "channel", "created_at", postgresql_where=_PAID),
        Index("ix_dispatch_log_paid_address", "address", "created_at", postgresql_where=_PAID),
        Index("ix_dispatch_log_merged", "outcome", postgresql_where=text("outcome like 'in:%'")),
    )

    id: Mapped[UUID] = identifier()  # the attempt id: comes back in every callback
    task_id: Mapped[UUID] = mapped_column(ForeignKey("tasks.id", ondelete="cascade"))
    channel: Mapped[str]
    status: Mapped[str] = mapped_column(server_default=DispatchStatus.PENDING, default=DispatchStatus.PENDING)
    created_at: Mapped[datetime] = created()
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
    template: Mapped[bool] = mapped_column(
        server_default=text("false"), default=False
    )  # outside WhatsApp's window
    external_id: Mapped[str | None]
