"""A server on loopback that speaks OpenAI's chat completions protocol and answers from a script, in good and bad ways."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

Json = dict[str, Any]


@dataclass(frozen=True)
class Script:
    """One answer. `drip` sends the body byte by byte with that pause; `hold` waits for the test to let go, after the headers

    or, with `mute`, before them; `cut` closes the connection half-way through the body.
    """

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json"
    drip: float = 0.0
    hold: bool = False
    mute: bool = False
    cut: bool = False
    headers: tuple[tuple[str, str], ...] = ()


def says(
    text: str | None, *, finish: str = "stop", usage: tuple[int, int] = (100, 20), refusal: str | None = None
) -> Script:
    """A completion with that content, whatever it is."""
    message = {"role": "assistant", "content": text} | ({"refusal": refusal} if refusal else {})
    return Script(body=_completion([{"index": 0, "message": message, "finish_reason": finish}], usage))


def says_json(data: Json, **kind: Any) -> Script:
    return says(json.dumps(data), **kind)


def no_choices() -> Script:
    return Script(body=_completion([], (7, 0)))


def error(status: int, message: str = "no") -> Script:
    return Script(
        status, json.dumps({"error": {"message": message, "type": "error", "code": status}}).encode()
    )


def html() -> Script:
    return Script(200, b"<html><body>Bad gateway</body></html>", "text/html")


def _completion(choices: list[Json], usage: tuple[int, int]) -> bytes:
    body = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_700_000_000,
        "model": "scripted",
        "choices": choices,
        "usage": {"prompt_tokens": usage[0], "completion_tokens": usage[1], "total_tokens": sum(usage)},
    }
    return json.dumps(body).encode()


@dataclass
class Asked:
    """One request as it arrived."""

    headers: dict[str, str]
    body: Json

    @property
    def model(self) -> str:
        return str(self.body["model"])

    @property
    def text(self) -> str:
        """Every prompt text of the request."""
        return "\n".join(str(message["content"]) for message in self.body["messages"])


@dataclass
class OpenAIServer:
    """`script` is used up in order and its last entry repeats; `by_model` answers a model's name before it does."""

    script: list[Script] = field(default_factory=list)
    by_model: dict[str, list[Script]] = field(default_factory=dict)
    answer_by: Callable[[Asked], Script] | None = None
    asked: list[Asked] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.released = threading.Event()
        self._lock = threading.Lock()
        self._server = _Server(self)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def next_for(self, asked: Asked) -> Script:
        with self._lock:
            self.asked.append(asked)
            if self.answer_by is not None:
                return self.answer_by(asked)
            scripts = self.by_model.get(asked.model, self.script)
            return scripts.pop(0) if len(scripts) > 1 else scripts[0]

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.released.set()
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, fake: OpenAIServer) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.fake = fake

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that lost patience is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_POST(self) -> None:
        fake = self.server.fake
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path != "/v1/chat/completions":
            self._send(error(404, "no such path"))
            return
        self._send(fake.next_for(Asked({name.lower(): value for name, value in self.headers.items()}, body)))

    def _send(self, script: Script) -> None:
        if script.mute:
            self.server.fake.released.wait(60)
        self.send_response(script.status)
        self.send_header("Content-Type", script.content_type)
        self.send_header("Content-Length", str(len(script.body)))
        for name, value in script.headers:
            self.send_header(name, value)
        self.end_headers()
        if script.hold:
            self.server.fake.released.wait(60)
        elif script.drip:
            self._drip(script)
            return
        self.wfile.write(script.body[: len(script.body) // 2] if script.cut else script.body)
        self.close_connection = self.close_connection or script.cut

    def _drip(self, script: Script) -> None:
        """One byte at a time: each read of the client succeeds, and the whole never ends."""
        for byte in script.body:
            self.wfile.write(bytes([byte]))
            self.wfile.flush()
            if self.server.fake.released.wait(script.drip):
                return

    def log_message(self, *_: object) -> None:
        """Quiet."""
