"""Traces say which nodes ran; nothing that a person said, is called or can be reached at is in them, errors included."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from storage.tables import User

CANARIES = (b"Ada", b"Zorblax", b"violin", b"2345678", b"Lovelace")
# A whole installation's process: tracing is set up once, for its whole life.
ONE_TURN = """
import sys
from uuid import UUID, uuid4
from datetime import UTC, datetime
from bot.settings import Settings, export_to_libraries
settings = Settings()
export_to_libraries(settings)
from agents.conversation import Turn, TurnTools, take_turn
from agents.offline.model import OfflineModel
from bot.services import build
from channels.messages import Address, InboundMessage
class Broken:
    def ask(self, question):
        raise RuntimeError("about Zorblax Lovelace and the violin")
services, now = build(settings), datetime(2026, 3, 11, 9, tzinfo=UTC)
for model, words in ((Broken(), "hm, the violin perhaps"), (OfflineModel(), "violin lesson with Zorblax tomorrow 6pm"), (OfflineModel(), "+49 151 2345678")):
    message = InboundMessage(Address("telegram", "sim:owner"), words, uuid4().hex, now)
    try:
        with services.database.service() as session:
            take_turn(Turn(UUID(sys.argv[1]), message, now, uuid4().hex, uuid4()), TurnTools(session, model))
    except RuntimeError:
        print("broken")
from langsmith.run_trees import get_cached_client
get_cached_client().flush()
"""


class Collector(ThreadingHTTPServer):
    """Takes whatever is sent to it."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Takes)
        self.bodies: list[bytes] = []


class _Takes(BaseHTTPRequestHandler):
    server: Collector

    def do_GET(self) -> None:
        self._send(b"{}")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            while size := int(self.rfile.readline().split(b";")[0], 16):
                body += self.rfile.read(size)
                self.rfile.readline()
        self.server.bodies.append(gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body)
        self._send(b"{}")

    do_PATCH = do_POST  # noqa: N815 - the library's name

    def _send(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def collector() -> Iterator[Collector]:
    with Collector() as running:
        threading.Thread(target=running.serve_forever, args=(0.02,), daemon=True).start()
        yield running
        running.shutdown()


def test_traces_hold_nodes_and_no_words(
    collector: Collector, owner: User, database_url: str, redis_url: str, tmp_path: os.PathLike[str]
) -> None:
    environment = os.environ | {
        "FLUX_HOME": str(tmp_path),
        "APP_ENV": "test",
        "SECRET_KEY": "s" * 32,
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "LANGCHAIN_TRACING_V2": "true",
        "LANGCHAIN_API_KEY": "ls-test",
        "LANGCHAIN_ENDPOINT": f"http://127.0.0.1:{collector.server_port}",
        "PYTHONPATH": os.getcwd(),
    }
    ran = subprocess.run(
        [sys.executable, "-c", ONE_TURN, str(owner.id)],
        env=environment,
        capture_output=True,
        timeout=60,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    assert "broken" in ran.stdout, "the first turn fails, so that its error is traced too"
    sent = b"\n".join(collector.bodies)
    assert b"task_handler" in sent, "the nodes are there"
    assert b"error" in sent
    assert not [canary for canary in CANARIES if canary in sent]
