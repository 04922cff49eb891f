"""A whole life, saved and restored elsewhere without its Redis: nothing is missing, and it goes on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from redis import Redis
from sqlalchemy import func, select

from bot.clock import ManualClock
from bot.demo import play
from bot.life import Person
from bot.services import Services, build
from bot.settings import Settings
from bot.simulation import next_event
from channels.messages import Address
from channels.simulator import PhoneStore
from reminders.wakeups import RecordedWakeups
from storage.backup import back_up
from storage.database import Database
from storage.restore import restore
from storage.tables import Message, NotificationLog, Task
from storage.vocabulary import ChannelName, TaskStatus
from tests.storage.filled import every_row

HOME = Address(ChannelName.TELEGRAM, "sim:demo")


@dataclass
class Restored:
    """The same person on another database, at the moment the backup was made."""

    services: Services
    clock: ManualClock
    person: Person

    def tasks(self) -> list[Task]:
        """As the person's own session sees them."""
        with self.services.database.session(self.person.user().id) as session:
            return list(session.scalars(select(Task).order_by(Task.id)))


def _built(home: Path, url: str, redis_url: str, clock: ManualClock | None = None) -> Services:
    settings = Settings(
        flux_home=home, app_env="test", secret_key="k" * 32, database_url=url, redis_url=redis_url
    )
    services = replace(build(settings), wakeups=RecordedWakeups(), enqueue=lambda *_: None)
    return replace(services, clock=clock) if clock else services


def _last_word(database: Database) -> datetime:
    with database.service() as session:
        return session.scalars(select(func.max(Message.created_at))).one()


@pytest.fixture
def restored(
    tmp_path: Path, fresh_database_url: str, empty_url: str, redis_url: str, redis: Redis
) -> Restored:
    """The demo's life, and what came of it after everything but the file was gone."""
    lived = _built(tmp_path, fresh_database_url, redis_url)
    play(lived, lambda _: None)
    now = _last_word(lived.database) + timedelta(minutes=1)
    lived.database.dispose()
    back_up(fresh_database_url, tmp_path / "flux.zip", now=now, flux_version="0.2.0")
    restore(empty_url, tmp_path / "flux.zip")
    assert every_row(empty_url) == every_row(fresh_database_url)
    redis.flushall()
    clock = ManualClock(now)
    services = _built(tmp_path, empty_url, redis_url, clock)
    return Restored(services, clock, Person(services, clock, PhoneStore(redis), HOME))


def test_a_restored_life_goes_on_where_it_was(restored: Restored, fresh_database_url: str) -> None:
    before = Database(fresh_database_url)
    with before.session(restored.person.user().id) as session:
        lived = list(session.scalars(select(Task).order_by(Task.id)))
    before.dispose()
    assert [(task.id, task.title, task.wakes_at) for task in restored.tasks()] == [
        (task.id, task.title, task.wakes_at) for task in lived
    ]
    assert len(lived) > 10

    restored.person.says("call mum tomorrow 6pm")
    restored.person.taps("OK")
    assert "Call mum" in {task.title for task in restored.tasks()}

    due = next_event(restored.services)
    assert due is not None
    with restored.services.database.service() as session:
        sent = session.scalar(select(func.count()).select_from(NotificationLog))
    reminder = restored.person.waits_for("message", channel=ChannelName.TELEGRAM)
    restored.person.taps("Done")
    done = {str(task.id): task.status for task in restored.tasks()}
    assert done[str(reminder["task_id"])] == TaskStatus.DONE
    with restored.services.database.service() as session:
        assert session.scalar(select(func.count()).select_from(NotificationLog)) > sent
    restored.services.database.dispose()
