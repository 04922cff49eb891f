"""What Twilio's later word leads to: one redial, the template in place of a text, a voicemail that counts as nobody."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from bot.inbound import handle, receive
from bot.send_failures import failures
from bot.services import Services
from bot.statuses import note_status
from channels.messages import DeliveryState, StatusUpdate
from channels.twilio_api import TwilioApi
from channels.voice import VoiceChannel
from channels.whatsapp import WhatsAppChannel, parse_webhook
from reminders.answering import answer_task
from reminders.plans import TaskDraft, schedule_tasks
from storage import inbound, users
from storage.profile import SleepWindow
from storage.tables import DispatchLog, Task, User
from storage.trail import trail
from storage.vocabulary import Answer
from tests.fakes.twilio_phone import whatsapp_form
from tests.fakes.twilio_server import ACCOUNT_SID, AUTH_TOKEN, FakeTwilio

NUMBER = "+4915112345678"
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
TEMPLATE = "HX" + "0c" * 16


@dataclass
class Line:
    """A ladder over a loopback Twilio, for the owner, who has a proved number."""

    services: Services
    twilio: FakeTwilio
    owner: UUID
    task: UUID
    start: datetime

    def at(self, moment: datetime) -> None:
        self.services.dispatcher.run_due(moment)

    def climb(self, rungs: int) -> datetime:
        """Let the reminder, WhatsApp and the call go out in their times; when the last one did."""
        for rung in range(rungs):
            self.at(self.start + 2 * rung * MINUTE)
        return self.start + 2 * (rungs - 1) * MINUTE

    def report(self, channel: str, sid: str, state: str, at: datetime, code: str | None = None) -> None:
        attempt = next(row for row in self.attempts(channel) if row.external_id == sid)
        note_status(self.services, StatusUpdate(channel, sid, DeliveryState(state), attempt.id, code), at)

    def attempts(self, channel: str) -> list[DispatchLog]:
        with self.services.database.service() as session:
            query = select(DispatchLog).where(DispatchLog.channel == channel)
            return list(session.scalars(query.order_by(DispatchLog.created_at)))


@pytest.fixture
def line(services: Services, owner: User, now: datetime) -> Iterator[Line]:
    with FakeTwilio() as twilio:
        api = TwilioApi(ACCOUNT_SID, AUTH_TOKEN, twilio.url, timeout=2)
        real = {
            "whatsapp": WhatsAppChannel(api, "+14155238886", TEMPLATE, "https://flux.example/status"),
            "call": VoiceChannel(api, "+14155238886", "https://flux.example"),
        }
        with services.database.service() as session:
            user = users.get_user(session, owner.id)
            assert user is not None
            user.phone_verified, user.whatsapp_opt_in_at = True, now
            preferences = users.preferences_of(user)
            preferences.calls_opted_in = True
            users.save_preferences(user, preferences)
            for channel in real:
                users.add_identity(session, owner.id, channel, NUMBER, now)
            users.touch_identity(session, "whatsapp", NUMBER, now)
            [task] = schedule_tasks(session, user, [TaskDraft("Easy run", now + 10 * MINUTE)], now)
            made = task.id
        over = replace(
            services,
            switchboard=replace(services.switchboard, real=real),
            settings=services.settings.model_copy(update={"twilio_whatsapp_template_sid": TEMPLATE}),
        )
        yield Line(over, twilio, owner.id, made, now)


@pytest.mark.parametrize("state", ["busy", "no_answer"])
def test_a_call_nobody_takes_is_dialled_once_more(line: Line, state: str) -> None:
    called = line.climb(3)
    [first] = line.twilio.calls
    for _ in range(3):  # Twilio may say it several times
        line.report("call", first.sid, state, called + 25 * SECOND)
    line.at(called + 30 * SECOND)
    assert len(line.twilio.calls) == 1, "a breath between the two"
    line.at(called + 35 * SECOND)
    _, second = line.twilio.calls
    line.report("call", second.sid, state, called + 60 * SECOND)
    line.at(called + 80 * SECOND)
    assert len(line.twilio.calls) == 2
    assert {row.outcome for row in line.attempts("call")} == {state}


def test_ten_reports_at_once_and_out_of_order_bring_one_redial(line: Line) -> None:
    called = line.climb(3)
    sid = line.twilio.calls[0].sid
    words = ["no_answer", "queued", "sent", "no_answer", "sent"] * 2
    with ThreadPoolExecutor(10) as pool:
        list(pool.map(lambda state: line.report("call", sid, state, called + 25 * SECOND), words))
    first, second = line.attempts("call")
    assert (first.outcome, second.status) == ("no_answer", "pending")
    line.at(called + 35 * SECOND)
    assert len(line.twilio.calls) == 2


@pytest.mark.parametrize("state", ["failed", "completed", "answered"])
def test_any_other_end_of_a_call_brings_no_second_one(line: Line, state: str) -> None:
    called = line.climb(3)
    line.report("call", line.twilio.calls[0].sid, state, called + 25 * SECOND)
    line.at(called + MINUTE)
    assert len(line.twilio.calls) == 1


@pytest.mark.parametrize(("seconds", "calls"), [(79, 2), (81, 1), (119, 1)])
def test_the_last_half_minute_of_the_window_is_left_alone(line: Line, seconds: int, calls: int) -> None:
    called = line.climb(3)
    line.report("call", line.twilio.calls[0].sid, "busy", called + seconds * SECOND)
    line.at(called + (seconds + 10) * SECOND)
    assert len(line.twilio.calls) == calls


def test_an_answer_before_the_redial_ends_it(line: Line) -> None:
    called = line.climb(3)
    line.report("call", line.twilio.calls[0].sid, "no_answer", called + 25 * SECOND)
    with line.services.database.service() as session:
        answer_task(session, line.owner, line.task, Answer.DONE, called + 30 * SECOND, source="telegram")
    line.at(called + 35 * SECOND)
    assert len(line.twilio.calls) == 1


def test_nobody_is_dialled_again_into_their_sleep(line: Line) -> None:
    called = line.climb(3)
    with line.services.database.service() as session:
        user = users.get_user(session, line.owner)
        assert user is not None
        profile = users.profile_of(user)
        profile.sleep_window = SleepWindow(start=time(0), end=time(23))
        users.save_profile(user, profile)
    line.report("call", line.twilio.calls[0].sid, "busy", called + 20 * SECOND)
    line.at(called + 30 * SECOND)
    assert (len(line.twilio.calls), len(line.attempts("call"))) == (1, 1)


def test_a_call_is_never_later_than_its_deadline(line: Line) -> None:
    called = line.climb(3)
    with line.services.database.service() as session:
        for row in session.scalars(select(DispatchLog).where(DispatchLog.channel == "call")):
            row.deadline = called + 30 * SECOND
    line.report("call", line.twilio.calls[0].sid, "busy", called + 25 * SECOND)
    assert len(line.attempts("call")) == 1


def test_a_machine_hears_a_short_message_and_counts_as_nobody(line: Line) -> None:
    called = line.climb(3)
    [call] = line.twilio.calls
    call.status = "in-progress"
    for state in ("answered", "machine", "machine", "completed"):
        line.report("call", call.sid, state, called + 10 * SECOND)
    assert len(call.updates) == 1
    spoken = call.updates[0]["Twiml"][0]
    assert "It waits for you in the chat" in spoken
    assert "Easy run" not in spoken, "whoever else hears the voicemail learns nothing"
    line.at(called + MINUTE)
    assert len(line.twilio.calls) == 1
    with line.services.database.service() as session:
        assert session.get_one(Task, line.task).status == "pending"
        words = [told.words() for one in trail(session, line.owner) for told in one.told]
    assert "call, reached a voicemail" in words


def test_whoever_has_pressed_a_key_is_no_machine(line: Line) -> None:
    called = line.climb(3)
    [call] = line.twilio.calls
    call.status = "in-progress"
    with line.services.database.service() as session:
        inbound.record(
            session,
            channel="call",
            sender=call.sid,
            external_id=f"{call.sid}:menu:0:0:4",
            payload={},
            received_at=called,
            correlation_id="c",
            user_id=line.owner,
        )
    line.report("call", call.sid, "machine", called + 10 * SECOND)
    assert call.updates == []
    assert line.attempts("call")[0].outcome is None


def test_a_window_that_had_closed_brings_the_template_and_not_yet_the_call(line: Line) -> None:
    said = line.climb(2)
    [text] = line.twilio.messages
    assert text.get("Body")
    for _ in range(3):
        line.report("whatsapp", text.sid, "failed", said + 3 * SECOND, "63016")
    line.at(said + 4 * SECOND)
    _, template = line.twilio.messages
    assert template.get("ContentSid") == TEMPLATE
    assert line.twilio.calls == []
    line.report("whatsapp", text.sid, "failed", said + 5 * SECOND, "63016")
    line.report("whatsapp", template.sid, "delivered", said + 5 * SECOND)
    line.at(said + 2 * MINUTE)
    assert (len(line.twilio.messages), len(line.twilio.calls)) == (2, 1)
    first, second = line.attempts("whatsapp")
    assert (first.status, first.error) == ("failed", "63016")
    assert first.reason == "you have not written on WhatsApp for a day"
    assert (second.status, second.outcome) == ("dispatched", "delivered")


@pytest.mark.parametrize("code", ["63016", "63018", "63049", "30007"])
def test_what_cannot_be_delivered_starts_the_call_at_once(line: Line, code: str) -> None:
    settings = line.services.settings.model_copy(update={"twilio_whatsapp_template_sid": ""})
    line.services.settings = settings
    said = line.climb(2)
    line.report("whatsapp", line.twilio.messages[0].sid, "failed", said + 3 * SECOND, code)
    line.at(said + 4 * SECOND)
    assert (len(line.twilio.messages), len(line.twilio.calls)) == (1, 1)
    assert failures(line.services.redis) == {("whatsapp", code): 1}


def test_a_refusal_at_once_is_counted_and_starts_the_next_rung_in_the_same_run(line: Line) -> None:
    line.climb(1)
    line.twilio.fail_next(400, 63018)
    line.at(line.start + 2 * MINUTE)
    assert failures(line.services.redis) == {("whatsapp", "63018"): 1}
    assert (line.twilio.messages, len(line.twilio.calls)) == ([], 1)


@pytest.mark.parametrize(("label", "status"), [("Done", "done"), ("Can't today", "missed")])
def test_a_quick_reply_answers_the_task_of_the_message_it_hangs_on(
    line: Line, label: str, status: str
) -> None:
    with line.services.database.service() as session:
        user = users.get_user(session, line.owner)
        assert user is not None
        [other] = schedule_tasks(
            session, user, [TaskDraft("Yoga", line.start + 41 * MINUTE, duration_minutes=10)], line.start
        )
        other_id = other.id
    line.climb(2)
    run = next(one for one in line.twilio.messages if "Easy run" in one.get("Body"))
    line.at(line.start + 31 * MINUTE)
    line.at(line.start + 33 * MINUTE)
    form = whatsapp_form(label, NUMBER) | {
        "ButtonText": label,
        "ButtonPayload": "quick-1",
        "OriginalRepliedMessageSid": run.sid,
    }
    message = parse_webhook(form, line.start + 34 * MINUTE)
    assert message is not None
    event = receive(line.services, message)
    assert event is not None
    handle(line.services, event)
    with line.services.database.service() as session:
        assert session.get_one(Task, line.task).status == status
        assert session.get_one(Task, other_id).status == "pending"


def test_a_template_that_fails_too_is_not_sent_a_third_time(line: Line) -> None:
    said = line.climb(2)
    line.report("whatsapp", line.twilio.messages[0].sid, "failed", said + 3 * SECOND, "63016")
    line.at(said + 4 * SECOND)
    line.report("whatsapp", line.twilio.messages[1].sid, "failed", said + 6 * SECOND, "63016")
    line.at(said + 7 * SECOND)
    assert (len(line.twilio.messages), len(line.twilio.calls)) == (2, 1)
