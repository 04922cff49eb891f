"""The HTTP client under Twilio's library: keep-alive, a timeout always, another base when told, errors as ChannelErrors."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import requests
from requests.adapters import HTTPAdapter
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response

from channels.messages import ChannelError
from channels.network import never_arrived
from channels.refusals import seconds_of
from channels.twilio_errors import error_for

LANES = 32


class FluxHttpClient(TwilioHttpClient):  # type: ignore[misc]  # twilio ships no types
    """Raises ChannelError instead of Twilio's and requests' exceptions, so that nothing above needs to know them."""

    def __init__(self, base_url: str | None, timeout: float) -> None:
        super().__init__(timeout=timeout)
        self._base = urlsplit(base_url.rstrip("/")) if base_url else None
        self.session = requests.Session()
        for scheme in ("https://", "http://"):
            self.session.mount(scheme, HTTPAdapter(pool_maxsize=LANES))

    def request(self, method: str, url: str, *args: Any, **options: Any) -> Response:
        try:
            response = super().request(method, self._rebased(url), *args, **options)
        except requests.RequestException as error:
            if never_arrived(error):
                raise ChannelError(f"not reached: {type(error).__name__}", code="unreachable") from None
            raise ChannelError(f"no answer: {type(error).__name__}", unknown=True, code="no_answer") from None
        body = _json(response.text)
        if response.status_code >= 400:
            code = str(body["code"]) if body and body.get("code") else None
            raise error_for(
                response.status_code, code, seconds_of((response.headers or {}).get("Retry-After"))
            )
        if body is None and response.status_code != 204:
            raise ChannelError("unreadable answer", unknown=True, code="unreadable")
        return response

    def _rebased(self, url: str) -> str:
        if self._base is None:
            return url
        parts = urlsplit(url)
        path = self._base.path + parts.path
        return urlunsplit((self._base.scheme, self._base.netloc, path, parts.query, ""))


def _json(text: str) -> dict[str, Any] | None:
    try:
        found = json.loads(text)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
