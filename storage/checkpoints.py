"""What LangGraph leaves in its tables: one checkpoint per thread is enough, and a thread nobody owns is nothing."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

# What earlier checkpoints held is history, and history is in `messages`.
_PRUNE = text("""
    with latest as (
        select checkpoint_id, checkpoint -> 'channel_versions' as versions from checkpoints
        where thread_id = :thread and checkpoint_ns = '' order by checkpoint_id desc limit 1
    ), older as (
        delete from checkpoints c using latest
        where c.thread_id = :thread and c.checkpoint_id <> latest.checkpoint_id
    ), written as (
        delete from checkpoint_writes w using latest
        where w.thread_id = :thread and w.checkpoint_id <> latest.checkpoint_id
    )
    delete from checkpoint_blobs blob using latest
    where blob.thread_id = :thread and latest.versions ->> blob.channel is distinct from blob.version
""")

# Told from the keys alone: the states themselves are large.
_SUPERSEDED = text("""
    with left_behind as (
        select thread_id from checkpoints group by thread_id having count(*) > 1
        union
        select thread_id from checkpoint_blobs group by thread_id, checkpoint_ns, channel having count(*) > 1
        union
        select w.thread_id from checkpoint_writes w where not exists (
            select from checkpoints c where c.thread_id = w.thread_id and c.checkpoint_id = w.checkpoint_id
        )
    )
    select c.user_id, c.langgraph_thread_id from conversations c
    join left_behind l on l.thread_id = c.langgraph_thread_id
    where c.langgraph_thread_id > :after
    order by c.langgraph_thread_id
    limit :limit
""")

_ORPHANS = text("""
    with threads as (
        select thread_id from checkpoints
        union select thread_id from checkpoint_blobs
        union select thread_id from checkpoint_writes
    )
    select thread_id from threads
    where not exists (select from conversations c where c.langgraph_thread_id = thread_id)
    limit :limit
""")
_FORGET = text("""
    with written as (delete from checkpoint_writes where thread_id = any(:threads)),
        kept as (delete from checkpoint_blobs where thread_id = any(:threads))
    delete from checkpoints where thread_id = any(:threads)
""")


def prune_thread(session: Session, thread_id: str) -> None:
    """Keep only the newest checkpoint of a thread, and what it refers to. Call it under the person's lock."""
    session.execute(_PRUNE, {"thread": thread_id})


def superseded_threads(session: Session, limit: int, after: str = "") -> list[tuple[UUID, str]]:
    """(person, thread) of threads, in order and `after` one, that hold more than their newest state; a turn prunes its own, so mostly none."""
    return [
        (user_id, thread)
        for user_id, thread in session.execute(_SUPERSEDED, {"limit": limit, "after": after})
    ]


def orphan_threads(session: Session, limit: int) -> list[str]:
    """Threads whose conversation is gone. A turn writes both in one transaction, so none of these is just beginning."""
    return list(session.scalars(_ORPHANS, {"limit": limit}))


def forget_threads(session: Session, thread_ids: Sequence[str]) -> None:
    """Delete all that is remembered of these threads."""
    session.execute(_FORGET, {"threads": list(thread_ids)})
