"""People, their addresses, their pauses, and the one-time codes that prove who they are."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Index,
    SmallInteger,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import Base, Json, created, identifier, owner


class User(Base):
    __tablename__ = "users"
    __table_args__ = (CheckConstraint("week_starts_on between 1 and 7", name="ck_users_week_starts_on"),)

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
    week_starts_on: Mapped[int] = mapped_column(
        SmallInteger, server_default=text("1"), default=1
    )  # 1 = Monday


class Identity(Base):
    """An address that belongs to a person; one of them is primary: where Flux speaks first."""

    __tablename__ = "identities"
    __table_args__ = (
        UniqueConstraint("channel", "value", name="uq_identities_address"),
        Index("ix_identities_user", "user_id"),
        Index("uq_identities_primary", "user_id", unique=True, postgresql_where=text("is_primary")),
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
    purpose: Mapped[str]  # link | dashboard | pairing | otp | export | erase
    code_hash: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime] = created()
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(server_default=text("0"), default=0)
    data: Mapped[Json] = mapped_column(server_default=text("'{}'"), default=dict)


class Pause(Base):
    """Local days on which Flux was asked to be quiet: reminders rest and the streak is frozen."""

    __tablename__ = "pauses"
    __table_args__ = (
        CheckConstraint("last_day >= first_day", name="ck_pauses_order"),
        Index("ix_pauses_user", "user_id", "last_day"),
    )

    id: Mapped[UUID] = identifier()
    user_id: Mapped[UUID] = owner()
    first_day: Mapped[date]
    last_day: Mapped[date]
    created_at: Mapped[datetime] = created()
