"""What both embedded servers share: a port of their own, a log file, and waiting until they answer."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from storage.embedded_place import EmbeddedError
from storage.private_files import keep_once

_LOG_LIMIT = 5_000_000  # bytes; a longer log starts afresh with the server


def free_port() -> int:
    """A loopback port nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def open_log(path: Path) -> int:
    """A file descriptor that appends to the server's log; the caller closes it."""
    if path.exists() and path.stat().st_size > _LOG_LIMIT:
        path.unlink()
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)


def password(path: Path) -> str:
    """The password kept in this file; made at the first call."""
    return keep_once(path, lambda: secrets.token_hex(16))


def wait_until(
    answers: Callable[[], bool], child: subprocess.Popen[bytes], log: Path, seconds: float = 30.0
) -> bool:
    """Wait for a server: True when it answers, False when it ended. Raises EmbeddedError when it does neither."""
    end = time.monotonic() + seconds
    pause = 0.005
    while not answers():
        if child.poll() is not None:
            return False
        if time.monotonic() > end:
            raise EmbeddedError(f"a server did not answer within {seconds:.0f} s, see {log}")
        time.sleep(pause)
        pause = min(pause * 1.5, 0.1)
    return True


def last_words(log: Path) -> str:
    """The last line of a log, for the one line a person reads."""
    try:
        lines = log.read_text(errors="replace").strip().splitlines()
    except OSError:
        return ""
    return lines[-1] if lines else ""
