"""The app over real servers, a clock that stands still, and the two test people with their tokens."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient
from redis import Redis

from bot.clock import ManualClock
from bot.services import Services, build
from bot.settings import Settings
from bot.tokens import mint_token
from storage.database import Database
from storage.tables import Goal, Task, User
from web.app import create_app

SECRET = "a-secret-key-of-more-than-32-bytes-for-tests"
PUBLIC = "https://flux.example"
TWILIO_TOKEN = "0123456789abcdef0123456789abcdef"
TELEGRAM_SECRET = "telegram-says-hello"


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


def bearer(user: User, now: datetime, secret: str = SECRET) -> dict[str, str]:
    return {"Authorization": f"Bearer {mint_token(secret, user.id, now)}"}


@pytest.fixture
def as_owner(owner: User, now: datetime) -> dict[str, str]:
    return bearer(owner, now)


@pytest.fixture
def as_stranger(stranger: User, now: datetime) -> dict[str, str]:
    return bearer(stranger, now)


def add_goal(database: Database, user: User, title: str = "Run 5 km", **fields: object) -> UUID:
    with database.session() as session:
        goal = Goal(user_id=user.id, title=title, **fields)
        session.add(goal)
        session.flush()
        return goal.id


def add_task(database: Database, user: User, at: datetime, title: str = "Easy run", **fields: object) -> UUID:
    """A pending task of 20 minutes at that moment, on the person's own calendar day."""
    day = at.astimezone(ZoneInfo(user.timezone)).date()
    with database.session() as session:
        values = {"duration_minutes": 20, "local_day": day} | fields
        task = Task(user_id=user.id, title=title, scheduled_at=at, **values)
        session.add(task)
        session.flush()
        return task.id


@pytest.fixture
def task_id(database: Database, owner: User, now: datetime) -> UUID:
    """The owner's run in half an hour."""
    return add_task(database, owner, now + timedelta(minutes=30))


def load_task(database: Database, task_id: UUID) -> Task:
    with database.session() as session:
        return session.get_one(Task, task_id)
