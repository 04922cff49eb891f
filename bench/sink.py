"""A provider that answers at once: speaks the Bot API's sendMessage on loopback and counts what arrives, and doubles.

python -m bench.sink     prints its port; POST .../sendMessage | GET /stats | POST /reset
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from time import time

_ANSWER = b'{"ok":true,"result":{"message_id":%d,"date":0,"chat":{"id":1,"type":"private"}}}'


class Sink:
    """What arrived since the last reset."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        self.chats: Counter[str] = Counter()
        self.count = 0
        self.last = 0.0

    def answer(self, path: str, body: bytes) -> bytes:
        if path == "/stats":
            return json.dumps(self.stats()).encode()
        if path == "/reset":
            self.forget()
            return b"{}"
        self.count += 1
        self.last = time()
        self.chats[str(json.loads(body)["chat_id"])] += 1
        return _ANSWER % self.count

    def stats(self) -> dict[str, float]:
        doubled = sum(count - 1 for count in self.chats.values())
        return {"count": self.count, "doubled": doubled, "last": self.last}


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, sink: Sink) -> None:
    try:
        while head := await reader.readuntil(b"\r\n\r\n"):
            lines = head.decode("latin-1").split("\r\n")
            lengths = [line.partition(":")[2] for line in lines if line.lower().startswith("content-length:")]
            body = await reader.readexactly(int(lengths[0])) if lengths else b""
            answer = sink.answer(lines[0].split(" ")[1], body)
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n")
            writer.write(b"Content-Length: %d\r\n\r\n%s" % (len(answer), answer))
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass  # the client has gone
    finally:
        writer.close()


async def _run() -> None:
    sink = Sink()
    server = await asyncio.start_server(lambda r, w: _serve(r, w, sink), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_run())
