"""When a call does not reach anybody, or the keys do not fit: one redial at most, kind words, and never a dead line."""

from __future__ import annotations

import json
from datetime import UTC, datetime, time
from functools import partial
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import pytest
from sqlalchemy import select

from bot.call_patience import in_time
from reminders.wakeups import RecordedWakeups
from storage.tables import InboundEvent, Task, User
from storage.users import profile_of, save_profile
from storage.vocabulary import TaskStatus
from tests.fakes.twilio_phone import PhoneCall
from tests.fakes.twilio_server import Record
from tests.reliability.fixtures_fallback import (  # noqa: F401 - `installation` is the fixture
    HOUR,
    MINUTE,
    SECOND,
    Flux,
    installation,
)
from tests.reliability.wired_fakes import PUBLIC, VOICE_DOOR
from web import webhooks


def rung(flux: Flux) -> Record:
    """The phone rings about a run that begins in six minutes."""
    start = flux.clock.now()
    flux.reminded()
    flux.at(start + 2 * MINUTE)
    flux.at(start + 4 * MINUTE)
    [call] = flux.twilio.calls
    return call


@pytest.mark.parametrize("state", ["busy", "no-answer"])
def test_busy_or_no_answer_one_redial(flux: Flux, state: str) -> None:
    first = rung(flux)
    for _ in range(3):  # Twilio may say it several times
        flux.twilio.call_status(first, state)
    flux.at(flux.clock.now() + 5 * SECOND)
    assert len(flux.twilio.calls) == 1, "a breath between the two"
    flux.at(flux.clock.now() + 5 * SECOND)
    _, second = flux.twilio.calls
    flux.twilio.call_status(second, state)
    flux.until(flux.clock.now() + 3 * MINUTE, step=10 * SECOND)
    assert len(flux.twilio.calls) == 2
    said = {"busy": "call, busy", "no-answer": "call, not picked up"}[state]
    assert flux.trail().count(said) == 2


def test_a_call_that_failed_is_not_dialled_again(flux: Flux) -> None:
    call = rung(flux)
    flux.twilio.call_status(call, "failed", ErrorCode="13225")
    flux.until(flux.clock.now() + 3 * MINUTE, step=10 * SECOND)
    assert len(flux.twilio.calls) == 1
    assert "call, did not get through" in flux.trail()


def test_a_machine_answers_it_hears_a_short_message_and_counts_as_not_reached(
    flux: Flux, now: datetime
) -> None:
    call = rung(flux)
    flux.twilio.call_status(call, "in-progress")
    for _ in range(2):
        flux.twilio.call_status(call, "in-progress", AnsweredBy="machine_end_beep")
    [spoken] = call.updates
    assert "It waits for you in the chat" in spoken["Twiml"][0]
    assert "Easy run" not in spoken["Twiml"][0], "whoever else hears the voicemail learns nothing"
    flux.twilio.call_status(call, "completed")
    flux.until(now + 2 * HOUR, step=10 * MINUTE)
    assert len(flux.twilio.calls) == 1
    assert "call, reached a voicemail" in flux.trail()
    [attempt] = flux.attempts("call")
    assert flux.task(attempt.task_id).status == TaskStatus.MISSED, "nobody had answered"


def test_silence_after_the_menu_it_comes_twice_more_and_then_a_polite_end(flux: Flux, now: datetime) -> None:
    line = flux.twilio.pick_up(rung(flux))
    assert "1 done, 2 reschedule, 3 can't today, 4 on it" in line.heard
    for _ in range(2):
        assert "1 done" in line.stay_silent()
        assert not line.over
    assert line.stay_silent() == "I'll leave you to it. You can answer in the chat at any time. Bye."
    assert line.over
    [attempt] = flux.attempts("call")
    assert flux.task(attempt.task_id).status == TaskStatus.PENDING
    flux.until(now + 2 * HOUR, step=10 * MINUTE)
    assert flux.task(attempt.task_id).status == TaskStatus.MISSED


def test_star_repeats_the_menu_as_silence_does(flux: Flux) -> None:
    line = flux.twilio.pick_up(rung(flux))
    assert "1 done" in line.press("*")
    assert "1 done" in line.stay_silent()
    assert "Bye" in line.press("*")
    assert line.over


def test_digit_7_is_named_and_the_menu_comes_again_at_most_three_times(flux: Flux) -> None:
    line = flux.twilio.pick_up(rung(flux))
    for _ in range(3):
        assert line.press("7").startswith("You pressed 7. That one does nothing here.")
        assert "1 done" in line.heard
    assert "Bye" in line.press("7")
    assert line.over
    [attempt] = flux.attempts("call")
    assert flux.task(attempt.task_id).status == TaskStatus.PENDING


def test_the_phone_stops_ringing_at_once_when_the_task_is_moved_in_words(flux: Flux) -> None:
    """The ending is in the outbox, and somebody is rung for it: nobody's phone rings until the next sweep."""
    call = rung(flux)
    flux.twilio.call_status(call, "ringing")
    bells = flux.services.wakeups
    assert isinstance(bells, RecordedWakeups)
    bells.asked.clear()
    assert "Thu 12 Mar 10:00" in flux.says("move easy run to tomorrow 10:00").text
    assert min(bells.asked) <= flux.clock.now()
    flux.at(flux.clock.now())
    assert call.status == "canceled"
    flux.twilio.call_status(call, "canceled")
    assert "call, ended before you picked up" in flux.trail()


@pytest.mark.parametrize(("key", "heard"), [("1", "is done"), ("2", "When would suit you?")])
def test_whoever_answers_a_call_that_nobody_has_heard_of_yet_is_not_hung_up(
    flux: Flux, key: str, heard: str
) -> None:
    """The answer to our request is lost and the callbacks are late: the caller is the first to tell of the call."""
    start = flux.clock.now()
    flux.reminded()
    flux.at(start + 2 * MINUTE)
    flux.twilio.drop_reply()
    flux.at(start + 4 * MINUTE)
    [call], [attempt] = flux.twilio.calls, flux.attempts("call")
    assert attempt.status == "unknown"
    call.status = "in-progress"
    line = PhoneCall(flux.twilio, call)
    line.follow(call.get("Url"), {})
    assert heard in line.press(key)
    flux.until(flux.clock.now() + MINUTE, step=5 * SECOND)
    assert call.updates == [], "nobody ended it"
    assert "call, picked up" in flux.trail()


def test_a_time_that_is_taken_meanwhile_brings_two_others_on_the_phone(flux: Flux) -> None:
    line = flux.twilio.pick_up(rung(flux))
    first = line.press("2")
    for at in offers(flux):
        flux.plan("Dentist", at)
    second = line.press("1")
    assert second.startswith("That time is no longer free. When would suit you? 1 for")
    assert second.partition("1 for")[2] != first.partition("1 for")[2]
    assert line.press("1").startswith("Moved: Easy run")


def test_with_one_time_on_offer_2_is_a_wrong_key(flux: Flux) -> None:
    line = flux.twilio.pick_up(rung(flux))
    line.press("2")
    with flux.services.database.service() as session:
        said = session.scalars(select(InboundEvent).where(InboundEvent.replies.has_key("offers"))).one()
        said.replies = dict(said.replies or {}) | {"offers": (said.replies or {})["offers"][:1]}
    assert line.press("2").startswith("You pressed 2. That one does nothing here. When would suit you? 1 for")
    assert line.press("1").startswith("Moved: Easy run")


def test_what_is_reminded_of_the_evening_before_says_so_on_whatsapp_and_on_the_phone(
    flux: Flux, now: datetime
) -> None:
    with flux.services.database.service() as session:
        user = session.get_one(User, flux.ann)
        known = profile_of(user).model_copy(update={"bed_time": time(23), "wake_time": time(7)})
        save_profile(user, known)
    flux.plan("Easy run", datetime(2026, 3, 12, 5, 30, tzinfo=UTC))  # half past six in Berlin
    flux.rings_until(now + 13 * HOUR)
    [said], [call] = flux.twilio.messages, flux.twilio.calls
    assert json.loads(said.get("ContentVariables")) == {"1": "Easy run", "2": "06:30 tomorrow"}
    assert "thirty minutes, tomorrow at six thirty in the morning." in flux.twilio.pick_up(call).heard


def offers(flux: Flux) -> list[datetime]:
    """The times that the call has just named."""
    with flux.services.database.service() as session:
        said = session.scalars(select(InboundEvent).where(InboundEvent.replies.has_key("offers"))).one()
        return [datetime.fromtimestamp(at, UTC) for at in (said.replies or {})["offers"]]


def test_slow_twiml_is_held_with_a_redirect_and_the_key_counts_once(
    flux: Flux, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhooks, "in_time", partial(in_time, patience=0.2))
    call = rung(flux)
    [attempt] = flux.attempts("call")
    version = flux.task(attempt.task_id).version
    url = f"{PUBLIC}{VOICE_DOOR}?task_id={attempt.task_id}&attempt={attempt.id}&menu=menu&silences=0&wrongs=0"

    def ask(url: str, **form: str) -> ElementTree.Element:
        answer = flux.twilio.post(url, {"CallSid": call.sid} | form)
        return ElementTree.fromstring(answer.text)  # noqa: S314 - our own answer

    with flux.services.database.service() as busy:
        busy.execute(select(Task).where(Task.id == attempt.task_id).with_for_update())
        first = ask(url, Digits="1")
        held = ask(first.findtext("Redirect") or "")
        assert [first.findtext("Say"), held.findtext("Say")] == ["One moment, please."] * 2
        again = held.findtext("Redirect") or ""
        assert parse_qs(urlsplit(again).query)["digits"] == ["1"]
    monkeypatch.setattr(webhooks, "in_time", in_time)
    assert "is done" in (ask(again).findtext("Say") or "")
    task = flux.task(attempt.task_id)
    assert (task.status, task.version) == (TaskStatus.DONE, version + 1)
