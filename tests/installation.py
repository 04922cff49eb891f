"""A whole Flux on loopback: its web process and its workers over real servers, with Telegram and Twilio played by fakes."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import Flask
from sqlalchemy import select
from werkzeug.serving import make_server

from bot import inbound
from bot.clock import ManualClock, ShiftedClock
from bot.services import Services, build
from bot.settings import Settings
from reminders.dispatch import DispatchReport
from reminders.plans import TaskDraft, schedule_tasks
from reminders.wakeups import RecordedWakeups
from storage.database import Database
from storage.tables import DispatchLog, NotificationLog, Task, User
from storage.users import get_user
from tests.conftest import make_person, make_reachable
from tests.fakes.telegram_phone import ANN
from tests.fakes.telegram_server import TOKEN, FakeTelegram, Sent
from tests.fakes.twilio_server import ACCOUNT_SID, AUTH_TOKEN, VERIFY_SID, FakeTwilio
from web.app import create_app

PUBLIC = "https://flux.example"
TELEGRAM_SECRET = "telegram-says-hello"
TELEGRAM_DOOR = "/api/v1/webhooks/telegram"
WHATSAPP_DOOR = "/api/v1/webhooks/twilio/whatsapp"
_PROJECT = Path(__file__).resolve().parents[1]


@dataclass
class Installation:
    """Flux with a bot token and a Twilio account, and the two providers it believes are real."""

    services: Services
    clock: ManualClock
    telegram: FakeTelegram
    twilio: FakeTwilio
    app: Flask
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    # ------------------------------------------------------------------ what is there

    def person(self, name: str = "Ann", chat_id: int = ANN, number: str | None = None) -> User:
        """Somebody who is onboarded; with a number they have proved it, and said yes to WhatsApp and calls."""
        with self.services.database.service() as session:
            user = make_person(session, name, str(chat_id), self.clock.now())
            if number:
                make_reachable(session, user, number, self.clock.now())
            return user

    def plan(self, user: User, at: datetime, title: str = "Easy run", **fields: Any) -> UUID:
        with self.services.database.service() as session:
            owner = get_user(session, user.id)
            assert owner is not None
            [task] = schedule_tasks(session, owner, [TaskDraft(title, at, **fields)], self.clock.now())
            return task.id

    def task(self, task_id: UUID) -> Task:
        with self.services.database.service() as session:
            return session.get_one(Task, task_id)

    def attempts(self, rung: str | None = None) -> list[DispatchLog]:
        """Every attempt, or those of one rung, in the order they were written."""
        query = select(DispatchLog).order_by(DispatchLog.created_at, DispatchLog.id)
        with self.services.database.service() as session:
            return list(session.scalars(query.where(DispatchLog.rung == rung) if rung else query))

    def notices(self, channel: str) -> list[NotificationLog]:
        """What reached somebody over this channel, as it is logged."""
        with self.services.database.service() as session:
            return list(session.scalars(select(NotificationLog).where(NotificationLog.channel == channel)))

    # ------------------------------------------------------------------ what happens

    def run(self, at: datetime) -> DispatchReport:
        """A worker of this process does all that is due then."""
        self.clock.move_to(at)
        return self.services.dispatcher.run_due(at)

    def knock(self, update: dict[str, Any]) -> int:
        """Telegram posts this update; the answer's status. Flux has handled it by then."""
        headers = {"X-Telegram-Bot-Api-Secret-Token": TELEGRAM_SECRET}
        return self.app.test_client().post(TELEGRAM_DOOR, json=update, headers=headers).status_code

    def says(self, text: str, chat_id: int = ANN) -> Sent:
        assert self.knock(self.telegram.type(text, chat_id)) == 200
        return self.telegram.chat(chat_id)[-1]

    def taps(self, label: str, chat_id: int = ANN) -> Sent:
        """Tap the newest button with this label; the newest message of the chat then."""
        assert self.knock(self.tapped(label, chat_id)) == 200
        return self.telegram.chat(chat_id)[-1]

    def tapped(self, label: str, chat_id: int = ANN) -> dict[str, Any]:
        """The update of that tap, still to be posted."""
        shown = next(sent for sent in reversed(self.telegram.chat(chat_id)) if label in sent.labels)
        return self.telegram.tap(shown.message_id, label, chat_id)

    # ------------------------------------------------------------------ other processes

    def process(self, *argv: str) -> subprocess.Popen[bytes]:
        """Another process of this installation, at this installation's time, which passes for it."""
        clock = ShiftedClock(self.services.redis)
        clock.move_to(self.clock.now())
        self.twilio.clock = clock.now
        surroundings = os.environ | environment(self.services.settings)
        self.processes.append(subprocess.Popen([sys.executable, *argv], cwd=_PROJECT, env=surroundings))
        return self.processes[-1]

    def worker(self) -> subprocess.Popen[bytes]:
        """A process that does what a wake-up asks for, once."""
        return self.process("-c", "from bot.jobs import wake; wake('test')")

    def end(self) -> None:
        """No process is left, whatever a test did with it."""
        for process in self.processes:
            process.kill()
            process.wait()


def environment(settings: Settings) -> dict[str, str]:
    """These settings as the environment of a process."""
    given = settings.model_dump(include=settings.model_fields_set | {"app_env"})
    return {name.upper(): str(value) for name, value in given.items()}


@contextmanager
def installed(home: Path, database: Database, urls: tuple[str, str], now: datetime) -> Iterator[Installation]:
    """Started, with a web process that providers reach, and a clock that stands at `now`; `urls`: Postgres, Redis."""
    clock = ManualClock(now)
    with FakeTelegram() as telegram, FakeTwilio() as twilio:
        twilio.clock = clock.now
        settings = Settings(
            flux_home=home,
            app_env="test",
            secret_key="s" * 32,
            database_url=urls[0],
            redis_url=urls[1],
            telegram_bot_token=TOKEN,
            telegram_api_base_url=telegram.url,
            telegram_messages_per_second=0,  # crowds of a test leave at once
            twilio_whatsapp_messages_per_second=0,
            twilio_calls_per_second=0,
            telegram_webhook_secret=TELEGRAM_SECRET,
            twilio_account_sid=ACCOUNT_SID,
            twilio_auth_token=AUTH_TOKEN,
            twilio_api_base_url=twilio.url,
            twilio_webhook_base_url=PUBLIC,
            twilio_whatsapp_from="+14155238886",
            twilio_voice_from="+14155550100",
            twilio_verify_service_sid=VERIFY_SID,
        )
        services = replace(build(settings), clock=clock, database=database, wakeups=RecordedWakeups())
        services.enqueue = lambda _, event_id: inbound.handle(services, UUID(event_id))
        app = create_app(services)
        server = make_server("127.0.0.1", 0, app, threaded=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        twilio.reach = lambda public: public.replace(PUBLIC, f"http://127.0.0.1:{server.server_port}")
        running = Installation(services, clock, telegram, twilio, app)
        yield running
        running.end()
        server.shutdown()
