"""Whatever arrives out of order, early, twice, or as nothing we can use: one effect, and a calm answer."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import permutations
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import func, select

from agents.model import Question
from agents.offline.model import OfflineModel
from bot.processes.polling import poll_once
from bot.services import build
from channels.telegram import TelegramChannel
from storage.tables import InboundEvent, Message, Task
from storage.vocabulary import InboundState, TaskStatus
from tests.fakes.twilio_phone import whatsapp_form
from tests.fakes.twilio_server import Record
from tests.installation import PUBLIC, TELEGRAM_DOOR, WHATSAPP_DOOR, Installation
from tests.reliability.conftest import Beside
from tests.reliability.crowds import MINUTE, NUMBER, crowd

STATES = ("queued", "sent", "delivered", "read", "failed")
VOICE_DOOR = "/api/v1/webhooks/twilio/voice"
STATUS_DOOR = "/api/v1/webhooks/twilio/status"


def tell(flux: Installation, message: Record, status: str) -> int:
    """Twilio's delivery report about this message, to the address that the message named."""
    fields = {"MessageSid": message.sid, "MessageStatus": status, "To": message.get("To")}
    if status == "failed":
        fields |= {"MessageStatus": "undelivered", "ErrorCode": "63049"}
    return post(flux, message.get("StatusCallback"), fields)


def post(flux: Installation, url: str, fields: dict[str, str]) -> int:
    parts = urlsplit(url)
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    headers = {"X-Twilio-Signature": flux.twilio.sign(PUBLIC + path, fields)}
    return flux.app.test_client().post(path, data=fields, headers=headers).status_code


def stored(flux: Installation) -> list[InboundEvent]:
    with flux.services.database.service() as session:
        return list(session.scalars(select(InboundEvent).order_by(InboundEvent.seq)))


# ------------------------------------------------------------------ the provider's later words


def test_callbacks_queued_sent_delivered_read_failed_in_every_order_same_end(
    flux: Installation, now: datetime
) -> None:
    """24 orders on the whole way, "queued" at every place among them; all 120 are tested with the rule itself, in storage."""
    orders = [list(order) for order in permutations(STATES[1:])]
    for n, order in enumerate(orders):
        order.insert(n % len(STATES), STATES[0])
    crowd(flux, len(orders), now, reachable=True)
    flux.run(now)
    flux.run(now + 2 * MINUTE)
    assert len(flux.twilio.messages) == len(orders)
    for message, order in zip(flux.twilio.messages, orders, strict=True):
        for status in order:
            assert tell(flux, message, status) == 204
    ends = {(one.status, one.outcome, one.error, one.reason) for one in flux.attempts("whatsapp")}
    assert ends == {("failed", "failed", "63049", "WhatsApp chose not to deliver it")}
    with flux.services.database.service() as session:
        assert set(session.scalars(select(Task.wakes_at))) == {now + 2 * MINUTE}, "each calls at once"
    assert len(flux.notices("whatsapp")) == len(orders)


def test_callbacks_that_come_again_and_again_leave_the_strongest_word(
    flux: Installation, now: datetime
) -> None:
    flux.plan(flux.person(number=NUMBER), now + 10 * MINUTE)
    flux.run(now)
    flux.run(now + 2 * MINUTE)
    for status in random.Random(5).sample(STATES[:4] * 5, 20):
        assert tell(flux, flux.twilio.messages[0], status) == 204
    [attempt] = flux.attempts("whatsapp")
    assert (attempt.status, attempt.outcome) == ("dispatched", "read")


def test_a_callback_before_the_create_response_was_stored_matched_by_attempt_id(
    flux: Installation, now: datetime, beside: Beside
) -> None:
    flux.plan(flux.person(number=NUMBER), now + 10 * MINUTE)
    flux.run(now)
    hold = flux.twilio.hold("Messages.json", accept=True)
    running = beside(flux.run, now + 2 * MINUTE)
    hold.arrived()
    [message] = flux.twilio.messages
    assert [attempt.external_id for attempt in flux.attempts("whatsapp")] == [None]
    for status in ("delivered", "queued"):
        assert tell(flux, message, status) == 204
    [early] = flux.attempts("whatsapp")
    assert (early.status, early.outcome, early.external_id) == ("dispatched", "delivered", message.sid)
    hold.let_go()
    running.result(30)
    flux.run(now + 3 * MINUTE)
    [attempt] = flux.attempts("whatsapp")
    assert (attempt.status, attempt.outcome, attempt.external_id) == ("dispatched", "delivered", message.sid)
    assert len(flux.twilio.messages) == len(flux.notices("whatsapp")) == 1


# ------------------------------------------------------------------ what arrives twice


def test_an_update_id_replayed_after_restart_ignored(flux: Installation, now: datetime) -> None:
    """By polling, whose offset a kill forgets, and by webhook, which Telegram repeats until it hears a 200."""
    task = flux.plan(flux.person(), now + 10 * MINUTE)
    flux.run(now)
    tap = flux.tapped("Done")
    assert flux.knock(tap) == 200
    taken_back = flux.taps("Undo")
    assert flux.task(task).status == TaskStatus.PENDING
    again = build(flux.services.settings)
    restarted = replace(again, clock=flux.clock, wakeups=flux.services.wakeups, enqueue=flux.services.enqueue)
    poll_once(restarted, TelegramChannel(flux.telegram.token, flux.telegram.url), 0, timeout=0)
    assert flux.knock(tap) == 200
    assert flux.task(task).status == TaskStatus.PENDING
    assert [event.external_id for event in stored(flux)] == [
        str(update["update_id"]) for update in flux.telegram.updates
    ]
    assert flux.telegram.messages[-1] == taken_back
    again.database.dispose()


# ------------------------------------------------------------------ what is no message


@dataclass
class NotingModel(OfflineModel):
    """The offline model, which notes what it is asked."""

    asked: list[Question[Any]] = field(default_factory=list)

    def ask(self, question: Question[Any]) -> Any:
        self.asked.append(question)
        return super().ask(question)


@pytest.fixture
def model(flux: Installation) -> NotingModel:
    flux.services.__dict__["model"] = noting = NotingModel()
    return noting


@pytest.mark.parametrize("kind", ["edited message", "photo", "sticker", "empty text", "spaces"])
def test_edited_message_photo_sticker_empty_text_200_no_crash_no_model_call(
    flux: Installation, model: NotingModel, kind: str
) -> None:
    flux.person()
    update: dict[str, Any] = {
        "edited message": lambda: flux.telegram.edit("I want to learn the cello"),
        "photo": flux.telegram.photo,
        "sticker": flux.telegram.sticker,
        "empty text": lambda: flux.telegram.type(""),
        "spaces": lambda: flux.telegram.type(" \n\t "),
    }[kind]()
    assert flux.knock(update) == 200
    assert {event.state for event in stored(flux)} <= {InboundState.DONE}
    assert {event.error for event in stored(flux)} <= {None}
    assert model.asked == []


def test_words_are_what_the_model_is_asked_about(flux: Installation, model: NotingModel) -> None:
    """Else its silence above would show nothing."""
    flux.person()
    assert flux.knock(flux.telegram.type("I want to learn the cello and the harp")) == 200
    assert model.asked


@pytest.mark.parametrize("door", [TELEGRAM_DOOR, WHATSAPP_DOOR, STATUS_DOOR, VOICE_DOOR])
def test_70_kb_webhook_413_not_parsed(flux: Installation, door: str) -> None:
    """Even what is signed, and what says nothing of its length."""
    text = "x" * 70_000
    if door == TELEGRAM_DOOR:
        assert flux.knock(flux.telegram.type(text)) == 413
    else:
        assert post(flux, PUBLIC + door, whatsapp_form(text)) == 413
    response = flux.app.test_client().post(door, data=text)
    assert response.status_code == 413
    assert response.json is not None
    assert response.json["error"]["code"] == "too_large"
    with flux.services.database.service() as session:
        counts = [
            session.scalar(select(func.count()).select_from(table)) for table in (InboundEvent, Message)
        ]
    assert counts == [0, 0]
