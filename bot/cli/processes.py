"""Commands that run: the whole installation, one process of it, or the migrations."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from argparse import Namespace
from pathlib import Path

from bot.cli.servers import require_servers, with_servers, with_services
from bot.settings import Settings, environment_for_children


def up(settings: Settings, arguments: Namespace) -> int:  # noqa: ARG001 - every command has this signature
    from bot.up.supervisor import StartError, Supervisor
    from storage.embedded import AlreadyRunningError

    def say(line: str) -> None:
        with contextlib.suppress(OSError):  # nobody reads us any more: no reason to stop
            print(line, flush=True)

    try:
        return Supervisor(settings, say).run()
    except AlreadyRunningError as error:
        # `settings` has read what the other one published, its port included.
        print(f"flux: {error}; see http://localhost:{settings.port}", file=sys.stderr)
    except (StartError, OSError) as error:
        print(f"flux: {error}", file=sys.stderr)
    return 1


def web(settings: Settings, arguments: Namespace) -> int:  # noqa: ARG001
    from bot.home import PROJECT
    from bot.up.procfile import argv, read_procfile

    env = environment_for_children(require_servers(settings), {})
    env["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), env.get("PATH", "")])
    command = argv(read_procfile(PROJECT / "Procfile")["web"])
    os.execve(command[0], command, env)  # noqa: S606 - the Procfile's own line


def worker(settings: Settings, arguments: Namespace) -> int:  # noqa: ARG001
    from bot.processes.workers import run_workers

    return run_workers(require_servers(settings))


def scheduler(settings: Settings, arguments: Namespace) -> int:  # noqa: ARG001
    from bot.processes.scheduling import run_scheduler

    return run_scheduler(require_servers(settings))


def telegram(settings: Settings, arguments: Namespace) -> int:  # noqa: ARG001
    from bot.processes.polling import poll_for_ever

    if not settings.telegram_bot_token:
        print("flux: TELEGRAM_BOT_TOKEN is not set; @BotFather on Telegram gives one", file=sys.stderr)
        return 2
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(0))
    with with_services(require_servers(settings)) as services:
        poll_for_ever(services)
    return 0


def migrate(settings: Settings, arguments: Namespace) -> int:  # noqa: ARG001
    from storage.migrations import migrate as run
    from storage.preflight import DatabaseError, pooled

    with with_servers(settings) as complete:
        if pool := pooled(complete.database_url):
            raise DatabaseError(f"DATABASE_URL: {pool}")
        run(complete.database_url)
    return 0


def sweep(settings: Settings, arguments: Namespace) -> int:  # noqa: ARG001
    """One sweep now, in this process."""
    from sqlalchemy.exc import OperationalError

    from bot.sweeping import SweepError, sweep_all

    with with_services(settings) as services:
        try:
            sweep_all(services)
        except SweepError as error:
            for one in error.failures.values():
                if isinstance(one, OperationalError):
                    raise one from None  # the command line has words for a database that is away
            print(f"flux: {error}; the rest is done", file=sys.stderr)
            return 1
    return 0
