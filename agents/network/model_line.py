"""The line to a model provider: one time limit and one size limit for the whole answer, no redirects, and what it cost."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx

_LARGEST = 2_000_000  # bytes; the longest answer we ask for is some 20,000
_OURS = frozenset(
    {"content-encoding", "content-length"}
)  # true of the body as it travelled, not as it is handed on

_heard = threading.local()  # this thread's last answer: its body, however far it came, and its Retry-After


class ModelLine(httpx.BaseTransport):
    """Wraps httpx so that its read timeout bounds the whole answer: a server that drips never runs into it alone.

    Proxies and certificates come from the environment, as everywhere.
    """

    def __init__(self) -> None:
        self._client = httpx.Client(follow_redirects=False)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        _heard.body, _heard.retry_after = b"", None
        until = time.monotonic() + (request.extensions.get("timeout", {}).get("read") or 30.0)
        response = self._client.send(request, stream=True)
        _heard.retry_after = response.headers.get("retry-after")
        if response.is_redirect:
            response.close()
            raise httpx.RemoteProtocolError("a redirect is not followed")  # the key would go along
        headers = [(name, value) for name, value in response.headers.multi_items() if name not in _OURS]
        return httpx.Response(
            response.status_code, headers=headers, stream=_Bounded(response, until), request=request
        )

    def close(self) -> None:
        """It lives as long as the process: litellm closes whatever client it no longer wants."""


class _Bounded(httpx.SyncByteStream):
    def __init__(self, response: httpx.Response, until: float) -> None:
        self._response = response
        self._until = until

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._response.iter_bytes():
            _heard.body += chunk
            if len(_heard.body) > _LARGEST:
                raise httpx.RemoteProtocolError("the answer is too large")
            if time.monotonic() > self._until:
                raise httpx.ReadTimeout("the answer took too long in all")
            yield chunk

    def close(self) -> None:
        self._response.close()


def retry_after() -> float | None:
    """How many seconds this thread's last answer wants to be waited; None when it does not say, or names a date."""
    try:
        return max(0.0, float(_heard.retry_after))
    except (ValueError, TypeError, AttributeError):
        return None


def counted_tokens() -> tuple[Any, Any]:
    """(prompt, completion) as this thread's last answer states them, whatever else is wrong with it; None where it does not."""
    try:
        usage = json.loads(getattr(_heard, "body", b""))["usage"]
        return usage.get("prompt_tokens"), usage.get("completion_tokens")
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None, None
