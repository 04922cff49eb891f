"""Telegram when it goes wrong: refusals by the table, lost replies, wrong addresses, secrets that stay secret."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from channels.messages import Address, ChannelError, OutboundMessage
from channels.telegram import TelegramChannel
from tests.fakes.rates import RateLimit
from tests.fakes.telegram_server import TOKEN, FakeTelegram

NOW = datetime(2026, 3, 12, 6, 50, tzinfo=UTC)
ANN = Address("telegram", "4242")


@pytest.fixture
def channel(telegram: FakeTelegram) -> Iterator[TelegramChannel]:
    made = TelegramChannel(TOKEN, telegram.url, timeout=2)
    yield made
    made.close()


def refused(channel: TelegramChannel) -> ChannelError:
    with pytest.raises(ChannelError) as caught:
        channel.send(ANN, OutboundMessage("Hello"), NOW)
    return caught.value


@pytest.mark.parametrize(
    ("status", "description", "permanent", "gone"),
    [
        (403, "Forbidden: bot was blocked by the user", True, True),
        (403, "Forbidden: user is deactivated", True, True),
        (400, "Bad Request: chat not found", True, True),
        (400, "Bad Request: BUTTON_DATA_INVALID", True, False),
        (401, "Unauthorized", True, False),
        (404, "Not Found", True, False),
        (413, "Request Entity Too Large", True, False),
        (500, "Internal Server Error", False, False),
        (502, "Bad Gateway", False, False),
    ],
)
def test_refusals_are_sorted_by_the_table(
    channel: TelegramChannel,
    telegram: FakeTelegram,
    status: int,
    description: str,
    permanent: bool,
    gone: bool,
) -> None:
    telegram.fail_next(status, description)
    error = refused(channel)
    assert (error.permanent, error.gone, error.unknown, error.code) == (permanent, gone, False, str(status))


def test_too_many_requests_says_how_long_to_wait(channel: TelegramChannel, telegram: FakeTelegram) -> None:
    telegram.fail_next(429, "Too Many Requests: retry after 8", retry_after=8)
    error = refused(channel)
    assert (error.retry_after, error.permanent) == (8.0, False)


def test_a_reply_that_got_lost_is_an_unknown_outcome(
    channel: TelegramChannel, telegram: FakeTelegram
) -> None:
    telegram.drop_reply()
    error = refused(channel)
    assert (error.unknown, error.permanent) == (True, False)
    assert len(telegram.chat(4242)) == 1


def test_a_server_that_is_not_there_is_a_temporary_failure() -> None:
    server = FakeTelegram().start()
    url = server.url
    server.stop()
    error = refused(TelegramChannel(TOKEN, url, timeout=1))
    assert (error.permanent, error.unknown, error.code) == (False, False, "unreachable")


def test_a_telegram_that_comes_back_on_the_same_port_is_used_again(telegram: FakeTelegram) -> None:
    channel = TelegramChannel(TOKEN, telegram.url, timeout=2)
    channel.send(ANN, OutboundMessage("one"), NOW)
    port = telegram.port
    telegram.stop()
    assert not refused(channel).permanent
    with FakeTelegram() as other:
        other.stop()
        other.start(port)
        channel.send(ANN, OutboundMessage("two"), NOW)
        assert [message.text for message in other.messages] == ["two"]


def test_the_token_is_in_no_log_and_no_error(
    channel: TelegramChannel, telegram: FakeTelegram, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        channel.send(ANN, OutboundMessage("Hello"), NOW)
        telegram.drop_reply()
        error = refused(channel)
    assert TOKEN not in caplog.text
    assert TOKEN not in str(error)
    assert error.__suppress_context__


def test_a_wrong_token_is_a_permanent_error(telegram: FakeTelegram) -> None:
    with pytest.raises(ChannelError) as caught:
        TelegramChannel("1:wrong", telegram.url).get_me()
    assert caught.value.permanent


@pytest.mark.parametrize("value", ["sim:ann", "", "12 34", "4242; drop"])
def test_an_address_that_is_no_chat_id_never_leaves(
    channel: TelegramChannel, telegram: FakeTelegram, value: str
) -> None:
    with pytest.raises(ChannelError) as caught:
        channel.send(Address("telegram", value), OutboundMessage("Hello"), NOW)
    assert caught.value.permanent
    assert telegram.calls == []


def test_a_500_after_accepting_leaves_the_message_with_the_person(
    channel: TelegramChannel, telegram: FakeTelegram
) -> None:
    telegram.fail_after_accepting()
    assert refused(channel).code == "500"
    assert [message.text for message in telegram.chat(4242)] == ["Hello"]


@pytest.mark.parametrize(("status", "unknown"), [(502, False), (200, True)])
def test_a_proxys_web_page_is_no_answer(
    channel: TelegramChannel, telegram: FakeTelegram, status: int, unknown: bool
) -> None:
    telegram.garble_next(status)
    error = refused(channel)
    assert (error.unknown, error.permanent, error.code) == (unknown, False, str(status))


def test_one_chat_too_fast_is_told_to_wait_and_another_is_not(
    channel: TelegramChannel, telegram: FakeTelegram
) -> None:
    telegram.per_chat = RateLimit(1, seconds=60)
    channel.send(ANN, OutboundMessage("one"), NOW)
    assert refused(channel).retry_after == 60.0
    channel.send(Address("telegram", "5151"), OutboundMessage("two"), NOW)
    assert [message.text for message in telegram.messages] == ["one", "two"]
    assert telegram.throttled == 1


def test_who_blocked_the_bot_is_gone_until_it_is_unblocked(
    channel: TelegramChannel, telegram: FakeTelegram
) -> None:
    telegram.block(4242)
    assert refused(channel).gone
    telegram.unblock(4242)
    channel.send(ANN, OutboundMessage("Welcome back"), NOW)
    assert [message.text for message in telegram.messages] == ["Welcome back"]
