"""Telegram out: what the Bot API receives, and what becomes of its refusals."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from channels.messages import Address, ChannelError, Choice, Document, InboundMessage, OutboundMessage
from channels.telegram import TelegramChannel, parse_update, secret_matches
from channels.text import utf16_length
from tests.fakes.telegram_server import TOKEN, FakeTelegram

NOW = datetime(2026, 3, 12, 6, 50, tzinfo=UTC)
ANN = Address("telegram", "4242")
BUTTONS = (
    (Choice("Done", "t:1:0:done"), Choice("On it", "t:1:0:onit")),
    (Choice("Can't today", "t:1:0:missed"),),
)
HOSTILE = ("</Say><Dial>+900123456</Dial>", "*_[x](http://evil)", "<b>bold</b> & `code`")


@pytest.fixture
def channel(telegram: FakeTelegram) -> Iterator[TelegramChannel]:
    made = TelegramChannel(TOKEN, telegram.url, timeout=2)
    yield made
    made.close()


def refused(channel: TelegramChannel, message: OutboundMessage | None = None) -> ChannelError:
    with pytest.raises(ChannelError) as caught:
        channel.send(ANN, message or OutboundMessage("Hello"), NOW)
    return caught.value


def test_a_message_arrives_with_its_rows_of_buttons(channel: TelegramChannel, telegram: FakeTelegram) -> None:
    receipt = channel.send(ANN, OutboundMessage("Easy run at 07:00", BUTTONS), NOW)
    (message,) = telegram.chat(4242)
    assert receipt.external_id == str(message.message_id)
    assert message.text == "Easy run at 07:00"
    assert [[b["text"] for b in row] for row in message.buttons] == [["Done", "On it"], ["Can't today"]]
    assert message.buttons[0][0]["callback_data"] == "t:1:0:done"


@pytest.mark.parametrize("title", HOSTILE)
def test_a_title_is_never_markup(channel: TelegramChannel, telegram: FakeTelegram, title: str) -> None:
    channel.send(ANN, OutboundMessage(title), NOW)
    fields = telegram.calls[-1].fields
    assert fields["text"] == title
    assert "parse_mode" not in fields
    assert fields["link_preview_options"] == {"is_disabled": True}


def test_four_thousand_emoji_go_out_whole_in_two_messages(
    channel: TelegramChannel, telegram: FakeTelegram
) -> None:
    receipt = channel.send(ANN, OutboundMessage("🏃" * 4000, BUTTONS), NOW)
    first, last = telegram.chat(4242)
    assert first.text + last.text == "🏃" * 4000
    assert max(utf16_length(first.text), utf16_length(last.text)) <= 4096
    assert first.labels == []
    assert last.labels == ["Done", "On it", "Can't today"]
    assert receipt.external_id == str(last.message_id)


def test_a_hundred_thousand_characters_become_four_messages(
    channel: TelegramChannel, telegram: FakeTelegram
) -> None:
    channel.send(ANN, OutboundMessage("word " * 20_000), NOW)
    assert len(telegram.chat(4242)) == 4
    assert telegram.chat(4242)[-1].text.endswith("…")


def test_a_silent_message_does_not_ring(channel: TelegramChannel, telegram: FakeTelegram) -> None:
    channel.send(ANN, OutboundMessage("Good night", silent=True), NOW)
    assert telegram.calls[-1].fields["disable_notification"] is True


def test_an_edit_replaces_the_text_and_removes_the_buttons(
    channel: TelegramChannel, telegram: FakeTelegram
) -> None:
    sent = channel.send(ANN, OutboundMessage("Easy run", BUTTONS), NOW)
    edited = channel.send(ANN, OutboundMessage("Done 07:12", edits=sent.external_id), NOW)
    (message,) = telegram.chat(4242)
    assert (message.text, message.labels) == ("Done 07:12", [])
    assert edited == sent


def test_the_same_edit_twice_is_no_error(channel: TelegramChannel) -> None:
    sent = channel.send(ANN, OutboundMessage("Easy run", BUTTONS), NOW)
    for _ in range(2):
        again = channel.send(ANN, OutboundMessage("Done 07:12", edits=sent.external_id), NOW)
    assert again == sent


def test_an_edit_of_a_deleted_message_is_sent_anew(channel: TelegramChannel, telegram: FakeTelegram) -> None:
    receipt = channel.send(ANN, OutboundMessage("Done 07:12", edits="999"), NOW)
    (message,) = telegram.chat(4242)
    assert (message.text, receipt.external_id) == ("Done 07:12", str(message.message_id))


def test_a_document_carries_its_name_caption_and_bytes(
    channel: TelegramChannel, telegram: FakeTelegram
) -> None:
    document = Document("flux-export.zip", b"PK\x03\x04\x00\xff", "application/zip")
    channel.send(ANN, OutboundMessage("Everything I have.", document=document), NOW)
    (message,) = telegram.chat(4242)
    assert (message.filename, message.content) == ("flux-export.zip", b"PK\x03\x04\x00\xff")
    assert message.text == "Everything I have."


def test_a_photo_has_its_caption_and_buttons(channel: TelegramChannel, telegram: FakeTelegram) -> None:
    channel.send(ANN, OutboundMessage("Your week", BUTTONS, photo=b"\x89PNG\r\n"), NOW)
    (message,) = telegram.chat(4242)
    assert (message.content, message.text) == (b"\x89PNG\r\n", "Your week")
    assert message.labels == ["Done", "On it", "Can't today"]


def test_text_too_long_for_a_caption_goes_before_the_file(
    channel: TelegramChannel, telegram: FakeTelegram
) -> None:
    channel.send(ANN, OutboundMessage("a" * 1025, photo=b"\x89PNG"), NOW)
    text, photo = telegram.chat(4242)
    assert (text.text, photo.text, photo.content) == ("a" * 1025, "", b"\x89PNG")


@pytest.mark.parametrize("data", ["", "x" * 65, "ü" * 33])
def test_button_data_that_telegram_would_cut_never_leaves(
    channel: TelegramChannel, telegram: FakeTelegram, data: str
) -> None:
    error = refused(channel, OutboundMessage("Hello", ((Choice("Go", data),),)))
    assert (error.permanent, error.code) == (True, "button_data")
    assert telegram.calls == []


@pytest.mark.parametrize("text", ["", "  \n", "\x00\x07"])
def test_an_empty_message_never_leaves(channel: TelegramChannel, telegram: FakeTelegram, text: str) -> None:
    assert refused(channel, OutboundMessage(text)).permanent
    assert telegram.calls == []


def test_a_group_that_became_a_supergroup_is_followed(
    channel: TelegramChannel, telegram: FakeTelegram
) -> None:
    telegram.moved[-77] = -100_77
    channel.send(Address("telegram", "-77"), OutboundMessage("Hello"), NOW)
    assert [message.text for message in telegram.chat(-100_77)] == ["Hello"]


def test_telegram_cannot_be_asked_about_an_attempt(channel: TelegramChannel) -> None:
    with pytest.raises(ChannelError) as caught:
        channel.find(ANN, uuid4(), NOW)
    assert caught.value.unknown


def test_a_tap_is_answered_once_and_the_second_answer_is_no_error(
    channel: TelegramChannel, telegram: FakeTelegram
) -> None:
    sent = channel.send(ANN, OutboundMessage("Easy run", BUTTONS), NOW)
    tap = parse_update(telegram.tap(int(sent.external_id or 0), "Done"), NOW)
    assert isinstance(tap, InboundMessage)
    channel.acknowledge(tap, "Well done")
    channel.acknowledge(tap, "Well done")
    assert telegram.answered == {tap.callback_id: "Well done"}


def test_many_threads_share_one_client(channel: TelegramChannel, telegram: FakeTelegram) -> None:
    def send(number: int) -> str | None:
        return channel.send(ANN, OutboundMessage(f"note {number}"), NOW).external_id

    with ThreadPoolExecutor(8) as pool:
        receipts = set(pool.map(send, range(40)))
    assert len(receipts) == 40
    assert {message.text for message in telegram.messages} == {f"note {n}" for n in range(40)}


def test_one_connection_carries_many_messages(channel: TelegramChannel, telegram: FakeTelegram) -> None:
    for number in range(20):
        channel.send(ANN, OutboundMessage(f"note {number}"), NOW)
    assert telegram.connections == 1


def test_polling_confirms_with_the_offset(channel: TelegramChannel, telegram: FakeTelegram) -> None:
    first, second = telegram.type("one"), telegram.type("two")
    assert channel.poll(0, 0) == [first, second]
    assert channel.poll(0, 0) == [first, second]
    assert channel.poll(first["update_id"] + 1, 0) == [second]
    assert channel.poll(second["update_id"] + 1, 0) == []


def test_a_long_poll_ends_with_the_first_update(channel: TelegramChannel, telegram: FakeTelegram) -> None:
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(channel.poll, 0, 10)
        update = telegram.type("hello")
        assert waiting.result(5) == [update]


def test_polling_beside_a_webhook_is_a_conflict(channel: TelegramChannel, telegram: FakeTelegram) -> None:
    channel.set_webhook("https://flux.example/api/v1/webhooks/telegram", "a-secret")
    assert telegram.webhook == ("https://flux.example/api/v1/webhooks/telegram", "a-secret")
    with pytest.raises(ChannelError) as caught:
        channel.poll(0, 0)
    assert (caught.value.code, caught.value.permanent) == ("409", False)
    channel.delete_webhook()
    assert channel.poll(0, 0) == []


def test_the_bot_knows_its_name_and_shows_its_commands(
    channel: TelegramChannel, telegram: FakeTelegram
) -> None:
    channel.set_my_commands({"today": "What is on today"})
    assert channel.get_me()["username"] == "flux_test_bot"
    assert telegram.commands == [{"command": "today", "description": "What is on today"}]


def test_only_the_right_secret_matches() -> None:
    assert secret_matches("s3cret", "s3cret")
    for header in (None, "", "s3cre", "s3cret ", "S3CRET", "ß"):
        assert not secret_matches("s3cret", header)
    assert not secret_matches("", "")
