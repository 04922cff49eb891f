"""One process of the Procfile under supervision: its pipe, its log, and when it may start again."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from bot.up.backoff import Backoff
from bot.up.process_log import ProcessLog
from bot.up.procfile import argv
from storage.processes import spawn


class Supervised:
    """Starts a command, collects what it says, and tells when it ended. Use it from the main thread only."""

    def __init__(self, name: str, command: str, env: Mapping[str, str], cwd: Path, log: ProcessLog) -> None:
        self.name = name
        self._command = command
        self._env = env
        self._cwd = cwd
        self._log = log
        self._backoff = Backoff()
        self._child: subprocess.Popen[bytes] | None = None
        self._left: int | None = None  # the session of one that has ended
        self._started = 0.0
        self._due = 0.0
        self.pipe: int | None = None

    @property
    def running(self) -> bool:
        return self._child is not None and self._child.poll() is None

    @property
    def due(self) -> bool:
        """Whether it is down and its pause is over."""
        return self._child is None and time.monotonic() >= self._due

    @property
    def pid(self) -> int | None:
        return self._child.pid if self._child is not None else None

    @property
    def last_line(self) -> str:
        return self._log.last_line

    def start(self) -> None:
        self._end_session()
        read, write = os.pipe()
        os.set_blocking(read, False)
        try:
            self._child = spawn(argv(self._command), output=write, env=self._env, cwd=self._cwd)
        finally:
            os.close(write)
        self.pipe, self._started = read, time.monotonic()

    def read(self) -> None:
        """Take whatever it has said since."""
        while self.pipe is not None:
            try:
                data = os.read(self.pipe, 65536)
            except BlockingIOError:
                return
            if not data:
                self._close_pipe()
                return
            self._log.feed(data)

    def reap(self) -> tuple[int, float] | None:
        """(exit code, pause before the next start) once after it ended, else None.

        Whatever it forked is told by the kernel, and has that pause to end what it has in hand.
        """
        if self._child is None or self._child.poll() is None:
            return None
        code = self._child.returncode
        self._left, self._child = self._child.pid, None
        pause = self._backoff.pause(time.monotonic() - self._started)
        self._due = time.monotonic() + pause
        return code, pause

    def terminate(self) -> None:
        if self.running and self._child is not None:
            self._child.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        if self._child is not None:
            _kill_session(self._child.pid)
            self._child.wait()
        self._end_session()

    def close(self) -> None:
        self.read()
        self._close_pipe()
        self._log.close()

    def _end_session(self) -> None:
        """Nothing of an earlier run is left when the next one begins."""
        if self._left is not None:
            _kill_session(self._left)
            self._left = None
            self.read()
            self._close_pipe()

    def _close_pipe(self) -> None:
        if self.pipe is not None:
            os.close(self.pipe)
            self.pipe = None


def _kill_session(leader: int) -> None:
    """Whatever a process forked goes with it: they share a session of their own."""
    with contextlib.suppress(
        ProcessLookupError, PermissionError
    ):  # macOS says the latter of a group of zombies
        os.killpg(leader, signal.SIGKILL)
