"""Kept connections to one HTTP server: each carries one request at a time, and one that was dropped is noticed before its next.

Plain http.client, because a spike leaves as fast as a request is cheap: head and body go in one packet, for a third of
the CPU that the usual clients take.
"""

from __future__ import annotations

import base64
import select
from collections import deque
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

_CONNECT = 5.0  # seconds at most


class NotReachedError(Exception):
    """Nobody there: the request never left. Says only what kind of error it was, never the address."""


class NoAnswerError(Exception):
    """The request may have arrived. Says only what kind of error it was, never the address."""


class KeptLines:
    """Thread-safe; as many connections as requests at once. A proxy from the environment is used as others use it."""

    def __init__(self, base_url: str, timeout: float) -> None:
        self._base = urlsplit(base_url)
        self._timeout = timeout
        proxy = getproxies().get(self._base.scheme)
        self._proxy = None if proxy is None or proxy_bypass(self._base.netloc) else urlsplit(proxy)
        self._free: deque[HTTPConnection] = deque()

    def post(self, path: str, body: bytes, content_type: str, wait: float = 0.0) -> tuple[int, bytes]:
        """Status and content. `wait` is how many seconds longer than usual the answer may take."""
        line = self._take()
        headers = {"Content-Type": content_type}
        if self._proxy and self._base.scheme == "http":
            path = f"http://{self._base.netloc}{path}"
            headers |= self._pass()
        try:
            line.sock.settimeout(self._timeout + wait)
            line.request("POST", path, body, headers)
            answer = line.getresponse()
            content = answer.read()
        except (OSError, HTTPException) as error:
            line.close()
            # No chaining: the path may hold a token.
            raise NoAnswerError(type(error).__name__) from None
        if line.sock is not None:  # http.client closes what the server will not keep
            self._free.append(line)
        return answer.status, content

    def close(self) -> None:
        while self._free:
            self._free.pop().close()

    def _take(self) -> HTTPConnection:
        while self._free:
            try:
                line = self._free.pop()
            except IndexError:  # another thread was quicker
                break
            if not _dropped(line):
                return line
            line.close()
        line = self._line()
        try:
            line.connect()
        except (OSError, HTTPException) as error:
            line.close()
            raise NotReachedError(type(error).__name__) from None
        return line

    def _line(self) -> HTTPConnection:
        timeout = min(_CONNECT, self._timeout)
        there = self._proxy or self._base
        host = there.hostname or ""
        if self._base.scheme != "https":
            return HTTPConnection(host, there.port, timeout=timeout)
        import ssl  # noqa: PLC0415 - only processes that talk to the outside pay for it

        import certifi  # noqa: PLC0415 - likewise

        trust = ssl.create_default_context(cafile=certifi.where())
        line = HTTPSConnection(host, there.port, timeout=timeout, context=trust)
        if self._proxy:
            line.set_tunnel(self._base.hostname or "", self._base.port, self._pass())
        return line

    def _pass(self) -> dict[str, str]:
        """What the proxy wants to see, when its address says who we are."""
        if self._proxy is None or self._proxy.username is None:
            return {}
        who = f"{unquote(self._proxy.username)}:{unquote(self._proxy.password or '')}"
        return {"Proxy-Authorization": f"Basic {base64.b64encode(who.encode()).decode()}"}


def _dropped(line: HTTPConnection) -> bool:
    """A server that closes a kept connection is heard before the next request, which would otherwise be lost in it."""
    if line.sock is None:
        return True
    look = select.poll()
    look.register(line.sock, select.POLLIN)
    return bool(look.poll(0))
