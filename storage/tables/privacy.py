"""What stays of an erased person: a receipt without personal data, and what providers are still to be asked to delete."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import Base, Json, created, identifier, one_of
from storage.vocabulary import DeletionState, ErasureSource


class ErasureReceipt(Base):
    """Proof that somebody was erased; it cannot be told from it who that was."""

    __tablename__ = "erasure_receipts"
    __table_args__ = (one_of("asked_by", ErasureSource, "ck_erasure_receipts_asked_by"),)

    id: Mapped[UUID] = identifier()
    erased_at: Mapped[datetime]
    asked_by: Mapped[str]
    subject: Mapped[str] = mapped_column(
        unique=True
    )  # a digest of the random id: knows it again after a restore
    counts: Mapped[Json] = mapped_column(
        server_default=text("'{}'"), default=dict
    )  # rows that went, by table


class ProviderDeletion(Base):
    """One thing a provider still holds and is to delete; `reference` is its own id, gone once that is done."""

    __tablename__ = "provider_deletions"
    __table_args__ = (
        one_of("state", DeletionState, "ck_provider_deletions_state"),
        Index("ix_provider_deletions_receipt", "receipt_id"),
        Index("ix_provider_deletions_due", "due_at", postgresql_where=text("state = 'pending'")),
    )

    id: Mapped[UUID] = identifier()
    receipt_id: Mapped[UUID] = mapped_column(ForeignKey("erasure_receipts.id", ondelete="cascade"))
    provider: Mapped[str]
    kind: Mapped[str]
    reference: Mapped[str | None]
    state: Mapped[str] = mapped_column(server_default=DeletionState.PENDING, default=DeletionState.PENDING)
    tries: Mapped[int] = mapped_column(server_default=text("0"), default=0)
    due_at: Mapped[datetime]
    created_at: Mapped[datetime] = created()
    done_at: Mapped[datetime | None]
    error: Mapped[str | None]
