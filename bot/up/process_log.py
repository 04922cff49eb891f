"""What a supervised process says: everything into its log file, warnings and worse onto the terminal."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

_LIMIT = 10_000_000  # bytes, then the file becomes `<name>.log.1`
_LOUD = {"warning", "error", "critical"}
_UNINTERESTING = {"event", "level", "timestamp", "logger", "correlation_id"}


class ProcessLog:
    """One process's log; feed it raw bytes as they come."""

    def __init__(self, name: str, folder: Path, show: Callable[[str], None]) -> None:
        self._name = name
        self._show = show
        self._path = folder / f"{name}.log"
        self._file = self._path.open("ab")
        self._rest = b""
        self.last_line = ""

    def feed(self, data: bytes) -> None:
        self._file.write(data)
        self._file.flush()
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            self._line(line.decode(errors="replace").rstrip())
        if self._file.tell() > _LIMIT:
            self._rotate()

    def close(self) -> None:
        self._file.close()

    def _line(self, line: str) -> None:
        if not line:
            return
        self.last_line = line
        shown = summarise(line)
        if shown is not None:
            self._show(f"{self._name:<10} {shown}")

    def _rotate(self) -> None:
        self._file.close()
        self._path.replace(self._path.with_suffix(".log.1"))
        self._file = self._path.open("ab")


def summarise(line: str) -> str | None:
    """A log line as a person wants it on the terminal; None when it need not stand there."""
    try:
        event = json.loads(line)
    except ValueError:
        # Not one of ours: a shell that found no program, or a traceback, whose last line says enough here.
        return None if line.startswith((" ", "Traceback")) else line
    if not isinstance(event, dict) or event.get("level") not in _LOUD:
        return None
    details = [f"{key}={value}" for key, value in event.items() if key not in _UNINTERESTING]
    return " ".join([str(event["level"]), str(event.get("event")), *details])
