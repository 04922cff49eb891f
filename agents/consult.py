"""Asking the language model from inside a turn: who asks, what must stay private, and what it cost."""

from __future__ import annotations

from typing import TypeVar

from pydantic import BaseModel

from agents.model import ModelRole, Question, Said
from agents.state import AgentState
from agents.turn import TurnContext
from storage.vocabulary import MessageRole

T = TypeVar("T", bound=BaseModel)


def consult(
    ctx: TurnContext, role: ModelRole, brief: BaseModel, output: type[T], state: AgentState | None = None
) -> T:
    """One validated answer. Touches no database, so the advisers may call it from their threads."""
    history = tuple(
        Said(MessageRole(line["role"]), line["content"])
        for line in (state or {}).get("conversation_history", [])
    )
    question = Question(
        role=role,
        brief=brief,
        output=output,
        history=history,
        private=ctx.private,
        user_id=ctx.turn.user_id,
        correlation_id=ctx.turn.correlation_id,
        cheap=ctx.cheap,
        on_usage=ctx.spent.append,
        deadline=ctx.deadline,
        on_fallback=ctx.fell_back.append,
    )
    return ctx.tools.model.ask(question)
