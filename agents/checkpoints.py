"""What the graph remembers between turns, read so that nothing an older or newer version wrote can strand a talk."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, cast, get_args, get_origin, get_type_hints

import structlog
from langchain_core.runnables import RunnableConfig
from langgraph.channels import UntrackedValue
from langgraph.checkpoint.base import CheckpointTuple
from langgraph.checkpoint.postgres import PostgresSaver
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from psycopg import Connection
from sqlalchemy.orm import Session

from agents.plans.draft_shape import readable_draft
from agents.state import AgentState, Json, fresh_turn

log = structlog.get_logger()


def _shape(hint: Any) -> type:
    """Annotated[list[Json], ...] -> list."""
    plain = get_args(hint)[0] if hasattr(hint, "__metadata__") else hint
    found: type = get_origin(plain) or plain
    return found


# The fields of the state that stand in a checkpoint, each with its shape.
_TYPES: Mapping[str, type] = {
    name: _shape(hint)
    for name, hint in get_type_hints(AgentState, include_extras=True).items()
    if UntrackedValue not in getattr(hint, "__metadata__", ())
}
QUESTION = frozenset({"question", "focus"})
EVERYTHING = frozenset(_TYPES) - {"asked", "agent_node"} - frozenset(fresh_turn("", ""))
AFRESH = EVERYTHING | {"asked"}  # the thread itself is of no use
# What reading something of another shape than ours raises; a database that is away is none of it.
WRONG_SHAPE = (LookupError, TypeError, ValueError, AttributeError, RecursionError)


class _Unreadable:
    """In the place of a value whose bytes say nothing to us."""


class _Lenient(JsonPlusSerializer):
    """One value that cannot be read costs that value, not the thread."""

    def loads_typed(self, data: tuple[str, bytes]) -> Any:
        try:
            return super().loads_typed(data)
        except (*WRONG_SHAPE, ImportError, NotImplementedError, EOFError) as error:
            log.warning("checkpoint_value_unreadable", type=data[0], error=type(error).__name__)
            return _Unreadable()


class Memory(PostgresSaver):
    """A checkpointer on the turn's own connection: its rows commit with everything else, or not at all.

    `kinds` are the focus kinds that somebody still answers; `forgotten` fields are left out. `lost` names what was
    there and could not be kept, `lost_plan` the title of a plan among it.
    """

    def __init__(
        self,
        session: Session,
        thread_id: str,
        kinds: Collection[str],
        forgotten: frozenset[str] = frozenset(),
    ) -> None:
        connection = session.connection().connection.driver_connection
        super().__init__(cast("Connection[Any]", connection), serde=_Lenient())
        self.config: RunnableConfig = {"configurable": {"thread_id": thread_id, "checkpoint_ns": ""}}
        self.lost: set[str] = set()
        self.lost_plan = ""
        self._found = self._read(thread_id, kinds, forgotten)

    def get_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        """What was read when this memory was made; the graph asks for the newest only."""
        return self._found if "checkpoint_id" not in config["configurable"] else super().get_tuple(config)

    def emptied(self, now: datetime) -> Json:
        """What was lost as input of the next turn, so that it is lost once."""
        given: Json = {name: _TYPES[name]() for name in self.lost & EVERYTHING}
        if "asked" in self.lost:  # buttons of before must never be taken for those to come
            given["asked"] = int(now.timestamp()) % 100_000_000
        return given

    @property
    def values(self) -> Json:
        return dict(self._found.checkpoint["channel_values"]) if self._found else {}

    def without(self) -> frozenset[str] | None:
        """What to forget next when a turn cannot work with this memory; None when there is nothing left of it."""
        if self._found is None:
            return None
        filled = {name for name in EVERYTHING if self.values.get(name)}
        if filled & QUESTION:
            return QUESTION
        return EVERYTHING if filled else AFRESH

    def _read(
        self, thread_id: str, kinds: Collection[str], forgotten: frozenset[str]
    ) -> CheckpointTuple | None:
        try:
            found = super().get_tuple(self.config)
        except WRONG_SHAPE as error:
            log.warning("checkpoint_unreadable", thread=thread_id, error=type(error).__name__)
            self.lost |= AFRESH
            return None
        if found is None or forgotten == AFRESH:
            self.lost |= forgotten if found else set()
            return None
        values = self._sound(found.checkpoint["channel_values"], kinds, forgotten)
        if self.lost:
            log.warning("checkpoint_mended", thread=thread_id, lost=sorted(self.lost))
        checkpoint = {**found.checkpoint, "channel_values": values}
        # Writes of a turn that was not finished are nobody's: every turn begins with a message.
        return found._replace(checkpoint=cast(Any, checkpoint), pending_writes=[])

    def _sound(self, values: Json, kinds: Collection[str], forgotten: frozenset[str]) -> Json:
        """Only fields of the right shape; an open question goes with what it is about."""
        kept = {name: value for name, value in values.items() if name not in _TYPES}
        for name, expected in _TYPES.items():
            value = values.get(name)
            if value is None:
                continue
            if isinstance(value, expected) and name not in forgotten:
                kept[name] = value
            elif value:
                self.lost.add(name)
        self._check_draft(kept, values)
        question, focus = kept.get("question") or {}, kept.get("focus") or {}
        if (focus and focus.get("kind") not in kinds) or (question and not _is_question(question)):
            self.lost |= QUESTION
        if self.lost & QUESTION:
            kept |= {"question": {}, "focus": {}}
        return {name: value for name, value in kept.items() if not isinstance(value, _Unreadable)}

    def _check_draft(self, kept: Json, values: Json) -> None:
        stored = kept.get("goal_draft") or {}
        draft = readable_draft(stored)
        if stored and draft is None:
            self.lost.add("goal_draft")
        if "goal_draft" in self.lost:
            title = stored.get("title") or (
                values["goal_draft"].get("title") if isinstance(values["goal_draft"], dict) else ""
            )
            self.lost_plan = title[:80] if isinstance(title, str) else ""
            kept["goal_draft"] = {}
            if (kept.get("focus") or {}).get("kind") in ("plan", "full", "goal_question"):
                kept |= {"question": {}, "focus": {}}
        elif draft is not None:
            kept["goal_draft"] = draft.as_json()


def _is_question(question: Json) -> bool:
    rows = question.get("rows")
    return (
        isinstance(question.get("number"), int)
        and isinstance(question.get("text"), str)
        and isinstance(rows, list)
        and all(isinstance(row, list) for row in rows)
        and all(
            isinstance(button, dict)
            and isinstance(button.get("label"), str)
            and isinstance(button.get("data"), str)
            for row in rows
            for button in row
        )
    )
