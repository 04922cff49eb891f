"""One request to a network model: litellm in a thread that can be given up, what came back, and what it cost."""

from __future__ import annotations

import os
import queue
import threading
import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from agents.history import tokens_of
from agents.model import Said, Usage
from storage.vocabulary import MessageRole

MOST_CALLS = 16  # under way at once in one process; a turn needs four
_HOPELESS = frozenset({401, 402})  # the key or the account: no other model helps
_REFUSED_REQUEST = frozenset({400, 403, 404, 405, 413, 422})  # this model will not do it: the other one may
_TIMED_OUT = 408  # what litellm makes of a timeout of its own, too
_MOST_TOKENS = 2_000_000  # of one request; whoever reports more, or less than nothing, has not counted


class TryFailed(Exception):  # noqa: N818 - one try, not the question
    """Why one request brought nothing; a code, never the error's own text, which may hold the prompt.

    other_model: asking the same one again is no use. hopeless: asking any is no use. at_fault: the model or the way to it
    failed, rather than this request. slow: the time was used up. rest: how many seconds the provider wants to be left alone. usage: what it cost
    nevertheless, as far as the provider said so.
    """

    def __init__(
        self,
        reason: str,
        *,
        other_model: bool = False,
        hopeless: bool = False,
        at_fault: bool = True,
        slow: bool = False,
        rest: float | None = None,
        usage: Usage | None = None,
    ) -> None:
        super().__init__(reason)
        self.other_model = other_model
        self.hopeless = hopeless
        self.at_fault = at_fault
        self.slow = slow
        self.rest = rest
        self.usage = usage


@dataclass(frozen=True, slots=True)
class Reply:
    text: str
    finish: str  # the provider's finish_reason; "refused" for a refusal, "empty" for no choice at all
    usage: Usage


class Answers:
    """What the requests of one question bring, in the order in which it comes.

    `on_usage` hears what each cost in the request's own thread, before the answer can be had; also long after anybody
    waits for it.
    """

    def __init__(self, on_usage: Callable[[Usage], None]) -> None:
        self._on_usage = on_usage
        self._under_way = 0  # touched by the thread that asks only
        self._come: queue.SimpleQueue[tuple[object, Reply | TryFailed]] = queue.SimpleQueue()

    def expect(self) -> None:
        """One more request is under way; said by whoever waits for it."""
        self._under_way += 1

    def put(self, request: object, result: Reply | TryFailed) -> None:
        if result.usage is not None:
            self._on_usage(result.usage)
        self._come.put((request, result))

    def to(self, request: object, seconds: float) -> Reply:
        """The answer to this request, or to an earlier one that had been given up. Raises TryFailed."""
        until = time.monotonic() + seconds
        while True:
            answered, result = self._next(until)
            match result:
                case Reply() if answered is request or result.finish == "stop":
                    return result
                case TryFailed() if answered is request:
                    raise result

    def late(self, seconds: float) -> Reply | None:
        """What a request that had been given up brings after all; None once none is under way, or time is up."""
        until = time.monotonic() + seconds
        while self._under_way:
            try:
                _, result = self._next(until)
            except TryFailed:
                return None
            if isinstance(result, Reply) and result.finish == "stop":
                return result
        return None

    def _next(self, until: float) -> tuple[object, Reply | TryFailed]:
        try:
            come = self._come.get(timeout=max(0.0, until - time.monotonic()))
        except queue.Empty:
            raise TryFailed("timeout", other_model=True, slow=True) from None
        self._under_way -= 1
        return come


class Requests:
    """Requests under way, each in a thread of its own; those given up keep their place until they end."""

    def __init__(self, most: int = MOST_CALLS) -> None:
        self._places = threading.BoundedSemaphore(most)

    def send(self, arguments: dict[str, Any], answers: Answers) -> object:
        """Returns what to ask `answers` for. Raises TryFailed when there are too many already."""
        if not self._places.acquire(blocking=False):
            raise TryFailed("too_many_calls", hopeless=True, at_fault=False)
        request = object()

        def run() -> None:
            try:
                answers.put(request, _complete(arguments))
            finally:
                self._places.release()

        try:
            threading.Thread(target=run, name="model-call", daemon=True).start()
        except RuntimeError:  # the machine has no thread left
            self._places.release()
            raise TryFailed("no_thread", hopeless=True, at_fault=False) from None
        answers.expect()
        return request


def _complete(arguments: dict[str, Any]) -> Reply | TryFailed:
    try:
        return read(load().completion(**arguments), arguments)
    except Exception as error:  # noqa: BLE001 - a door: litellm raises dozens of types; only class and status leave
        return _failure(error, arguments["model"])


@cache
def load() -> Any:
    """Import litellm, once, without letting it fetch its price list or report anything."""
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # read by litellm at import; there is no other switch
    warnings.filterwarnings("ignore", "Pydantic serializer warnings")  # they would quote answers into the log
    import httpx  # noqa: PLC0415 - comes with litellm, and only where a network model is configured
    import litellm  # noqa: PLC0415 - seconds and 170 MB, likewise

    from agents.network.model_line import ModelLine  # noqa: PLC0415 - likewise

    litellm.suppress_debug_info = True
    litellm.telemetry = False
    line = ModelLine()
    litellm.client_session = httpx.Client(transport=line)  # what the providers with OpenAI's client use
    litellm.sync_transport = line  # what all others use
    return litellm


def provider_of(model: str) -> str:
    """The vendor whose tokens are counted: "openrouter/anthropic/x" and "anthropic/x" are both anthropic."""
    parts = model.split("/")
    if parts[0] == "openrouter" and len(parts) > 2:
        return parts[1]
    return parts[0] if len(parts) > 1 else "openai"


def read(response: Any, arguments: Mapping[str, Any]) -> Reply:
    """Text and usage of a completion. Empty choices and null content come back as success: here they fail."""
    choices = getattr(response, "choices", None) or []
    if not choices:
        return Reply("", "empty", _usage(response, arguments, ""))
    choice = choices[0]
    text = choice.message.content or ""
    usage = _usage(response, arguments, text)
    extra = getattr(choice.message, "provider_specific_fields", None) or {}  # where litellm puts a refusal
    if (
        choice.finish_reason == "content_filter"
        or extra.get("refusal")
        or getattr(choice.message, "refusal", None)
    ):
        return Reply("", "refused", usage)
    return Reply(text, str(choice.finish_reason or "stop") if text.strip() else "empty", usage)


def _usage(response: Any, arguments: Mapping[str, Any], text: str) -> Usage:
    """As the provider counted; a provider that did not, or nonsense, is estimated: an answer is never free."""
    counted = getattr(response, "usage", None)
    prompt = _count(getattr(counted, "prompt_tokens", None))
    completion = _count(getattr(counted, "completion_tokens", None))
    if not prompt:
        prompt = tokens_of([Said(MessageRole.SYSTEM, one["content"]) for one in arguments["messages"]])
    if completion is None or (text and not completion):
        completion = tokens_of([Said(MessageRole.ASSISTANT, text)]) if text else 0
    return Usage(provider_of(arguments["model"]), arguments["model"], prompt, completion)


def _count(value: Any) -> int | None:
    return value if type(value) is int and 0 <= value <= _MOST_TOKENS else None


def _failure(error: Exception, model: str) -> TryFailed:
    """What went wrong without the error's text, which holds the prompt."""
    from agents.network.model_line import retry_after  # noqa: PLC0415 - loaded with litellm

    status = getattr(error, "status_code", None)
    reason = f"{type(error).__name__}_{status}" if status else type(error).__name__
    refused, slow = status in _REFUSED_REQUEST, status == _TIMED_OUT
    return TryFailed(
        reason,
        other_model=refused or slow,
        hopeless=status in _HOPELESS,
        at_fault=not refused,
        slow=slow,
        rest=retry_after() if status in (429, 503) else None,
        usage=_paid_nevertheless(model),
    )


def _paid_nevertheless(model: str) -> Usage | None:
    """What an answer that litellm could not read cost, when the provider's count in it can be."""
    from agents.network.model_line import counted_tokens  # noqa: PLC0415 - loaded with litellm

    prompt, completion = map(_count, counted_tokens())
    if not prompt and not completion:
        return None
    return Usage(provider_of(model), model, prompt or 0, completion or 0)
