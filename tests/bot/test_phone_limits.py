"""Codes by SMS cost money and open doors: how many are sent, how many may be tried, and to which countries."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from redis import Redis

from bot.phone_limits import LimitedVerifier
from bot.send_failures import SendFailures, failures
from channels.messages import ChannelError
from channels.twilio_api import TwilioApi, TwilioVerify
from tests.fakes.twilio_server import ACCOUNT_SID, AUTH_TOKEN, VERIFY_SID, FakeTwilio

ANN = "+4915112345678"
HOUR = timedelta(hours=1)


@pytest.fixture
def twilio() -> Iterator[FakeTwilio]:
    with FakeTwilio() as server:
        yield server


@pytest.fixture
def verifier(twilio: FakeTwilio, redis: Redis) -> LimitedVerifier:
    return limited(twilio, redis)


def limited(twilio: FakeTwilio, redis: Redis, *countries: str) -> LimitedVerifier:
    api = TwilioApi(ACCOUNT_SID, AUTH_TOKEN, twilio.url, timeout=5)
    return LimitedVerifier(TwilioVerify(api, VERIFY_SID), redis, "a-secret", countries, SendFailures(redis))


def sent(verifier: LimitedVerifier, number: str, now: datetime) -> bool:
    try:
        verifier.start(number, now)
    except ChannelError:
        return False
    return True


def wrong_of(twilio: FakeTwilio, number: str = ANN) -> str:
    return f"{(int(twilio.codes[number]) + 1) % 1_000_000:06d}"


def test_three_codes_an_hour_and_ten_a_day_to_one_number(
    verifier: LimitedVerifier, twilio: FakeTwilio, now: datetime
) -> None:
    told = [sent(verifier, ANN, now + minutes * timedelta(minutes=10)) for minutes in range(60)]
    assert told[:7] == [True, True, True, False, False, False, True]
    assert sum(told) == len(twilio.sms) == 10
    assert sent(verifier, ANN, now + 25 * HOUR)


def test_a_code_is_dead_after_five_wrong_tries(
    verifier: LimitedVerifier, twilio: FakeTwilio, now: datetime
) -> None:
    verifier.start(ANN, now)
    wrong = wrong_of(twilio)
    assert [verifier.check(ANN, wrong, now) for _ in range(5)] == [False] * 5
    assert not verifier.check(ANN, twilio.codes[ANN], now)
    verifier.start(ANN, now)
    assert verifier.check(ANN, twilio.codes[ANN], now), "a new code is a new chance"


def test_many_guesses_at_once_share_the_five_tries(
    verifier: LimitedVerifier, twilio: FakeTwilio, now: datetime
) -> None:
    verifier.start(ANN, now)
    wrong = wrong_of(twilio)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: verifier.check(ANN, wrong, now), range(40)))
    assert twilio._tries[ANN] == 5


def test_a_code_that_could_not_be_checked_was_no_try(
    verifier: LimitedVerifier, twilio: FakeTwilio, now: datetime
) -> None:
    verifier.start(ANN, now)
    for _ in range(7):
        twilio.fail_next(503, 20503)
        with pytest.raises(ChannelError):
            verifier.check(ANN, twilio.codes[ANN], now)
    assert verifier.check(ANN, twilio.codes[ANN], now)


def test_a_right_code_wipes_the_slate(verifier: LimitedVerifier, twilio: FakeTwilio, now: datetime) -> None:
    for day in range(4):
        at = now + day * timedelta(hours=5)
        verifier.start(ANN, at)
        for _ in range(4):
            assert not verifier.check(ANN, wrong_of(twilio), at)
        assert verifier.check(ANN, twilio.codes[ANN], at)


@pytest.mark.parametrize(
    ("number", "allowed"), [("+4915112345678", True), ("+436641234567", True), ("+882161234567", False)]
)
def test_only_countries_on_the_list_are_sent_codes(
    twilio: FakeTwilio, redis: Redis, now: datetime, number: str, allowed: bool
) -> None:
    assert sent(limited(twilio, redis, "+49", "+43"), number, now) == allowed
    assert twilio.sms == ([number] if allowed else [])


def test_what_twilio_refuses_is_counted(
    verifier: LimitedVerifier, twilio: FakeTwilio, redis: Redis, now: datetime
) -> None:
    twilio.fail_next(400, 60205)
    assert not sent(verifier, ANN, now)
    assert failures(redis) == {("verify", "60205"): 1}


def test_no_number_stands_in_redis(verifier: LimitedVerifier, redis: Redis, now: datetime) -> None:
    verifier.start(ANN, now)
    kept = b" ".join(redis.keys("*"))
    assert b"flux:otp:" in kept
    assert ANN[1:].encode() not in kept
