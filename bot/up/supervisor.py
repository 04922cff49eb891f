"""`flux up`: embedded servers where needed, then the Procfile's processes, restarted until we are told to stop."""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from bot.home import PROJECT
from bot.pulse import FROZEN_SECONDS, PulseWatch, forget, last_beat, make_room
from bot.settings import Settings, environment_for_children
from bot.up.backoff import Backoff
from bot.up.ports import first_free_port
from bot.up.process_log import ProcessLog
from bot.up.procfile import argv, read_procfile
from bot.up.readiness_probe import ReadinessProbe
from bot.up.supervised import Supervised
from storage.embedded import EmbeddedError, EmbeddedServers, HomeLock, publish, was_killed, withdraw

_STOP_SECONDS = 12.0  # a worker's own ten, and a little more
_TICK = 0.1
_RELEASE = "release"  # runs to its end before anything else starts

Say = Callable[[str], None]


class StartError(Exception):
    """The installation cannot start; one line says why."""


class Supervisor:
    """Runs one installation over one home. Everything happens in the main thread: children die with the thread that made them."""

    def __init__(
        self,
        settings: Settings,
        say: Say,
        procfile: Path = PROJECT / "Procfile",
        frozen_seconds: float = FROZEN_SECONDS,
    ) -> None:
        self._settings = settings
        self._procfile = procfile
        self._say = say
        self._home = settings.flux_home
        self._logs = self._home / "logs"
        self._signals: list[int] = []
        self._parent = os.getppid()
        self._processes: list[Supervised] = []
        self._servers: EmbeddedServers | None = None
        self._backoffs: defaultdict[str, Backoff] = defaultdict(Backoff)  # of each server
        self._served_since: dict[str, float] = {}
        self._probe: ReadinessProbe | None = None
        self._watch = PulseWatch(frozen_seconds)

    def run(self) -> int:
        """Until SIGINT, SIGTERM or the end of our parent. Returns the exit code; raises StartError, EmbeddedError."""
        lock = HomeLock(self._home)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._on_signal)
        try:
            self._start()
            while not self._stopping():
                self._tick()
        finally:
            self._stop()
            lock.release()
        return 0

    # ---------------------------------------------------------------- start

    def _start(self) -> None:
        self._logs.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._check_configured()
        # Providers know the port: one that was killed left a web process that is still on its way out.
        patience = _STOP_SECONDS if was_killed(self._home) else 0.0
        port = first_free_port(self._settings.web_host, self._settings.port, patience)
        if port != self._settings.port:
            self._say(f"Port {self._settings.port} is taken, using {port} instead.")
        urls = self._start_servers()
        make_room(self._home)
        env = environment_for_children(self._settings, urls | {"PORT": str(port)})
        env["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), env.get("PATH", "")])
        commands = read_procfile(self._procfile)
        self._release(commands.pop(_RELEASE, None), env)
        publish(self._home, urls | {"PORT": str(port)})
        for name, command in commands.items():
            if name != "telegram" or self._settings.telegram_bot_token:
                log = ProcessLog(name, self._logs, self._say)
                self._processes.append(Supervised(name, command, env, Path.cwd(), log))
        self._probe = ReadinessProbe(self._settings, port, self._say)

    def _check_configured(self) -> None:
        if not (self._settings.database_url or self._settings.redis_url):
            return
        from bot.up.reachable import unreachable  # noqa: PLC0415 - SQLAlchemy: an embedded start never needs it

        if silent := unreachable(self._settings):
            raise StartError(silent)

    def _start_servers(self) -> dict[str, str]:
        needs_postgres, needs_valkey = not self._settings.database_url, not self._settings.redis_url
        if not (needs_postgres or needs_valkey):
            return {}
        self._servers = EmbeddedServers(self._home, postgres=needs_postgres, valkey=needs_valkey)
        self._servers.start()
        self._served_since |= {server.name: time.monotonic() for server in self._servers.servers}
        return self._servers.urls

    def _release(self, command: str | None, env: dict[str, str]) -> None:
        """Migrations and the like: their failure is ours."""
        if command is None:
            return
        with (self._logs / "release.log").open("ab") as log:
            code = subprocess.run(argv(command), env=env, stdout=log, stderr=log, check=False).returncode
        if code and not self._signals:
            raise StartError(f"`{command}` failed, see {self._logs / 'release.log'}")

    # ---------------------------------------------------------------- run

    def _tick(self) -> None:
        now = time.monotonic()
        self._watch.look(now)
        for process in self._processes:
            self._end_frozen(process, now)
            pid, ended = process.pid, process.reap()
            if pid is not None and ended is not None:
                forget(self._home, pid)
                code, pause = ended
                self._say(f"{process.name:<10} ended with code {code}, starting again in {pause:g} s")
            if process.due:
                process.start()
        self._mend_servers()
        self._listen(_TICK)
        if self._probe is not None and self._probe.finished():
            self._probe = None

    def _end_frozen(self, process: Supervised, now: float) -> None:
        """Those that show no pulse, such as the web process, which gunicorn watches, are left alone."""
        pid = process.pid
        if pid is not None and self._watch.frozen(last_beat(self._home, pid), now):
            self._say(f"{process.name:<10} is frozen, ending it")
            process.kill()

    def _mend_servers(self) -> None:
        for server in self._servers.servers if self._servers else ():
            if not server.running():
                pause = self._backoffs[server.name].pause(time.monotonic() - self._served_since[server.name])
                self._say(f"{server.name:<10} ended, starting again in {pause:g} s")
                time.sleep(pause)
                try:
                    server.start()
                except EmbeddedError as error:  # nobody else would try again
                    self._say(f"{server.name:<10} {error}")
                self._served_since[server.name] = time.monotonic()

    def _listen(self, seconds: float) -> None:
        """Collect what the processes say, for at most so long."""
        with selectors.DefaultSelector() as selector:
            for process in self._processes:
                if process.pipe is not None:
                    selector.register(process.pipe, selectors.EVENT_READ, process)
            if not selector.get_map():
                time.sleep(seconds)
                return
            for key, _ in selector.select(seconds):
                key.data.read()

    # ---------------------------------------------------------------- stop

    def _on_signal(self, number: int, _: FrameType | None) -> None:
        self._signals.append(number)

    def _stopping(self) -> bool:
        # A parent that was killed cannot tell us: we notice that we have another one.
        return bool(self._signals) or os.getppid() != self._parent

    def _stop(self) -> None:
        """Processes first, then the servers under them; a second Ctrl-C stops the waiting."""
        asked = len(
            self._signals
        )  # counted before it is said: whoever reads it may press Ctrl-C again at once
        self._say("Stopping ...")
        for process in self._processes:
            process.terminate()
        end = time.monotonic() + _STOP_SECONDS
        while any(process.running for process in self._processes):
            if time.monotonic() > end or len(self._signals) > asked:
                break
            self._listen(0.02)
        for process in self._processes:
            process.kill()
            process.close()
        withdraw(self._home)
        if self._servers is not None:
            self._servers.stop()
