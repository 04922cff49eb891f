"""Providers' doors: who may knock, what is stored, and that knocking twice has one effect."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from bot.settings import Settings
from storage.database import Database
from storage.tables import DispatchLog, InboundEvent, User
from storage.users import add_identity, identities
from tests.fakes.twilio_phone import whatsapp_form
from tests.web.parts import TELEGRAM_SECRET, load_task, signed
from web.limits import PROVIDERS

TELEGRAM = "/api/v1/webhooks/telegram"
WHATSAPP = "/api/v1/webhooks/twilio/whatsapp"
STATUS = "/api/v1/webhooks/twilio/status"
SECRET_HEADER = {"X-Telegram-Bot-Api-Secret-Token": TELEGRAM_SECRET}
PERSON = {"id": 77, "is_bot": False, "first_name": "Ada"}
UPDATE: dict[str, Any] = {
    "update_id": 1001,
    "message": {
        "message_id": 5,
        "date": 1773219600,
        "chat": {"id": 77, "type": "private"},
        "from": PERSON,
        "text": "hello",
    },
}


def events(database: Database) -> list[InboundEvent]:
    with database.service() as session:
        return list(session.scalars(select(InboundEvent).order_by(InboundEvent.seq)))


def test_reports_on_as_many_messages_as_may_leave_are_all_let_in() -> None:
    a_minute = 60 * Settings.model_fields["twilio_whatsapp_messages_per_second"].default
    reports = ("queued", "sent", "delivered", "read")
    assert int(PROVIDERS.removesuffix("/minute")) >= a_minute * len(reports)


def test_an_update_is_stored_and_left_to_a_worker(
    client: FlaskClient, database: Database, queue: list[tuple[str, str]]
) -> None:
    response = client.post(TELEGRAM, json=UPDATE, headers=SECRET_HEADER | {"X-Correlation-ID": "door-1"})
    [event] = events(database)
    assert response.status_code == 200
    assert (event.channel, event.sender, event.external_id) == ("telegram", "77", "1001")
    assert (event.state, event.correlation_id) == ("received", "door-1")
    assert queue == [("bot.jobs.handle_inbound", str(event.id))]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"5",
        b"\xff\xfe",
        b"{}",
        b"[" * 20_000,
        json.dumps({"update_id": "x"}).encode(),
        json.dumps({"update_id": 5, "message": "text"}).encode(),
        json.dumps({"update_id": 5, "poll": {}}).encode(),
        json.dumps({"update_id": 5, "message": UPDATE["message"] | {"chat": None}}).encode(),
    ],
)
def test_unreadable_updates_are_accepted_and_forgotten(
    client: FlaskClient, database: Database, body: bytes
) -> None:
    assert client.post(TELEGRAM, data=body, headers=SECRET_HEADER).status_code == 200
    assert events(database) == []


def test_an_update_ten_times_at_once_has_one_effect(
    app: Flask, database: Database, queue: list[tuple[str, str]]
) -> None:
    def knock(_: int) -> int:
        return app.test_client().post(TELEGRAM, json=UPDATE, headers=SECRET_HEADER).status_code

    with ThreadPoolExecutor(10) as pool:
        assert list(pool.map(knock, range(10))) == [200] * 10
    assert len(events(database)) == len(queue) == 1


def test_strange_characters_are_stored(client: FlaskClient, database: Database) -> None:
    text = "a\0b \ud800 \U0001f600 </Say> *_[x](http://evil)"
    message = UPDATE["message"] | {"text": text}
    assert client.post(TELEGRAM, json=UPDATE | {"message": message}, headers=SECRET_HEADER).status_code == 200
    assert "\U0001f600" in events(database)[0].payload["text"]


def test_a_whatsapp_message_is_stored_once(client: FlaskClient, database: Database) -> None:
    form = whatsapp_form("1")
    for _ in range(2):
        response = client.post(WHATSAPP, data=form, headers=signed(WHATSAPP, form))
        assert response.status_code == 200
        assert response.mimetype == "application/xml"
    [event] = events(database)
    assert (event.channel, event.external_id) == ("whatsapp", form["MessageSid"])


def test_what_the_host_header_says_does_not_matter(client: FlaskClient, database: Database) -> None:
    form = whatsapp_form("hi")
    headers = signed(WHATSAPP, form) | {"Host": "internal:8000", "X-Forwarded-Host": "evil.example"}
    assert client.post(WHATSAPP, data=form, headers=headers).status_code == 200
    assert len(events(database)) == 1


def attempt(database: Database, task_id: UUID) -> UUID:
    version = load_task(database, task_id).version
    with database.service() as session:
        row = DispatchLog(
            task_id=task_id,
            channel="whatsapp",
            rung="whatsapp",
            status="dispatched",
            address="+4915112345678",
            external_id="SM1",
            task_version=version,
        )
        session.add(row)
        session.flush()
        return row.id


def test_a_number_that_turns_out_to_be_none_on_whatsapp_is_not_tried_again(
    client: FlaskClient, database: Database, task_id: UUID, owner: User, now: datetime
) -> None:
    with database.service() as session:
        add_identity(session, owner.id, "whatsapp", "+4915112345678", now)
    path = f"{STATUS}?task_id={task_id}&attempt={attempt(database, task_id)}"
    form = {"MessageSid": "SM1", "MessageStatus": "undelivered", "ErrorCode": "63024"}
    assert client.post(path, data=form, headers=signed(path, form)).status_code == 204
    with database.service() as session:
        (identity,) = identities(session, owner.id, "whatsapp")
        assert identity.disabled_reason == "the number cannot be written to on WhatsApp"


def test_a_machine_that_picked_up_is_noted_whenever_twilio_finds_out(
    client: FlaskClient, database: Database, task_id: UUID
) -> None:
    attempt_id = attempt(database, task_id)
    with database.service() as session:
        row = session.get_one(DispatchLog, attempt_id)
        row.channel = row.rung = "call"
    path = f"{STATUS}?task_id={task_id}&attempt={attempt_id}"
    sid = {"CallSid": "CA1", "AccountSid": "AC1"}
    for form in (
        sid | {"CallStatus": "completed", "CallDuration": "21"},
        sid | {"AnsweredBy": "machine_end_beep", "MachineDetectionDuration": "9400"},
        sid | {"CallStatus": "in-progress"},
    ):
        assert client.post(path, data=form, headers=signed(path, form)).status_code == 204
    with database.service() as session:
        assert session.get_one(DispatchLog, attempt_id).outcome == "machine"


def test_reports_about_nothing_we_know_change_nothing(client: FlaskClient) -> None:
    for query in ("", "?attempt=x", "?attempt=00000000-0000-0000-0000-000000000000"):
        form = {"MessageSid": "SM9", "MessageStatus": "delivered"}
        response = client.post(STATUS + query, data=form, headers=signed(STATUS + query, form))
        assert response.status_code == 204
    assert client.post(STATUS, data={}, headers=signed(STATUS, {})).status_code == 204
