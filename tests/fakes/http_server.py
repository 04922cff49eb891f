"""A real threaded HTTP/1.1 server on loopback that the fake providers are built on."""

from __future__ import annotations

import json
import socket
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    query: list[tuple[str, str]]
    headers: dict[str, str]  # lower-case names
    body: bytes


@dataclass(frozen=True)
class Reply:
    """What goes back; `drop` closes the connection without a word instead."""

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    drop: bool = False

    @classmethod
    def json(cls, value: Any, status: int = 200, **headers: str) -> Reply:
        return cls(status, json.dumps(value).encode(), headers=headers)


class Hold:
    """A request that waits until the test lets it go: at the door, or with its effect done and its answer not sent."""

    def __init__(self, path: str, *, accept: bool) -> None:
        self._path = path
        self._accept = accept
        self._arrived = threading.Event()
        self._go = threading.Event()
        self._lost = False
        self.request: Request | None = None

    def arrived(self) -> Request:
        """The request, once it is there; AssertionError when none comes."""
        assert self._arrived.wait(60), f"nobody asked for {self._path}"
        assert self.request is not None
        return self.request

    def let_go(self) -> None:
        self._go.set()

    def lose(self) -> None:
        """It never arrived, or its answer never does: the connection closes."""
        self._lost = True
        self._go.set()

    def takes(self, request: Request) -> bool:
        if self.request is not None or self._path not in request.path:
            return False
        self.request = request
        return True

    def wait(self, *, accepted: bool) -> bool:
        """Called by the server before and after the effect; False when the connection is to close."""
        if accepted is not self._accept:
            return True
        self._arrived.set()
        self._go.wait(60)
        return not self._lost


class FakeServer:
    """Start and stop it, or use it in a `with`. Subclasses implement `answer`, called on the request's own thread."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self._holds: list[Hold] = []
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    def answer(self, request: Request) -> Reply:
        raise NotImplementedError

    def hold(self, path: str, *, accept: bool) -> Hold:
        """The next request with this in its path waits: before it takes effect, or (`accept`) after."""
        held = Hold(path, accept=accept)
        with self.lock:
            self._holds.append(held)
        return held

    def reply_to(self, request: Request) -> Reply:
        """The answer, after whatever the test has held up."""
        with self.lock:
            hold = next((one for one in self._holds if one.takes(request)), None)
        if hold is None:
            return self.answer(request)
        if not hold.wait(accepted=False):
            return Reply(drop=True)
        reply = self.answer(request)
        return reply if hold.wait(accepted=True) else Reply(drop=True)

    @property
    def port(self) -> int:
        assert self._server is not None, "start the server first"
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def connections(self) -> int:
        """How many connections were ever made: keep-alive clients need few."""
        assert self._server is not None, "start the server first"
        return self._server.connections

    def start(self, port: int = 0) -> Self:
        self._server = _Server(("127.0.0.1", port), _Handler, self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        if self._server is not None and self._thread is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server.close_connections()
            self._thread.join(5)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], handler: type[_Handler], fake: FakeServer) -> None:
        super().__init__(address, handler)
        self.fake = fake
        self._open: set[socket.socket] = set()
        self.connections = 0

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        self.connections += 1
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no news."""

    def close_connections(self) -> None:
        """Ends idle keep-alive connections, as a provider that goes down does."""
        for connection in list(self._open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # headers and body in one packet
    server: _Server

    def _handle(self) -> None:
        parts = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        request = Request(
            method=self.command,
            path=parts.path,
            query=parse_qsl(parts.query, keep_blank_values=True),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(length),
        )
        reply = self.server.fake.reply_to(request)
        if reply.drop:
            self.close_connection = True
            return
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(len(reply.body)))
        for name, value in reply.headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(reply.body)

    do_GET = do_POST = do_DELETE = _handle  # noqa: N815 - the names http.server calls

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet: tests read what was recorded instead."""
