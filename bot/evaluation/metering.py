"""What the language models cost while a conversation is lived: calls, tokens and seconds."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from threading import Lock
from typing import TypeVar

from pydantic import BaseModel

from agents.model import FallbackModel, LanguageModel, Question, Usage

T = TypeVar("T", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Cost:
    calls: int = 0  # tries, failed ones included; questions the offline model answers cost none
    tokens_in: int = 0
    tokens_out: int = 0
    fell_back: int = 0  # questions the offline model had to answer for the network one

    def __add__(self, other: Cost) -> Cost:
        return Cost(
            self.calls + other.calls,
            self.tokens_in + other.tokens_in,
            self.tokens_out + other.tokens_out,
            self.fell_back + other.fell_back,
        )

    def __sub__(self, other: Cost) -> Cost:
        return self + Cost(-other.calls, -other.tokens_in, -other.tokens_out, -other.fell_back)


@dataclass
class MeteredModel:
    """A model whose every try is counted; the advisers of a plan ask from threads."""

    model: LanguageModel
    _spent: Cost = field(default_factory=Cost)
    _lock: Lock = field(default_factory=Lock)

    def ask(self, question: Question[T]) -> T:
        def count(usage: Usage) -> None:
            with self._lock:
                self._spent += Cost(
                    int(usage.provider != "offline"), usage.prompt_tokens, usage.completion_tokens
                )
            question.on_usage(usage)

        return self.model.ask(replace(question, on_usage=count))

    def spent(self) -> Cost:
        """Everything so far."""
        fell_back = self.model.fell_back if isinstance(self.model, FallbackModel) else 0
        return replace(self._spent, fell_back=fell_back)
