"""Daily caps on what costs money: what is too much is left out with its reason, and said once."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from channels.messages import Address
from reminders import second_tries
from reminders.dispatch import Dispatcher
from reminders.people import load_person
from reminders.rules.caps import Caps
from storage import paid
from storage.tables import DispatchLog, Identity, Task, User
from storage.users import add_identity
from storage.vocabulary import ChannelName
from tests.reminders.conftest import Ladders

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
NUMBER = "+4915112345678"
ENOUGH = ("call", "skipped", "enough calls for today")
NO_MORE = ("whatsapp", "skipped", "no more WhatsApp messages can go out today")


def capped(ladders: Ladders, **caps: int) -> Dispatcher:
    return Dispatcher(
        ladders.database, ladders.dispatcher.claims.switchboard, ladders.wakeups, caps=Caps(**caps)
    )


def spend(ladders: Ladders, task: Task, channel: str, at: datetime, count: int = 1, **fields: object) -> None:
    """So many were sent about the task before."""
    row = {"task_id": task.id, "channel": channel, "rung": channel, "status": "dispatched", "created_at": at}
    with ladders.database.service() as session:
        for _ in range(count):
            session.add(DispatchLog(**row | {"dispatched_at": at, "address": NUMBER} | fields))


def climb(ladders: Ladders, dispatcher: Dispatcher, user: User, now: datetime, title: str = "Run") -> UUID:
    """A task that nobody answers, through all its rungs."""
    task = ladders.plan(user, now + 10 * MINUTE, now, title=title)
    for minute in range(0, 6, 2):
        dispatcher.run_due(now + minute * MINUTE)
    return task.id


def another_with_a_phone(ladders: Ladders, now: datetime, number: str) -> User:
    (user,) = ladders.people(1, now)
    with ladders.database.service() as session:
        row = session.get_one(User, user.id)
        row.phone_verified, row.whatsapp_opt_in_at = True, now
        row.notification_preferences = {"calls_opted_in": True}
        for channel in ("whatsapp", "call"):
            add_identity(session, user.id, channel, number, now)
    return user


def test_a_person_who_was_called_often_enough_is_told_once_and_called_tomorrow(
    ladders: Ladders, reachable: User, now: datetime
) -> None:
    dispatcher = capped(ladders, calls_per_person=2)
    tasks = [climb(ladders, dispatcher, reachable, now + hour * HOUR) for hour in range(4)]
    assert len(ladders.call.sent) == 2
    assert [ENOUGH in ladders.attempts(task) for task in tasks] == [False, False, True, True]
    notices = [message for _, message, _ in ladders.telegram.sent if "enough calls for today" in message.text]
    assert len(notices) == 1
    assert notices[0].silent
    tomorrow = climb(ladders, dispatcher, reachable, now + timedelta(days=1))
    assert ENOUGH not in ladders.attempts(tomorrow)
    assert len(ladders.call.sent) == 3


def test_after_a_capped_message_the_call_follows_at_once(
    ladders: Ladders, reachable: User, now: datetime
) -> None:
    dispatcher = capped(ladders, whatsapp_per_person=1)
    climb(ladders, dispatcher, reachable, now)
    task = ladders.plan(reachable, now + HOUR, now)
    for minute in (50, 52):
        dispatcher.run_due(now + minute * MINUTE)
    assert ("whatsapp", "skipped", "enough WhatsApp messages for today") in ladders.attempts(task.id)
    assert [at for _, _, at in ladders.call.sent][-1] == now + 52 * MINUTE
    assert len(ladders.whatsapp.sent) == 1


def test_midnight_of_the_person_begins_a_new_day(ladders: Ladders, reachable: User, now: datetime) -> None:
    """Berlin is an hour ahead: 23:30 there is the day before, although it is the same day in UTC."""
    earlier = ladders.plan(reachable, now + timedelta(days=9), now)
    yesterday = datetime(2026, 3, 10, 22, 30, tzinfo=now.tzinfo)
    spend(ladders, earlier, "call", yesterday, 5)
    climb(ladders, capped(ladders, calls_per_person=1), reachable, now)
    assert len(ladders.call.sent) == 1


@pytest.mark.parametrize("status", ["failed", "skipped", "expired"])
def test_what_never_went_out_costs_nothing(
    ladders: Ladders, reachable: User, now: datetime, status: str
) -> None:
    earlier = ladders.plan(reachable, now + timedelta(days=9), now)
    spend(ladders, earlier, "call", now - HOUR, 5, status=status, dispatched_at=None)
    climb(ladders, capped(ladders, calls_per_person=1), reachable, now)
    assert len(ladders.call.sent) == 1


def test_the_cap_of_everybody_holds_within_one_claim_too(
    ladders: Ladders, reachable: User, now: datetime
) -> None:
    others = [another_with_a_phone(ladders, now, f"+49151000000{number}") for number in range(4)]
    tasks = [ladders.plan(user, now + 10 * MINUTE, now).id for user in [reachable, *others]]
    dispatcher = capped(ladders, calls=3)
    for minute in (0, 2, 4):
        dispatcher.run_due(now + minute * MINUTE)
    assert len(ladders.call.sent) == 3
    left_out = ("call", "skipped", "no more calls can go out today")
    assert sum(left_out in ladders.attempts(task) for task in tasks) == 2


def test_four_workers_together_do_not_pass_the_cap_of_everybody(ladders: Ladders, now: datetime) -> None:
    for number in range(12):
        user = another_with_a_phone(ladders, now, f"+4915100000{number:02}")
        ladders.plan(user, now + 10 * MINUTE, now)
    switchboard = ladders.dispatcher.claims.switchboard
    workers = [
        Dispatcher(ladders.database, switchboard, ladders.wakeups, batch=2, lanes=2, caps=Caps(calls=5))
        for _ in range(4)
    ]
    for minute in (0, 2, 4):
        threads = [threading.Thread(target=one.run_due, args=(now + minute * MINUTE,)) for one in workers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        workers[0].run_due(now + minute * MINUTE)
    assert len(ladders.call.sent) == 5


def test_a_cap_of_everybody_looks_back_over_a_whole_day(
    ladders: Ladders, reachable: User, now: datetime
) -> None:
    earlier = ladders.plan(reachable, now + timedelta(days=9), now)
    spend(ladders, earlier, "whatsapp", now - timedelta(hours=23), 2, address="+490")
    task = climb(ladders, capped(ladders, whatsapp=2), reachable, now)
    assert NO_MORE in ladders.attempts(task)
    later = climb(ladders, capped(ladders, whatsapp=2), reachable, now + 2 * HOUR)
    assert NO_MORE not in ladders.attempts(later)


def test_only_so_many_new_people_are_written_to_outside_their_window(
    ladders: Ladders, reachable: User, now: datetime
) -> None:
    """Those who were written to today already may be written to again, and so may whoever wrote to us."""
    new, talks = (another_with_a_phone(ladders, now, f"+49151000000{number}") for number in range(2))
    with ladders.database.service() as session:
        session.query(Identity).filter_by(user_id=talks.id, channel="whatsapp").one().last_inbound_at = now
    dispatcher = capped(ladders, whatsapp_people=1)
    first = [
        climb(ladders, dispatcher, user, now + turn * HOUR) for turn, user in enumerate((reachable, talks))
    ]
    again = climb(ladders, dispatcher, reachable, now + 2 * HOUR)
    refused = climb(ladders, dispatcher, new, now + 3 * HOUR)
    assert [NO_MORE in ladders.attempts(task) for task in [*first, again, refused]] == [False] * 3 + [True]
    with ladders.database.service() as session:
        assert paid.outside_window(session, now - HOUR) == {NUMBER}


def test_whoever_has_whatsapp_for_a_chat_is_not_written_to_beyond_the_cap(
    ladders: Ladders, reachable: User, now: datetime
) -> None:
    with ladders.database.service() as session:
        session.query(Identity).filter_by(user_id=reachable.id, channel="telegram").delete()
        session.query(Identity).filter_by(user_id=reachable.id, channel="whatsapp").one().is_primary = True
    dispatcher = capped(ladders, whatsapp_per_person=1)
    climb(ladders, dispatcher, reachable, now)
    second = climb(ladders, dispatcher, reachable, now + HOUR)
    dispatcher.run_due(now + 3 * HOUR)
    assert len(ladders.whatsapp.sent) == 1
    enough = "enough WhatsApp messages for today"
    assert {("remind", "skipped", enough), ("miss_note", "skipped", enough)} <= set(ladders.attempts(second))
    assert len(ladders.call.sent) == 2


@pytest.mark.parametrize(("cap", "rings"), [(1, 1), (2, 2)])
def test_a_second_ring_counts_too(
    ladders: Ladders, reachable: User, now: datetime, cap: int, rings: int
) -> None:
    dispatcher = capped(ladders, calls_per_person=cap)
    task = climb(ladders, dispatcher, reachable, now)
    at = now + 4 * MINUTE + timedelta(seconds=20)
    for _ in range(2):  # a report that comes twice changes nothing more
        with ladders.database.service() as session:
            call = (
                session.query(DispatchLog).filter_by(task_id=task, rung="call").order_by("created_at").first()
            )
            second_tries.redial(session, call, at)
    dispatcher.run_due(at + 10 * timedelta(seconds=1))
    assert len(ladders.call.sent) == rings
    assert ladders.attempts(task).count(ENOUGH) == (0 if rings == 2 else 1)


def test_two_tasks_never_ring_within_five_minutes(ladders: Ladders, reachable: User, now: datetime) -> None:
    first = ladders.plan(reachable, now + 10 * MINUTE, now, title="Run")
    second = ladders.plan(reachable, now + 13 * MINUTE, now, title="Read")
    third = ladders.plan(reachable, now + 20 * MINUTE, now, title="Write")
    ladders.run_until(now, now + 15 * MINUTE)
    rung = [(message.title, at) for _, message, at in ladders.call.sent]
    assert rung == [("Run", now + 4 * MINUTE), ("Write", now + 14 * MINUTE)]
    assert ("call", "skipped", "the phone had just rung for something else") in ladders.attempts(second.id)
    assert all(ladders.task(task.id).status == "pending" for task in (first, second, third))


def test_without_caps_nothing_is_counted_and_nobody_is_told(
    ladders: Ladders, reachable: User, now: datetime
) -> None:
    for hour in range(3):
        climb(ladders, ladders.dispatcher, reachable, now + hour * HOUR)
    assert len(ladders.call.sent) == len(ladders.whatsapp.sent) == 3
    assert not [text for text in ladders.telegram.texts() if "enough" in text]


def test_what_is_paid_for_is_counted_by_channel(ladders: Ladders, reachable: User, now: datetime) -> None:
    dispatcher = capped(ladders, calls_per_person=1)
    for hour in range(3):
        climb(ladders, dispatcher, reachable, now + hour * HOUR)
    with ladders.database.service() as session:
        found = paid.overall(session, now - HOUR)
        use = paid.use_of(session, [("call", NUMBER, now - HOUR)], now)
        person = load_person(session, reachable.id)
    assert (found[ChannelName.WHATSAPP].used, found[ChannelName.CALL].used) == (3, 1)
    assert (found[ChannelName.CALL].capped, found[ChannelName.CALL].used_up) == (2, 0)
    assert use["call", NUMBER].capped
    assert person is not None
    assert person.call == Address("call", NUMBER)
