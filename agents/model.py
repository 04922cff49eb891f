"""The language model as the conversation sees it: one question with a brief in, one validated answer out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, Protocol, TypeVar
from uuid import UUID

import structlog
from pydantic import BaseModel

from agents.briefs import (
    ClassifierBrief,
    DayFacts,
    GoalLine,
    ObserverBrief,
    OrchestratorBrief,
    PlannerBrief,
    SchedulerBrief,
    SlotOffer,
    SummaryBrief,
    TaskLine,
)
from agents.network.deadline import TurnDeadline
from storage.vocabulary import MessageRole

__all__ = [
    "MAX_TOKENS",
    "ClassifierBrief",
    "DayFacts",
    "FallbackModel",
    "GoalLine",
    "LanguageModel",
    "ModelRole",
    "ModelUnavailable",
    "ObserverBrief",
    "OrchestratorBrief",
    "PlannerBrief",
    "Question",
    "Said",
    "SchedulerBrief",
    "SlotOffer",
    "SummaryBrief",
    "TaskLine",
    "Usage",
]

log = structlog.get_logger(__name__)

T = TypeVar("T", bound=BaseModel)


class ModelRole(StrEnum):
    ORCHESTRATOR = "orchestrator"
    GOAL_PLANNER = "goal_planner"
    CLASSIFIER = "classifier"
    SCHEDULER = "scheduler"
    PATTERN_OBSERVER = "pattern_observer"
    SUMMARISER = "summariser"


MAX_TOKENS = {
    ModelRole.ORCHESTRATOR: 512,
    ModelRole.GOAL_PLANNER: 4096,
    ModelRole.CLASSIFIER: 128,
    ModelRole.SCHEDULER: 1024,
    ModelRole.PATTERN_OBSERVER: 1024,
    ModelRole.SUMMARISER: 500,
}


@dataclass(frozen=True, slots=True)
class Usage:
    """What one try cost, whether its answer was of use or not. The offline model reports zero tokens."""

    provider: str  # "openai", "anthropic", ..., "offline"
    model: str
    prompt_tokens: int = 0
    completion_tokens: int = 0

    @property
    def total(self) -> int:
        return self.prompt_tokens + self.completion_tokens


@dataclass(frozen=True, slots=True)
class Said:
    """One line of the talk so far."""

    role: MessageRole
    text: str


def _ignore(_usage: Usage) -> None:
    """The default listener: nobody counts."""


def _nobody(_role: ModelRole) -> None:
    """The default listener: nobody minds who answered."""


@dataclass(frozen=True, slots=True)
class Question(Generic[T]):
    """`brief` is the `agents.briefs` model of the role; `output` is what the answer must validate as.

    `private` holds words (names, places) that must not leave the house: they are replaced on the way to a network
    model and put back in its answer. `on_usage` is called once for each try that was answered, from any
    thread: before `ask` returns or raises, or whenever the answer to a try that was given up arrives.
    `cheap` is set once a budget is spent: the small tier answers everything. `deadline` is the turn's, shared by all its
    questions. `on_fallback` hears that the network model could not answer and another one did.
    """

    role: ModelRole
    brief: BaseModel
    output: type[T]
    history: tuple[Said, ...] = ()
    private: tuple[str, ...] = ()
    user_id: UUID | None = None
    correlation_id: str | None = None
    cheap: bool = False
    on_usage: Callable[[Usage], None] = _ignore
    deadline: TurnDeadline | None = None
    on_fallback: Callable[[ModelRole], None] = _nobody


class ModelUnavailable(Exception):  # noqa: N818 - reads as the state it reports, like ChannelError.gone
    """No usable answer within the deadline. The message is a reason code, never a prompt or an answer."""


class LanguageModel(Protocol):
    def ask(self, question: Question[T]) -> T:
        """A validated answer. Raises ModelUnavailable."""
        ...


class FallbackModel:
    """Answers with the primary model and, whenever that cannot, with the offline one; nobody is left without a reply."""

    def __init__(
        self,
        primary: LanguageModel,
        offline: LanguageModel,
        on_fallback: Callable[[ModelRole], None] = _nobody,
    ) -> None:
        self._primary = primary
        self._offline = offline
        self._on_fallback = on_fallback
        self.fell_back = 0  # how many questions the offline model had to answer
        self.last_reason: str | None = None

    def ask(self, question: Question[T]) -> T:
        try:
            return self._primary.ask(question)
        except ModelUnavailable as unavailable:
            self.fell_back += 1
            self.last_reason = str(unavailable)
            log.warning("model_fell_back", role=question.role, reason=str(unavailable))
            self._on_fallback(question.role)
            question.on_fallback(question.role)
            return self._offline.ask(question)
