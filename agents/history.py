"""Keeping the talk short: beyond 20 messages or 8,000 tokens the older half becomes a summary."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import structlog

from agents.briefs import SummaryBrief
from agents.model import LanguageModel, ModelRole, ModelUnavailable, Question, Said, Usage
from agents.network.deadline import TurnDeadline
from agents.offline.summaries import summarise
from agents.outputs import Summary
from storage.vocabulary import MessageRole

log = structlog.get_logger()

_CHARACTERS_PER_TOKEN = 3.5  # a little less than English text has: rather summarise too early than too late
_BYTES_PER_TOKEN = (
    2  # of everything else: one token a Greek letter, one and a half a Chinese sign, two an emoji
)
_TOKENS_PER_MESSAGE = 4
_SUMMARY_TOKENS = 500
_READ_TOKENS = 8_000  # of the older half, by whoever summarises it
_KEPT_SHARE = 0.5  # of an earlier summary's telling words that a new one must repeat to stand for it
_TELLING = re.compile(r"\d+|[^\W\d_]{5,}")
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
    """The history itself while it is short, else a summary of its older half and the rest."""
    if len(history) <= limits.messages and tokens_of(history) <= limits.tokens:
        return Window(tuple(history))
    middle = max(1, len(history) // 2)
    older, recent = history[:middle], _fitting(history[middle:], limits.tokens)
    summary = Said(MessageRole.SUMMARY, _summarise(older, asking))
    return Window((summary, *recent), summary, middle)


def tokens_of(history: Sequence[Said]) -> int:
    """A cautious estimate; exact counts come from the provider's usage."""
    return sum(_TOKENS_PER_MESSAGE + tokens_in(said.text) for said in history)


def tokens_in(text: str) -> int:
    """The same for one text, in any script."""
    plain = sum(1 for sign in text if sign < "\x80")
    return round(
        plain / _CHARACTERS_PER_TOKEN + (len(text.encode(errors="replace")) - plain) / _BYTES_PER_TOKEN
    )


def cut(text: str, tokens: int) -> str:
    """The beginning of a text that is about that long, at the end of a word."""
    if tokens_in(text) <= tokens:
        return text
    low, high = 0, len(text)
    while low < high:  # the longest beginning that fits
        middle = (low + high + 1) // 2
        low, high = (middle, high) if tokens_in(text[:middle]) <= tokens else (low, middle - 1)
    head = text[:low]
    return head.rsplit(" ", 1)[0] if " " in head[-40:] else head


def as_model_role(role: MessageRole) -> str:
    """The role as model providers know it: a summary is something the system says."""
    return MessageRole.SYSTEM.value if role is MessageRole.SUMMARY else role.value


def _fitting(lines: Sequence[Said], tokens: int) -> tuple[Said, ...]:
    """A single huge message must not burst the window: the long lines are cut to an equal share of what is left."""
    if tokens_of(lines) <= tokens or not lines:
        return tuple(lines)
    sizes = sorted(_TOKENS_PER_MESSAGE + tokens_in(said.text) for said in lines)
    left, share = tokens, 0
    for place, size in enumerate(sizes):
        share = left // (len(sizes) - place)
        if size > share:
            break
        left -= size
    room = max(0, share - _TOKENS_PER_MESSAGE)
    return tuple(Said(said.role, cut(said.text, room)) for said in lines)


def _summarise(older: Sequence[Said], asking: Asking) -> str:
    """At most 500 tokens that hold what the earlier summary held. No model at hand: by rules, nothing is lost."""
    earlier = " ".join(said.text for said in older if said.role is MessageRole.SUMMARY)
    talk = _fitting([said for said in older if said.role in _SPEAKERS], _READ_TOKENS)
    brief = SummaryBrief(
        lines=[f"{_SPEAKERS[said.role]}: {said.text}" for said in talk], earlier=earlier or None
    )
    spent = asking.spent if asking.spent is not None else []
    question = Question(
        role=ModelRole.SUMMARISER,
        brief=brief,
        output=Summary,
        private=asking.private,
        user_id=asking.user_id,
        correlation_id=asking.correlation_id,
        cheap=asking.cheap,
        on_usage=spent.append,
        deadline=asking.deadline,
    )
    try:
        text = asking.model.ask(question).text
    except ModelUnavailable as unavailable:
        log.warning("summarised_by_rules", reason=str(unavailable))
        text = summarise(brief).text
    return _carrying(earlier, text)


def _carrying(earlier: str, text: str) -> str:
    """The new summary, behind the earlier one where it does not repeat enough of it."""
    telling = set(_TELLING.findall(earlier.casefold()))
    kept = telling & set(_TELLING.findall(text.casefold()))
    if len(kept) >= _KEPT_SHARE * len(telling):
        return cut(text, _SUMMARY_TOKENS)
    before = cut(earlier, _SUMMARY_TOKENS // 2)
    return f"{before} {cut(text, _SUMMARY_TOKENS - tokens_in(before) - 1)}"
