"""One request to a network model: litellm in a thread that can be given up, what came back, and what it cost."""

from __future__ import annotations

import os
import queue
import threading
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


class Requests:
    """Requests under way, each in a thread of its own; those given up keep their place until they end."""

    def __init__(self, most: int = MOST_CALLS) -> None:
        self._places = threading.BoundedSemaphore(most)

    def complete(self, arguments: dict[str, Any], seconds: float, on_late: Callable[[Usage], None]) -> Reply:
        """The completion within `seconds` in all. Raises TryFailed.

        An answer that comes after it was given up is lost, but not its price: `on_late` gets that, in the other thread.
        """
        if not self._places.acquire(blocking=False):
            raise TryFailed("too_many_calls", hopeless=True, at_fault=False)
        call = _Call(arguments, self._places.release, on_late)
        try:
            threading.Thread(target=call.run, name="model-call", daemon=True).start()
        except RuntimeError:  # the machine has no thread left
            self._places.release()
            raise TryFailed("no_thread", hopeless=True, at_fault=False) from None
        return call.result(seconds)


class _Call:
    def __init__(
        self, arguments: dict[str, Any], release: Callable[[], None], on_late: Callable[[Usage], None]
    ) -> None:
        self._arguments = arguments
        self._release = release
        self._on_late = on_late
        self._results: queue.SimpleQueue[Reply | TryFailed] = queue.SimpleQueue()
        self._lock = threading.Lock()  # an answer is either in time or late, never both or neither
        self._given_up = False

    def run(self) -> None:
        try:
            result = self._ask()
            with self._lock:
                self._results.put(result)
                late = self._given_up
            if late and result.usage is not None:
                self._on_late(result.usage)
        finally:
            self._release()

    def _ask(self) -> Reply | TryFailed:
        try:
            return read(load().completion(**self._arguments), self._arguments)
        except Exception as error:  # noqa: BLE001 - a door: litellm raises dozens of types; only class and status leave
            return _failure(error, self._arguments["model"])

    def result(self, seconds: float) -> Reply:
        try:
            result = self._results.get(timeout=seconds)
        except queue.Empty:
            with self._lock:
                self._given_up = self._results.empty()
            if self._given_up:
                raise TryFailed("timeout", other_model=True, slow=True) from None
            result = self._results.get()
        if isinstance(result, TryFailed):
            raise result
        return result


@cache
def load() -> Any:
    """Import litellm, once, without letting it fetch its price list or report anything."""
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # read by litellm at import; there is no other switch
    warnings.filterwarnings("ignore", "Pydantic serializer warnings")  # they would quote answers into the log
    import httpx  # noqa: PLC0415 - comes with litellm, and only where a network model is configured
    import litellm  # noqa: PLC0415 - seconds and 170 MB, likewise

    from agents.model_line import ModelLine  # noqa: PLC0415 - likewise

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
    from agents.model_line import retry_after  # noqa: PLC0415 - loaded with litellm

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
    from agents.model_line import counted_tokens  # noqa: PLC0415 - loaded with litellm

    prompt, completion = map(_count, counted_tokens())
    if not prompt and not completion:
        return None
    return Usage(provider_of(model), model, prompt or 0, completion or 0)
