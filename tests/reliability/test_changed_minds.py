"""Somebody has changed their mind, or is back, while something was on its way to them: the newest word counts."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from storage import users
from storage.tables import Task
from tests.fakes.http_server import Reply
from tests.fakes.telegram_phone import ANN as CHAT
from tests.reliability.fixtures_fallback import (  # noqa: F401 - `installation` is the fixture
    HOUR,
    MINUTE,
    SECOND,
    Flux,
    about_to_call,
    installation,
)
from tests.waiting import wait_for


def test_whoever_switches_calls_off_is_not_called_a_second_time(flux: Flux) -> None:
    at = about_to_call(flux)
    flux.at(at)
    flux.twilio.call_status(flux.twilio.calls[0], "busy")
    flux.clock.move_to(at + 3 * SECOND)
    assert "Calls: not used any more" in flux.says("no more calls please").text
    flux.until(at + MINUTE, step=SECOND)
    assert len(flux.twilio.calls) == 1


def test_whoever_switches_whatsapp_off_does_not_get_what_still_waits_there(flux: Flux, now: datetime) -> None:
    flux.reminded()
    flux.twilio.down = Reply.json({"code": 20429, "message": "slow down", "status": 429}, 429)
    flux.at(now + 2 * MINUTE)
    flux.twilio.down = None
    assert "WhatsApp: not used any more" in flux.says("no more whatsapp").text
    flux.until(now + 4 * MINUTE, step=5 * SECOND)
    assert flux.twilio.messages == []


def test_a_tap_is_acknowledged_before_its_turn_is_taken(flux: Flux) -> None:
    task: UUID = flux.reminded()
    shown = flux.telegram.chat(CHAT)[-1]
    with flux.services.database.service() as busy:
        busy.execute(select(Task).where(Task.id == task).with_for_update())
        tapping = threading.Thread(target=flux.telegram.tap, args=(shown.message_id, "Done", CHAT))
        tapping.start()
        wait_for(lambda: len(flux.telegram.answered) == 1, "the button to stop spinning")
        assert flux.telegram.chat(CHAT)[-1].text == shown.text, "its turn has not come yet"
    tapping.join()
    assert flux.task(task).status == "done"


def test_blocked_while_a_reminder_waits_the_next_rung_starts_at_once(flux: Flux, now: datetime) -> None:
    flux.plan("Easy run", now + 10 * MINUTE)
    flux.telegram.fail_next(429, "Too Many Requests", method="sendMessage", retry_after=8)
    flux.at(now)
    flux.clock.move_to(now + 2 * SECOND)
    flux.telegram.block(CHAT)
    flux.until(now + 20 * SECOND, step=SECOND)
    assert "reminder by Telegram skipped: nobody to send it to any more" in flux.trail()
    assert len(flux.twilio.messages) == 1


def test_a_refusal_that_left_before_they_unblocked_does_not_switch_the_chat_off(flux: Flux) -> None:
    """The request is on its way while the person unblocks the bot and writes; its 403 is written afterwards."""
    start = flux.clock.now()
    flux.plan("Easy run", start + 10 * MINUTE)
    flux.telegram.blocked.add(CHAT)
    answer = flux.telegram._execute

    def while_under_way(method: str, fields: dict) -> Reply:
        reply = answer(method, fields)
        if method == "sendMessage" and CHAT in flux.telegram.blocked:
            flux.telegram.blocked.discard(CHAT)
            with flux.services.database.service() as session:
                users.touch_identity(session, "telegram", str(CHAT), start + 2 * SECOND)
        return reply

    flux.telegram._execute = while_under_way  # type: ignore[method-assign]
    flux.at(start)
    with flux.services.database.service() as session:
        assert users.disabled_reason(session, "telegram", str(CHAT)) is None


def test_nobody_is_asked_after_a_holiday_how_a_task_before_it_went(flux: Flux) -> None:
    task = flux.reminded()
    flux.taps("On it")
    flux.says("I'm on holiday until 25 March")
    said = len(flux.telegram.messages)
    flux.until(flux.clock.now() + timedelta(days=16), step=HOUR)
    assert [one.text for one in flux.telegram.messages[said:]] == []
    assert flux.task(task).status != "missed"
