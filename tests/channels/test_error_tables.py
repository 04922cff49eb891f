"""Every row of every provider's error table, met over HTTP: sorted, worded for people, hinted for operators."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from channels import push_errors, telegram_errors, twilio_errors
from channels.messages import Address, ChannelError, OutboundMessage
from channels.push import PushChannel, generate_vapid_keys
from channels.refusals import Refusal, Sort, seconds_of
from channels.telegram import TelegramChannel
from channels.twilio_api import TwilioApi, TwilioVerify
from channels.voice import VoiceChannel
from channels.whatsapp import WhatsAppChannel
from tests.fakes.push_server import FakePushService
from tests.fakes.telegram_server import TOKEN, FakeTelegram
from tests.fakes.twilio_server import VERIFY_SID, FakeTwilio

NOW = datetime(2026, 3, 12, 6, 50, tzinfo=UTC)
ANN = "+4915112345678"
FLUX = "+14155238886"
PRIVATE, PUBLIC = generate_vapid_keys()
HELLO = OutboundMessage("Hello")
REFUSALS = [
    *(row for _, _, row in telegram_errors.TABLE),
    *twilio_errors.TABLE.values(),
    *push_errors.TABLE.values(),
]


def same(error: ChannelError, row: Refusal) -> bool:
    """Whether the error says what its row says, and claims nothing of an unknown outcome."""
    sorted_as = Sort.GONE if error.gone else Sort.PERMANENT if error.permanent else Sort.TEMPORARY
    return (sorted_as, error.reason, error.hint, error.unknown) == (row.sort, row.reason, row.hint, False)


@pytest.fixture
def chat(telegram: FakeTelegram) -> Iterator[TelegramChannel]:
    channel = TelegramChannel(TOKEN, telegram.url, timeout=2)
    yield channel
    channel.close()


@pytest.mark.parametrize(("status", "words", "row"), telegram_errors.TABLE)
def test_telegram(
    chat: TelegramChannel, telegram: FakeTelegram, status: int, words: str, row: Refusal
) -> None:
    telegram.fail_next(status, f"Refused: {words.capitalize() or 'something unheard of'}")
    with pytest.raises(ChannelError) as caught:
        chat.send(Address("telegram", "4242"), HELLO, NOW)
    assert same(caught.value, row)
    assert caught.value.code == str(status)


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_broken_telegram_may_mend(chat: TelegramChannel, telegram: FakeTelegram, status: int) -> None:
    telegram.fail_next(status, "Bad Gateway")
    with pytest.raises(ChannelError) as caught:
        chat.send(Address("telegram", "4242"), HELLO, NOW)
    assert not (caught.value.permanent or caught.value.gone)


@pytest.mark.parametrize("code", twilio_errors.ACCOUNT | twilio_errors.MESSAGING)
def test_twilio_messaging(api: TwilioApi, twilio: FakeTwilio, code: str) -> None:
    twilio.fail_next(400, int(code))
    with pytest.raises(ChannelError) as caught:
        WhatsAppChannel(api, FLUX, None, None).send(Address("whatsapp", ANN), HELLO, NOW)
    assert same(caught.value, twilio_errors.TABLE[code])
    assert (caught.value.code, twilio.messages) == (code, [])


@pytest.mark.parametrize("code", twilio_errors.ACCOUNT | twilio_errors.VOICE)
def test_twilio_voice(api: TwilioApi, twilio: FakeTwilio, code: str) -> None:
    twilio.fail_next(400, int(code))
    with pytest.raises(ChannelError) as caught:
        VoiceChannel(api, FLUX, "https://flux.example").send(Address("call", ANN), HELLO, NOW)
    assert same(caught.value, twilio_errors.TABLE[code])
    assert (caught.value.code, twilio.calls) == (code, [])


@pytest.mark.parametrize("code", twilio_errors.VERIFY)
def test_twilio_verify(api: TwilioApi, twilio: FakeTwilio, code: str) -> None:
    twilio.fail_next(400, int(code))
    with pytest.raises(ChannelError) as caught:
        TwilioVerify(api, VERIFY_SID).start(ANN, NOW)
    assert same(caught.value, twilio_errors.TABLE[code])
    assert twilio.sms == []


@pytest.mark.parametrize("status", push_errors.TABLE)
def test_web_push(status: int) -> None:
    with FakePushService(PUBLIC) as service:
        service.fail_next(status)
        service.fail_next(status)  # what is too large is tried once more, and shorter
        subscription = service.subscribe()
        channel = PushChannel(
            PRIVATE, "a@flux.example", [f"127.0.0.1:{service.port}"], lambda _: subscription
        )
        with pytest.raises(ChannelError) as caught:
            channel.send(Address("push", "one"), HELLO, NOW)
        assert same(caught.value, push_errors.TABLE[status])
        assert service.notifications == []


@pytest.mark.parametrize("row", REFUSALS)
def test_a_reason_fits_into_a_sentence_for_people_and_blames_nobody(row: Refusal) -> None:
    assert 10 < len(row.reason) < 60
    assert not row.reason.endswith((".", "!"))
    assert not any(word in row.reason.lower() for word in ("error", "invalid", "http", "api", "twilio_"))


@pytest.mark.parametrize("code", ["99999", "21999"])
def test_a_code_nobody_has_heard_of_is_permanent_and_kills_no_address(
    api: TwilioApi, twilio: FakeTwilio, code: str
) -> None:
    twilio.fail_next(400, int(code))
    with pytest.raises(ChannelError) as caught:
        api.create_message(to=ANN, from_=FLUX, body="Hello")
    assert (caught.value.permanent, caught.value.gone, caught.value.code) == (True, False, code)


def test_twilio_is_waited_for_as_long_as_it_asks(api: TwilioApi, twilio: FakeTwilio) -> None:
    twilio.fail_next(429, 20429, Retry_After="7")
    with pytest.raises(ChannelError) as caught:
        api.create_message(to=ANN, from_=FLUX, body="Hello")
    assert caught.value.retry_after == 7.0


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("8", 8.0),
        (" 8 ", 8.0),
        ("999999", 3600.0),
        ("", None),
        (None, None),
        ("soon", None),
        ("-1", None),
        ("²", None),
    ],
)
def test_a_retry_after_is_seconds_or_nothing(header: str | None, seconds: float | None) -> None:
    assert seconds_of(header) == seconds
