"""Web-push subscriptions as rows: one per browser, at most sixteen per person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from storage.database import lock_person, widened
from storage.tables import PushSubscription

MOST_PER_PERSON = 16


class ForeignSubscription(Exception):  # noqa: N818 - named for what happened, as its callers read it
    """The endpoint is another person's browser, and whoever named it does not know that browser's secret."""


class TooManySubscriptions(Exception):  # noqa: N818 - named for what happened, as its callers read it
    """The person already has MOST_PER_PERSON of them."""


def save_subscription(
    session: Session,
    user_id: UUID,
    endpoint: str,
    p256dh: str,
    auth: str,
    now: datetime,
    user_agent: str | None = None,
) -> UUID:
    """Keep a browser's subscription; the same endpoint again only renews it.

    Raises TooManySubscriptions, or ForeignSubscription.
    """
    lock_person(session, user_id)
    others = session.scalar(
        select(func.count()).where(PushSubscription.user_id == user_id, PushSubscription.endpoint != endpoint)
    )
    if (others or 0) >= MOST_PER_PERSON:
        raise TooManySubscriptions
    values = {"user_id": user_id, "p256dh": p256dh, "auth": auth, "user_agent": user_agent}
    statement = insert(PushSubscription).values(endpoint=endpoint, created_at=now, **values)
    same = or_(PushSubscription.user_id == user_id, PushSubscription.auth == auth)
    statement = statement.on_conflict_do_update(index_elements=["endpoint"], set_=values, where=same)
    with widened(session):  # the same browser may have been somebody else's: then it knows its secret
        saved = session.execute(statement.returning(PushSubscription.id)).scalar_one_or_none()
    if saved is None:
        raise ForeignSubscription
    return saved


def remove_subscription(session: Session, user_id: UUID, endpoint: str) -> bool:
    """Forget one of the person's own subscriptions; False when they have no such endpoint."""
    removed = session.execute(
        delete(PushSubscription)
        .where(PushSubscription.user_id == user_id, PushSubscription.endpoint == endpoint)
        .returning(PushSubscription.id)
    )
    return removed.first() is not None


def subscriptions_of(session: Session, user_id: UUID) -> Sequence[PushSubscription]:
    return session.scalars(
        select(PushSubscription)
        .where(PushSubscription.user_id == user_id)
        .order_by(PushSubscription.created_at)
    ).all()
