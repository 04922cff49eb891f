"""The one way a message takes: once, in order, whole, and with an answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from bot import inbound
from bot.clock import ManualClock
from bot.services import Services
from bot.settings import Settings
from channels.messages import Address, ChannelError, InboundKind, InboundMessage, OutboundMessage, Receipt
from channels.simulator import PhoneStore, tapped
from channels.switchboard import Switchboard
from reminders.plans import TaskDraft, schedule_tasks
from storage import users
from storage.tables import InboundEvent, Message, Task, User
from storage.vocabulary import InboundState

OWNER = Address("telegram", "sim:owner")


class BrokenModel:
    """A language model that always fails in a way nobody foresaw."""

    def ask(self, question: object) -> object:
        raise ZeroDivisionError("unforeseen")


class LostLine:
    """A channel whose provider cannot be reached for a while."""

    name = "telegram"

    def __init__(self, error: ChannelError) -> None:
        self.error: ChannelError | None = error
        self.sent: list[str] = []

    def send(self, to: Address, message: OutboundMessage, now: datetime) -> Receipt:
        if self.error is not None:
            raise self.error
        self.sent.append(message.text)
        return Receipt("1")

    def acknowledge(self, message: InboundMessage, text: str = "") -> None:
        pass


def states(services: Services) -> list[str]:
    with services.database.service() as session:
        return list(session.scalars(select(InboundEvent.state).order_by(InboundEvent.seq)))


def test_a_doubled_update_is_answered_once(services, owner, say, text):
    message = text("/today", external_id="77")
    assert len(say(message)) == 1
    assert say(message) == []
    assert states(services) == ["done"]


def test_the_same_id_of_two_channels_is_two_messages(services, owner, text):
    first = text("hello", external_id="77")
    second = replace(first, sender=Address("whatsapp", "sim:owner"))
    assert inbound.receive(services, first) is not None
    assert inbound.receive(services, second) is not None


def test_a_later_job_handles_the_earlier_messages_first(services, owner, phones, text):
    first = inbound.receive(services, text("/help"))
    second = inbound.receive(services, text("/today"))
    assert first is not None and second is not None
    inbound.handle(services, second)
    inbound.handle(services, first)
    shown = [event["text"] for event in phones.events([OWNER])]
    assert len(shown) == 2
    assert shown[0].startswith("Tell me a goal")
    assert "Nothing is planned" in shown[1]


def test_a_turn_that_cannot_be_taken_says_so_and_changes_nothing(services, owner, phones, text):
    broken = replace(services)
    broken.__dict__["model"] = BrokenModel()
    event_id = inbound.receive(broken, text("I want to learn the cello and the harp"))
    assert event_id is not None
    for _ in range(inbound.MAX_TRIES):
        inbound.handle(broken, event_id)
    [sorry] = phones.events([OWNER])
    assert sorry["text"].startswith("That didn't work on my side; nothing changed. Ref ")
    with services.database.service() as session:
        assert session.scalar(select(func.count()).select_from(Message)) == 0
    assert states(services) == [InboundState.DONE]


def test_a_reply_that_cannot_be_sent_is_said_later(services, owner, text, clock: ManualClock):
    line = LostLine(ChannelError("no route"))
    apart = replace(services, switchboard=Switchboard({"telegram": line}, {"telegram": line}))
    queued: list[tuple[str, str]] = []
    apart.enqueue = lambda function, argument: queued.append((function, argument))
    event_id = inbound.receive(apart, text("/help"))
    assert event_id is not None
    inbound.handle(apart, event_id)
    assert states(services) == [InboundState.ANSWERED]
    line.error = None
    clock.shift(timedelta(minutes=1))
    assert inbound.recover(apart) == 1
    assert queued[-1] == (inbound.HANDLE_JOB, str(event_id))
    inbound.handle(apart, event_id)
    assert len(line.sent) == 1
    assert states(services) == [InboundState.DONE]


def test_a_blocked_bot_is_not_tried_again(services, owner, text):
    line = LostLine(ChannelError("blocked by the user", permanent=True, gone=True))
    apart = replace(services, switchboard=Switchboard({"telegram": line}, {"telegram": line}))
    event_id = inbound.receive(apart, text("/help"))
    assert event_id is not None
    inbound.handle(apart, event_id)
    assert states(services) == [InboundState.FAILED]
    with services.database.service() as session:
        [identity] = users.identities(session, owner.id, "telegram")
    assert identity.disabled_reason == "blocked by the user"


def test_a_message_whose_job_was_lost_is_found_again(services, owner, text, clock: ManualClock):
    event_id = inbound.receive(services, text("/help"))
    queued: list[str] = []
    services.enqueue = lambda _, argument: queued.append(argument)
    assert inbound.recover(services) == 0, "it may still be on its way"
    clock.shift(timedelta(seconds=30))
    assert inbound.recover(services) == 1
    assert queued == [str(event_id)]


@pytest.mark.parametrize("words", ["\0hello\0", "hi \ud800 there", "\N{PILE OF POO}" * 500, "  ", "<b>x</b>"])
def test_any_text_is_stored_and_answered(services, owner, say, text, words):
    assert len(say(text(words))) >= 1
    assert states(services) == ["done"]


def test_a_group_is_sent_away_and_nobody_is_created(services, say, text):
    [reply] = say(text("hello", sender="sim:group", group_chat=True))
    assert "private chat" in reply["text"]
    with services.database.service() as session:
        assert session.scalar(select(func.count()).select_from(User)) == 0


def test_what_is_said_in_a_group_is_not_kept(services, say, text):
    say(text("Bo told Ada a secret", sender="sim:group", group_chat=True, display_name="Bo"))
    with services.database.service() as session:
        kept = session.scalars(select(InboundEvent.payload)).one()
    assert "secret" not in str(kept) and "Bo" not in str(kept)


def test_a_stranger_waits_for_the_owner_of_a_closed_house(services, say, text, settings: Settings, now):
    services.settings = settings.model_copy(update={"access": "pairing"})
    [reply] = say(text("hello", sender="sim:new"))
    code = reply["text"].rpartition(" ")[2]
    with services.database.service() as session:
        assert users.approve(session, code, now) is not None
        assert users.approve(session, code, now) is None, "a code works once"
    [hello] = say(text("/help", sender="sim:new"))
    assert hello["text"].startswith("Tell me a goal")


def test_whoever_blocks_the_bot_is_not_written_to_until_they_come_back(services, owner, say, text):
    assert say(text("", kind=InboundKind.BLOCKED)) == []
    with services.database.service() as session:
        assert all(one.disabled_reason for one in users.identities(session, owner.id))
    [welcome] = say(text("", kind=InboundKind.UNBLOCKED))
    assert welcome["text"].startswith("Welcome back")


def test_a_second_channel_joins_with_a_code(services, owner, say, text, phones: PhoneStore):
    [reply] = say(text("/link"))
    code = reply["text"].rpartition(" ")[2]
    joined = InboundMessage(Address("whatsapp", "+491701234567"), f"/link {code}", "w1", services.clock.now())
    [welcome] = say(joined)
    assert welcome["text"].startswith("Joined")
    with services.database.service() as session:
        found = users.find_by_address(session, "whatsapp", "+491701234567")
    assert found is not None and found.id == owner.id


def test_a_typed_number_chooses_a_line_of_the_offer_before_it(services, owner, say, text, clock: ManualClock):
    with services.database.service() as session:
        draft = TaskDraft("Easy run", clock.now() + timedelta(hours=2), 30)
        [task] = schedule_tasks(session, owner, [draft], clock.now())
    clock.shift(timedelta(minutes=111))
    services.dispatcher.run_due(clock.now())
    clock.shift(timedelta(seconds=10))
    [offer] = say(text("2"))
    labels = [choice["label"] for row in offer["rows"] for choice in row]
    assert len(labels) >= 2, "2 means another time"
    [moved] = say(text("2"))
    assert moved["text"].startswith("Moved: Easy run is")
    with services.database.service() as session:
        assert session.get_one(Task, task.id).status == "rescheduled"


def test_typed_done_takes_the_buttons_off_the_reminder(
    services, owner, say, text, phones, clock: ManualClock
):
    with services.database.service() as session:
        schedule_tasks(
            session, owner, [TaskDraft("Easy run", clock.now() + timedelta(hours=2), 30)], clock.now()
        )
    clock.shift(timedelta(minutes=111))
    services.dispatcher.run_due(clock.now())
    [reminder] = phones.events([OWNER])
    edited, reply = say(text("did it"))
    assert edited["replaces"] == reminder["id"]
    assert edited["rows"] == []
    assert reply["text"].startswith("Done ")
    assert reply["rows"][0][0]["label"] == "Undo"


def test_an_answer_that_names_a_day_moves_the_reminded_task_there(
    services, owner, say, text, clock: ManualClock
):
    with services.database.service() as session:
        schedule_tasks(
            session, owner, [TaskDraft("Easy run", clock.now() + timedelta(hours=2), 30)], clock.now()
        )
    clock.shift(timedelta(minutes=111))
    services.dispatcher.run_due(clock.now())
    [offer] = say(text("move it to the day after tomorrow"))
    wanted = (clock.now() + timedelta(days=2)).astimezone(ZoneInfo(owner.timezone))
    offered = [choice["label"] for row in offer["rows"][:-1] for choice in row]
    assert offered
    assert all(label.startswith(f"{wanted:%a} {wanted.day}") for label in offered)


def test_two_open_reminders_and_a_bare_one_ask_which(services, owner, say, text, clock: ManualClock):
    starts = clock.now() + timedelta(hours=2)
    with services.database.service() as session:
        drafts = [TaskDraft("Easy run", starts, 15), TaskDraft("Call mum", starts + timedelta(minutes=1), 15)]
        schedule_tasks(session, owner, drafts, clock.now())
    clock.shift(timedelta(minutes=112))
    services.dispatcher.run_due(clock.now())
    [which] = say(text("1"))
    assert which["text"] == "Which one do you mean?"
    assert {row[0]["label"] for row in which["rows"]} == {"Easy run", "Call mum"}
    *_, done = say(text("1"))
    assert "Done" in done["text"]


def test_a_tapped_question_keeps_its_answer_and_loses_its_buttons(services, owner, say, text, now):
    [question] = say(text("call mum tomorrow 6pm"))
    ok = question["rows"][0][0]
    _, edited, noted = say(tapped(OWNER, ok["data"], question["id"], now))
    assert edited["replaces"] == question["id"]
    assert edited["text"] == f"{question['text']}\n\n✓ {ok['label']}"
    assert edited["rows"] == []
    assert noted["text"].startswith("Noted")


def test_remind_me_in_a_while_snoozes_the_open_reminder(services, owner, say, text, clock: ManualClock):
    with services.database.service() as session:
        draft = TaskDraft("Easy run", clock.now() + timedelta(hours=2), 30)
        [task] = schedule_tasks(session, owner, [draft], clock.now())
    clock.shift(timedelta(minutes=111))
    services.dispatcher.run_due(clock.now())
    reply = say(text("remind me in 15 minutes"))[-1]
    assert reply["text"].startswith("I'll remind you of Easy run again")
    with services.database.service() as session:
        assert session.get_one(Task, task.id).wakes_at == clock.now() + timedelta(minutes=15)


def test_a_typed_undo_means_the_button_under_the_last_answer(services, owner, say, text, clock: ManualClock):
    with services.database.service() as session:
        draft = TaskDraft("Easy run", clock.now() + timedelta(hours=2), 30)
        [task] = schedule_tasks(session, owner, [draft], clock.now())
    start = task.scheduled_at
    clock.shift(timedelta(minutes=111))
    services.dispatcher.run_due(clock.now())
    say(text("snooze until tonight"))
    assert say(text("undo"))[-1]["text"] == "Taken back: Easy run is open again."
    with services.database.service() as session:
        assert session.get_one(Task, task.id).scheduled_at == start


def test_tonight_instead_moves_the_reminded_task(services, owner, say, text, clock: ManualClock):
    with services.database.service() as session:
        draft = TaskDraft("Easy run", clock.now() + timedelta(hours=2), 30)
        schedule_tasks(session, owner, [draft], clock.now())
    clock.shift(timedelta(minutes=111))
    services.dispatcher.run_due(clock.now())
    assert say(text("tonight instead"))[-1]["text"].startswith("Easy run, now Wed 11 Mar 12:00.")


def test_start_from_somebody_who_never_stopped_is_a_word_like_any_other(services, owner, say, text):
    [reply] = say(text("START", kind=InboundKind.UNBLOCKED))
    assert not reply["text"].startswith("Welcome back")


@pytest.mark.parametrize("words", ["done", "1", "👍", "/delete", "/pause", "cancel it", "delete my account"])
def test_somebody_elses_words_answer_no_reminder_and_give_no_command(
    services, owner, say, text, clock: ManualClock, words: str
):
    with services.database.service() as session:
        draft = TaskDraft("Easy run", clock.now() + timedelta(hours=2), 30)
        [task] = schedule_tasks(session, owner, [draft], clock.now())
    clock.shift(timedelta(minutes=111))
    services.dispatcher.run_due(clock.now())
    [reply] = say(text(words, forwarded=True))
    assert reply["text"].startswith("That was forwarded")
    with services.database.service() as session:
        assert session.get_one(Task, task.id).status == "pending"


def test_a_number_answers_the_question_that_was_asked_after_the_reminder(
    services, owner, say, text, clock: ManualClock
):
    with services.database.service() as session:
        [run] = schedule_tasks(
            session, owner, [TaskDraft("Easy run", clock.now() + timedelta(hours=2), 30)], clock.now()
        )
    clock.shift(timedelta(minutes=111))
    services.dispatcher.run_due(clock.now())
    clock.shift(timedelta(seconds=10))
    [offer] = say(text("I need to do the laundry"))
    assert len([choice for row in offer["rows"] for choice in row]) > 1
    [noted] = say(text("1"))
    assert noted["text"].startswith("Noted: ")
    *_, done = say(text("1"))
    assert done["text"].startswith("Done "), "a lone Undo is no question"
    with services.database.service() as session:
        assert session.get_one(Task, run.id).status == "done"
