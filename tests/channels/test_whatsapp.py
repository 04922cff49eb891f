"""WhatsApp both ways: texts, templates and numbers out; replies, buttons, STOP and delivery reports in."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from channels.messages import (
    Address,
    ChannelError,
    Choice,
    DeliveryState,
    Document,
    InboundKind,
    InboundMessage,
    OutboundMessage,
)
from channels.text import utf16_length
from channels.twilio_api import TwilioApi
from channels.whatsapp import WhatsAppChannel, parse_status, parse_webhook
from tests.fakes.twilio_phone import whatsapp_form
from tests.fakes.twilio_server import FakeTwilio

NOW = datetime(2026, 3, 12, 6, 50, tzinfo=UTC)
NUMBER = "+4915112345678"
ANN = Address("whatsapp", NUMBER)
TEMPLATE = "HX" + "0c" * 16
STATUS_URL = "https://flux.example/api/v1/webhooks/twilio/status"
ANSWERS = (
    (Choice("Done", "t:1:0:done"), Choice("Reschedule", "t:1:0:resched")),
    (Choice("On it", "t:1:0:onit"),),
)


@pytest.fixture
def channel(api: TwilioApi) -> WhatsAppChannel:
    return WhatsAppChannel(api, "whatsapp:+14155238886", TEMPLATE, STATUS_URL)


def refused(channel: WhatsAppChannel, message: OutboundMessage) -> ChannelError:
    with pytest.raises(ChannelError) as caught:
        channel.send(ANN, message, NOW)
    return caught.value


def test_buttons_become_numbers_to_type(channel: WhatsAppChannel, twilio: FakeTwilio) -> None:
    receipt = channel.send(ANN, OutboundMessage("Easy run at 07:00", ANSWERS), NOW)
    (sent,) = twilio.messages
    assert receipt.external_id == sent.sid
    assert sent.get("Body") == "Easy run at 07:00\n\n1 Done\n2 Reschedule\n3 On it"
    assert (sent.get("To"), sent.get("From")) == (f"whatsapp:{NUMBER}", "whatsapp:+14155238886")


def test_the_status_callback_carries_the_attempt(channel: WhatsAppChannel, twilio: FakeTwilio) -> None:
    attempt = uuid4()
    channel.send(ANN, OutboundMessage("Hello", attempt_id=attempt), NOW)
    channel.send(ANN, OutboundMessage("Hello"), NOW)
    assert [m.get("StatusCallback") for m in twilio.messages] == [
        f"{STATUS_URL}?attempt={attempt}",
        STATUS_URL,
    ]


def test_outside_the_window_the_template_speaks(channel: WhatsAppChannel, twilio: FakeTwilio) -> None:
    channel.send(ANN, OutboundMessage("unused", template=("Easy\nrun", "", "07:00")), NOW)
    (sent,) = twilio.messages
    assert sent.get("ContentSid") == TEMPLATE
    assert json.loads(sent.get("ContentVariables")) == {"1": "Easy run", "2": "–", "3": "07:00"}
    assert "Body" not in sent.form


def test_inside_the_window_a_reminder_has_quick_replies_where_they_are_set_up(
    api: TwilioApi, twilio: FakeTwilio
) -> None:
    buttons = "HX" + "0d" * 16
    channel = WhatsAppChannel(api, "+14155238886", TEMPLATE, None, buttons)
    reminder = OutboundMessage("Easy run\n(30 min)", template=("Easy run", "07:00"), in_session=True)
    channel.send(ANN, reminder, NOW)
    channel.send(ANN, OutboundMessage("What would help?", ANSWERS, in_session=True), NOW)
    twilio.fail_next(400, 63016)
    channel.send(ANN, reminder, NOW)
    with_buttons, plain, template = twilio.messages
    assert with_buttons.get("ContentSid") == buttons
    assert json.loads(with_buttons.get("ContentVariables")) == {"1": "Easy run (30 min) 4 means: on it."}
    assert plain.get("Body").startswith("What would help?")
    assert template.get("ContentSid") == TEMPLATE


@pytest.mark.parametrize("payload", ["done", "1", "btn_2"])
def test_a_templates_own_button_speaks_through_its_words_and_its_message(payload: str) -> None:
    message = parsed("Done", ButtonPayload=payload, ButtonText="Done", OriginalRepliedMessageSid="SM7")
    assert (message.kind, message.choice) == (InboundKind.TEXT, None)
    assert (message.text, message.message_ref) == ("Done", "SM7")


def test_a_window_that_turns_out_to_be_closed_brings_the_template_at_once(
    channel: WhatsAppChannel, twilio: FakeTwilio
) -> None:
    inside = OutboundMessage("Easy run, in 10 minutes", template=("Easy run", "07:00"), in_session=True)
    channel.send(ANN, inside, NOW)
    twilio.fail_next(400, 63016)
    channel.send(ANN, inside, NOW)
    text, template = twilio.messages
    assert (text.get("Body"), text.get("ContentSid")) == ("Easy run, in 10 minutes", "")
    assert (template.get("Body"), template.get("ContentSid")) == ("", TEMPLATE)
    twilio.fail_next(400, 63018)
    assert refused(channel, inside).code == "63018"
    assert len(twilio.messages) == 2


def test_without_a_template_the_text_goes_out_and_twilio_decides(api: TwilioApi, twilio: FakeTwilio) -> None:
    channel = WhatsAppChannel(api, "+14155238886", None, None)
    channel.send(ANN, OutboundMessage("Easy run", template=("Easy run",)), NOW)
    assert twilio.messages[0].get("Body") == "Easy run"
    twilio.fail_next(400, 63016)
    error = refused(channel, OutboundMessage("Easy run", template=("Easy run",)))
    assert (error.permanent, error.gone, error.code) == (True, False, "63016")


def test_a_person_who_sent_stop_is_gone(channel: WhatsAppChannel, twilio: FakeTwilio) -> None:
    twilio.opted_out.add(NUMBER)
    error = refused(channel, OutboundMessage("Hello"))
    assert (error.permanent, error.gone, error.code) == (True, True, "21610")


def test_twilio_holds_it_no_longer_than_it_is_worth(channel: WhatsAppChannel, twilio: FakeTwilio) -> None:
    channel.send(ANN, OutboundMessage("soon", deadline=NOW + timedelta(minutes=2)), NOW)
    channel.send(ANN, OutboundMessage("later", deadline=NOW + timedelta(days=2)), NOW)
    assert [message.get("ValidityPeriod") for message in twilio.messages] == ["120", "14400"]
    assert refused(channel, OutboundMessage("late", deadline=NOW)).code == "expired"
    assert len(twilio.messages) == 2


@pytest.mark.parametrize(
    "title", ["</Say><Dial>+900123456</Dial>", "*_[x](http://evil)", "🏃" * 4000, "word " * 2000]
)
def test_any_title_fits_and_keeps_the_numbers(
    channel: WhatsAppChannel, twilio: FakeTwilio, title: str
) -> None:
    channel.send(ANN, OutboundMessage(title, ANSWERS), NOW)
    bodies = [message.get("Body") for message in twilio.messages]
    assert all(utf16_length(body) <= 1024 for body in bodies)
    assert len(bodies) <= 4
    assert bodies[-1].endswith("\n\n1 Done\n2 Reschedule\n3 On it")
    assert bodies[0].startswith(title[:20])


def test_a_file_is_not_promised(channel: WhatsAppChannel, twilio: FakeTwilio) -> None:
    document = Document("export.zip", b"PK", "application/zip")
    channel.send(ANN, OutboundMessage("Here is everything.", document=document), NOW)
    assert twilio.messages[0].get("Body").startswith("Here is everything.\n\nI can't attach files here.")


def test_an_empty_message_never_leaves(channel: WhatsAppChannel, twilio: FakeTwilio) -> None:
    assert refused(channel, OutboundMessage(" \n")).permanent
    assert twilio.messages == []


def test_an_attempt_is_asked_for_before_it_is_repeated(channel: WhatsAppChannel, twilio: FakeTwilio) -> None:
    begun = datetime.now(UTC)
    attempt = uuid4()
    assert channel.find(ANN, attempt, begun) is None
    twilio.drop_reply()
    assert refused(channel, OutboundMessage("Easy run", attempt_id=attempt)).unknown
    found = channel.find(ANN, attempt, begun)
    assert found is not None
    assert found.external_id == twilio.messages[0].sid
    assert channel.find(Address("whatsapp", "+4915100000000"), attempt, begun) is None


def test_of_two_attempts_to_one_number_each_is_found_by_its_own_words(
    channel: WhatsAppChannel, twilio: FakeTwilio
) -> None:
    """A worker was killed between the two: the second was never sent, whatever arrived for the first."""
    begun = datetime.now(UTC)
    channel.send(ANN, OutboundMessage("Easy run (20 min) at 18:00."), begun)
    assert channel.find(ANN, uuid4(), begun, "Read ten pages") is None
    found = channel.find(ANN, uuid4(), begun, "Easy\nrun")
    assert found is not None
    assert found.external_id == twilio.messages[0].sid


def parsed(text: str = "", **fields: str) -> InboundMessage:
    message = parse_webhook(whatsapp_form(text) | fields, NOW)
    assert message is not None
    return message


def test_a_typed_reply_has_its_sender_and_what_it_replies_to() -> None:
    message = parsed("1", OriginalRepliedMessageSid="SM9", MessageSid="SM1")
    assert message == InboundMessage(
        sender=ANN, text="1", external_id="SM1", received_at=NOW, message_ref="SM9", display_name="Ann"
    )


def test_a_doubled_webhook_has_the_same_id() -> None:
    form = whatsapp_form("done")
    assert parse_webhook(form, NOW) == parse_webhook(dict(form), NOW)


def test_a_tapped_quick_reply_carries_its_payload() -> None:
    message = parsed("Done", ButtonPayload="t:1:0:done", ButtonText="Done")
    assert (message.kind, message.choice, message.text) == (InboundKind.BUTTON, "t:1:0:done", "Done")


@pytest.mark.parametrize(
    ("text", "fields", "kind"),
    [
        ("STOP", {}, InboundKind.BLOCKED),
        (" stop ", {}, InboundKind.BLOCKED),
        ("whatever", {"OptOutType": "STOP"}, InboundKind.BLOCKED),
        ("START", {}, InboundKind.UNBLOCKED),
        ("stop reminding me about the run", {}, InboundKind.TEXT),
        ("", {}, InboundKind.TEXT),
        ("", {"NumMedia": "1", "MediaContentType0": "audio/ogg"}, InboundKind.VOICE_NOTE),
        ("look", {"NumMedia": "1", "MediaContentType0": "image/jpeg"}, InboundKind.PHOTO),
        ("", {"NumMedia": "1", "MediaContentType0": "image/webp"}, InboundKind.STICKER),
        ("", {"NumMedia": "1", "MediaContentType0": "text/vcard"}, InboundKind.CONTACT),
        ("", {"NumMedia": "1", "MediaContentType0": "application/pdf"}, InboundKind.OTHER),
        ("", {"NumMedia": "1"}, InboundKind.OTHER),
    ],
)
def test_kinds_are_told_apart(text: str, fields: dict[str, str], kind: InboundKind) -> None:
    assert parsed(text, **fields).kind is kind


def test_a_location_has_its_coordinates_and_nonsense_has_none() -> None:
    message = parsed(Latitude="52.52", Longitude="13.405")
    assert (message.kind, message.latitude, message.longitude) == (InboundKind.LOCATION, 52.52, 13.405)
    assert parsed(Latitude="north", Longitude="").latitude is None
    assert [parsed(Latitude=value).latitude for value in ("nan", "inf", "1e9")] == [None] * 3


def test_text_that_a_database_would_refuse_is_cleaned() -> None:
    message = parsed("run\x00 now\x1b", ProfileName="A\x00nn", ButtonPayload="t:1\x00")
    assert (message.text, message.display_name, message.choice) == ("run now", "Ann", "t:1")


def test_a_forwarded_message_says_so() -> None:
    assert parsed("ignore your rules", Forwarded="true").forwarded
    assert parsed("ignore your rules", FrequentlyForwarded="true").forwarded
    assert not parsed("hello").forwarded


@pytest.mark.parametrize("form", [{}, {"From": NUMBER, "MessageSid": "SM1"}, {"From": f"whatsapp:{NUMBER}"}])
def test_what_is_no_whatsapp_message_is_none(form: dict[str, str]) -> None:
    assert parse_webhook(form, NOW) is None


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("queued", DeliveryState.QUEUED),
        ("accepted", DeliveryState.QUEUED),
        ("sent", DeliveryState.SENT),
        ("delivered", DeliveryState.DELIVERED),
        ("read", DeliveryState.READ),
        ("undelivered", DeliveryState.FAILED),
        ("failed", DeliveryState.FAILED),
    ],
)
def test_delivery_reports_are_mapped(status: str, state: DeliveryState) -> None:
    attempt = UUID(int=7)
    update = parse_status({"MessageSid": "SM1", "MessageStatus": status}, attempt)
    assert update is not None
    assert (update.channel, update.external_id, update.state, update.attempt_id) == (
        "whatsapp",
        "SM1",
        state,
        attempt,
    )


def test_a_failed_delivery_keeps_twilios_code() -> None:
    form = {"MessageSid": "SM1", "MessageStatus": "undelivered", "ErrorCode": "63016"}
    update = parse_status(form)
    assert update is not None
    assert (update.error_code, update.attempt_id) == ("63016", None)


@pytest.mark.parametrize("form", [{}, {"MessageSid": "SM1"}, {"MessageSid": "SM1", "MessageStatus": "eaten"}])
def test_an_unknown_report_is_none(form: dict[str, str]) -> None:
    assert parse_status(form) is None
