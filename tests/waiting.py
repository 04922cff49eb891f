"""Waiting for other processes: the one place where tests look again and again, and always with an end."""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENCE = 30.0  # seconds; what takes longer on a busy machine is broken


def wait_for(happened: Callable[[], object], what: str, seconds: float = PATIENCE) -> None:
    """Look until it has happened; fails with `what` when it never does."""
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, f"never happened: {what}"
        time.sleep(0.02)
