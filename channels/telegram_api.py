"""The Telegram Bot API over one keep-alive HTTP client, and the table that sorts its errors.

python-telegram-bot's `Bot` is asynchronous and costs tens of milliseconds per synchronous send; the workers are
threads, so they speak HTTP themselves. Calls go to `BASE/bot<token>/<method>`.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from channels.messages import ChannelError

if TYPE_CHECKING:
    import httpx

PUBLIC_BASE = "https://api.telegram.org"
GONE = (
    "chat not found",
    "user not found",
    "peer_id_invalid",
    "user is deactivated",
    "group chat was upgraded",
    "bot was kicked",
)
Files = Mapping[str, tuple[str, bytes, str]]


class TelegramError(ChannelError):
    """A ChannelError that also says where the chat went, when Telegram moved it."""

    migrate_to: int | None = None


class TelegramApi:
    """Thread-safe. Raises TelegramError for whatever Telegram refuses and for what the network does."""

    def __init__(self, token: str, base_url: str = PUBLIC_BASE, timeout: float = 10.0) -> None:
        self._root = f"{base_url.rstrip('/')}/bot{token}/"
        self._timeout = timeout
        self._client: httpx.Client | None = None
        self._lock = threading.Lock()

    def call(
        self, method: str, fields: Mapping[str, Any], files: Files | None = None, wait: float = 0.0
    ) -> Any:
        """The `result` of one method. `wait` is how many seconds the server may hold the answer back."""
        import httpx  # noqa: PLC0415 - 60 ms that only processes which talk to Telegram should pay

        timeout = httpx.Timeout(self._timeout, read=self._timeout + wait, connect=min(5.0, self._timeout))
        body: dict[str, Any] = {"json": dict(fields)}
        if files:
            body = {"data": {name: _form_value(value) for name, value in fields.items()}, "files": files}
        try:
            response = self._open().post(self._root + method, timeout=timeout, **body)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise TelegramError(f"not reached: {type(error).__name__}", code="unreachable") from None
        except httpx.HTTPError as error:  # the request may have arrived
            # No chaining: the request in the original exception holds the token in its URL.
            reason = f"no answer: {type(error).__name__}"
            raise TelegramError(reason, unknown=True, code="no_answer") from None
        return _result(response.status_code, response.content)

    def close(self) -> None:
        with self._lock:
            if self._client is not None:
                self._client.close()
                self._client = None

    def _open(self) -> httpx.Client:
        import httpx  # noqa: PLC0415 - see call()

        with self._lock:
            if self._client is None:
                # httpx writes each URL to its log at INFO, and ours contain the bot's token.
                logging.getLogger("httpx").setLevel(logging.WARNING)
                limits = httpx.Limits(max_connections=64, max_keepalive_connections=32, keepalive_expiry=30)
                self._client = httpx.Client(limits=limits, follow_redirects=False)
            return self._client


def _form_value(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _result(status: int, content: bytes) -> Any:
    try:
        answer = json.loads(content)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        # A 2xx that cannot be read may well have been sent; anything else came from a proxy on the way.
        raise TelegramError(f"unreadable answer, HTTP {status}", unknown=status < 300, code=str(status))
    if answer.get("ok") is True:
        return answer.get("result")
    raise error_for(int(answer.get("error_code") or status), answer)


def error_for(status: int, answer: Mapping[str, Any]) -> TelegramError:
    """The table: which of Telegram's refusals are permanent, which mean that the chat is gone."""
    description = str(answer.get("description") or "")
    found = answer.get("parameters")
    parameters: Mapping[str, Any] = found if isinstance(found, dict) else {}
    is_gone = any(words in description.lower() for words in GONE)
    code = str(status)
    match status:
        case 403:
            return TelegramError(description, permanent=True, gone=True, code=code)
        case 429:
            return TelegramError(description, retry_after=float(parameters.get("retry_after", 1)), code=code)
        case 409:  # another poller, or a webhook is set: ends when the other one does
            return TelegramError(description, code=code)
        case _ if status >= 500:
            return TelegramError(description, code=code)
        case _:
            error = TelegramError(description, permanent=True, gone=is_gone, code=code)
            moved = parameters.get("migrate_to_chat_id")
            error.migrate_to = moved if isinstance(moved, int) else None
            return error
