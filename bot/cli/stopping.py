"""How a command that writes somebody's data to a disk ends when it is told to."""

from __future__ import annotations

import signal
import sys


def end_in_order() -> None:
    """Told to stop, clean up like after any error: no half file, no half restore."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
