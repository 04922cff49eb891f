"""Which task or goal was meant: titles compared with what a person said, by the words they share."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TypeVar

Thing = TypeVar("Thing")

_WORD = re.compile(r"\w+")
_FILLERS = frozenset(
    [
        "a",
        "an",
        "and",
        "at",
        "be",
        "can",
        "can't",
        "do",
        "did",
        "for",
        "from",
        "get",
        "give",
        "have",
        "i",
        "i'm",
        "it",
        "its",
        "just",
        "let",
        "make",
        "me",
        "move",
        "my",
        "now",
        "of",
        "on",
        "please",
        "put",
        "reschedule",
        "shift",
        "task",
        "the",
        "then",
        "this",
        "that",
        "to",
        "today",
        "tomorrow",
        "tonight",
        "until",
        "up",
        "we",
        "will",
        "with",
        "would",
        "you",
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "morning",
        "afternoon",
        "evening",
        "night",
        "next",
        "week",
        "later",
        "earlier",
        "done",
        "finished",
        "completed",
        "goal",
        "plan",
        "change",
        "cancel",
        "drop",
        "delete",
        "remove",
        "all",
        "future",
        "every",
    ]
)


def words(text: str) -> frozenset[str]:
    """The words that carry meaning, cut to a stem so that "running" meets "run"."""
    return frozenset(_stem(word) for word in _WORD.findall(text.casefold()) if word not in _FILLERS)


def matching(text: str, things: Sequence[Thing], title: Callable[[Thing], str]) -> list[Thing]:
    """The things whose titles share the most words with the text, in their own order; empty when none does."""
    said = words(text)
    scores = [len(said & words(title(thing))) for thing in things]
    best = max(scores, default=0)
    return [thing for thing, score in zip(things, scores, strict=True) if score == best] if best else []


def _stem(word: str) -> str:
    for ending in ("ning", "ming", "ing", "ies", "es", "ed", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word
