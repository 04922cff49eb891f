"""Calls out and their progress in: what Twilio is asked to do, and what its reports mean."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from channels.messages import Address, ChannelError, DeliveryState, OutboundMessage
from channels.twilio_api import TwilioApi
from channels.voice import VoiceChannel, parse_call_status, parse_gather
from tests.fakes.twilio_server import FakeTwilio

NOW = datetime(2026, 3, 12, 6, 50, tzinfo=UTC)
ANN = Address("call", "+4915112345678")
BASE = "https://flux.example"
TASK, ATTEMPT = uuid4(), uuid4()
REMINDER = OutboundMessage("Easy run", task_id=TASK, attempt_id=ATTEMPT, deadline=NOW + timedelta(minutes=2))


@pytest.fixture
def channel(api: TwilioApi) -> VoiceChannel:
    return VoiceChannel(api, "+14155238886", BASE + "/")


def test_a_call_asks_for_its_words_and_reports_every_state(channel: VoiceChannel, twilio: FakeTwilio) -> None:
    receipt = channel.send(ANN, REMINDER, NOW)
    (call,) = twilio.calls
    query = f"?task_id={TASK}&attempt={ATTEMPT}"
    assert receipt.external_id == call.sid
    assert call.get("Url") == f"{BASE}/api/v1/webhooks/twilio/voice{query}"
    assert call.get("StatusCallback") == f"{BASE}/api/v1/webhooks/twilio/status{query}"
    assert call.form["StatusCallbackEvent"] == ["initiated", "ringing", "answered", "completed"]
    assert (call.get("Timeout"), call.get("To"), call.get("From")) == ("25", ANN.value, "+14155238886")


def test_whether_a_machine_picked_up_is_told_later_and_can_be_left_unasked(
    channel: VoiceChannel, api: TwilioApi, twilio: FakeTwilio
) -> None:
    channel.send(ANN, REMINDER, NOW)
    VoiceChannel(api, "+14155238886", BASE, detects_machines=False).send(ANN, REMINDER, NOW)
    asked, unasked = twilio.calls
    assert (asked.get("MachineDetection"), asked.get("AsyncAmd")) == ("DetectMessageEnd", "true")
    assert asked.get("AsyncAmdStatusCallback") == asked.get("StatusCallback")
    assert "MachineDetection" not in unasked.form


@pytest.mark.parametrize(
    ("answered_by", "is_machine"),
    [
        ("machine_end_beep", True),
        ("machine_end_silence", True),
        ("machine_end_other", True),
        ("machine_start", True),
        ("fax", True),
        ("human", False),
        ("unknown", False),
    ],
)
def test_only_a_machine_is_news(answered_by: str, is_machine: bool) -> None:
    form = {
        "CallSid": "CA1",
        "AccountSid": "AC1",
        "AnsweredBy": answered_by,
        "MachineDetectionDuration": "3000",
    }
    update = parse_call_status(form, ATTEMPT)
    assert (update is not None and update.state == DeliveryState.MACHINE) == is_machine


def test_a_machine_hears_a_last_word_and_one_that_hung_up_is_no_error(
    channel: VoiceChannel, twilio: FakeTwilio
) -> None:
    sid = channel.send(ANN, REMINDER, NOW).external_id or ""
    channel.leave_message(sid, "It waits for you in the chat. Bye.")
    [update] = twilio.calls[0].updates
    assert "<Say>It waits for you in the chat. Bye.</Say><Hangup" in update["Twiml"][0]
    twilio.calls[0].status = "completed"
    channel.leave_message(sid, "Anybody?")
    assert len(twilio.calls[0].updates) == 1


def test_no_call_is_ever_late(channel: VoiceChannel, twilio: FakeTwilio) -> None:
    with pytest.raises(ChannelError) as caught:
        channel.send(ANN, REMINDER, NOW + timedelta(minutes=2))
    assert (caught.value.permanent, caught.value.code) == (True, "expired")
    assert twilio.calls == []


def test_a_call_whose_answer_got_lost_is_found_and_not_dialled_again(
    channel: VoiceChannel, twilio: FakeTwilio
) -> None:
    begun = datetime.now(UTC)
    assert channel.find(ANN, ATTEMPT, begun) is None
    twilio.drop_reply()
    with pytest.raises(ChannelError) as caught:
        channel.send(ANN, REMINDER, NOW)
    assert caught.value.unknown
    found = channel.find(ANN, ATTEMPT, begun)
    assert found is not None
    assert found.external_id == twilio.calls[0].sid
    assert len(twilio.calls) == 1


def test_cancelling_ends_a_ringing_call_and_twice_is_no_error(
    channel: VoiceChannel, twilio: FakeTwilio
) -> None:
    sid = channel.send(ANN, REMINDER, NOW).external_id or ""
    channel.cancel(sid)
    assert (twilio.calls[0].status, twilio.calls[0].updates) == ("canceled", [{"Status": ["completed"]}])
    channel.cancel(sid)
    channel.cancel("CA" + "f" * 32)
    assert len(twilio.calls[0].updates) == 1


def test_a_cancellation_that_could_not_be_sent_is_an_error(channel: VoiceChannel, twilio: FakeTwilio) -> None:
    sid = channel.send(ANN, REMINDER, NOW).external_id or ""
    twilio.fail_next(503, 20503)
    with pytest.raises(ChannelError):
        channel.cancel(sid)


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("initiated", DeliveryState.QUEUED),
        ("ringing", DeliveryState.SENT),
        ("in-progress", DeliveryState.ANSWERED),
        ("completed", DeliveryState.COMPLETED),
        ("busy", DeliveryState.BUSY),
        ("no-answer", DeliveryState.NO_ANSWER),
        ("failed", DeliveryState.FAILED),
        ("canceled", DeliveryState.CANCELLED),
    ],
)
def test_call_reports_are_mapped(status: str, state: DeliveryState) -> None:
    update = parse_call_status({"CallSid": "CA1", "CallStatus": status}, UUID(int=7))
    assert update is not None
    assert (update.channel, update.external_id, update.state) == ("call", "CA1", state)
    assert update.attempt_id == UUID(int=7)


@pytest.mark.parametrize(
    "form", [{}, {"CallSid": "CA1"}, {"CallStatus": "busy"}, {"CallSid": "C", "CallStatus": "?"}]
)
def test_an_unknown_report_is_none(form: dict[str, str]) -> None:
    assert parse_call_status(form) is None


@pytest.mark.parametrize(
    ("form", "keys"),
    [
        ({"Digits": "1"}, "1"),
        ({"Digits": "*"}, "*"),
        ({}, ""),
        ({"Digits": "<1>x"}, "1"),
        ({"Digits": "٣"}, ""),
    ],
)
def test_only_keys_of_a_phone_are_pressed(form: dict[str, str], keys: str) -> None:
    assert parse_gather(form) == keys
