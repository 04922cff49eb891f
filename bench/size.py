"""How many bytes a person's year takes in Postgres, per table, without retention and with the default one applied.

    python -m bench.size [--people 50]

A year of busy people (six tasks a day that climb the whole ladder, ten messages) is written month by month into two
databases, indexes included; in one of them retention is run after each month. Target: <= 8 MB with it, all tables.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import psycopg

from agents.conversation import Turn, TurnTools, take_turn
from agents.offline.model import OfflineModel
from bench.figures import Figure
from bench.figures import report as figures_of
from bench.seed import plain
from bench.year import COLUMNS, START, YEAR, Resident, Row, rows_of
from bot.logs import configure_logging
from channels.messages import Address, InboundMessage
from storage.conversations import open_conversation
from storage.database import Database, lock_person
from storage.embedded import EmbeddedServers
from storage.migrations import migrate
from storage.personal import PERSONAL
from storage.profile import Profile, SleepWindow
from storage.retention import RetentionLimits, retain
from storage.users import add_identity, create_user, save_profile

TARGET = 8_000_000
_STEP = 30  # days between two runs of retention
_TALK = ("call mum tomorrow 6pm", "OK", "I want to run 5 km", "never ran before", "evenings")


def settle(database: Database, number: int) -> Resident:
    """Somebody with a real talk behind them, so that the graph's checkpoint is as a turn leaves it."""
    with database.service() as session:
        user = create_user(session, START, timezone="Europe/Berlin")
        user.onboarded = True
        sleep = SleepWindow.model_validate({"start": "23:00", "end": "07:00"})
        save_profile(user, Profile(name="Ada", sleep_window=sleep))
        person = Resident(user.id, open_conversation(session, user.id, START).id, number)
        add_identity(session, user.id, "telegram", person.chat, START, primary=True)
        add_identity(session, user.id, "whatsapp", person.phone, START)
    for turn, words in enumerate(_TALK):
        _say(database, person, words, START + YEAR + timedelta(minutes=turn))
    return person


def _say(database: Database, person: Resident, words: str, now: datetime) -> None:
    message = InboundMessage(Address("telegram", person.chat), words, uuid4().hex, now)
    with database.service() as session:
        lock_person(session, person.user_id)
        take_turn(Turn(person.user_id, message, now, "bench", uuid4()), TurnTools(session, OfflineModel()))


def write(urls: Sequence[str], rows: Iterable[Row]) -> None:
    """The same rows into each database, put into words once."""
    lines: dict[str, list[str]] = defaultdict(list)
    for table, values in rows:
        lines[table].append("\t".join(map(_field, values)) + "\n")
    for url in urls:
        with psycopg.connect(plain(url)) as connection, connection.cursor() as cursor:
            for table, columns in COLUMNS.items():
                with cursor.copy(f"copy {table} ({columns}) from stdin".encode()) as copy:
                    copy.write("".join(lines[table]))


def _field(value: object) -> str:
    """As COPY reads it; nothing here holds a tab or a line break."""
    if value is None:
        return r"\N"
    if isinstance(value, list):
        return "{" + ",".join(value) + "}"
    return str(value).replace("\\", r"\\")


def vacuum(url: str) -> None:
    """As autovacuum does by itself, sooner or later."""
    with psycopg.connect(plain(url), autocommit=True) as connection:
        connection.execute("vacuum analyze")


def sizes(url: str, people: int) -> dict[str, float]:
    """Bytes per person, by table: rows, indexes and what is stored beside them."""
    with psycopg.connect(plain(url)) as connection:
        query = "select pg_total_relation_size(%s::regclass)"
        found = {one.name: connection.execute(query, [one.name]).fetchone() for one in PERSONAL}
    return {name: row[0] / people for name, row in found.items() if row}


def move_in(url: str, people: int) -> list[Resident]:
    """The same people in both databases; the second one, named everything, is a copy of the first."""
    migrate(url)
    database = Database(url)
    residents = [settle(database, number) for number in range(people)]
    database.dispose()
    with psycopg.connect(plain(_sibling(url, "postgres")), autocommit=True) as connection:
        connection.execute("create database everything template flux")
    return residents


def _sibling(url: str, name: str) -> str:
    return f"{url.rpartition('/')[0]}/{name}"


def live_a_year(url: str, everything: str, residents: list[Resident]) -> None:
    database = Database(url)
    for first in range(0, YEAR.days, _STEP):
        start, days = START + timedelta(days=first), min(_STEP, YEAR.days - first)
        write((everything, url), rows_of(residents, start, days))
        retain(database, RetentionLimits(), start + timedelta(days=days))
        vacuum(url)
        print(f"day {first + days} of {YEAR.days}", file=sys.stderr, flush=True)
    database.dispose()
    vacuum(everything)


def report(without: dict[str, float], kept: dict[str, float], people: int) -> int:
    print(f"kB per person after a year, {people} people, indexes included")
    print(f"  {'table':<20}{'without':>10}{'retention':>12}")
    for name in sorted(without, key=lambda name: -without[name]):
        print(f"  {name:<20}{without[name] / 1000:>10,.1f}{kept[name] / 1000:>12,.1f}")
    before, after = sum(without.values()), sum(kept.values())
    print(f"  {'all':<20}{before / 1000:>10,.1f}{after / 1000:>12,.1f}")
    kept_within = f"{after / 1e6:.2f} MB"
    return figures_of(
        [Figure("a person's year in all tables", f"<= {TARGET / 1e6:.0f} MB", kept_within, after <= TARGET)]
    )


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.size", description=__doc__.partition("\n")[0])
    parser.add_argument("--people", type=int, default=50)
    people: int = parser.parse_args().people
    configure_logging("ERROR")
    with (
        tempfile.TemporaryDirectory(prefix="flux-bench-") as home,
        EmbeddedServers(Path(home), durable=False) as servers,
    ):
        url = servers.urls["DATABASE_URL"]
        everything = _sibling(url, "everything")
        live_a_year(url, everything, move_in(url, people))
        return report(sizes(everything, people), sizes(url, people), people)


if __name__ == "__main__":
    sys.exit(main())
