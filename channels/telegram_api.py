"""The Telegram Bot API over one keep-alive HTTP client.

python-telegram-bot's `Bot` is asynchronous and costs tens of milliseconds per synchronous send; the workers are
threads, so they speak HTTP themselves. Calls go to `BASE/bot<token>/<method>`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from channels.kept_lines import KeptLines, NoAnswerError, NotReachedError
from channels.telegram_errors import TelegramError, error_for

PUBLIC_BASE = "https://api.telegram.org"
Files = Mapping[str, tuple[str, bytes, str]]


class TelegramApi:
    """Thread-safe. Raises TelegramError for whatever Telegram refuses and for what the network does."""

    def __init__(self, token: str, base_url: str = PUBLIC_BASE, timeout: float = 10.0) -> None:
        base_url = base_url.rstrip("/")
        self._root = f"{urlsplit(base_url).path}/bot{token}/"
        self._lines = KeptLines(base_url, timeout)

    def call(
        self, method: str, fields: Mapping[str, Any], files: Files | None = None, wait: float = 0.0
    ) -> Any:
        """The `result` of one method. `wait` is how many seconds the server may hold the answer back."""
        body, content_type = _form(fields, files) if files else (_json(fields), "application/json")
        # No chaining: the token is part of the path.
        try:
            status, content = self._lines.post(self._root + method, body, content_type, wait)
        except NotReachedError as error:
            raise TelegramError(f"not reached: {error}", code="unreachable") from None
        except NoAnswerError as error:
            raise TelegramError(f"no answer: {error}", unknown=True, code="no_answer") from None
        return _result(status, content)

    def close(self) -> None:
        self._lines.close()


def _json(fields: Mapping[str, Any]) -> bytes:
    return json.dumps(fields, ensure_ascii=False).encode("utf-8", "replace")


def _form(fields: Mapping[str, Any], files: Files) -> tuple[bytes, str]:
    from urllib3 import encode_multipart_formdata  # noqa: PLC0415 - files are rare

    return encode_multipart_formdata(
        {name: _form_value(value) for name, value in fields.items()} | dict(files)
    )


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
