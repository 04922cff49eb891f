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


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, sink: Sink) -> None:
    try:
        while head := await reader.readuntil(b"\r\n\r\n"):
            lines = head.decode("latin-1").split("\r\n")
            lengths = [line.partition(":")[2] for line in lines if line.lower().startswith("content-length:")]
            body = await reader.readexactly(int(lengths[0])) if lengths else b""
            answer = sink.answer(lines[0].split(" ")[1], body)
            if body and sink.delay:
                await asyncio.sleep(sink.delay)
            writer.write(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
                % (len(answer), answer)
            )
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass  # the client has gone
    finally:
        writer.close()


async def _run() -> None:
    sink = Sink()
    server = await asyncio.start_server(lambda r, w: _serve(r, w, sink), "127.0.0.1", 0, backlog=512)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_run())
