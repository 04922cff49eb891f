"""Kills: workers end with SIGKILL at random while reminders, WhatsApp messages and calls are due; then the books are compared.

    python -m bench.chaos [--tasks 300] [--kills 20] [--burst]

Target: nothing lost; nothing doubled where the provider can be asked (WhatsApp, calls); at most one Telegram text
doubled per kill, since nobody can ask Telegram. `--burst` makes everything due at once, so that each kill hits a
worker in the middle of its sends: there the bound is what a worker has out at once (`reminders.lanes.FEW`). Takes three minutes: the rungs stand further apart than a dead worker's lease lasts.
"""

from __future__ import annotations

import argparse
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import structlog
from redis import Redis

from bench.seed import Load, fill, plain
from channels.messages import Channel
from channels.switchboard import Switchboard
from channels.telegram import TelegramChannel
from channels.twilio_api import TwilioApi
from channels.voice import VoiceChannel
from channels.whatsapp import WhatsAppChannel
from reminders.dispatch import Dispatcher
from reminders.lanes import FEW
from reminders.rules.ladder import Timing
from reminders.wakeups import RqWakeups
from storage.database import Database
from storage.embedded import EmbeddedServers
from storage.migrations import migrate
from tests.fakes.telegram_server import FakeTelegram
from tests.fakes.twilio_server import ACCOUNT_SID, AUTH_TOKEN, FakeTwilio

if TYPE_CHECKING:
    pass

WORKERS = 3
SPREAD = timedelta(seconds=30)
TIMING = Timing(lead=timedelta(0), window=timedelta(seconds=35), grace=timedelta(hours=1))
_SENDER = "+15005550006"
_PATIENCE = 300.0  # seconds until everything must have settled
_PROJECT = Path(__file__).resolve().parent.parent
_READY = """
    update users set phone_verified = true, whatsapp_opt_in_at = created_at,
        notification_preferences = '{"calls_opted_in": true}';
    with people as (select id, row_number() over (order by id) as n from users)
    insert into identities (user_id, channel, value)
    select id, channel, '+4915' || (200000000 + n) from people, unnest(array['whatsapp', 'call']) as channel;
"""
_UNSETTLED = """
    select (select count(*) from tasks where stage <> 'called')
        + (select count(*) from dispatch_log where status in ('pending', 'unknown'))
"""


@dataclass(frozen=True)
class Books:
    """How often each person was reached at the providers, by channel."""

    telegram: Counter[str]
    whatsapp: Counter[str]
    call: Counter[str]

    def lost(self, people: int) -> int:
        return sum(people - len(book) for book in (self.telegram, self.whatsapp, self.call))


def work(database_url: str, redis_url: str, telegram_url: str, twilio_url: str) -> None:
    """One worker's whole life: look for what is due ten times a second, until it is killed."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    twilio = TwilioApi(ACCOUNT_SID, AUTH_TOKEN, twilio_url)
    channels: dict[str, Channel] = {
        "telegram": TelegramChannel("123456:FAKE-token_for-tests", telegram_url),
        "whatsapp": WhatsAppChannel(twilio, _SENDER, None, None),
        "call": VoiceChannel(twilio, _SENDER, "https://flux.example"),
    }
    wakeups = RqWakeups(Redis.from_url(redis_url))
    dispatcher = Dispatcher(Database(database_url), Switchboard(channels, {}), wakeups, TIMING)
    while True:
        dispatcher.run_due(datetime.now(UTC))
        time.sleep(0.1)


def run(tasks: int, kills: int, *, burst: bool) -> tuple[Books, int]:
    """The providers' books when all has settled, and how many workers were killed."""
    with (
        tempfile.TemporaryDirectory(prefix="flux-chaos-") as home,
        EmbeddedServers(Path(home)) as servers,
        FakeTelegram() as telegram,
        FakeTwilio() as twilio,
    ):
        urls = (servers.urls["DATABASE_URL"], servers.urls["REDIS_URL"], telegram.url, twilio.url)
        migrate(urls[0])
        spread = timedelta(seconds=0.5) if burst else SPREAD
        fill(
            urls[0],
            Load(tasks, datetime.now(UTC) + timedelta(seconds=3), spread, lead=TIMING.lead),
            quiet=True,
        )
        with psycopg.connect(plain(urls[0]), autocommit=True) as connection:
            connection.execute(_READY.encode())
            killed = _rampage(urls, connection, kills)
        return Books(
            Counter(str(sent.chat_id) for sent in telegram.messages),
            Counter(sent.to for sent in twilio.messages),
            Counter(sent.to for sent in twilio.calls),
        ), killed


def _rampage(urls: tuple[str, ...], connection: psycopg.Connection, kills: int) -> int:
    """Kill and replace one worker after the other; then leave them in peace until everything has settled."""
    workers = [_start(urls) for _ in range(WORKERS)]
    killed, end = 0, time.monotonic() + _PATIENCE
    try:
        time.sleep(3)
        while time.monotonic() < end:
            time.sleep(random.uniform(0.5, 1.5))
            if killed < kills:
                victim = random.randrange(WORKERS)
                workers[victim].send_signal(signal.SIGKILL)
                workers[victim].wait()
                workers[victim] = _start(urls)
                killed += 1
            elif (row := connection.execute(_UNSETTLED).fetchone()) and row[0] == 0:
                break
        else:
            print("  not everything settled in time")
    finally:
        for worker in workers:
            worker.kill()
            worker.wait()
    return killed


def _start(urls: tuple[str, ...]) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "bench.chaos", "--worker", *urls], cwd=_PROJECT)


def report(books: Books, people: int, killed: int, *, burst: bool) -> int:
    most = FEW if burst else 1
    doubled = {
        name: sum(count - 1 for count in book.values())
        for name, book in (("telegram", books.telegram), ("whatsapp", books.whatsapp), ("call", books.call))
    }
    lost = books.lost(people)
    passed = not (lost or doubled["whatsapp"] or doubled["call"]) and doubled["telegram"] <= most * killed
    print(f"{people:,} tasks, 3 rungs each, {killed} workers killed: lost {lost}")
    for name, count in doubled.items():
        print(f"  {name:<10} doubled {count}")
    print(f"  target: lost 0, doubled 0, Telegram at most {most} a kill: {'reached' if passed else 'MISSED'}")
    return 0 if passed else 1


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.chaos", description=__doc__.partition("\n")[0])
    parser.add_argument("--tasks", type=int, default=300)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--burst", action="store_true", help="everything is due at once")
    parser.add_argument("--worker", nargs=4, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.worker:
        work(*given.worker)
    books, killed = run(given.tasks, given.kills, burst=given.burst)
    return report(books, given.tasks, killed, burst=given.burst)


if __name__ == "__main__":
    sys.exit(main())
