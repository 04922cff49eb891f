"""The Telegram Bot API over one keep-alive HTTP client.

python-telegram-bot's `Bot` is asynchronous and costs tens of milliseconds per synchronous send; the workers are
threads, so they speak HTTP themselves. Calls go to `BASE/bot<token>/<method>`.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from channels.telegram_errors import TelegramError, error_for

if TYPE_CHECKING:
    import urllib3

PUBLIC_BASE = "https://api.telegram.org"
Files = Mapping[str, tuple[str, bytes, str]]


class TelegramApi:
    """Thread-safe. Raises TelegramError for whatever Telegram refuses and for what the network does."""

    def __init__(self, token: str, base_url: str = PUBLIC_BASE, timeout: float = 10.0) -> None:
        self._root = f"{base_url.rstrip('/')}/bot{token}/"
        self._timeout = timeout
        self._client: urllib3.PoolManager | None = None
        self._lock = threading.Lock()

    def call(
        self, method: str, fields: Mapping[str, Any], files: Files | None = None, wait: float = 0.0
    ) -> Any:
        """The `result` of one method. `wait` is how many seconds the server may hold the answer back."""
        from urllib3 import Timeout, exceptions  # noqa: PLC0415 - only processes that talk to Telegram pay for it

        timeout = Timeout(connect=min(5.0, self._timeout), read=self._timeout + wait)
        content: dict[str, Any] = {"json": dict(fields)}
        if files:
            content = {"fields": {name: _form_value(value) for name, value in fields.items()} | dict(files)}
        try:
            response = self._open().request("POST", self._root + method, timeout=timeout, **content)
        except (
            exceptions.NewConnectionError,
            exceptions.ConnectTimeoutError,
            exceptions.ProxyError,
        ) as error:
            raise TelegramError(f"not reached: {type(error).__name__}", code="unreachable") from None
        except exceptions.HTTPError as error:  # the request may have arrived
            # No chaining: the request in the original exception holds the token in its URL.
            reason = f"no answer: {type(error).__name__}"
            raise TelegramError(reason, unknown=True, code="no_answer") from None
        return _result(response.status, response.data)

    def close(self) -> None:
        with self._lock:
            if self._client is not None:
                self._client.clear()
                self._client = None

    def _open(self) -> urllib3.PoolManager:
        import certifi  # noqa: PLC0415 - see call()
        import urllib3  # noqa: PLC0415 - see call()

        with self._lock:
            if self._client is None:
                # urllib3 writes each URL to its log at DEBUG, and ours contain the bot's token.
                logging.getLogger("urllib3").setLevel(logging.WARNING)
                # Half of httpx's cost per request, which decides how fast a spike leaves.
                proxy = getproxies().get(urlsplit(self._root).scheme)
                direct = proxy is None or proxy_bypass(urlsplit(self._root).netloc)
                open_pool = urllib3.PoolManager if direct else partial(urllib3.ProxyManager, str(proxy))
                self._client = open_pool(maxsize=32, retries=False, ca_certs=certifi.where())
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
