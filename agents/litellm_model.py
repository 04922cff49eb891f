"""The network language model: LiteLLM with our own retries, fallback, deadlines, breaker and validation around it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic

import structlog

from agents.model import MAX_TOKENS, ModelRole, ModelUnavailable, Question, T
from agents.network.breaker import EVERY_MODEL, Breaker
from agents.network.completion import Answers, Reply, Requests, TryFailed, load, provider_of
from agents.network.prompting import Message, UnusableAnswer, ask_again, messages_for, read_answer
from agents.privacy.placeholders import Placeholders

__all__ = ["Endpoint", "LiteLLMModel", "ModelTiers", "Tier", "load", "provider_of"]

log = structlog.get_logger(__name__)

TURN_SECONDS = 18.0  # for all questions of one turn together; the rest of a turn takes well under a second
QUESTION_SECONDS = 30.0  # for a question outside a turn
_RE_ASKS = 2
PAUSE_SECONDS = 0.4  # before the same model is asked once more
_HOPELESS_REST = 300.0
_CUT_OFF = "it was cut off before its end; be shorter."
# How much of the turn one question may take at most. Whatever comes before the plan leaves a third of the turn to it.
_SHARES = {
    ModelRole.SUMMARISER: 1 / 6,
    ModelRole.ORCHESTRATOR: 1 / 3,
    ModelRole.CLASSIFIER: 1 / 6,  # these three are asked at the same time
    ModelRole.SCHEDULER: 1 / 6,
    ModelRole.PATTERN_OBSERVER: 1 / 6,
    ModelRole.GOAL_PLANNER: 1.0,
}
_FAIR_SHARE = 1 / 16  # of the turn; a model that was given less is not to blame for being late


@dataclass(frozen=True, slots=True)
class Tier:
    """A pinned model string and the one of another vendor that stands in for it."""

    model: str
    fallback: str | None = None


@dataclass(frozen=True, slots=True)
class ModelTiers:
    orchestrator: Tier
    planner: Tier
    small: Tier

    def of(self, role: ModelRole, cheap: bool) -> Tier:
        match role:
            case _ if cheap:
                return self.small
            case ModelRole.ORCHESTRATOR:
                return self.orchestrator
            case ModelRole.GOAL_PLANNER:
                return self.planner
            case _:
                return self.small


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where and as whom to ask. The name and address of the app are sent for attribution (OpenRouter shows them)."""

    api_key: str
    api_base: str | None = None
    app_name: str = "Flux"
    app_url: str = ""

    def headers(self, correlation_id: str | None) -> dict[str, str]:
        """Empty ones are sent too: litellm would put its own name and address there."""
        about = {"X-Title": self.app_name, "HTTP-Referer": self.app_url}
        return about | ({"X-Correlation-ID": correlation_id} if correlation_id else {})


@dataclass(slots=True)
class _Talk(Generic[T]):
    """What all requests of one question share. `blame`: how much its failures weigh when nothing was heard at all."""

    question: Question[T]
    placeholders: Placeholders
    answers: Answers
    until: float
    heard: bool = False
    blame: int = 0


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds: for all questions of a turn together, for a question that belongs to none, before a second try."""

    turn: float = TURN_SECONDS
    question: float = QUESTION_SECONDS
    pause: float = PAUSE_SECONDS


class LiteLLMModel:
    """Asks a network model. One deadline bounds all tries, fallbacks and repeated questions of a question."""

    def __init__(
        self,
        tiers: ModelTiers,
        endpoint: Endpoint,
        timing: Timing | None = None,
        breaker: Breaker | None = None,
        requests: Requests | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._tiers = tiers
        self._endpoint = endpoint
        self._timing = timing or Timing()
        self._breaker = breaker or Breaker(now)
        self._requests = requests or Requests()
        self._now = now

    def ask(self, question: Question[T]) -> T:
        """Raises ModelUnavailable once tries, fallback or time are used up; usage is reported either way."""
        until = self._until(question)  # before the import: a process that did not preload has to hurry
        try:
            load()
        except ImportError:
            raise ModelUnavailable("litellm_missing") from None
        return self._answer(question, until)

    def _until(self, question: Question[T]) -> float:
        now = self._now()
        if question.deadline is None:
            return now + self._timing.question
        share = _SHARES[question.role] * self._timing.turn
        return min(now + share, question.deadline.until(now, self._timing.turn))

    def _answer(self, question: Question[T], until: float) -> T:
        """The tier's model, once more, and its fallback; those that rest are passed over."""
        if not self._breaker.allows(EVERY_MODEL):
            raise ModelUnavailable("all_rest")
        talk = _Talk(question, Placeholders(question.private), Answers(question.on_usage), until)
        reason, useless, before = "all_rest", set[str](), ""
        for model, spare in _in_turn(self._tiers.of(question.role, question.cheap)):
            if model in useless or not self._breaker.allows(model):
                continue
            if model == before:
                time.sleep(max(0.0, min(self._timing.pause, (until - self._now()) / 4)))
            before = model
            try:
                return self._converse(model, spare, talk)
            except TryFailed as failed:
                reason = str(failed)
                log.warning(
                    "model_try_failed",
                    role=question.role,
                    model=model,
                    reason=reason,
                    turn=question.correlation_id,
                )
                if failed.hopeless or self._now() >= until:
                    break
                useless |= {model} if failed.other_model else set()
        late = self._late(talk)
        if late is not None:
            return late
        if talk.blame and not talk.heard:
            self._breaker.failed(EVERY_MODEL, reason, weight=talk.blame)
        else:
            self._breaker.withdrew(EVERY_MODEL)
        raise ModelUnavailable(reason)  # outside the except block: its cause may hold the prompt

    def _late(self, talk: _Talk[T]) -> T | None:
        """Nobody is left to ask, but whoever was thought too slow may still answer in time."""
        while (reply := talk.answers.late(talk.until - self._now())) is not None:
            self._heard(reply.usage.model, talk)
            try:
                return read_answer(reply.text, talk.question, talk.placeholders)
            except UnusableAnswer:
                continue
        return None

    def _converse(self, model: str, spare: str | None, talk: _Talk[T]) -> T:
        """One model, asked again with the exact problem while its answers cannot be used."""
        messages = messages_for(talk.question, talk.placeholders)
        for _ in range(_RE_ASKS + 1):
            reply = self._try(model, spare, talk, messages)
            if reply.finish == "refused":
                raise TryFailed("refused_answer", other_model=True)
            try:
                if reply.finish == "length":
                    raise UnusableAnswer(_CUT_OFF)
                return read_answer(reply.text, talk.question, talk.placeholders)
            except UnusableAnswer as unusable:
                messages = ask_again(messages, reply.text, str(unusable))
        raise TryFailed("unusable_answer", other_model=True)

    def _try(self, model: str, spare: str | None, talk: _Talk[T], messages: list[Message]) -> Reply:
        """One request, and what the breaker learns from it."""
        left = talk.until - self._now()
        limit = self._limit(left, spare)
        try:
            if left <= 0:
                raise TryFailed("deadline", hopeless=True, at_fault=False)
            arguments = self._arguments(model, talk.question, messages, left)
            reply = talk.answers.to(self._requests.send(arguments, talk.answers), limit)
            if reply.finish == "empty":
                raise TryFailed("empty_answer")
        except TryFailed as failed:
            self._note(model, talk, failed, limit >= _FAIR_SHARE * self._timing.turn)
            raise
        self._heard(reply.usage.model, talk)
        if reply.usage.model != model:  # one that was thought too slow came first
            self._breaker.withdrew(model)
        return reply

    def _limit(self, left: float, spare: str | None) -> float:
        """How long to wait for this one alone: while another stands ready half of what is left, then both may answer."""
        return left if spare is None or self._breaker.rests(spare) else left / 2

    def _heard(self, model: str, talk: _Talk[T]) -> None:
        talk.heard = True
        self._breaker.succeeded(model)
        self._breaker.succeeded(EVERY_MODEL)

    def _note(self, model: str, talk: _Talk[T], failed: TryFailed, fair: bool) -> None:
        """Whose fault it was: the model's, everybody's, or that of nobody but this request."""
        if not failed.at_fault or (failed.slow and not fair):
            self._breaker.withdrew(model)
        elif failed.hopeless:
            self._breaker.failed(EVERY_MODEL, str(failed), _HOPELESS_REST)
            self._breaker.withdrew(model)
        else:
            weight = 2 if failed.slow else 1
            talk.blame = max(talk.blame, weight)
            self._breaker.failed(model, str(failed), failed.rest, weight)

    def _arguments(
        self, model: str, question: Question[T], messages: list[Message], left: float
    ) -> dict[str, object]:
        return {
            "model": model,
            "messages": messages,
            "max_tokens": MAX_TOKENS[question.role],
            "temperature": 0.2,
            "timeout": self._patience(question, left),
            "max_retries": 0,  # both would multiply into minutes
            "num_retries": 0,
            "api_key": self._endpoint.api_key,
            "api_base": self._endpoint.api_base,
            "extra_headers": self._endpoint.headers(question.correlation_id),
            "response_format": {"type": "json_object"},
            "drop_params": True,
        }

    def _patience(self, question: Question[T], left: float) -> float:
        """How long the request goes on, waited for or not: while the turn lasts it may yet answer, and its price counts."""
        if question.deadline is None:
            return left
        now = self._now()
        return max(left, question.deadline.until(now, self._timing.turn) - now)


def _in_turn(tier: Tier) -> Iterator[tuple[str, str | None]]:
    """Main, main once more, then the fallback (or main again where there is none); beside each, who stands ready."""
    yield tier.model, tier.fallback
    yield tier.model, tier.fallback
    yield tier.fallback or tier.model, None
