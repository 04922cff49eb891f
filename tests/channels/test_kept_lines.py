"""Kept connections: one for many requests, as many as threads at once, a dropped one noticed, and the proxy respected."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from channels.kept_lines import KeptLines, NoAnswerError, NotReachedError
from tests.fakes.http_server import FakeServer, Reply, Request

JSON = "application/json"


class Echo(FakeServer):
    """Says what it was sent, once as many are waiting as were asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[Request] = []
        self.drop = False
        self.together = threading.Barrier(1)

    def answer(self, request: Request) -> Reply:
        self.together.wait(10)
        self.seen.append(request)
        return Reply(body=request.body, drop=self.drop)


@pytest.fixture
def server() -> Iterator[Echo]:
    with Echo() as echo:
        yield echo


def test_requests_one_after_the_other_take_one_connection(server: Echo) -> None:
    lines = KeptLines(server.url, 5)
    assert [lines.post("/", b"%d" % number, JSON) for number in range(5)] == [
        (200, b"%d" % number) for number in range(5)
    ]
    assert server.connections == 1


def test_requests_at_once_take_a_connection_each_and_keep_it(server: Echo) -> None:
    lines = KeptLines(server.url, 5)
    server.together = threading.Barrier(4)
    with ThreadPoolExecutor(4) as pool:
        for _ in range(3):
            assert all(pool.map(lambda _: lines.post("/", b"x", JSON)[0] == 200, range(4)))
    assert server.connections == 4


def test_a_connection_that_the_server_closed_carries_no_request(server: Echo) -> None:
    lines = KeptLines(server.url, 5)
    lines.post("/", b"one", JSON)
    port = server.port
    server.stop()
    server.start(port)
    assert lines.post("/", b"two", JSON) == (200, b"two")
    assert [request.body for request in server.seen] == [b"one", b"two"]


def test_a_lost_answer_is_told_from_a_server_that_is_not_there(server: Echo) -> None:
    server.drop = True
    with pytest.raises(NoAnswerError):
        KeptLines(server.url, 5).post("/", b"x", JSON)
    gone = server.url
    server.stop()
    with pytest.raises(NotReachedError):
        KeptLines(gone, 5).post("/", b"x", JSON)


def test_a_proxy_of_the_environment_carries_plain_requests_and_hears_who_asks(
    server: Echo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", server.url.replace("://", "://ada:s%C3%A9cret@"))
    assert KeptLines("http://telegram.example", 5).post("/bot/x", b"hi", JSON) == (200, b"hi")
    (request,) = server.seen
    assert request.headers["host"] == "telegram.example"
    assert request.headers["proxy-authorization"] == "Basic YWRhOnPDqWNyZXQ="


def test_a_proxy_that_gives_no_tunnel_means_that_nothing_was_sent(
    server: Echo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", server.url)
    with pytest.raises(NotReachedError):
        KeptLines("https://telegram.example", 5).post("/bot/x", b"hi", JSON)
    assert server.seen == []


def test_what_no_proxy_names_is_reached_directly(server: Echo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    assert KeptLines(server.url, 5).post("/", b"x", JSON) == (200, b"x")
