"""The command line of Flux: a table of commands, each a small function in `bot.cli`."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from bot.settings import Settings, SettingsError, export_to_libraries

Option = tuple[tuple[str, ...], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Command:
    """One line of `flux --help`. `runs` is "module:function" in bot.cli, imported only when it is called."""

    name: str
    words: str
    runs: str
    options: tuple[Option, ...] = ()
    logs: bool = False  # a process that speaks through logs, not a command that prints an answer


_ID: Option = (("id",), {"type": UUID, "help": "the person's id, as `flux user list` shows it"})
_FILE: Option = (("file",), {"metavar": "FILE", "type": Path})

COMMANDS = (
    Command("up", "start everything, with embedded servers where none are configured", "processes:up"),
    Command("demo", "play one whole life in simulated time and print it", "demo:demo"),
    Command(
        "chat",
        "talk to Flux in this terminal",
        "talk:chat",
        ((("--session",), {"default": "terminal", "help": "name of the conversation (default: terminal)"}),),
    ),
    Command("telegram", "fetch messages from Telegram by polling", "processes:telegram", logs=True),
    Command("worker", "handle messages and reminders", "processes:worker", logs=True),
    Command("scheduler", "ring when something is due", "processes:scheduler", logs=True),
    Command("web", "serve the web pages, the API and the webhooks", "processes:web", logs=True),
    Command("migrate", "bring the database to the newest schema", "processes:migrate"),
    Command("doctor", "say what is configured, what is missing and what that costs", "doctor:doctor"),
    Command(
        "send-test",
        "send one test message",
        "talk:send_test",
        (
            (("channel",), {"choices": ["telegram", "whatsapp", "call", "push"]}),
            (("address",), {"help": "chat id, +number, or push subscription id"}),
        ),
    ),
    Command(
        "telegram-webhook",
        "let Telegram call us instead of polling",
        "talk:telegram_webhook",
        ((("--delete",), {"action": "store_true", "help": "go back to polling"}),),
    ),
    Command(
        "backup",
        "save the whole database, and the secrets this installation made, to one file",
        "backup:backup",
        (
            _FILE,
            (("--force",), {"action": "store_true", "help": "replace FILE if it exists"}),
        ),
    ),
    Command(
        "restore",
        "bring back what `flux backup` saved; stop Flux first",
        "backup:restore",
        (
            _FILE,
            (
                ("--replace",),
                {"action": "store_true", "help": "in the place of everything the database holds now"},
            ),
        ),
    ),
    Command(
        "eval",
        "live the golden conversations and score them; the network model costs money",
        "eval:evaluate",
        (
            (
                ("--model",),
                {"choices": ["offline", "network", "both"], "default": "offline", "help": "default: offline"},
            ),
            (
                ("--only",),
                {"metavar": "WORDS", "default": "", "help": "themes or titles that hold these words"},
            ),
            (("--show",), {"action": "store_true", "help": "print what was said"}),
            (("--json",), {"action": "store_true", "help": "the scores as JSON"}),
        ),
    ),
    Command("sweep", "look once for anything forgotten", "processes:sweep"),
    Command(
        "housekeeping", "delete what is past its age and begin new months, now", "housekeeping:housekeeping"
    ),
)
USER_COMMANDS = (
    Command(
        "add",
        "add a person and print their id",
        "people:add",
        (
            (("--name",), {}),
            (("--email",), {}),
            (("--timezone",), {"default": "UTC", "help": "for example Europe/Berlin"}),
        ),
    ),
    Command(
        "list",
        "list everybody",
        "people:listing",
        ((("--json",), {"action": "store_true", "help": "as a list of objects"}),),
    ),
    Command(
        "token",
        "print a Bearer token for the API",
        "people:token",
        (_ID, (("--days",), {"type": float, "default": 365.0, "help": "how long it works (default: 365)"})),
    ),
    Command(
        "link",
        "print a code that joins another channel to a person, or let in the stranger who showed you a code",
        "people:link",
        ((("who",), {"metavar": "ID|CODE", "help": "a person's id, or the pairing code of a stranger"}),),
    ),
    Command(
        "export",
        "write everything about a person into a ZIP of JSON files",
        "export:export",
        (
            _ID,
            (
                ("file",),
                {
                    "nargs": "?",
                    "help": "a new file, or - for stdout (default: flux-export-<date>.zip in this folder)",
                },
            ),
        ),
    ),
    Command(
        "erase",
        "erase a person everywhere, and prove that nothing is left",
        "erase:erase",
        (_ID, (("--yes",), {"action": "store_true", "help": "do not ask"})),
    ),
)


def _add(parsers: Any, command: Command) -> None:
    parser = parsers.add_parser(command.name, help=command.words, description=command.words)
    for names, details in command.options:
        parser.add_argument(*names, **details)
    parser.set_defaults(command=command)


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="flux", description="A coach that lives in your chat.")
    parsers = parser.add_subparsers(metavar="COMMAND", required=True)
    for command in COMMANDS:
        _add(parsers, command)
    user = parsers.add_parser("user", help="people: add, list, token, link, export, erase")
    people = user.add_subparsers(metavar="COMMAND", required=True)
    for command in USER_COMMANDS:
        _add(people, command)
    return parser


def _find(runs: str) -> Callable[[Settings, argparse.Namespace], int]:
    module, _, function = runs.partition(":")
    found: Callable[[Settings, argparse.Namespace], int] = getattr(
        importlib.import_module(f"bot.cli.{module}"), function
    )
    return found


def main(argv: Sequence[str] | None = None) -> int:
    """Exit code: 0 done, 1 it did not work, 2 a wrong setting or argument."""
    from bot.error_reports import report_errors
    from bot.logs import configure_logging
    from storage.backup_format import BackupError
    from storage.embedded_place import EmbeddedError

    arguments = build_parser().parse_args(argv)
    command: Command = arguments.command
    try:
        settings = Settings()
        export_to_libraries(settings)
        configure_logging(settings.log_level if command.logs else "WARNING")
        if command.logs:
            report_errors(settings)
        return _find(command.runs)(settings, arguments)
    except SettingsError as error:
        print(f"flux: {error}", file=sys.stderr)
        return 2
    except (EmbeddedError, BackupError) as error:
        print(f"flux: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except (
        Exception
    ) as error:  # the outermost door of the command line: a database's trouble is one line there
        if command.logs or not (words := _database_words(error)):
            raise
        print(f"flux: {words}", file=sys.stderr)
        return 1


def _database_words(error: Exception) -> str | None:
    """What went wrong with the database, for an operator; None for everything else."""
    from psycopg import OperationalError as DriverError
    from sqlalchemy.exc import OperationalError

    from storage.preflight import DatabaseError

    match error:
        case DatabaseError() | TimeoutError():
            return str(error)
        case OperationalError():
            return f"the database does not answer ({_last_reason(str(error.orig))})"
        case DriverError():
            return f"the database does not answer ({_last_reason(str(error))})"
    return None


def _last_reason(text: str) -> str:
    """The end of libpq's first line: "connection refused", without the address."""
    lines = text.strip().splitlines() or ["no reason given"]
    return lines[0].rpartition(": ")[2].rstrip(".")


if __name__ == "__main__":
    sys.exit(main())
