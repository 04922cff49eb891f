"""The network language model: LiteLLM with our own retries, fallback, deadline and validation around it."""

from __future__ import annotations

import os
import queue
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import structlog

from agents.model import MAX_TOKENS, ModelRole, ModelUnavailable, Question, T, Usage
from agents.placeholders import Placeholders
from agents.prompting import Message, UnusableAnswer, ask_again, messages_for, read_answer

log = structlog.get_logger(__name__)

_RETRIES = 2
_RE_ASKS = 2
_PAUSE_SECONDS = 0.4
_HOPELESS = frozenset({401, 402, 403})  # the key or the account: no other model helps
_REFUSED_REQUEST = frozenset({400, 404, 405, 413, 422})  # this model will not do it: the other one may
_CUT_OFF = "it was cut off before its end; be shorter."


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

    def headers(self) -> dict[str, str]:
        return {"X-Title": self.app_name} | ({"HTTP-Referer": self.app_url} if self.app_url else {})


class _TryFailed(Exception):  # noqa: N818 - one try, not the question
    def __init__(self, reason: str, *, other_model: bool = False, hopeless: bool = False) -> None:
        super().__init__(reason)
        self.other_model = other_model
        self.hopeless = hopeless


@dataclass(frozen=True, slots=True)
class _Reply:
    text: str
    finish: str  # the provider's finish_reason; "refused" for a refusal, "empty" for no choice at all
    usage: Usage


class LiteLLMModel:
    """Asks a network model. Every question has one deadline for all its tries, fallbacks and repeated questions."""

    def __init__(self, tiers: ModelTiers, endpoint: Endpoint, deadline_seconds: float = 30.0) -> None:
        self._tiers = tiers
        self._endpoint = endpoint
        self._deadline = deadline_seconds

    def ask(self, question: Question[T]) -> T:
        """Raises ModelUnavailable once tries, fallback or time are used up; usage is reported either way."""
        load()  # outside the deadline: the first import takes seconds
        spent: list[Usage] = []
        try:
            return self._answer(question, time.monotonic() + self._deadline, spent)
        finally:
            for usage in spent:
                question.on_usage(usage)

    def _answer(self, question: Question[T], until: float, spent: list[Usage]) -> T:
        tier = self._tiers.of(question.role, question.cheap)
        placeholders = Placeholders(question.private)
        messages = messages_for(question, placeholders)
        reason = "no_try"
        models = _in_turn(tier)
        model, tries_left = next(models), _RETRIES
        while True:
            try:
                return self._converse(model, messages, question, placeholders, until, spent)
            except _TryFailed as failed:
                reason = str(failed)
                log.warning(
                    "model_try_failed",
                    role=question.role,
                    model=model,
                    reason=reason,
                    turn=question.correlation_id,
                )
                if failed.hopeless or tries_left == 0 or time.monotonic() >= until:
                    raise ModelUnavailable(reason) from None  # the cause may hold the prompt
                tries_left -= 1
                model = self._next_model(models, model, failed, until)

    def _next_model(self, models: Iterator[str], model: str, failed: _TryFailed, until: float) -> str:
        """The same model after a pause, or the fallback; a refusal goes straight to the fallback."""
        following = next(models, None)
        while failed.other_model and following == model:
            following = next(models, None)
        if following is None:
            raise ModelUnavailable(str(failed))
        if following == model:
            time.sleep(max(0.0, min(_PAUSE_SECONDS, until - time.monotonic())))
        return following

    def _converse(
        self,
        model: str,
        messages: list[Message],
        question: Question[T],
        placeholders: Placeholders,
        until: float,
        spent: list[Usage],
    ) -> T:
        """One model, asked again with the exact problem while its answers cannot be used."""
        problem = ""
        for _ in range(_RE_ASKS + 1):
            reply = self._try(model, messages, MAX_TOKENS[question.role], until)
            spent.append(reply.usage)
            if reply.finish == "refused" or not reply.text.strip():
                raise _TryFailed(f"{reply.finish}_answer", other_model=reply.finish == "refused")
            try:
                if reply.finish == "length":
                    raise UnusableAnswer(_CUT_OFF)
                return read_answer(reply.text, question, placeholders)
            except UnusableAnswer as unusable:
                problem = str(unusable)
                messages = ask_again(messages, reply.text, problem)
        raise _TryFailed("unusable_answer", other_model=True)

    def _try(self, model: str, messages: list[Message], max_tokens: int, until: float) -> _Reply:
        """One request. It may use half of what is left, so that a slow model leaves time for another."""
        left = until - time.monotonic()
        if left <= 0.05:
            raise _TryFailed("deadline")
        limit = left if left < 2 else left / 2
        arguments = {
            "model": model,
            "messages": messages,
            "max_tokens": max_tokens,
            "temperature": 0.2,
            "timeout": limit,
            "max_retries": 0,  # both would multiply into minutes
            "num_retries": 0,
            "api_key": self._endpoint.api_key,
            "api_base": self._endpoint.api_base,
            "extra_headers": self._endpoint.headers(),
            "response_format": {"type": "json_object"},
            "drop_params": True,
        }
        return _read(_within(limit, arguments), model)


@cache
def load() -> Any:
    """Import litellm, once, without letting it fetch its price list or report anything."""
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # read by litellm at import; there is no other switch
    import litellm  # noqa: PLC0415 - seconds and 170 MB, only where a network model is configured

    litellm.suppress_debug_info = True
    litellm.telemetry = False
    return litellm


def provider_of(model: str) -> str:
    """The vendor whose tokens are counted: "openrouter/anthropic/x" and "anthropic/x" are both anthropic."""
    parts = model.split("/")
    if parts[0] == "openrouter" and len(parts) > 2:
        return parts[1]
    return parts[0] if len(parts) > 1 else "openai"


def _in_turn(tier: Tier) -> Iterator[str]:
    """Main, main once more, then the fallback (or main again where there is none)."""
    yield tier.model
    yield tier.model
    yield tier.fallback or tier.model


def _within(seconds: float, arguments: dict[str, Any]) -> Any:
    """The completion, or _TryFailed after `seconds` in all: litellm's own timeout counts per read, not in total."""
    results: queue.SimpleQueue[tuple[bool, Any]] = queue.SimpleQueue()

    def run() -> None:
        try:
            results.put((True, load().completion(**arguments)))
        except Exception as error:  # noqa: BLE001 - a door: litellm raises dozens of types; only class and status leave
            results.put((False, _failure(error)))

    threading.Thread(target=run, name="model-call", daemon=True).start()
    try:
        fine, result = results.get(timeout=seconds)
    except queue.Empty:
        raise _TryFailed("timeout", other_model=True) from None
    if not fine:
        raise result
    return result


def _failure(error: Exception) -> _TryFailed:
    """What went wrong without the error's text, which holds the prompt."""
    status = getattr(error, "status_code", None)
    reason = f"{type(error).__name__}_{status}" if status else type(error).__name__
    return _TryFailed(reason, other_model=status in _REFUSED_REQUEST, hopeless=status in _HOPELESS)


def _read(response: Any, model: str) -> _Reply:
    """Text and usage of a completion. Empty choices and null content come back as success: here they fail."""
    choices = getattr(response, "choices", None) or []
    usage = _usage(response, model)
    if not choices:
        return _Reply("", "empty", usage)
    choice = choices[0]
    extra = getattr(choice.message, "provider_specific_fields", None) or {}  # where litellm puts a refusal
    if (
        choice.finish_reason == "content_filter"
        or extra.get("refusal")
        or getattr(choice.message, "refusal", None)
    ):
        return _Reply("", "refused", usage)
    text = choice.message.content or ""
    return _Reply(text, str(choice.finish_reason or "stop") if text.strip() else "empty", usage)


def _usage(response: Any, model: str) -> Usage:
    counted = getattr(response, "usage", None)
    return Usage(
        provider=provider_of(model),
        model=model,
        prompt_tokens=int(getattr(counted, "prompt_tokens", 0) or 0),
        completion_tokens=int(getattr(counted, "completion_tokens", 0) or 0),
    )
