"""A supervisor that was killed -9 and is started again: on its own port, over its own data, beside nothing of its first life."""

from __future__ import annotations

import os
import random
import signal
import socket
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from storage.embedded import published
from storage.processes import command_line
from tests.bot.supervised_installation import PROJECT, Installation
from tests.waiting import wait_for

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="the kernel's death signal is Linux only: elsewhere children stay"
)
# Holds the port and says who it is; told to end it takes two seconds, as a web process does that still answers somebody.
_WEB = """
import os, signal, threading
from http.server import BaseHTTPRequestHandler, HTTPServer

class Who(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(str(os.getpid()).encode())

signal.signal(signal.SIGTERM, lambda *_: threading.Timer(2, os._exit, (0,)).start())
HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Who).serve_forever()
"""


def quiet_port() -> int:
    """A free port that no server or connection is given by chance: it must still be ours after the kill."""
    lowest = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    for port in random.sample(range(10_000, max(lowest, 20_000)), 50):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("no port is free")


def who_answers(port: int) -> int | None:
    """The process id behind the port; None while nobody answers."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=2) as answer:
            return int(answer.read())
    except OSError:
        return None


def below(pid: int) -> list[int]:
    """The children of a process."""
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[Installation]:
    """Over servers of its own, which it starts and stops."""
    made = Installation(tmp_path, {"DATABASE_URL": "", "REDIS_URL": "", "PYTHONPATH": str(PROJECT)})
    yield made
    for process in made.started:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.communicate()


def test_one_that_was_killed_comes_back_on_its_port_over_its_data_and_beside_nobody(
    embedded: Installation,
) -> None:
    home, port = embedded.folder / "home", quiet_port()
    (embedded.folder / "web.py").write_text(_WEB)
    procfile = f"web: python '{embedded.folder / 'web.py'}'\nworker: sleep 600\n"

    first = embedded.start(procfile, PORT=str(port))
    wait_for(lambda: who_answers(port), "the first one's web process")
    web = who_answers(port)
    with psycopg.connect(published(home)["DATABASE_URL"], autocommit=True) as connection:
        connection.execute("create table mark as select 1 as kept")
    wait_for(lambda: len(below(first.pid)) == 4, "Postgres, Valkey, web and worker")
    before = below(first.pid)

    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    assert not published(home), "nobody is told of servers that are going"
    second = embedded.start(procfile, PORT=str(port))
    wait_for(lambda: who_answers(port) not in (None, web), "the second one's web process")
    wait_for(lambda: not any(map(command_line, before)), "the end of all that the first one had started")
    with psycopg.connect(published(home)["DATABASE_URL"]) as connection:
        assert connection.execute("select kept from mark").fetchall() == [(1,)]
    assert published(home)["PORT"] == str(port)
    wait_for(lambda: len(below(second.pid)) == 4, "all four again")
    after = below(second.pid)

    second.send_signal(signal.SIGTERM)
    output, _ = second.communicate(timeout=60)
    assert second.returncode == 0
    assert "is taken" not in output
    assert not any(map(command_line, after))
    assert not (home / "running.json").exists()
