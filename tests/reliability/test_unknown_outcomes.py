"""What a provider has not told yet: it is asked, nothing is said or dialled on the off chance, and no answer waits for it."""

from __future__ import annotations

from datetime import datetime

import pytest

from bot.recovery import recover
from reminders.wakeups import RecordedWakeups
from tests.fakes.http_server import Reply
from tests.fakes.telegram_phone import ANN as CHAT
from tests.fakes.telegram_server import Fault as TelegramFault
from tests.fakes.twilio_server import Fault
from tests.reliability.fixtures_fallback import (  # noqa: F401 - `installation` is the fixture
    MINUTE,
    SECOND,
    Flux,
    about_to_call,
    installation,
)

NOTHING_LISTED = {"calls": [], "page": 0, "page_size": 50, "next_page_uri": None}


def test_a_call_of_unknown_outcome_is_not_dialled_again_because_the_question_was_refused(flux: Flux) -> None:
    at = about_to_call(flux)
    flux.twilio.drop_reply()  # made, and the answer lost
    flux.at(at)
    flux.twilio.fail_next(429, 20429)  # ten seconds later Twilio does not list its calls
    flux.at(at + 11 * SECOND)
    assert [one.status for one in flux.attempts("call")] == ["unknown"], "still to be asked about"
    for seconds in range(12, 120):
        flux.at(at + seconds * SECOND)
    assert len(flux.twilio.calls) == 1


def test_nor_is_a_whatsapp_message_said_again(flux: Flux, now: datetime) -> None:
    flux.reminded()
    flux.twilio.drop_reply()
    flux.at(now + 2 * MINUTE)
    flux.twilio.fail_next(429, 20429)
    for seconds in range(11, 60):
        flux.at(now + 2 * MINUTE + seconds * SECOND)
    assert len(flux.twilio.messages) == 1


def test_the_minute_until_a_call_was_certainly_never_made_counts_from_the_dialling(flux: Flux) -> None:
    at = about_to_call(flux)
    flux.twilio.fail_next(429, 20429, **{"Retry-After": "50"})
    flux.at(at)
    flux.twilio.drop_reply()
    seconds = 0
    while not flux.twilio.calls:
        seconds += 1
        flux.at(at + seconds * SECOND)
    flux.twilio.faults.append(Fault(Reply.json(NOTHING_LISTED)))  # not listed yet
    for later in range(1, 25):
        flux.at(at + (seconds + later) * SECOND)
    assert len(flux.twilio.calls) == 1


def test_a_call_of_unknown_outcome_is_looked_for_at_once_when_the_answer_comes(flux: Flux) -> None:
    at = about_to_call(flux)
    flux.twilio.drop_reply()
    flux.at(at)
    flux.clock.move_to(at + SECOND)
    bells = flux.services.wakeups
    assert isinstance(bells, RecordedWakeups)
    bells.asked.clear()
    flux.taps("Done")
    assert any(one <= at + SECOND for one in bells.asked), "it does not wait for a sweep"


def test_a_telegram_text_whose_answers_are_lost_is_repeated_twice_and_then_the_next_rung_comes(
    flux: Flux, now: datetime
) -> None:
    for _ in range(100):
        flux.telegram.drop_reply()
    flux.plan("Easy run", now + 10 * MINUTE)
    flux.at(now)
    flux.until(now + 30 * MINUTE, step=5 * SECOND)
    assert len(flux.telegram.messages) == 3
    assert len(flux.twilio.messages) == 1


@pytest.mark.parametrize("typed", [True, False])
def test_a_result_whose_edit_was_lost_on_the_way_still_comes(flux: Flux, typed: bool) -> None:
    """An edit may be repeated without harm; and what was to be said after it is no less worth saying."""
    flux.reminded()
    flux.telegram.faults.append(TelegramFault(Reply(drop=True), "editMessageText"))
    before = len(flux.telegram.messages)
    if typed:
        flux.telegram.type("done", CHAT)
    else:
        flux.taps("Done")
    for _ in range(9):
        flux.clock.move_to(flux.clock.now() + 30 * SECOND)
        flux.services.redis.flushdb()
        recover(flux.services)
    assert flux.telegram.messages[0].text.startswith("Done")
    assert len(flux.telegram.messages) == before + typed
