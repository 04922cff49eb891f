"""People, their addresses, and the one-time codes that prove who they are."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    Index,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import Base, Json, created, identifier, owner


class User(Base):
    __tablename__ = "users"

    id: Mapped[UUID] = identifier()
    email: Mapped[str | None] = mapped_column(unique=True)
    created_at: Mapped[datetime] = created()
    onboarded: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    timezone: Mapped[str] = mapped_column(server_default="UTC", default="UTC")
    phone_verified: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    whatsapp_opt_in_at: Mapped[datetime | None]
    push_subscription: Mapped[Json | None]
    profile: Mapped[Json] = mapped_column(server_default=text("'{}'"), default=dict)
    notification_preferences: Mapped[Json] = mapped_column(server_default=text("'{}'"), default=dict)
    monthly_token_usage: Mapped[Json] = mapped_column(server_default=text("'{}'"), default=dict)
    paused_until: Mapped[datetime | None]
    approved_at: Mapped[datetime | None]  # pairing: when the admin let this person in


class Identity(Base):
    """An address that belongs to a person; one of them is primary: where Flux speaks first."""

    __tablename__ = "identities"
    __table_args__ = (
        UniqueConstraint("channel", "value", name="uq_identities_address"),
        Index("ix_identities_user", "user_id"),
    )

    id: Mapped[UUID] = identifier()
    user_id: Mapped[UUID] = owner()
    channel: Mapped[str]
    value: Mapped[str]
    is_primary: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    disabled_reason: Mapped[str | None]  # why Flux stopped using it; null while it works
    last_inbound_at: Mapped[datetime | None]  # opens WhatsApp's 24-hour window
    created_at: Mapped[datetime] = created()


class PushSubscription(Base):
    __tablename__ = "push_subscriptions"
    __table_args__ = (Index("ix_push_subscriptions_user", "user_id"),)

    id: Mapped[UUID] = identifier()
    user_id: Mapped[UUID] = owner()
    endpoint: Mapped[str] = mapped_column(unique=True)
    p256dh: Mapped[str]
    auth: Mapped[str]
    user_agent: Mapped[str | None]
    created_at: Mapped[datetime] = created()


class LinkCode(Base):
    """A one-time secret, stored hashed: joins a channel, opens the dashboard, pairs a stranger, proves a phone."""

    __tablename__ = "link_codes"
    __table_args__ = (Index("ix_link_codes_user", "user_id"),)

    id: Mapped[UUID] = identifier()
    user_id: Mapped[UUID] = owner()
    purpose: Mapped[str]  # link | dashboard | pairing | otp
    code_hash: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime] = created()
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(server_default=text("0"), default=0)
    data: Mapped[Json] = mapped_column(server_default=text("'{}'"), default=dict)
