"""What the conversation remembers between two messages: LangGraph's newest checkpoint, unpacked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast
from uuid import UUID

from psycopg import Connection
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from storage.export.archive import Piece
from storage.export.rows import as_json
from storage.tables import Conversation

# What LangGraph keeps for itself: which node would run next.
_INTERNAL = ("__", "branch:")


def conversation_state(session: Session, user_id: UUID) -> Iterator[Piece]:
    """A list with the newest state of each conversation that has one."""
    talks = session.execute(
        select(Conversation.id, Conversation.langgraph_thread_id)
        .where(Conversation.user_id == user_id)
        .order_by(Conversation.created_at, Conversation.id)
    ).all()
    known = text("select exists (select from checkpoints where thread_id = :thread)")
    found = [
        {"conversation_id": talk_id, "langgraph_thread_id": thread} | _newest(session, thread)
        for talk_id, thread in talks
        if session.scalar(known, {"thread": thread})
    ]
    yield Piece(as_json(found), len(found))


def _newest(session: Session, thread: str) -> dict[str, Any]:
    """When it was saved and what it holds; a state no version can read any more does not stand in the export's way."""
    from langgraph.checkpoint.postgres import PostgresSaver  # noqa: PLC0415 - 30 MB that only this needs

    driver = cast("Connection[Any]", session.connection().connection.driver_connection)
    try:
        saved = PostgresSaver(driver).get_tuple({"configurable": {"thread_id": thread}})
    except (KeyError, TypeError, ValueError) as error:
        return {"saved_at": None, "state": None, "unreadable": type(error).__name__}
    if saved is None:
        return {"saved_at": None, "state": {}}
    state = _readable(saved.checkpoint["channel_values"])
    pending = [{channel: value} for _, channel, value in saved.pending_writes or ()]
    unfinished = {"unfinished": pending} if pending else {}
    return {"saved_at": saved.checkpoint["ts"], "state": state} | unfinished


def _readable(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: values[name] for name in sorted(values) if not name.startswith(_INTERNAL)}
