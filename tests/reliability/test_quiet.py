"""A pause, a journey, a snooze or "on it" in the middle of a ladder: nothing goes out in sleep or in the pause."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from storage.vocabulary import Stage, TaskStatus
from tests.reliability.fixtures_fallback import (  # noqa: F401 - `installation` is the fixture
    LEAD,
    MINUTE,
    SECOND,
    Flux,
    installation,
)

BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")


def berlin(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of March 2026 on Berlin's clock."""
    return datetime(2026, 3, day, hour, minute, tzinfo=BERLIN).astimezone(UTC)


def sent(flux: Flux) -> tuple[int, int, int, int]:
    return (
        len([call for call in flux.telegram.calls if call.method == "sendMessage"]),
        len(flux.twilio.messages),
        len(flux.twilio.calls),
        len(flux.push.notifications),
    )


@pytest.mark.parametrize("refused", ["reminder", "whatsapp"])
def test_a_pause_that_begins_before_a_retry_ends_it(flux: Flux, refused: str, now: datetime) -> None:
    flux.browser()
    task = flux.plan("Easy run", now + LEAD)
    if refused == "reminder":
        flux.push.fail_next(429, Retry_After="20")
    flux.at(now)
    if refused == "whatsapp":
        flux.twilio.fail_next(429, 20429, Retry_After="30")
        flux.at(now + 2 * MINUTE)
    flux.says("I'm on holiday until Sunday")
    before = sent(flux)
    flux.rings_until(berlin(15, 23, 59))
    assert sent(flux) == before
    assert flux.task(task).status == TaskStatus.CANCELLED
    assert not [one for one in flux.attempts() if one.status in ("pending", "unknown")]
    assert [line for line in flux.trail() if "paused" in line], flux.trail()


def test_a_follow_up_after_on_it_waits_for_the_morning_behind_a_pause(flux: Flux) -> None:
    task = flux.reminded()
    flux.taps("On it")
    flux.says("I'm on holiday until Sunday")
    before = sent(flux)
    flux.rings_until(berlin(16, 6, 59))
    assert sent(flux) == before
    flux.rings_until(berlin(16, 7))
    assert flux.telegram.messages[-1].text == "Easy run: how did it go?"
    assert flux.task(task).stage == Stage.ASKED


def test_a_follow_up_after_on_it_waits_for_the_morning_behind_the_night(flux: Flux) -> None:
    flux.clock.move_to(berlin(11, 22, 30))
    flux.reminded()
    flux.taps("On it")
    before = sent(flux)
    flux.rings_until(berlin(12, 6, 59))
    assert sent(flux) == before
    flux.rings_until(berlin(12, 7))
    assert flux.telegram.messages[-1].text == "Easy run: how did it go?"


@pytest.mark.parametrize("length", ["10 min", "1 hour", "Tonight", "Tomorrow"])
def test_a_snooze_in_the_evening_stays_out_of_the_night(flux: Flux, length: str) -> None:
    flux.clock.move_to(berlin(11, 22, 40))
    task = flux.reminded()
    flux.taps("Snooze")
    flux.taps(length)
    before, wakes = sent(flux), flux.task(task).wakes_at
    assert wakes is not None
    assert wakes < berlin(11, 23) or berlin(12, 7) <= wakes < berlin(12, 23)
    if wakes < berlin(11, 23):
        flux.rings_until(berlin(11, 23) - SECOND)
        before = sent(flux)
    flux.rings_until(berlin(12, 6, 59))
    assert sent(flux) == before
    flux.rings_until(berlin(13, 6))
    assert sent(flux) > before


def test_a_note_about_a_miss_waits_for_the_morning_of_the_zone_they_have_come_to(flux: Flux) -> None:
    flux.clock.move_to(berlin(11, 22, 30))
    task = flux.reminded()
    flux.rings_until(berlin(11, 23, 45))
    assert flux.task(task).status == TaskStatus.MISSED
    flux.says("I'm in New York")
    flux.taps("Same times there")
    before = sent(flux)
    flux.rings_until(datetime(2026, 3, 12, 6, 59, tzinfo=NEW_YORK).astimezone(UTC))
    assert sent(flux) == before, "07:00 in Berlin is the middle of their night now"
    flux.rings_until(datetime(2026, 3, 12, 7, 0, tzinfo=NEW_YORK).astimezone(UTC))
    assert "went by, and that's all right" in flux.telegram.messages[-1].text


@pytest.mark.parametrize("rule", ["Same times there", "Same moments"])
def test_whoever_flies_in_the_middle_of_a_ladder_is_not_woken_by_its_rest(flux: Flux, rule: str) -> None:
    flux.clock.move_to(berlin(11, 16))  # midnight in Tokyo
    flux.reminded()
    flux.plan("Yoga", berlin(11, 18))
    flux.says("I'm in Tokyo")
    flux.taps(rule)
    before = sent(flux)
    tokyo = ZoneInfo("Asia/Tokyo")
    flux.rings_until(datetime(2026, 3, 12, 6, 59, tzinfo=tokyo).astimezone(UTC))
    assert sent(flux) == before
    flux.rings_until(datetime(2026, 3, 12, 9, 0, tzinfo=tokyo).astimezone(UTC))
    assert sent(flux)[1:] == before[1:], "no call and no WhatsApp for what was over by the morning"
    told = [message.text for message in flux.telegram.messages if "went by" in message.text]
    once = [sum(title in text for text in told) for title in ("Easy run", "Yoga")]
    assert once == [1, 1], "once each, kindly, after waking up"
