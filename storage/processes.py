"""Child processes that end when we end: started with a death signal, stopped only after their identity is checked."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
_PR_SET_PDEATHSIG = 1
# Loaded before any fork: the child may not allocate or import safely.
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


@dataclass(frozen=True, slots=True)
class Account:
    """The operating system account a child runs as."""

    name: str
    uid: int
    gid: int


def die_with_parent(number: int, parent: int) -> None:
    """In a fresh child: ask the kernel for signal `number` when `parent` ends (Linux; elsewhere a no-op).

    The request is bound to the parent's *thread*: fork from one that lives as long as the process.
    """
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, number, 0, 0, 0)
        if os.getppid() != parent:  # it was gone before we could ask
            os._exit(1)


def _prepare(account: Account | None, number: int) -> Callable[[], None]:
    parent = os.getpid()

    def in_child() -> None:
        if account is not None:
            os.setgroups([])
            os.setgid(account.gid)
            os.setuid(account.uid)
        die_with_parent(number, parent)  # after the uid: changing credentials clears the request

    return in_child


def spawn(
    argv: Sequence[str],
    *,
    output: int,
    account: Account | None = None,
    death_signal: int = signal.SIGTERM,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> subprocess.Popen[bytes]:
    """Start a child in its own session (the terminal's Ctrl-C reaches only us); stdout and stderr go to fd `output`."""
    return subprocess.Popen(
        list(argv),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        env=None if env is None else dict(env),
        cwd=cwd,
        start_new_session=True,
        preexec_fn=_prepare(account, death_signal),  # safe: we fork from the main thread only
    )


def stop(child: subprocess.Popen[bytes], number: int, seconds: float) -> None:
    """Signal our own child, wait, and kill its whole session when it does not end in time."""
    if child.poll() is None:
        child.send_signal(number)
        try:
            child.wait(seconds)
        except subprocess.TimeoutExpired:
            pass
        else:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def command_line(pid: int) -> str:
    """The command line of a process, or "" when there is none."""
    if _PROC.exists():
        try:
            return (_PROC / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            return ""
    listed = subprocess.run(
        ["/bin/ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return listed.stdout.strip()


def stop_leftover(pid: int, marks: Sequence[str], number: int, seconds: float = 10.0) -> bool:
    """End a process an earlier run left behind, but only if its command line carries every mark.

    Pids are reused: whoever else runs under this number is left alone. True when nothing of ours runs any more.
    """
    end = time.monotonic() + seconds
    while _is_ours(pid, marks):
        if time.monotonic() > end:
            return False
        os.kill(pid, number)
        time.sleep(0.05)
    return True


def _is_ours(pid: int, marks: Sequence[str]) -> bool:
    line = command_line(pid)
    return bool(line) and all(mark in line for mark in marks)
