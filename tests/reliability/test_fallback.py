"""When a channel fails: what is tried again, what is left alone, what comes next, and that the person can read why."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime
from itertools import pairwise

import pytest
from sqlalchemy import select

from storage.tables import Task
from storage.vocabulary import TaskStatus
from tests.fakes.http_server import Reply
from tests.fakes.telegram_phone import ANN as CHAT
from tests.fakes.twilio_phone import ANN as NUMBER
from tests.reliability.fixtures_fallback import (  # noqa: F401 - `installation` is the fixture
    HOUR,
    LEAD,
    MINUTE,
    SECOND,
    TEMPLATE,
    Flux,
    installation,
)


@pytest.mark.parametrize("status", [404, 410])
def test_push_404_or_410_the_subscription_is_removed_and_the_ladder_goes_on_at_once(
    flux: Flux, status: int, now: datetime
) -> None:
    flux.telegram.block()
    flux.browser()
    flux.push.fail_next(status)
    flux.reminded()
    assert flux.subscriptions() == []
    assert len(flux.twilio.messages) == 1, "WhatsApp did not wait for its two minutes"
    assert flux.services.clock.now() == now
    assert "reminder by notification failed: the browser is not subscribed any more" in flux.trail()


def test_push_413_is_sent_once_more_and_shorter(flux: Flux) -> None:
    flux.browser()
    flux.push.fail_next(413)
    flux.reminded("Easy run " + "through the park " * 10)
    [shown] = flux.push.notifications
    assert len(json.dumps(shown.content, ensure_ascii=False, separators=(",", ":")).encode()) <= 1000
    assert shown.content["title"].startswith("Easy run")


def test_push_429_waits_as_long_as_it_is_asked_to(flux: Flux, now: datetime) -> None:
    flux.browser()
    flux.push.fail_next(429, Retry_After="30")
    flux.reminded()
    flux.until(now + 29 * SECOND, step=SECOND)
    assert flux.push.notifications == []
    flux.until(now + 40 * SECOND, step=SECOND)
    assert len(flux.push.notifications) == 1


@pytest.mark.parametrize("status", [500, 502, 503])
def test_push_5xx_backs_off_longer_each_time(flux: Flux, status: int) -> None:
    flux.browser()
    for _ in range(3):
        flux.push.fail_next(status)
    flux.reminded()
    pauses = []
    for _ in range(3):
        [attempt] = flux.attempts("push")
        if attempt.status == "dispatched":
            break
        assert attempt.lease_until is not None
        pauses.append(attempt.lease_until - flux.clock.now())
        flux.at(attempt.lease_until)
    assert len(flux.push.notifications) == 1
    assert pauses[0] >= 2 * SECOND
    assert len(pauses) >= 2
    assert all(longer > shorter for shorter, longer in pairwise(pauses))


def test_no_subscription_left_the_rung_is_skipped_with_its_reason(flux: Flux) -> None:
    flux.telegram.block()
    flux.push.unsubscribe(flux.browser())
    flux.reminded("Yoga")
    assert flux.subscriptions() == []
    task = flux.plan("Easy run", flux.clock.now() + LEAD)
    flux.at(flux.clock.now())
    assert {(row.rung, row.status, row.reason) for row in flux.attempts(task_id=task)} == {
        ("remind", "skipped", "Telegram is off: you blocked the bot"),
        ("whatsapp", "dispatched", None),
    }
    assert "reminder skipped: Telegram is off: you blocked the bot" in flux.trail()


# ------------------------------------------------------------------ WhatsApp


def test_whatsapp_63016_at_once_or_later_brings_the_template(flux: Flux, now: datetime) -> None:
    flux.writes_on_whatsapp("/today")
    flux.twilio.messages.clear()
    flux.reminded()
    flux.at(now + 2 * MINUTE)
    [text] = flux.twilio.messages
    assert "Easy run" in text.get("Body"), "the window is thought to be open"
    for _ in range(2):
        flux.twilio.report(text, "undelivered", "63016")
    flux.at(now + 2 * MINUTE + SECOND)
    _, template = flux.twilio.messages
    assert template.get("ContentSid") == TEMPLATE
    assert flux.twilio.calls == [], "the template has its two minutes"
    flux.twilio.report(template, "delivered")
    flux.at(now + 4 * MINUTE + SECOND)
    assert (len(flux.twilio.messages), len(flux.twilio.calls)) == (2, 1)
    assert [(row.status, row.outcome) for row in flux.attempts("whatsapp")][1] == ("dispatched", "delivered")


@pytest.mark.parametrize("flux", [{"twilio_whatsapp_template_sid": ""}], indirect=True)
@pytest.mark.parametrize("told", ["at once", "later"])
def test_whatsapp_63016_without_a_template_starts_the_next_rung_now(
    flux: Flux, told: str, now: datetime
) -> None:
    flux.reminded()
    if told == "at once":
        flux.twilio.fail_next(400, 63016)
    flux.at(now + 2 * MINUTE)
    if told == "later":
        flux.twilio.report(flux.twilio.messages[0], "undelivered", "63016")
        flux.at(now + 2 * MINUTE + SECOND)
    assert len(flux.twilio.calls) == 1
    assert "second reminder by WhatsApp failed: you have not written on WhatsApp for a day" in flux.trail()


@pytest.mark.parametrize("heard", ["STOP", "21610"])
def test_21610_or_stop_the_opt_out_is_stored_until_start(flux: Flux, heard: str, now: datetime) -> None:
    if heard == "STOP":
        flux.writes_on_whatsapp("STOP")
    else:  # they wrote it to another service with our number, and only Twilio knows
        flux.twilio.opted_out.add(NUMBER)
        flux.reminded("Yoga")
        flux.at(now + 2 * MINUTE)
    assert flux.twilio.messages == []
    flux.at(flux.clock.now() + 10 * MINUTE)  # the phone does not ring twice within five minutes
    flux.writes_on_whatsapp("how are you?")
    asked = flux.twilio.requests
    task = flux.reminded()
    flux.at(flux.clock.now() + 2 * MINUTE)
    assert [
        (row.rung, row.status, row.reason) for row in flux.attempts(task_id=task) if row.rung == "whatsapp"
    ] == [("whatsapp", "skipped", "WhatsApp is off: you sent STOP")]
    assert flux.twilio.requests == asked + 1, "the call, and nothing else"
    flux.writes_on_whatsapp("START")
    flux.twilio.messages.clear()
    flux.reminded("Stretch")
    flux.at(flux.clock.now() + 2 * MINUTE)
    assert any("Stretch" in json.dumps(sent.form) for sent in flux.twilio.messages)


def test_what_is_told_of_an_older_message_does_not_undo_a_start(flux: Flux, now: datetime) -> None:
    """Callbacks come in any order: this one is about a message that left before they wrote START."""
    flux.reminded()
    flux.at(now + 2 * MINUTE)
    [older] = flux.twilio.messages
    for words in ("STOP", "START"):
        flux.clock.move_to(flux.clock.now() + MINUTE)
        flux.writes_on_whatsapp(words)
    flux.twilio.report(older, "undelivered", "21610")
    assert "second reminder by WhatsApp failed: you sent STOP" in flux.trail()
    flux.at(flux.clock.now() + 10 * MINUTE)
    flux.twilio.messages.clear()
    flux.reminded("Stretch")
    flux.at(flux.clock.now() + 2 * MINUTE)
    assert any("Stretch" in json.dumps(sent.form) for sent in flux.twilio.messages)


@pytest.mark.parametrize("told", ["at once", "later"])
def test_63018_starts_the_next_rung_and_is_counted(flux: Flux, told: str, now: datetime) -> None:
    flux.reminded()
    if told == "at once":
        flux.twilio.fail_next(400, 63018)
    flux.at(now + 2 * MINUTE)
    if told == "later":
        flux.twilio.report(flux.twilio.messages[0], "failed", "63018")
        flux.at(now + 2 * MINUTE + SECOND)
    assert len(flux.twilio.calls) == 1
    figures = flux.client.get("/metrics").get_data(as_text=True)
    assert 'flux_send_failures_total{channel="whatsapp",code="63018"} 1.0' in figures


# ------------------------------------------------------------------ Telegram


def test_telegram_403_blocked_the_channel_is_disabled_and_the_dashboard_says_why(flux: Flux) -> None:
    flux.telegram.blocked.add(CHAT)  # Telegram has not told us yet
    flux.reminded()
    assert len(flux.twilio.messages) == 1
    asked = len(flux.telegram.calls)
    flux.reminded("Stretch")
    assert len(flux.telegram.calls) == asked, "a chat that is off is not tried again"
    flux.writes_on_whatsapp("/dashboard")
    link = flux.twilio.messages[-1].get("Body").splitlines()[-1].removeprefix("https://flux.example")
    flux.client.post(link)
    page = flux.client.get("/dashboard").get_data(as_text=True)
    assert "Telegram is off: you blocked the bot; send /start to me there to turn it on." in page


def test_429_retry_after_8_that_chat_waits_and_others_do_not(flux: Flux, now: datetime) -> None:
    others = [flux.person(chat) for chat in (77, 78)]
    for user_id in (flux.ann, *others):
        flux.plan("Easy run", now + LEAD, user_id)
    flux.telegram.fail_next(429, method="sendMessage", retry_after=8)
    flux.at(now)
    assert len(flux.telegram.messages) == 2
    flux.until(now + 7 * SECOND, step=SECOND)
    assert len(flux.telegram.messages) == 2
    flux.until(now + 12 * SECOND, step=SECOND)
    assert sorted(sent.chat_id for sent in flux.telegram.messages) == sorted((CHAT, 77, 78))


# ------------------------------------------------------------------ Twilio away


RUNS = ("Run 10", "Run 27")
PACE = 2  # WhatsApp messages a second; one call is the usual


@pytest.mark.parametrize("away", [Reply.json({}, 503), Reply(drop=True)], ids=["503", "no answer"])
@pytest.mark.parametrize("flux", [{"twilio_whatsapp_messages_per_second": PACE}], indirect=True)
def test_twilio_down_20_min_no_burst_afterwards_and_no_late_call(
    flux: Flux, away: Reply, now: datetime
) -> None:
    people = [flux.ann, *(flux.person(100 + n, f"+4915119000{n:03d}") for n in range(8))]
    for user_id in people:
        for minutes in (10, 27):
            flux.plan(f"Run {minutes}", now + minutes * MINUTE, user_id, duration_minutes=10)
    flux.twilio.down = away
    flux.until(now + 20 * MINUTE, step=20 * SECOND)
    assert len(flux.telegram.messages) == 2 * len(people), "Telegram is not held up"
    late = [one for one in flux.twilio.asked if one[0] > (now + 6 * MINUTE).timestamp()]
    assert 0 < most_within(60, late) <= 4, "it is left alone, but for a probe now and then"
    flux.twilio.asked.clear()
    flux.twilio.down = None
    flux.until(now + 30 * MINUTE, step=20 * SECOND)
    for what, pace in (("POST Messages.json", PACE), ("POST Calls.json", 1)):
        sent = [one for one in flux.twilio.asked if one[1] == what]
        assert len(sent) >= len(people)
        assert most_within(1, sent) <= pace, "no burst"
    told = Counter((sent.to, run) for sent in flux.twilio.messages for run in RUNS if run in str(sent.form))
    rung_for = Counter(call.to for call in flux.twilio.calls)
    assert set(told.values()) == {1}, "each once, be it late"
    assert set(rung_for.values()) == {1}, "no call for the first run, twenty minutes late"
    flux.until(now + 3 * HOUR, step=10 * MINUTE)
    with flux.services.database.service() as session:
        assert set(session.scalars(select(Task.status))) == {TaskStatus.MISSED}
    assert not [row for row in flux.attempts() if row.status in ("pending", "unknown")]


def most_within(seconds: float, asked: list[tuple[float, str]]) -> int:
    """How many of these requests fell into one stretch of that length, at most."""
    moments = [at for at, _ in asked]
    return max(sum(start <= at < start + seconds for at in moments) for start in moments)


def test_a_text_of_unknown_outcome_is_not_said_again_while_twilio_cannot_be_asked(
    flux: Flux, now: datetime
) -> None:
    flux.reminded()
    flux.twilio.fail_after_accepting()
    flux.at(now + 2 * MINUTE)
    flux.twilio.down = Reply.json({}, 503)
    flux.until(now + 3 * MINUTE, step=5 * SECOND)
    flux.twilio.down = None
    flux.until(now + 4 * MINUTE - SECOND, step=5 * SECOND)
    assert len(flux.twilio.messages) == 1
    assert [row.status for row in flux.attempts("whatsapp")] == ["dispatched"]
