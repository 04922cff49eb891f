"""Answers that meet what Flux is just doing: the answer wins, is counted once, and is explained when it comes too late."""

from __future__ import annotations

from concurrent.futures import wait
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from bot import inbound
from reminders.dispatch import Dispatcher
from reminders.lanes import FEW
from reminders.wakeups import RecordedWakeups
from storage.tables import User
from storage.vocabulary import TaskStatus
from tests.fakes.telegram_phone import ANN
from tests.fakes.twilio_phone import PhoneCall
from tests.installation import PUBLIC, WHATSAPP_DOOR, Installation
from tests.reliability.conftest import Beside
from tests.reliability.crowds import MINUTE, NUMBER, chat_of, crowd, hold_sends, number_of, per_chat

HOUR = timedelta(hours=1)


@pytest.fixture
def run_task(flux: Installation, now: datetime) -> UUID:
    """Ann's run in ten minutes; she has a proved number."""
    return flux.plan(flux.person(number=NUMBER), now + 10 * MINUTE)


@pytest.fixture
def call(flux: Installation, run_task: UUID, now: datetime) -> PhoneCall:
    """Ann has picked up the call about it."""
    for minute in (0, 2, 4):
        flux.run(now + minute * MINUTE)
    return flux.twilio.pick_up(flux.twilio.calls[0])


def test_done_commits_while_the_whatsapp_step_is_leased_not_sent(
    flux: Installation, now: datetime, beside: Beside
) -> None:
    """Of twelve steps one is on its way, the others are only written down."""
    numbers = {number_of(chat): chat for chat in crowd(flux, 12, now, reachable=True)}
    flux.run(now)
    flux.clock.move_to(now + 2 * MINUTE)
    hold = flux.twilio.hold("Messages.json", accept=True)
    one_lane = Dispatcher(flux.services.database, flux.services.switchboard, RecordedWakeups(), lanes=1)
    running = beside(one_lane.run_due, now + 2 * MINUTE)
    hold.arrived()
    leased = [one.address for one in flux.attempts("whatsapp") if one.outcome is None]
    assert len(leased) == 11
    answered = {str(leased[0]), str(leased[-1])}
    for number in answered:
        assert "Done" in flux.taps("Done", numbers[number]).text
    hold.let_go()
    running.result(30)
    assert sorted(message.to for message in flux.twilio.messages) == sorted(set(numbers) - answered)
    closed = [(one.status, one.reason) for one in flux.attempts("whatsapp") if one.address in answered]
    assert closed == [("skipped", "answered")] * 2


def test_phone_ringing_when_telegram_says_done_call_cancelled_no_miss(
    flux: Installation, run_task: UUID, now: datetime
) -> None:
    for minute in (0, 2, 4):
        flux.run(now + minute * MINUTE)
    [call] = flux.twilio.calls
    flux.twilio.call_status(call, "ringing")
    flux.taps("Done")
    flux.run(now + 4 * MINUTE)
    assert call.status == "canceled"
    flux.twilio.call_status(call, "canceled")
    for hours in range(1, 4):
        flux.run(now + hours * HOUR)
    assert flux.task(run_task).status == TaskStatus.DONE
    assert (len(flux.twilio.calls), flux.attempts("miss_note")) == (1, [])


@pytest.mark.parametrize("labels", [("Done", "Can't today"), ("Done", "Done")])
def test_done_and_missed_tapped_10_ms_apart_first_wins_second_is_told(
    flux: Installation, run_task: UUID, now: datetime, beside: Beside, labels: tuple[str, str]
) -> None:
    """Both are there before a worker looks, and two workers take them up at once, the later one first."""
    flux.run(now)
    [reminder] = flux.telegram.messages
    stored: list[UUID] = []
    flux.services.enqueue = lambda _, event_id: stored.append(UUID(event_id))
    for update in [flux.tapped(label) for label in labels]:
        assert flux.knock(update) == 200
    wait([beside(inbound.handle, flux.services, event) for event in reversed(stored)], timeout=30)
    assert flux.task(run_task).status == TaskStatus.DONE
    assert reminder.text == "Easy run is already done: today 10:00."
    assert (len(flux.telegram.answered), reminder.edited) == (2, 2)


def test_a_done_after_a_missed_by_the_same_hand_takes_the_miss_back(
    flux: Installation, run_task: UUID, now: datetime
) -> None:
    flux.run(now)
    done = flux.tapped("Done")
    flux.taps("Can't today")
    assert flux.task(run_task).status == TaskStatus.MISSED
    assert flux.knock(done) == 200
    assert flux.task(run_task).status == TaskStatus.DONE


def test_yesterdays_button_after_a_reschedule_refused_and_explained(
    flux: Installation, run_task: UUID, now: datetime
) -> None:
    flux.run(now)
    old = flux.tapped("Done")
    offer = flux.taps("Reschedule")
    flux.taps(offer.labels[-1])
    flux.clock.move_to(now + timedelta(days=1))
    assert flux.knock(old) == 200
    assert flux.telegram.chat(ANN)[0].text.startswith("Easy run has moved: it is ")
    assert flux.task(run_task).status == TaskStatus.RESCHEDULED


def test_dtmf_1_twice_one_completion_same_twiml(
    flux: Installation, run_task: UUID, call: PhoneCall, beside: Beside
) -> None:
    """And ten times, all at once."""
    form = {"CallSid": flux.twilio.calls[0].sid, "CallStatus": "in-progress", "Digits": "1"}
    pressed = [beside(flux.twilio.post, call.listens_at, form) for _ in range(10)]
    answers = [one.result(30) for one in pressed]
    assert {answer.status_code for answer in answers} == {200}
    [twiml] = {answer.text for answer in answers}
    assert "Easy run is done" in twiml
    task = flux.task(run_task)
    assert (task.status, task.completed_at) == (TaskStatus.DONE, flux.clock.now())
    assert [notice.response for notice in flux.notices("call")] == ["done"]


def test_2_with_no_room_today_offers_tomorrow(
    flux: Installation, run_task: UUID, call: PhoneCall, now: datetime
) -> None:
    with flux.services.database.service() as session:
        owner = session.get_one(User, flux.task(run_task).user_id)
    flux.plan(owner, now + 5 * MINUTE, "Open day", duration_minutes=14 * 60)
    heard = call.press("2")
    assert "1 for tomorrow" in heard
    assert "today" not in heard
    assert call.press("1").startswith("Moved: Easy run, tomorrow")


def test_answer_in_the_same_second_as_the_miss_the_answer_wins(
    flux: Installation, now: datetime, beside: Beside
) -> None:
    """Eleven people are told of a miss; one says done while the note waits for its turn, one while it is on its way."""
    people = crowd(flux, FEW + 1, now)
    flux.run(now)
    missed_at = now + 70 * MINUTE
    flux.clock.move_to(missed_at)
    holds = hold_sends(flux, accept=True)
    running = beside(flux.run, missed_at)
    on_the_way = [chat_of(hold) for hold in holds]
    [waiting] = set(people) - set(on_the_way)
    said = per_chat(flux.telegram)
    assert {flux.task(task).status for task in people.values()} == {TaskStatus.MISSED}
    for chat in (waiting, on_the_way[0]):
        assert flux.knock(flux.tapped("Done", chat)) == 200
    for hold in holds:
        hold.let_go()
    running.result(30)
    statuses = {chat: flux.task(task).status for chat, task in people.items()}
    assert statuses == dict.fromkeys(people, "missed") | dict.fromkeys((waiting, on_the_way[0]), "done")
    assert per_chat(flux.telegram) == said, "the note that waited is not sent any more"


@pytest.mark.parametrize("channel", ["telegram", "whatsapp"])
def test_two_open_reminders_and_a_bare_1_asks_which(flux: Installation, now: datetime, channel: str) -> None:
    ann = flux.person(number=NUMBER)
    tasks = {title: flux.plan(ann, now + 10 * MINUTE, title) for title in ("Easy run", "Call mum")}
    flux.run(now)
    if channel == "whatsapp":
        assert flux.twilio.whatsapp(PUBLIC + WHATSAPP_DOOR, "1", NUMBER).status_code == 200
        which = flux.twilio.messages[-1].get("Body")
        assert which.startswith("Which one do you mean?")
        assert all(title in which for title in tasks)
    else:
        which = flux.says("1").text
        assert which == "Which one do you mean?"
        assert set(flux.telegram.chat(ANN)[-1].labels) == set(tasks)
    assert {flux.task(task).status for task in tasks.values()} == {TaskStatus.PENDING}
    if channel == "telegram":
        chosen, other = flux.telegram.chat(ANN)[-1].labels
        flux.says("1")
        assert (flux.task(tasks[chosen]).status, flux.task(tasks[other]).status) == ("done", "pending")
