"""What would give a person away, collected while their rows are still there, and kept until nothing is left of them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from storage import users
from storage.personal import PERSONAL
from storage.tables import Base, Conversation, Identity, InboundEvent, PushSubscription, Task
from storage.traces import Needles
from storage.vocabulary import ErasureSource

if TYPE_CHECKING:
    from redis import Redis

_BEGUN = "flux:erasing"  # id of whoever is being erased -> the identifiers to look for; empty at most times
_ASKED = "flux:erasing:asked"  # the same id -> when the sweep last asked a worker to finish it
_SHORTEST = 6


@dataclass(frozen=True, slots=True)
class Begun:
    """An erasure that has not come to its end."""

    needles: Needles
    asked_by: ErasureSource
    at: datetime


def needles_of(session: Session, user_id: UUID) -> Needles:
    """The ids of all rows that are this person's, and their addresses. Only their id for somebody unknown."""
    ids = {one for query in _id_queries() for one in session.scalars(query, {"user": user_id})}
    others = (
        select(Task.series_id).where(Task.user_id == user_id, Task.series_id.is_not(None)).distinct(),
        select(Conversation.langgraph_thread_id).where(Conversation.user_id == user_id),
        select(InboundEvent.correlation_id).where(InboundEvent.user_id == user_id),
    )
    for query in others:
        ids |= {found for one in session.scalars(query) if (found := _as_id(one)) is not None}
    return Needles(user_id, frozenset(ids), frozenset(_words(session, user_id)))


def _id_queries() -> list[Any]:
    with_id = [table for table in PERSONAL if table.name in Base.metadata.tables]
    return [text(f"select id from {table.name} where {table.mine}") for table in with_id]  # noqa: S608 - names and conditions of our own


def _as_id(value: UUID | str) -> UUID | None:
    try:
        return value if isinstance(value, UUID) else UUID(value)
    except ValueError:  # a caller may name its own correlation id
        return None


def _words(session: Session, user_id: UUID) -> set[str]:
    user = users.get_user(session, user_id)
    if user is None:
        return set()
    known = session.execute(select(Identity.channel, Identity.value).where(Identity.user_id == user_id))
    endpoints = session.scalars(select(PushSubscription.endpoint).where(PushSubscription.user_id == user_id))
    words = {_distinct(channel, value) for channel, value in known} | set(endpoints)
    return words | {word for word in (user.email, users.preferences_of(user).phone_number) if word}


def _distinct(channel: str, value: str) -> str:
    """An address as a word that means nothing else: a terminal's may be called "work"."""
    return value if len(value) >= _SHORTEST and not value.isalpha() else f"{channel}:{value}"


# ------------------------------------------------------------------ kept while the erasure lasts


def keep(redis: Redis, begun: Begun) -> None:
    needles = begun.needles
    kept = {
        "ids": [one.hex for one in needles.ids],
        "words": sorted(needles.words),
        "asked_by": begun.asked_by,
        "at": begun.at.isoformat(),
    }
    redis.hset(_BEGUN, needles.person.hex, json.dumps(kept))


def kept(redis: Redis, user_id: UUID) -> Begun | None:
    """What an erasure of this person that was cut short had collected."""
    found: Any = redis.hget(_BEGUN, user_id.hex)
    if found is None:
        return None
    data = json.loads(found)
    needles = Needles(user_id, frozenset(UUID(hex=one) for one in data["ids"]), frozenset(data["words"]))
    return Begun(needles, ErasureSource(data["asked_by"]), datetime.fromisoformat(data["at"]))


def drop(redis: Redis, user_id: UUID) -> None:
    redis.hdel(_BEGUN, user_id.hex)
    redis.hdel(_ASKED, user_id.hex)


def ask(redis: Redis, user_id: UUID, now: datetime, again_after: timedelta) -> bool:
    """Note that somebody is to finish it; False when that was noted just now, so that jobs do not pile up."""
    before: Any = redis.hget(_ASKED, user_id.hex)
    if before is not None and now - datetime.fromisoformat(before.decode()) < again_after:
        return False
    redis.hset(_ASKED, user_id.hex, now.isoformat())
    if redis.hexists(_BEGUN, user_id.hex):
        return True
    redis.hdel(_ASKED, user_id.hex)  # it came to its end at this very moment: its id may not stay here
    return False


def unfinished(redis: Redis) -> list[UUID]:
    names: Any = redis.hkeys(_BEGUN)
    return [UUID(hex=name.decode()) for name in names]
