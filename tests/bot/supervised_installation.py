"""A supervisor in a process of its own, over a Procfile that a test writes."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
RUN = """
import sys
from pathlib import Path
from bot.settings import Settings
from bot.up.supervisor import StartError, Supervisor
try:
    frozen = float(sys.argv[2]) if len(sys.argv) > 2 else 60.0
    sys.exit(Supervisor(Settings(), lambda line: print(line, flush=True), Path(sys.argv[1]), frozen).run())
except StartError as error:
    sys.exit(f"flux: {error}")
"""


class Installation:
    """A supervisor over servers of the test run and a Procfile of this test."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder = folder
        self.environment = os.environ | environment | {"FLUX_HOME": str(folder / "home")}
        self.started: list[subprocess.Popen[str]] = []

    def start(self, procfile: str, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        path = self.folder / "Procfile"
        path.write_text(procfile)
        process = subprocess.Popen(
            [sys.executable, "-c", RUN, str(path), *arguments],
            cwd=PROJECT,
            env=self.environment | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.started.append(process)
        return process

    def log(self, name: str) -> str:
        with contextlib.suppress(FileNotFoundError):
            return (self.folder / "home" / "logs" / f"{name}.log").read_text()
        return ""

    def numbers(self, name: str) -> list[int]:
        """The process ids a process wrote down, one per whole line."""
        return [int(line) for line in self.log(name).splitlines() if line.isdigit()]
