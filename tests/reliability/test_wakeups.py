"""Wake-ups with real processes: whatever is lost in Redis, frozen or told to stop, Postgres knows what is due."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
import redis as redis_client
from rq import Queue

from bench.seed import Load, fill, plain
from bot.heartbeats import KNOWN
from bot.services import Services, build
from bot.settings import Settings
from reminders.wakeups import BELLS, RqWakeups
from storage.embedded import EmbeddedServers
from tests.fakes.http_server import Reply, Request
from tests.fakes.telegram_server import TOKEN, FakeTelegram
from tests.waiting import PATIENCE, wait_for

_PROJECT = Path(__file__).resolve().parents[2]
_NO_LEAD = timedelta(0)
_BOOKS = "select status, outcome, lease_until <= now() from dispatch_log"
Start = Callable[..., "subprocess.Popen[bytes]"]


class HeldTelegram(FakeTelegram):
    """Answers no message before its gate is open."""

    def __init__(self) -> None:
        super().__init__()
        self.arrived = threading.Semaphore(0)
        self.gate = threading.Event()

    def answer(self, request: Request) -> Reply:
        if request.path.endswith("/sendMessage"):
            self.arrived.release()
            self.gate.wait(PATIENCE)
        return super().answer(request)


@pytest.fixture
def telegram() -> Iterator[HeldTelegram]:
    with HeldTelegram() as running:
        running.gate.set()
        yield running


@pytest.fixture
def settings(tmp_path: Path, database_url: str, redis_url: str, telegram: HeldTelegram) -> Settings:
    return Settings(
        flux_home=tmp_path,
        secret_key="k" * 32,
        database_url=database_url,
        redis_url=redis_url,
        telegram_bot_token=TOKEN,
        telegram_api_base_url=telegram.url,
        reminder_lead_minutes=0,
        sweep_interval_seconds=0.5,
    )


@pytest.fixture
def services(settings: Settings, redis: redis_client.Redis) -> Iterator[Services]:
    made = build(settings)
    yield made
    made.database.dispose()


@pytest.fixture
def start(settings: Settings, redis: redis_client.Redis) -> Iterator[Start]:
    """Starts `flux <name>` over this installation; whatever still runs at the end is killed."""
    names = settings.model_fields_set - {"flux_home"}
    environment = {name.upper(): str(getattr(settings, name)) for name in names}
    with ExitStack() as ended:

        def begin(name: str, **changed: str) -> subprocess.Popen[bytes]:
            log = ended.enter_context((settings.flux_home / f"{name}.log").open("ab"))
            process = subprocess.Popen(
                [sys.executable, "-m", "bot", name],
                stderr=log,
                cwd=_PROJECT,
                env=os.environ | environment | {"FLUX_HOME": str(settings.flux_home)} | changed,
            )
            ended.callback(process.wait)
            ended.callback(process.kill)
            return process

        yield begin


def _started(redis: redis_client.Redis, *processes: str) -> None:
    wait_for(lambda: all(redis.sismember(KNOWN, one) for one in processes), f"a sign of life of {processes}")


def _due_in(settings: Settings, seconds: float, people: int = 1) -> datetime:
    due = datetime.now(UTC) + timedelta(seconds=seconds)
    fill(settings.database_url, Load(people, due, lead=_NO_LEAD), quiet=True)
    return due


def _rings(redis: redis_client.Redis) -> set[bytes]:
    return set(redis.zrange("rq:scheduler:scheduled_jobs", 0, -1))


def test_after_redis_lost_everything_the_sweep_asks_anew_and_without_a_scheduler_it_does_the_work(
    settings: Settings, start: Start, redis: redis_client.Redis, telegram: HeldTelegram
) -> None:
    start("worker")
    scheduler = start("scheduler")
    _started(redis, "ladder", "chat", "scheduler")
    far = f"wake-{int(_due_in(settings, 3600).timestamp()) + 1}".encode()
    wait_for(lambda: far in _rings(redis), "a ring for the next reminder")
    redis.flushall()
    wait_for(lambda: far in _rings(redis), "the same ring, after all was lost")
    _due_in(settings, 1)
    assert len(telegram.wait_for(1, seconds=PATIENCE)) == 1
    scheduler.kill()
    scheduler.wait()
    _due_in(settings, 0)
    assert len(telegram.wait_for(2, seconds=PATIENCE)) == 2


def test_while_redis_is_away_reminders_go_out_all_the_same(
    settings: Settings, start: Start, telegram: HeldTelegram, tmp_path: Path
) -> None:
    with EmbeddedServers(tmp_path / "redis", postgres=False, durable=False) as own:
        worker = start("worker", **own.urls)
        own_redis = redis_client.Redis.from_url(own.urls["REDIS_URL"])
        _started(own_redis, "ladder", "chat")
        own.stop()
        _due_in(settings, 0)
        assert len(telegram.wait_for(1, seconds=PATIENCE)) == 1
        own.start()
        own_redis.flushall()
        _started(own_redis, "ladder", "chat")
    assert worker.poll() is None


def test_a_killed_and_a_frozen_scheduler_keep_no_other_from_ringing(
    start: Start, redis: redis_client.Redis, services: Services
) -> None:
    killed, frozen = start("scheduler"), start("scheduler")
    wait_for(lambda: len(redis.keys("rq:scheduler_instance:*")) == 2, "two schedulers")
    killed.kill()
    frozen.send_signal(signal.SIGSTOP)
    ringing = RqWakeups(redis)
    for number in range(1, 4):
        ringing.wake_at(datetime.now(UTC) + timedelta(seconds=3 + number / 2), f"{number}")
    asked = _rings(redis)
    start("scheduler")
    queue = Queue(BELLS, connection=redis)
    wait_for(lambda: not _rings(redis), "every ring")
    frozen.send_signal(signal.SIGCONT)
    redis.delete("flux:heartbeat:scheduler")
    wait_for(lambda: redis.exists("flux:heartbeat:scheduler"), "signs of life")
    counts = Counter(name for name in queue.job_ids if name.startswith("wake-"))
    assert counts == {name.decode(): 1 for name in asked}


def test_told_to_stop_during_fifty_sends_a_worker_finishes_or_hands_back_each(
    settings: Settings, start: Start, redis: redis_client.Redis, telegram: HeldTelegram, services: Services
) -> None:
    telegram.gate.clear()
    worker = start("worker")
    _started(redis, "ladder", "chat")
    _due_in(settings, 0, people=50)
    assert telegram.arrived.acquire(timeout=PATIENCE)
    worker.send_signal(signal.SIGTERM)
    wait_for(lambda: redis.scard("rq:workers") == 1, "the end of the line that was idle; both have heard it")
    telegram.gate.set()
    assert worker.wait(PATIENCE) == 0
    with psycopg.connect(plain(settings.database_url)) as connection:
        books = Counter(connection.execute(_BOOKS).fetchall())
    sent = len(telegram.messages)
    assert 0 < sent < 50
    assert books == {("dispatched", None, None): sent, ("pending", None, True): 50 - sent}
    services.dispatcher.run_due(datetime.now(UTC))
    assert Counter(message.chat_id for message in telegram.messages).most_common(1)[0][1] == 1
    assert len(telegram.messages) == 50
