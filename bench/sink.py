"""A provider that answers at once or after a set time: the Bot API's sendMessage on loopback, counting what arrives.

python -m bench.sink     prints its port; POST .../sendMessage | GET /stats | GET /arrivals | POST /reset?ms=200
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import time
from typing import Any

_ANSWER = b'{"ok":true,"result":{"message_id":%d,"date":0,"chat":{"id":1,"type":"private"}}}'
_PROJECT = Path(__file__).resolve().parent.parent


class Sink:
    """What arrived since the last reset."""

    def __init__(self) -> None:
        self.forget(0)

    def forget(self, delay: float) -> None:
        self.delay = delay  # seconds before each answer
        self.arrivals: list[tuple[str, float]] = []

    def answer(self, path: str, body: bytes) -> bytes:
        if path == "/stats":
            return json.dumps(self.stats()).encode()
        if path == "/arrivals":
            return json.dumps(self.arrivals).encode()
        if path.startswith("/reset"):
            self.forget(float(path.partition("=")[2] or 0) / 1000)
            return b"{}"
        self.arrivals.append((str(json.loads(body)["chat_id"]), time()))
        return _ANSWER % len(self.arrivals)

    def stats(self) -> dict[str, float]:
        doubled = sum(count - 1 for count in Counter(chat for chat, _ in self.arrivals).values())
        last = self.arrivals[-1][1] if self.arrivals else 0.0
        return {"count": len(self.arrivals), "doubled": doubled, "last": last}


class SinkClient:
    """The sink as a bench asks it."""

    def __init__(self, url: str) -> None:
        self.url = url

    def reset(self, delay: float = 0.0) -> None:
        self._ask(f"/reset?ms={delay * 1000:.0f}")

    def stats(self) -> dict[str, float]:
        found: dict[str, float] = self._ask("/stats")
        return found

    def arrivals(self) -> list[tuple[str, float]]:
        """(chat, moment) in order of arrival."""
        return [(chat, at) for chat, at in self._ask("/arrivals")]

    def _ask(self, path: str) -> Any:
        with urllib.request.urlopen(self.url + path, timeout=10) as answer:  # noqa: S310 - our own server
            return json.loads(answer.read())


@contextmanager
def open_sink() -> Iterator[SinkClient]:
    """The sink as a process of its own."""
    command = [sys.executable, "-m", "bench.sink"]
    process = subprocess.Popen(command, cwd=_PROJECT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield SinkClient(f"http://127.0.0.1:{int(process.stdout.readline())}")
    finally:
        process.terminate()
        process.wait(5)


class _Line(asyncio.Protocol):
    """One connection, read as cheaply as may be: the sink must not be what a contestant waits for."""

    def __init__(self, sink: Sink) -> None:
        self._sink, self._read = sink, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._out = transport

    def data_received(self, data: bytes) -> None:
        self._read += data
        while (end := self._read.find(b"\r\n\r\n")) >= 0:
            head = self._read[:end]
            at = head.lower().find(b"content-length:")
            length = int(head[at + 15 :].partition(b"\r\n")[0]) if at >= 0 else 0
            whole = end + 4 + length
            if len(self._read) < whole:
                return
            body, self._read = self._read[end + 4 : whole], self._read[whole:]
            self._answer(head.split(b" ", 2)[1].decode(), body)

    def _answer(self, path: str, body: bytes) -> None:
        answer = self._sink.answer(path, body)
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
        said = head % len(answer) + answer
        if body and self._sink.delay:
            asyncio.get_running_loop().call_later(self._sink.delay, self._out.write, said)
        else:
            self._out.write(said)


async def _run() -> None:
    sink = Sink()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Line(sink), "127.0.0.1", 0, backlog=512)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_run())
