"""The whole way of a chat message, for `bench.turn`: door, queue, a real worker process, graph, provider."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from uuid import uuid4

from bot.inbound import receive
from bot.services import Services, build
from bot.settings import Settings
from channels.messages import Address, InboundMessage
from storage.profile import Profile, SleepWindow
from storage.users import add_identity, create_user, save_profile

CHAT = "4711"
_ANSWER = b'{"ok":true,"result":{"message_id":1,"date":0,"chat":{"id":4711,"type":"private"}}}'


class Provider(ThreadingHTTPServer):
    """Accepts every call of the Bot API at once, and says when a message has arrived."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.arrived = threading.Event()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one packet: two would wait 40 ms for each other

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path.endswith("/sendMessage"):
            assert isinstance(self.server, Provider)
            self.server.arrived.set()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(_ANSWER)))
        self.end_headers()
        self.wfile.write(_ANSWER)

    def log_message(self, *_: object) -> None:
        """Silent: a line per request would be part of the measurement."""


@contextmanager
def worker_turn(database_url: str, redis_url: str, words: tuple[str, ...]) -> Iterator[Callable[[int], None]]:
    """A turn through `flux worker`: from the door to the moment the provider has the reply."""
    provider = Provider()
    threading.Thread(target=provider.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory(prefix="flux-bench-") as home:
        wanted = {
            "FLUX_HOME": home,
            "APP_ENV": "test",
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "SECRET_KEY": "b" * 32,
            "TELEGRAM_BOT_TOKEN": "1:bench",
            "TELEGRAM_API_BASE_URL": f"http://127.0.0.1:{provider.server_port}",
            "LOG_LEVEL": "ERROR",
        }
        command = [sys.executable, "-m", "bot", "worker"]
        worker = subprocess.Popen(command, env=os.environ | wanted, cwd=Path(__file__).parent.parent)
        services = build(Settings(**{name.lower(): value for name, value in wanted.items()}))
        _person(services)

        def turn(number: int) -> None:
            provider.arrived.clear()
            text = words[number % len(words)]
            receive(
                services, InboundMessage(Address("telegram", CHAT), text, uuid4().hex, services.clock.now())
            )
            if not provider.arrived.wait(60):
                raise TimeoutError("the worker did not answer within a minute")

        try:
            yield turn
        finally:
            worker.terminate()
            worker.wait(20)
            services.database.dispose()
            provider.shutdown()


def _person(services: Services) -> None:
    now = services.clock.now()
    with services.database.service() as session:
        user = create_user(session, now, timezone="Europe/Berlin")
        user.onboarded = True
        sleep = SleepWindow.model_validate({"start": "23:00", "end": "07:00"})
        save_profile(user, Profile(name="Ada", sleep_window=sleep))
        add_identity(session, user.id, "telegram", CHAT, now, primary=True)
