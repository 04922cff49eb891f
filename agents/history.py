"""Keeping the talk short: beyond 20 messages or 8,000 tokens the older half becomes a summary."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from agents.briefs import SummaryBrief
from agents.deadline import TurnDeadline
from agents.model import LanguageModel, ModelRole, Question, Said, Usage
from agents.outputs import Summary
from storage.vocabulary import MessageRole

_CHARACTERS_PER_TOKEN = 3.5  # a little less than English text has: rather summarise too early than too late
_TOKENS_PER_MESSAGE = 4
_SPEAKERS = {MessageRole.USER: "person", MessageRole.ASSISTANT: "coach", MessageRole.SYSTEM: "note"}


@dataclass(frozen=True, slots=True)
class HistoryLimits:
    messages: int = 20
    tokens: int = 8_000


@dataclass(frozen=True, slots=True)
class Window:
    """What is sent. `summary` is new and wants to be stored with role `summary`; `summarised` messages went into it."""

    messages: tuple[Said, ...]
    summary: Said | None = None
    summarised: int = 0


@dataclass(frozen=True, slots=True)
class Asking:
    """On whose behalf a summary is asked for, and who counts its tokens."""

    model: LanguageModel
    private: tuple[str, ...] = ()
    user_id: UUID | None = None
    correlation_id: str | None = None
    cheap: bool = False
    spent: list[Usage] | None = None
    deadline: TurnDeadline | None = None


def window(history: Sequence[Said], limits: HistoryLimits, asking: Asking) -> Window:
    """The history itself while it is short, else a summary of its older half and the rest.

    Raises ModelUnavailable when the model has no fallback; nothing is lost then, the caller still has the history.
    """
    if len(history) <= limits.messages and tokens_of(history) <= limits.tokens:
        return Window(tuple(history))
    middle = max(1, len(history) // 2)
    older, recent = history[:middle], _fitting(history[middle:], limits)
    summary = Said(MessageRole.SUMMARY, _summarise(older, asking))
    return Window((summary, *recent), summary, middle)


def tokens_of(history: Sequence[Said]) -> int:
    """A cautious estimate; exact counts come from the provider's usage."""
    return sum(_TOKENS_PER_MESSAGE + int(len(said.text) / _CHARACTERS_PER_TOKEN) for said in history)


def as_model_role(role: MessageRole) -> str:
    """The role as model providers know it: a summary is something the system says."""
    return MessageRole.SYSTEM.value if role is MessageRole.SUMMARY else role.value


def _fitting(recent: Sequence[Said], limits: HistoryLimits) -> tuple[Said, ...]:
    """A single huge message must not burst the window: each line is cut to its share."""
    if tokens_of(recent) <= limits.tokens or not recent:
        return tuple(recent)
    share = int(limits.tokens * _CHARACTERS_PER_TOKEN / len(recent))
    return tuple(Said(said.role, said.text[:share]) for said in recent)


def _summarise(older: Sequence[Said], asking: Asking) -> str:
    earlier = " ".join(said.text for said in older if said.role is MessageRole.SUMMARY)
    lines = [f"{_SPEAKERS[said.role]}: {said.text[:2_000]}" for said in older if said.role in _SPEAKERS]
    spent = asking.spent if asking.spent is not None else []
    question = Question(
        role=ModelRole.SUMMARISER,
        brief=SummaryBrief(lines=lines, earlier=earlier or None),
        output=Summary,
        private=asking.private,
        user_id=asking.user_id,
        correlation_id=asking.correlation_id,
        cheap=asking.cheap,
        on_usage=spent.append,
        deadline=asking.deadline,
    )
    return asking.model.ask(question).text
