"""Finding a port for the web process when the wanted one is taken."""

from __future__ import annotations

import socket
import time

_TRIES = 50


def first_free_port(host: str, wanted: int, patience: float = 0.0) -> int:
    """`wanted` if it becomes free within `patience` seconds, or the next port above it that can be bound.

    Raises OSError when none of 50 can.
    """
    end = time.monotonic() + patience
    while not _can_bind(host, wanted) and time.monotonic() < end:
        time.sleep(0.05)
    for port in range(wanted, min(wanted + _TRIES, 65536)):
        if _can_bind(host, port):
            return port
    raise OSError(f"no port from {wanted} on is free on {host}")


def _can_bind(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(
            socket.SOL_SOCKET, socket.SO_REUSEADDR, 1
        )  # as gunicorn does: TIME_WAIT is no reason
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True
