"""The HTTP session for push endpoints: public addresses only, the one that was checked, no proxy, no redirect."""

from __future__ import annotations

import socket
from collections.abc import Collection
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError
from urllib3.util.connection import create_connection

from channels.push_hosts import address_is_public

LANES = 32


class ForbiddenAddressError(OSError):
    """A push host resolved to an address that is not on the public internet."""


def guarded_session(extra_hosts: Collection[str]) -> requests.Session:
    """A session that refuses every address that is not public, except those of the `host:port` entries."""
    session = _OneHop()
    session.trust_env = False  # a proxy from the environment would connect in our place, unchecked
    adapter = _GuardedAdapter(frozenset(entry for entry in extra_hosts if ":" in entry))
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


def was_forbidden(error: BaseException | None) -> bool:
    """Whether the guard refused the connection; urllib3 and requests wrap its error on the way up."""
    while error is not None:
        if isinstance(error, ForbiddenAddressError):
            return True
        error = error.__cause__ or error.__context__
    return False


class _OneHop(requests.Session):
    def request(self, *args: Any, **options: Any) -> requests.Response:
        return super().request(*args, **options | {"allow_redirects": False})


class _GuardedAdapter(HTTPAdapter):
    def __init__(self, exempt: frozenset[str]) -> None:
        self._exempt = exempt
        super().__init__(pool_connections=LANES, pool_maxsize=LANES)

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options)
        plain = type("Plain", (_GuardedHTTP,), {"exempt": self._exempt})
        secure = type("Secure", (_GuardedHTTPS,), {"exempt": self._exempt})
        self.poolmanager.pool_classes_by_scheme = {
            "http": type("PlainPool", (HTTPConnectionPool,), {"ConnectionCls": plain}),
            "https": type("SecurePool", (HTTPSConnectionPool,), {"ConnectionCls": secure}),
        }


class _GuardedHTTP(HTTPConnection):
    exempt: frozenset[str] = frozenset()

    def _new_conn(self) -> socket.socket:
        return _connect(self, self.exempt)


class _GuardedHTTPS(HTTPSConnection):
    exempt: frozenset[str] = frozenset()

    def _new_conn(self) -> socket.socket:
        return _connect(self, self.exempt)


def _connect(connection: HTTPConnection, exempt: frozenset[str]) -> socket.socket:
    """Resolves once, refuses any address that is not public, and connects to the very address it checked."""
    host, port = connection.host, connection.port or connection.default_port
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise NameResolutionError(host, connection, socket.gaierror(str(error))) from error
    addresses = [str(entry[4][0]) for entry in found]
    if f"{host}:{port}" not in exempt and not all(map(address_is_public, addresses)):
        raise ForbiddenAddressError("push host is not on the public internet")
    last: OSError = OSError("no address")
    for address in addresses:
        try:
            # The options switch Nagle's algorithm off, without which each push waits 40 ms for an ACK.
            return create_connection(
                (address, port), connection.timeout, socket_options=connection.socket_options
            )
        except OSError as error:
            last = error
    if isinstance(last, TimeoutError):
        raise ConnectTimeoutError(connection, "connecting took too long") from last
    raise NewConnectionError(connection, str(last)) from last
