"""Whoever writes is answered at once: replies take their slot before reminders, and workers leave what waits to others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from redis import Redis
from rq import Queue

from bot import jobs
from bot.inbound import handle, receive
from bot.processes import rq_worker, workers
from bot.pulse import Pulse
from bot.services import Services, build_switchboard
from bot.settings import Settings
from channels.messages import InboundMessage
from storage.database import Database
from tests.fakes.telegram_server import TOKEN, FakeTelegram

Text = Callable[..., InboundMessage]


@pytest.fixture
def telegram() -> Iterator[FakeTelegram]:
    with FakeTelegram() as running:
        yield running


@pytest.fixture
def real(services: Services, database: Database, redis: Redis, telegram: FakeTelegram) -> Services:
    """A bot that Telegram lets send one message in a thousand seconds."""
    settings = services.settings.model_copy(
        update={
            "telegram_bot_token": TOKEN,
            "telegram_api_base_url": telegram.url,
            "telegram_messages_per_second": 0.001,
        }
    )
    return replace(services, settings=settings, switchboard=build_switchboard(settings, database, redis))


def answer(services: Services, message: InboundMessage) -> None:
    event_id = receive(services, message)
    assert event_id is not None
    handle(services, event_id)


def test_answers_never_wait_and_reminders_make_room_for_them(
    real: Services, telegram: FakeTelegram, text: Text
) -> None:
    for number in range(3):
        answer(real, text("/help", sender=str(4240 + number)))
    assert {message.chat_id for message in telegram.messages} == {4240, 4241, 4242}
    slots = real.throttle.reserve("telegram", ["4249"])
    assert slots.at == (None,)
    assert 0 < slots.wait <= 3


def test_an_answer_that_telegram_puts_off_holds_reminders_to_that_chat(
    real: Services, telegram: FakeTelegram, text: Text
) -> None:
    telegram.fail_next(429, "Too Many Requests", method="sendMessage", retry_after=60)
    answer(real, text("/help", sender="4242"))
    pace_free = replace(
        real, settings=real.settings.model_copy(update={"telegram_messages_per_second": 1000})
    )
    assert 50 < (pace_free.throttle.reserve("telegram", ["4242"]).rests[0] or 0) <= 60


def test_without_redis_an_answer_is_said_all_the_same(
    real: Services, telegram: FakeTelegram, text: Text
) -> None:
    event_id = receive(real, text("/help", sender="4242"))
    assert event_id is not None
    handle(replace(real, redis=Redis(port=1)), event_id)
    assert telegram.chat(4242)


def test_a_simulated_phone_takes_no_slot(services: Services, redis: Redis, text: Text) -> None:
    answer(services, text("/help"))
    assert not list(redis.scan_iter("flux:pace:*"))


def test_a_worker_leaves_what_waits_for_slots_to_others_once_somebody_writes(redis: Redis) -> None:
    listening = worker(redis, "chat", "ladder")
    assert not listening.somebody_waits()
    Queue("ladder", connection=redis).enqueue("os.getpid")
    assert not listening.somebody_waits()
    Queue("chat", connection=redis).enqueue("os.getpid")
    assert listening.somebody_waits()
    assert not worker(redis, "ladder").somebody_waits(), "it could not answer them"


def test_without_redis_nobody_is_known_to_wait() -> None:
    assert not worker(Redis(port=1), "chat", "ladder").somebody_waits()


def worker(redis: Redis, *queues: str) -> rq_worker.FluxWorker:
    duty = rq_worker.Duty("test", 30.0, Pulse(), leave=lambda: None, alone=lambda: None)
    return rq_worker.FluxWorker(redis, queues, duty)


def test_a_line_asks_its_own_worker_whether_to_give_way(
    settings: Settings, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("flux_home", "database_url", "redis_url", "secret_key"):
        monkeypatch.setenv(name.upper(), str(getattr(settings, name)))
    monkeypatch.setattr(rq_worker.FluxWorker, "run", lambda _: None)  # it would listen for ever
    jobs.services.cache_clear()
    for line in workers._lines(settings)[:2]:
        workers._work(line, settings, workers.Pace())
        gives_way = jobs.services().dispatcher.gives_way
        assert not gives_way()
        Queue("chat", connection=redis).enqueue("os.getpid")
        assert gives_way() == ("chat" in line.queues)
        Queue("chat", connection=redis).empty()
    jobs.services.cache_clear()
