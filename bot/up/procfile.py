"""The Procfile: the only list of an installation's processes, here read for the supervisor."""

from __future__ import annotations

import re
from pathlib import Path

_LINE = re.compile(r"^([A-Za-z0-9_-]+):\s*(.+)$")


def read_procfile(path: Path) -> dict[str, str]:
    """Process name -> shell command, in the file's order. Raises ValueError for a line that is neither."""
    commands = {}
    for number, line in enumerate(path.read_text().splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = _LINE.match(line)
        if match is None:
            raise ValueError(f"{path.name} line {number} is not `name: command`")
        commands[match[1]] = match[2].strip()
    return commands


def argv(command: str) -> list[str]:
    """What runs a Procfile command: a shell that expands variables and then becomes the program."""
    return ["/bin/sh", "-c", f"exec {command}"]
