"""The app over real servers, a clock that stands still, and the two test people with their tokens."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from redis import Redis

from bot.clock import ManualClock
from bot.services import Services, build
from bot.settings import Settings
from storage.database import Database
from storage.tables import User
from tests.web.parts import PUBLIC, SECRET, TELEGRAM_SECRET, TWILIO_TOKEN, add_task, bearer
from web.app import create_app


class Queue(list[tuple[str, str]]):
    """Takes what doors hand to workers, so that a test can see it."""

    def __call__(self, function: str, argument: str) -> None:
        self.append((function, argument))


@pytest.fixture
def queue() -> Queue:
    return Queue()


@pytest.fixture
def clock(now: datetime) -> ManualClock:
    return ManualClock(now)


@pytest.fixture
def settings(tmp_path: Path, database_url: str, redis_url: str) -> Settings:
    return Settings(
        flux_home=tmp_path,
        app_env="test",
        secret_key=SECRET,
        database_url=database_url,
        redis_url=redis_url,
        twilio_account_sid="AC" + "0" * 32,
        twilio_auth_token=TWILIO_TOKEN,
        twilio_webhook_base_url=PUBLIC,
        telegram_webhook_secret=TELEGRAM_SECRET,
    )


@pytest.fixture
def services(
    settings: Settings, clock: ManualClock, database: Database, redis: Redis, queue: Queue
) -> Services:
    return replace(build(settings), clock=clock, database=database, redis=redis, enqueue=queue)


@pytest.fixture
def app(services: Services) -> Flask:
    return create_app(services)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def as_owner(owner: User, now: datetime) -> dict[str, str]:
    return bearer(owner, now)


@pytest.fixture
def as_stranger(stranger: User, now: datetime) -> dict[str, str]:
    return bearer(stranger, now)


@pytest.fixture
def task_id(database: Database, owner: User, now: datetime) -> UUID:
    """The owner's run in half an hour."""
    return add_task(database, owner, now + timedelta(minutes=30))
