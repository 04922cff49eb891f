"""Codes by SMS: guessed, pumped and worn out; how many are sent, how many may be tried, and what the person is told."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from redis import Redis

from channels.messages import ChannelError
from tests.reliability.fixtures_fallback import (  # noqa: F401 - `standing_installation` is a fixture
    HOUR,
    MINUTE,
    NOW,
    Flux,
    standing_installation,
    untouched,
)

CHAT = 77
OWN = "+4915119876543"


@pytest.fixture
def house(standing: Flux, redis: Redis) -> Flux:
    standing.clock.move_to(NOW)
    return standing


def test_ten_wrong_otp_codes_the_code_is_dead_after_five_and_the_number_locked_for_1_h(house: Flux) -> None:
    person = house.person(CHAT)
    house.says(OWN, CHAT)
    for _ in range(5):
        house.says(wrong(house, OWN), CHAT)
    assert "tried too often" in house.says(house.twilio.codes[OWN], CHAT).text
    house.taps("Send again", CHAT)
    for _ in range(5):
        house.says(wrong(house, OWN), CHAT)
    told = house.taps("Send again", CHAT).text
    assert told == (
        "That number has had its codes for now; from 11:00 on I can send another. Another number, or skip for now?"
    )
    assert house.twilio.sms.count(OWN) == 2
    house.clock.move_to(NOW + 59 * MINUTE)
    house.taps("Send again", CHAT)
    assert house.twilio.sms.count(OWN) == 2
    house.clock.move_to(NOW + HOUR)
    house.taps("Send again", CHAT)
    house.says(house.twilio.codes[OWN], CHAT)
    assert house.user(person).phone_verified


def test_200_otp_requests_to_one_prefix_at_most_three_are_sent(house: Flux) -> None:
    before = len(house.twilio.sms)
    numbers = [f"+49151123{number:05d}" for number in range(40000, 40200)]

    def sent(number: str) -> bool:
        with suppress(ChannelError):
            house.services.verifier.start(number, NOW)
            return True
        return False

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(sent, numbers)) == 3
    assert len(house.twilio.sms) - before == 3
    assert sent("+4915119876999"), "others are not held up"


def test_whoever_asks_too_often_is_told_when_the_next_code_may_come(house: Flux) -> None:
    house.person(CHAT + 1)
    house.says("+4915118765432", CHAT + 1)
    house.clock.move_to(NOW + 20 * MINUTE)
    house.taps("Send again", CHAT + 1)
    house.taps("Send again", CHAT + 1)
    told = house.taps("Send again", CHAT + 1).text
    assert told.startswith(
        "I've sent as many codes as I may within an hour; from 11:00 on I can send another."
    )


def wrong(house: Flux, number: str) -> str:
    return f"{(int(house.twilio.codes[number]) + 1) % 1_000_000:06d}"


def guesses(house: Flux, number: str, count: int) -> None:
    for tried in range(count):
        if tried % 5 == 0:
            house.services.verifier.start(number, NOW)
        assert not house.services.verifier.check(number, wrong(house, number), NOW)


def sends(house: Flux, number: str, times: int, every: timedelta = MINUTE) -> timedelta:
    for count in range(times):
        house.services.verifier.start(number, NOW + count * every)
    return times * every


def block(house: Flux, number: str) -> None:
    for end in range(3):
        house.services.verifier.start(f"{number[:-4]}900{end}", NOW)


CODES: dict[str, tuple[Callable[[Flux, str], Any], Callable[[Flux, str], Any]]] = {
    "the right code after five wrong ones": (
        lambda house, number: guesses(house, number, 5),
        lambda house, number: house.services.verifier.check(number, house.twilio.codes[number], NOW),
    ),
    "a new code after ten wrong ones": (
        lambda house, number: guesses(house, number, 10),
        lambda house, number: house.services.verifier.start(number, NOW + 59 * MINUTE),
    ),
    "any code after ten wrong ones": (
        lambda house, number: guesses(house, number, 10),
        lambda house, number: house.services.verifier.check(number, house.twilio.codes[number], NOW + 59 * MINUTE),
    ),
    "a fourth code within an hour": (
        lambda house, number: sends(house, number, 3),
        lambda house, number: house.services.verifier.start(number, NOW + 59 * MINUTE),
    ),
    "an eleventh code within a day": (
        lambda house, number: sends(house, number, 10, HOUR),
        lambda house, number: house.services.verifier.start(number, NOW + 23 * HOUR),
    ),
    "a fourth number of one block": (
        block,
        lambda house, number: house.services.verifier.start(number, NOW),
    ),
}  # fmt: skip
STRANGE = ["", "abc", "12", "１２３４５６", "123456789012", "1234; drop table", "٠١٢٣٤٥", "-12345"]


@pytest.mark.parametrize("how", CODES)
def test_a_code_beyond_the_limits_is_refused_and_twilio_is_not_asked(house: Flux, how: str) -> None:
    number = f"+49151{uuid4().int % 10**8:08d}"
    before, then = CODES[how]
    before(house, number)
    with untouched(house), suppress(ChannelError):
        assert then(house, number) is False


@pytest.mark.parametrize("typed", STRANGE)
def test_what_is_no_code_is_refused_and_twilio_is_not_asked(house: Flux, typed: str) -> None:
    number = f"+49151{uuid4().int % 10**8:08d}"
    house.services.verifier.start(number, NOW)
    with untouched(house):
        assert house.services.verifier.check(number, typed, NOW) is False
