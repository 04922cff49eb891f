"""One whole life through the real clients: Telegram and Twilio are servers on loopback, Flux's own web process answers."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from redis import Redis
from sqlalchemy import select
from werkzeug.serving import make_server

from bot import inbound
from bot.clock import ManualClock
from bot.processes.polling import poll_once
from bot.services import Services, build
from bot.settings import Settings
from bot.simulation import carry_out, next_event
from bot.tokens import mint_token
from channels.telegram import TelegramChannel
from reminders.wakeups import RecordedWakeups
from storage import users
from storage.database import Database
from storage.tables import Task
from storage.vocabulary import TaskStatus
from tests.fakes.telegram_server import TOKEN, FakeTelegram, Sent
from tests.fakes.twilio_server import ACCOUNT_SID, AUTH_TOKEN, VERIFY_SID, FakeTwilio
from web.app import create_app

PUBLIC = "https://flux.example"
NUMBER = "+4915112345678"
SUNDAY_EVENING = datetime(2026, 3, 8, 17, 0, tzinfo=UTC)


@dataclass
class Installation:
    """Flux with a bot token and a Twilio account, and the two providers it believes are real."""

    services: Services
    clock: ManualClock
    telegram: FakeTelegram
    twilio: FakeTwilio
    channel: TelegramChannel
    client: FlaskClient
    offset: int = 0

    def says(self, text: str) -> Sent:
        self.telegram.type(text)
        return self._poll()

    def taps(self, label: str) -> Sent:
        shown = next(sent for sent in reversed(self.telegram.messages) if label in sent.labels)
        self.telegram.tap(shown.message_id, label)
        return self._poll()

    def _poll(self) -> Sent:
        self.offset = poll_once(self.services, self.channel, self.offset, timeout=0)
        return self.telegram.messages[-1]

    def waits(self, until: datetime) -> None:
        while (due := next_event(self.services)) is not None and due <= until:
            self.clock.move_to(max(due, self.clock.now()))
            carry_out(self.services)
        self.clock.move_to(until)

    def task(self, task_id: UUID) -> Task:
        with self.services.database.service() as session:
            return session.get_one(Task, task_id)

    def first_pending(self) -> Task:
        pending = select(Task).where(Task.status == TaskStatus.PENDING).order_by(Task.scheduled_at)
        with self.services.database.service() as session:
            return session.scalars(pending).first()


@pytest.fixture
def flux(
    tmp_path: Path, database: Database, database_url: str, redis_url: str, redis: Redis
) -> Iterator[Installation]:
    clock = ManualClock(SUNDAY_EVENING)
    with FakeTelegram() as telegram, FakeTwilio() as twilio:
        settings = Settings(
            flux_home=tmp_path,
            app_env="test",
            secret_key="s" * 32,
            database_url=database_url,
            redis_url=redis_url,
            telegram_bot_token=TOKEN,
            telegram_api_base_url=telegram.url,
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
        here = f"http://127.0.0.1:{server.server_port}"
        twilio.reach = lambda url: url.replace(PUBLIC, here)
        channel = TelegramChannel(TOKEN, telegram.url)
        yield Installation(services, clock, telegram, twilio, channel, app.test_client())
        server.shutdown()


def onboard(flux: Installation) -> None:
    flux.says("/start")
    flux.taps("Start")
    for answer in (
        "Ann",
        "6:30",
        "22:30",
        "Mon-Fri 9-17",
        "Morning",
        "Berlin",
        "None",
        "Nothing fixed",
        NUMBER,
    ):
        flux.says(answer)
    flux.says(flux.twilio.codes[NUMBER])
    flux.taps("WhatsApp and calls")


def approve_a_plan(flux: Installation) -> None:
    shown = flux.says("I want to run 5 km")
    for _ in range(3):
        if "Looks good" in shown.labels:
            break
        shown = flux.taps(shown.labels[0])
    approved = flux.taps("Looks good")
    assert re.search(r"\d+ tasks", approved.text)


def test_a_goal_is_planned_ignored_and_answered_on_the_phone(flux: Installation) -> None:
    onboard(flux)
    approve_a_plan(flux)
    task = flux.first_pending()

    flux.waits(task.scheduled_at - timedelta(minutes=5))
    reminder = flux.telegram.messages[-1]
    assert task.title in reminder.text
    assert "Done" in reminder.labels
    assert task.title in flux.twilio.wait_for_message().get("Body")

    call = flux.twilio.pick_up(flux.twilio.wait_for_call())
    assert task.title in call.heard
    assert "is done" in call.press("1")
    assert flux.task(task.id).status == TaskStatus.DONE

    with flux.services.database.service() as session:
        [user] = users.list_users(session)
    token = mint_token(flux.services.settings.secret_key, user.id, flux.clock.now())
    answer = flux.client.get(f"/api/v1/tasks/{task.id}", headers={"Authorization": f"Bearer {token}"})
    assert answer.json["status"] == "done"

    flux.waits(flux.clock.now() + timedelta(hours=3))
    assert flux.task(task.id).status == TaskStatus.DONE, "nothing chases a task that is done"
    chat = "\n".join(sent.text for sent in flux.telegram.messages)
    assert "Done" in chat


def test_a_whatsapp_reply_ends_the_ladder(flux: Installation) -> None:
    onboard(flux)
    approve_a_plan(flux)
    task = flux.first_pending()
    flux.waits(task.scheduled_at - timedelta(minutes=7))
    flux.twilio.wait_for_message()
    answered = flux.twilio.whatsapp(f"{PUBLIC}/api/v1/webhooks/twilio/whatsapp", "1", NUMBER)
    assert answered.status_code == 200
    assert flux.task(task.id).status == TaskStatus.DONE
    flux.waits(task.scheduled_at + timedelta(hours=2))
    assert flux.twilio.calls == []
