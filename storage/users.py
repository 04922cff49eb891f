"""People and their addresses: who somebody is, where they can be reached, and the one-time codes that prove it."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import and_, select, true, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from storage.checkpoints import forget_threads
from storage.database import widened
from storage.profile import Preferences, Profile
from storage.tables import Conversation, Goal, Identity, InboundEvent, LinkCode, Task, User
from storage.vocabulary import InboundState
from storage.zones import known_zone


def create_user(session: Session, now: datetime, *, email: str | None = None, timezone: str = "UTC") -> User:
    """Raises UnknownTimeZoneError."""
    user = User(email=email, timezone=known_zone(timezone).key, created_at=now)
    session.add(user)
    session.flush()
    return user


def get_user(session: Session, user_id: UUID) -> User | None:
    return session.get(User, user_id)


def list_users(session: Session) -> Sequence[User]:
    return session.scalars(select(User).order_by(User.created_at)).all()


def find_by_address(session: Session, channel: str, value: str) -> User | None:
    return session.scalar(
        select(User)
        .join(Identity, Identity.user_id == User.id)
        .where(Identity.channel == channel, Identity.value == value)
    )


def identities(session: Session, user_id: UUID, channel: str | None = None) -> Sequence[Identity]:
    """A person's addresses, the primary one first; disabled ones included."""
    query = select(Identity).where(Identity.user_id == user_id)
    if channel is not None:
        query = query.where(Identity.channel == channel)
    return session.scalars(query.order_by(Identity.is_primary.desc(), Identity.created_at)).all()


def add_identity(
    session: Session, user_id: UUID, channel: str, value: str, now: datetime, *, primary: bool = False
) -> Identity:
    """Give the person an address, or take it over when it belonged to somebody else (a phone number changes hands).

    Somebody else's first address does not become a second first one here.
    """
    with widened(session):  # the address may still be somebody else's
        if primary:
            others = update(Identity).where(Identity.user_id == user_id, Identity.is_primary)
            session.execute(others.values(is_primary=False))
        identity_id = _take_address(session, user_id, channel, value, now, primary=primary)
    return session.get_one(Identity, identity_id, populate_existing=True)


def _take_address(
    session: Session, user_id: UUID, channel: str, value: str, now: datetime, *, primary: bool
) -> UUID:
    statement = insert(Identity).values(
        user_id=user_id, channel=channel, value=value, is_primary=primary, created_at=now
    )
    stays_first = and_(Identity.user_id == user_id, Identity.is_primary)
    statement = statement.on_conflict_do_update(
        constraint="uq_identities_address",
        set_={"user_id": user_id, "disabled_reason": None, "is_primary": true() if primary else stays_first},
    )
    return session.execute(statement.returning(Identity.id)).scalar_one()


def disable_identity(session: Session, channel: str, value: str, reason: str) -> None:
    session.execute(
        update(Identity)
        .where(Identity.channel == channel, Identity.value == value)
        .values(disabled_reason=reason)
    )


def disabled_reason(session: Session, channel: str, value: str) -> str | None:
    """Why Flux stopped using this address; None while it works."""
    reason = select(Identity.disabled_reason).where(Identity.channel == channel, Identity.value == value)
    return session.scalar(reason)


def touch_identity(
    session: Session, channel: str, value: str, now: datetime, *, reopens: bool = True
) -> None:
    """Note that the person wrote from this address: WhatsApp's 24-hour window opens, and it works again if it `reopens`."""
    works = {"disabled_reason": None} if reopens else {}
    session.execute(
        update(Identity)
        .where(Identity.channel == channel, Identity.value == value)
        .values(last_inbound_at=now, **works)
    )


def heard_since(session: Session, channel: str, value: str, at: datetime) -> bool:
    """Whether the person has written from this address after that moment: what was said of it before is no news then."""
    newer = select(Identity.id).where(
        Identity.channel == channel, Identity.value == value, Identity.last_inbound_at > at
    )
    return session.scalar(newer) is not None


def close_window(session: Session, channel: str, value: str) -> bool:
    """The provider says that the person has not written for a day: believe it. Whether we thought otherwise."""
    closed = (
        update(Identity)
        .where(Identity.channel == channel, Identity.value == value, Identity.last_inbound_at.is_not(None))
        .values(last_inbound_at=None)
    )
    return session.execute(closed.returning(Identity.id)).first() is not None


def profile_of(user: User) -> Profile:
    return Profile.model_validate(user.profile or {})


def preferences_of(user: User) -> Preferences:
    return Preferences.model_validate(user.notification_preferences or {})


def save_profile(user: User, profile: Profile) -> None:
    user.profile = profile.model_dump(mode="json")


def save_preferences(user: User, preferences: Preferences) -> None:
    user.notification_preferences = preferences.model_dump(mode="json")


# ------------------------------------------------------------------ one-time codes


def _digest(purpose: str, code: str) -> str:
    return hashlib.sha256(f"{purpose}:{code}".encode()).hexdigest()


def mint_code(
    session: Session,
    user_id: UUID,
    purpose: str,
    now: datetime,
    *,
    lives: timedelta = timedelta(minutes=15),
    data: dict[str, Any] | None = None,
) -> str:
    """A fresh 128-bit code for one purpose; only its hash is stored."""
    code = secrets.token_urlsafe(16)
    session.add(
        LinkCode(
            user_id=user_id,
            purpose=purpose,
            code_hash=_digest(purpose, code),
            created_at=now,
            expires_at=now + lives,
            data=data or {},
        )
    )
    return code


def redeem_code(session: Session, purpose: str, code: str, now: datetime) -> UUID | None:
    """Use a code up and say whose it was; None when it is unknown, used or too old. Safe against double use."""
    return session.execute(
        update(LinkCode)
        .where(
            LinkCode.code_hash == _digest(purpose, code),
            LinkCode.used_at.is_(None),
            LinkCode.expires_at > now,
        )
        .values(used_at=now)
        .returning(LinkCode.user_id)
    ).scalar_one_or_none()


def open_code(session: Session, user_id: UUID, purpose: str, at: datetime) -> LinkCode | None:
    """The person's newest code for this purpose that was neither used nor too old at that moment."""
    return session.scalar(
        select(LinkCode)
        .where(
            LinkCode.user_id == user_id,
            LinkCode.purpose == purpose,
            LinkCode.used_at.is_(None),
            LinkCode.expires_at > at,
        )
        .order_by(LinkCode.created_at.desc())
        .limit(1)
    )


def pairing_code(session: Session, user_id: UUID, now: datetime) -> str:
    """What a stranger shows to the owner of a closed installation; good for a day."""
    return mint_code(session, user_id, "pairing", now, lives=timedelta(days=1))


def approve(session: Session, code: str, now: datetime) -> UUID | None:
    """Let in the stranger who was given this pairing code; None when the code is unknown, used or too old."""
    user_id = redeem_code(session, "pairing", code, now)
    if user_id is not None:
        session.execute(update(User).where(User.id == user_id).values(approved_at=now))
    return user_id


def join_channel(session: Session, code: str, channel: str, value: str, now: datetime) -> UUID | None:
    """Move an address to the person who made this link code; None when the code does not count.

    Whoever the address belonged to goes when they were never onboarded: that was the same person, a minute ago. What
    they had asked for by then, and where else they can be reached, goes over to the owner. What
    the address has said and nobody has answered yet is the owner's: a transaction that handles it goes on with `narrow`.
    """
    with widened(session):
        owner_id = redeem_code(session, "link", code, now)
        if owner_id is not None:
            _hand_over(session, owner_id, channel, value, now)
    return owner_id


def _hand_over(session: Session, owner_id: UUID, channel: str, value: str, now: datetime) -> None:
    former = find_by_address(session, channel, value)
    add_identity(session, owner_id, channel, value, now)
    waiting = update(InboundEvent).where(
        InboundEvent.channel == channel,
        InboundEvent.sender == value,
        InboundEvent.state == InboundState.RECEIVED,
    )
    session.execute(waiting.values(user_id=owner_id))  # this very message is one of them
    if former is not None and former.id != owner_id and not former.onboarded:
        session.execute(update(Identity).where(Identity.user_id == former.id).values(is_primary=False))
        for table in (InboundEvent, Identity, Goal, Task):
            session.execute(update(table).where(table.user_id == former.id).values(user_id=owner_id))
        talks = select(Conversation.langgraph_thread_id).where(Conversation.user_id == former.id)
        forget_threads(session, session.scalars(talks).all())
        session.expire_all()
        session.delete(former)
