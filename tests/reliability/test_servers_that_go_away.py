"""Postgres or Valkey goes away under a door or a turn and comes back: it goes on by itself, and nothing is lost or doubled."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from bot import inbound
from bot.outages import wait_out
from channels.messages import Address, ChannelError, OutboundMessage
from channels.simulator import PhoneStore, SimulatedChannel
from channels.telegram_updates import parse_update
from storage.database import Database
from storage.embedded import EmbeddedServers
from storage.embedded_postgres import EmbeddedPostgres
from storage.migrations import migrate
from storage.tables import InboundEvent
from tests.fakes.telegram_server import FakeTelegram
from tests.installation import Installation
from tests.reliability.conftest import Beside
from tests.waiting import wait_for

_PROJECT = Path(__file__).resolve().parents[2]


# ------------------------------------------------------------------ a turn


def stored(flux: Installation, words: str, chat: int) -> UUID:
    message = parse_update(flux.telegram.type(words, chat), flux.clock.now())
    assert message is not None
    flux.services.enqueue = lambda _function, _argument: None
    event_id = inbound.receive(flux.services, message)
    assert event_id is not None
    return event_id


def test_a_turn_waits_for_postgres_and_is_taken_once(
    flux_alone: tuple[Installation, EmbeddedPostgres], beside: Beside
) -> None:
    flux, postgres = flux_alone
    flux.person("Ann", 1)
    event_id = stored(flux, "/help", 1)
    tries: list[UUID] = []

    def turn() -> None:
        tries.append(event_id)
        inbound.handle(flux.services, event_id)

    postgres.stop()
    running = beside(wait_out, turn, 60, lambda: False)
    wait_for(lambda: len(tries) > 2, "a third try")
    postgres.start()
    running.result(30)
    inbound.handle(flux.services, event_id)
    assert len(flux.telegram.chat(1)) == 1


def test_a_turn_does_not_wait_when_its_worker_is_told_to_end_or_it_takes_too_long(
    flux_alone: tuple[Installation, EmbeddedPostgres],
) -> None:
    flux, postgres = flux_alone
    event_id = stored(flux, "/help", 1)
    postgres.stop()
    for seconds, ending in ((60, True), (0, False)):
        with pytest.raises(OperationalError):
            wait_out(lambda: inbound.handle(flux.services, event_id), seconds, lambda end=ending: end)
    postgres.start()


# ------------------------------------------------------------------ the Telegram poller


@dataclass
class Polling:
    """`flux telegram` over servers of its own, which a test may stop."""

    servers: EmbeddedServers
    telegram: FakeTelegram
    database: Database
    process: subprocess.Popen[bytes]
    log: Path

    def events(self, named: str) -> list[dict[str, object]]:
        lines = [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")]
        return [line for line in lines if line["event"] == named]

    def polls(self) -> int:
        return sum(call.method == "getUpdates" for call in self.telegram.calls)

    def stored(self) -> list[str]:
        with self.database.service() as session:
            found = session.scalars(select(InboundEvent).order_by(InboundEvent.seq))
            return [event.payload["text"] for event in found]


@pytest.fixture
def polling(tmp_path: Path) -> Iterator[Polling]:
    with (
        tempfile.TemporaryDirectory(prefix="flux-tests-") as home,
        EmbeddedServers(Path(home), durable=False) as servers,
        FakeTelegram() as telegram,
    ):
        migrate(servers.urls["DATABASE_URL"])
        given = {"TELEGRAM_BOT_TOKEN": telegram.token, "TELEGRAM_API_BASE_URL": telegram.url}
        given |= {"FLUX_HOME": str(tmp_path), "SECRET_KEY": "k" * 32, "APP_ENV": "test"} | servers.urls
        log, database = tmp_path / "telegram.log", Database(servers.urls["DATABASE_URL"])
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", "telegram"],
            cwd=_PROJECT,
            env=os.environ | given,
            stderr=log.open("wb"),
        )
        try:
            yield Polling(servers, telegram, database, process, log)
        finally:
            process.kill()
            process.wait()
            database.dispose()


@pytest.mark.parametrize("server", ["postgres", "redis"])
def test_the_poller_waits_for_a_server_that_is_away_and_loses_no_update(
    polling: Polling, server: str
) -> None:
    polling.telegram.type("before")
    wait_for(lambda: polling.stored() == ["before"], "the first update")
    gone = polling.servers.postgres if server == "postgres" else polling.servers.valkey
    assert gone is not None
    gone.stop()
    polled = polling.polls()
    for words in ("one", "two", "three"):
        polling.telegram.type(words)
    wait_for(lambda: polling.polls() >= polled + 3, "a third try")
    held = {update["message"]["text"] for update in polling.telegram.updates}
    kept = held if server == "postgres" else held.union(polling.stored())
    assert kept >= {"one", "two", "three"}, "what is not stored is not confirmed"
    gone.start()
    wait_for(lambda: polling.stored() == ["before", "one", "two", "three"], "every update, once")
    wait_for(lambda: polling.events("telegram_poll_goes_on"), "a line that says so")
    assert polling.process.poll() is None
    assert [one["server"] for one in polling.events("telegram_poll_waits")] == [server]
    assert "Traceback" not in polling.log.read_text()


# ------------------------------------------------------------------ the simulated phone


def test_a_reminder_for_the_simulated_phone_waits_for_redis_and_is_shown_once(now: datetime) -> None:
    to, reminder = Address("call", "sim:ann"), OutboundMessage("Easy run", attempt_id=uuid4())
    with (
        tempfile.TemporaryDirectory(prefix="flux-tests-") as home,
        EmbeddedServers(Path(home), postgres=False, durable=False) as servers,
    ):
        assert servers.valkey is not None and reminder.attempt_id is not None
        redis = Redis.from_url(servers.urls["REDIS_URL"], retry=Retry(NoBackoff(), 1))
        channel = SimulatedChannel("call", redis)
        servers.valkey.stop()
        for act in (
            lambda: channel.send(to, reminder, now),
            lambda: channel.find(to, reminder.attempt_id, now),
            lambda: channel.cancel("call-1"),
        ):
            with pytest.raises(ChannelError) as raised:
                act()
            assert not (raised.value.permanent or raised.value.unknown), "it is tried again"
        with pytest.raises(RedisError):  # whoever answers waits, and says it again
            channel.send(to, OutboundMessage("Hello"), now)
        servers.valkey.start()
        assert channel.send(to, reminder, now) == channel.send(to, reminder, now)
        assert len(PhoneStore(redis).events([to])) == 1
        redis.close()
