"""One whole life through the real clients: Telegram and Twilio are servers on loopback, Flux's own web process answers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from redis import Redis
from sqlalchemy import select

from bot.processes.polling import poll_once
from bot.simulation import carry_out, next_event
from bot.tokens import mint_token
from channels.telegram import TelegramChannel
from storage import users
from storage.database import Database
from storage.tables import Task
from storage.vocabulary import TaskStatus
from tests.fakes.telegram_phone import ANN
from tests.fakes.telegram_server import Sent
from tests.installation import PUBLIC, WHATSAPP_DOOR, Installation, installed

NUMBER = "+4915112345678"
SUNDAY_EVENING = datetime(2026, 3, 8, 17, 0, tzinfo=UTC)


@dataclass(kw_only=True)
class Life(Installation):
    """Telegram is polled here; time is moved as the simulator moves it."""

    channel: TelegramChannel
    offset: int = 0

    def says(self, text: str, chat_id: int = ANN) -> Sent:
        self.telegram.type(text, chat_id)
        return self._poll()

    def taps(self, label: str, chat_id: int = ANN) -> Sent:
        self.tapped(label, chat_id)
        return self._poll()

    def _poll(self) -> Sent:
        self.offset = poll_once(self.services, self.channel, self.offset, timeout=0)
        return self.telegram.messages[-1]

    def waits(self, until: datetime) -> None:
        while (due := next_event(self.services)) is not None and due <= until:
            self.clock.move_to(max(due, self.clock.now()))
            carry_out(self.services)
        self.clock.move_to(until)

    def first_pending(self) -> Task:
        pending = select(Task).where(Task.status == TaskStatus.PENDING).order_by(Task.scheduled_at)
        with self.services.database.service() as session:
            return session.scalars(pending).first()


@pytest.fixture
def flux(
    tmp_path: Path, database: Database, database_url: str, redis_url: str, redis: Redis
) -> Iterator[Life]:
    with installed(tmp_path, database, (database_url, redis_url), SUNDAY_EVENING) as running:
        channel = TelegramChannel(running.telegram.token, running.telegram.url)
        yield Life(**vars(running), channel=channel)


def onboard(flux: Life) -> None:
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


def approve_a_plan(flux: Life) -> None:
    shown = flux.says("I want to run 5 km")
    for _ in range(3):
        if "Looks good" in shown.labels:
            break
        shown = flux.taps(shown.labels[0])
    approved = flux.taps("Looks good")
    assert re.search(r"\d+ tasks", approved.text)


def test_a_goal_is_planned_ignored_and_answered_on_the_phone(flux: Life) -> None:
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
    answer = flux.app.test_client().get(
        f"/api/v1/tasks/{task.id}", headers={"Authorization": f"Bearer {token}"}
    )
    assert answer.json["status"] == "done"

    flux.waits(flux.clock.now() + timedelta(hours=3))
    assert flux.task(task.id).status == TaskStatus.DONE, "nothing chases a task that is done"
    chat = "\n".join(sent.text for sent in flux.telegram.messages)
    assert "Done" in chat


def test_a_whatsapp_reply_ends_the_ladder(flux: Life) -> None:
    onboard(flux)
    approve_a_plan(flux)
    task = flux.first_pending()
    flux.waits(task.scheduled_at - timedelta(minutes=7))
    flux.twilio.wait_for_message()
    answered = flux.twilio.whatsapp(PUBLIC + WHATSAPP_DOOR, "1", NUMBER)
    assert answered.status_code == 200
    assert flux.task(task.id).status == TaskStatus.DONE
    flux.waits(task.scheduled_at + timedelta(hours=2))
    assert flux.twilio.calls == []
