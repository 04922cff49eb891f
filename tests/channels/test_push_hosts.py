"""Endpoints come from people's browsers: none of them may lead into our own network, at save or at send."""

from __future__ import annotations

import socket

import pytest
import requests

from channels.push import endpoint_allowed, endpoint_problem
from channels.push_hosts import address_is_public
from channels.push_http import guarded_session, was_forbidden
from tests.fakes.http_server import FakeServer, Reply, Request


@pytest.mark.parametrize(
    "url",
    [
        "https://fcm.googleapis.com/fcm/send/abc:APA91b",
        "https://fcm.googleapis.com:443/fcm/send/abc",
        "https://updates.push.services.mozilla.com/wpush/v2/gAAAA",
        "https://web.push.apple.com/QGu",
        "https://wns2-par02p.notify.windows.com/w/?token=BQY%3d",
    ],
)
def test_the_browsers_push_services_are_known(url: str) -> None:
    assert endpoint_problem(url) is None
    assert endpoint_allowed(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://fcm.googleapis.com/fcm/send/abc",
        "https://fcm.googleapis.com:8443/fcm/send/abc",
        "https://fcm.googleapis.com.evil.example/send",
        "https://evilfcm.googleapis.com/send",
        "https://notify.windows.com.evil.example/",
        "https://evil.example/?fcm.googleapis.com",
        "https://user:secret@fcm.googleapis.com/send",
        "https://fcm.googleapis.com@127.0.0.1/send",
        "https://127.0.0.1/send",
        "https://[::1]/send",
        "https://[::ffff:169.254.169.254]/latest/meta-data",
        "https://[64:ff9b::7f00:1]/",
        "https://100.64.0.1/",
        "https://2130706433/",
        "https://localhost/",
        "https://fcm.googleapis.com\\@evil.example/",
        "https://fcm.googleapis.com/\r\nHost: evil",
        "https://fcm.googleapis.com/ü",
        "https://fcm.googleapis.com:99999/",
        "https://fcm.googleapis.com:port/",
        "https://[::1/",
        "ftp://fcm.googleapis.com/",
        "file:///etc/passwd",
        "//fcm.googleapis.com/send",
        "https://",
        "",
        "https://fcm.googleapis.com/" + "a" * 3000,
    ],
)
def test_everything_else_is_refused(url: str) -> None:
    assert endpoint_problem(url)
    assert not endpoint_allowed(url)


def test_a_setting_adds_hosts_and_only_host_and_port_allows_http() -> None:
    hosts = ("push.example.org", "127.0.0.1:8090")
    assert endpoint_allowed("https://push.example.org/send", hosts)
    assert not endpoint_allowed("http://push.example.org/send", hosts)
    assert not endpoint_allowed("https://push.example.org:8090/send", hosts)
    assert endpoint_allowed("http://127.0.0.1:8090/send", hosts)
    assert endpoint_allowed("https://127.0.0.1:8090/send", hosts)
    assert not endpoint_allowed("http://127.0.0.1:8091/send", hosts)
    assert not endpoint_allowed("http://127.0.0.1/send", hosts)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104 - an address to refuse
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::7f00:1",
        "64:ff9b::8.8.8.8",
        "2002:7f00:1::",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
        "fe80::1%eth0",
        "fc00::1",
        "ff02::1",
        "ff0e::1",
    ],
)
def test_addresses_inside_are_told_apart(address: str) -> None:
    assert not address_is_public(address)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "142.250.185.74", "2a00:1450:4001:82a::200a", "::ffff:8.8.8.8"]
)
def test_addresses_on_the_internet_are_public(address: str) -> None:
    assert address_is_public(address)


class Inside(FakeServer):
    """Something on our own network that must never hear from us."""

    def __init__(self) -> None:
        super().__init__()
        self.visits = 0

    def answer(self, request: Request) -> Reply:
        self.visits += 1
        return Reply(201)


def test_a_name_that_resolves_into_our_network_is_refused_when_connecting() -> None:
    with Inside() as inside:
        # The host is on no list by port, as a rebinding name would be: only the address tells.
        session = guarded_session(())
        for host in ("localhost", "127.0.0.1"):
            with pytest.raises(requests.ConnectionError) as caught:
                session.post(f"http://{host}:{inside.port}/", timeout=2)
            assert was_forbidden(caught.value)
        assert inside.visits == 0


def test_a_listed_host_and_port_is_reached_and_its_neighbour_is_not() -> None:
    with Inside() as listed, Inside() as neighbour:
        session = guarded_session((f"127.0.0.1:{listed.port}", "push.example.org"))
        assert session.post(f"{listed.url}/", timeout=2).status_code == 201
        with pytest.raises(requests.ConnectionError):
            session.post(f"{neighbour.url}/", timeout=2)
        assert (listed.visits, neighbour.visits) == (1, 0)


def test_a_name_nobody_knows_is_no_forbidden_address() -> None:
    with pytest.raises(requests.ConnectionError) as caught:
        guarded_session(()).post("http://push.invalid/", timeout=2)
    assert not was_forbidden(caught.value)


def test_a_proxy_from_the_environment_does_not_connect_for_us(monkeypatch: pytest.MonkeyPatch) -> None:
    with Inside() as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            port = closed.getsockname()[1]
            with pytest.raises(requests.ConnectionError):
                guarded_session((f"127.0.0.1:{port}",)).post(f"http://127.0.0.1:{port}/", timeout=2)
        assert proxy.visits == 0
