"""Several things at once for one person: one message, with a way to answer each, and no second one about the same."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

import pytest

from channels.messages import ChannelError
from reminders import second_tries
from reminders.people import load_people
from reminders.plans import move_task
from reminders.rules.ladder import Timing
from reminders.together import about_several
from storage.tables import DispatchLog, PushSubscription, Task, User
from storage.vocabulary import Answer
from tests.reminders.conftest import Ladders, say

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
LATER = timedelta(hours=6)


def several(
    ladders: Ladders,
    user: User,
    start: datetime,
    now: datetime,
    *titles: str,
    apart: timedelta = timedelta(seconds=1),
) -> list[Task]:
    return [
        ladders.plan(user, start + number * apart, now, title=title) for number, title in enumerate(titles)
    ]


def labels(ladders: Ladders) -> list[str]:
    return [choice.label for choice in ladders.telegram.last().flat_choices]


def test_reminders_of_one_minute_are_one_message_with_buttons_for_each(
    ladders: Ladders, owner: User, now: datetime
) -> None:
    tasks = several(ladders, owner, now + 10 * MINUTE, now, "Run", "Read", "Write")
    ladders.dispatcher.run_due(now)
    (text,) = ladders.telegram.texts()
    assert all(task.title in text for task in tasks)
    assert "sorry" not in text
    assert [one for one in labels(ladders) if one.startswith("Done")] == [
        "Done: Run",
        "Done: Read",
        "Done: Write",
    ]
    assert ladders.attempts(tasks[1].id) == [("remind", "skipped", "said in one message with others")]


def test_what_falls_due_within_one_window_is_said_along_with_it(
    ladders: Ladders, owner: User, now: datetime
) -> None:
    several(ladders, owner, now + 10 * MINUTE, now, "Run", "Read", apart=2 * MINUTE)
    alone = ladders.plan(owner, now + 15 * MINUTE, now, title="Write")
    ladders.run_until(now, now + 6 * MINUTE)
    together, single = ladders.telegram.sent
    assert together[2] == now
    assert ("Run" in together[1].text, "Read" in together[1].text) == (True, True)
    assert (single[1].task_id, single[2]) == (alone.id, now + 5 * MINUTE)


def test_every_later_rung_is_one_message_too_and_the_phone_rings_once(
    ladders: Ladders, reachable: User, now: datetime
) -> None:
    several(ladders, reachable, now + 10 * MINUTE, now, "Run", "Read", apart=MINUTE)
    ladders.run_until(now, now + 20 * MINUTE)
    assert len(ladders.telegram.sent) == len(ladders.whatsapp.sent) == len(ladders.call.sent) == 1
    said = ladders.whatsapp.last()
    assert said.template == ("Run and Read", "10:10 and 10:11")
    assert "Reply 1 done" in said.text


def test_the_template_names_the_day_of_tasks_that_are_not_for_today(
    ladders: Ladders, owner: User, now: datetime
) -> None:
    """Berlin, in the evening: an early start is told of before bed."""
    tasks = several(ladders, owner, now + 20 * HOUR, now, "Run", "Read", apart=5 * MINUTE)
    with ladders.database.service() as session:
        rhythm = load_people(session, [owner.id], Timing())[owner.id].ladder.rhythm
    said = about_several(tasks, rhythm, now + 12 * HOUR, "whatsapp", late=False)
    assert said.template == ("Run and Read", "06:00 and 06:05 tomorrow")


def test_a_chat_and_a_phones_notifications_each_get_one(ladders: Ladders, owner: User, now: datetime) -> None:
    with ladders.database.service() as session:
        session.add(
            PushSubscription(user_id=owner.id, endpoint="https://push.example/1", p256dh="k", auth="a")
        )
    several(ladders, owner, now + 10 * MINUTE, now, "Run", "Read")
    ladders.dispatcher.run_due(now)
    assert len(ladders.telegram.sent) == len(ladders.push.sent) == 1
    assert ladders.push.last().title == "2 reminders"


@pytest.mark.parametrize("late", [False, True])
def test_a_message_whose_first_task_was_answered_while_it_waited_goes_out_for_the_others(
    ladders: Ladders, owner: User, now: datetime, late: bool
) -> None:
    tasks = several(ladders, owner, now + HOUR, now, "Run", "Read", "Write")
    at = now + 50 * MINUTE + (LATER if late else timedelta(0))
    ladders.telegram.failures = [ChannelError("slow down", retry_after=8)]
    ladders.dispatcher.run_due(at)
    say(ladders, owner, tasks[0], Answer.DONE, at + timedelta(seconds=5), source="api")
    ladders.dispatcher.run_due(at + timedelta(seconds=20))
    (text,) = ladders.telegram.texts()
    assert ("Run" in text, "Read" in text, "Write" in text) == (False, True, True)
    rung = "miss_note" if late else "remind"
    assert (rung, "skipped", "the task has changed") in ladders.attempts(tasks[0].id)
    assert (rung, "dispatched", "digest" if late else "together") in ladders.attempts(tasks[1].id)


def test_what_was_answered_or_moved_meanwhile_is_left_out_and_one_task_alone_has_all_its_buttons(
    ladders: Ladders, owner: User, now: datetime
) -> None:
    tasks = several(ladders, owner, now + 10 * MINUTE, now, "Run", "Read", "Write")
    attempts = ladders.claim(now)
    say(ladders, owner, tasks[2], Answer.DONE, now, source="api")
    with ladders.database.service() as session:
        move_task(session, owner.id, tasks[0].id, now + 5 * HOUR, now)
    ladders.deliver(attempts, now)
    assert ladders.telegram.texts() == ["Read (30 min) at 10:10, in 10 minutes."]
    assert labels(ladders) == ["Done", "On it", "Snooze", "Reschedule", "Can't today"]


def test_a_message_whose_tasks_are_all_answered_is_not_sent(
    ladders: Ladders, owner: User, now: datetime
) -> None:
    tasks = several(ladders, owner, now + 10 * MINUTE, now, "Run", "Read")
    attempts = ladders.claim(now)
    for task in tasks:
        say(ladders, owner, task, Answer.DONE, now, source="api")
    ladders.deliver(attempts, now)
    assert not ladders.telegram.sent


def test_a_worker_that_takes_a_message_over_speaks_of_the_same_tasks(
    ladders: Ladders, owner: User, now: datetime
) -> None:
    tasks = several(ladders, owner, now + 10 * MINUTE, now, "Run", "Read", "Write")
    ladders.claim(now)  # and then the process is gone
    say(ladders, owner, tasks[1], Answer.DONE, now, source="api")
    ladders.another().run_due(now + MINUTE)
    (text,) = ladders.telegram.texts()
    assert ("Run" in text, "Read" in text, "Write" in text) == (True, False, True)


def test_a_message_that_fails_wakes_every_task_in_it(
    ladders: Ladders, reachable: User, now: datetime
) -> None:
    tasks = several(ladders, reachable, now + 10 * MINUTE, now, "Run", "Read")
    ladders.telegram.failures = [ChannelError("blocked by the person", permanent=True, gone=True)]
    ladders.dispatcher.run_due(now)
    assert [ladders.task(task.id).stage for task in tasks] == ["whatsapped"] * 2
    (said,) = ladders.whatsapp.texts()
    assert ("Run" in said, "Read" in said) == (True, True)


def test_a_task_said_in_a_message_that_got_through_elsewhere_is_not_woken(
    ladders: Ladders, reachable: User, now: datetime
) -> None:
    with ladders.database.service() as session:
        row = PushSubscription(user_id=reachable.id, endpoint="https://push.example/1", p256dh="k", auth="a")
        session.add(row)
    tasks = several(ladders, reachable, now + 10 * MINUTE, now, "Run", "Read")
    ladders.telegram.failures = [ChannelError("blocked by the person", permanent=True, gone=True)]
    ladders.dispatcher.run_due(now)
    assert [ladders.task(task.id).stage for task in tasks] == ["reminded"] * 2


def test_a_shared_message_that_needed_the_template_is_said_again_for_all_of_its_tasks(
    ladders: Ladders, reachable: User, now: datetime
) -> None:
    several(ladders, reachable, now + 10 * MINUTE, now, "Run", "Read")
    ladders.run_until(now, now + 2 * MINUTE)
    with ladders.database.service() as session:
        said = session.query(DispatchLog).filter_by(rung="whatsapp", status="dispatched").one()
        assert second_tries.as_template(session, said, now + 2 * MINUTE)
    ladders.dispatcher.run_due(now + 2 * MINUTE)
    first, again = ladders.whatsapp.sent
    assert again[1].template == first[1].template == ("Run and Read", "10:10")


# ------------------------------------------------------------------ after an outage


def test_after_an_outage_small_batches_and_many_workers_still_make_one_message_each(
    ladders: Ladders, now: datetime
) -> None:
    people = ladders.people(12, now)
    for user in people:
        several(ladders, user, now + HOUR, now, "Run", "Read", "Write", apart=20 * MINUTE)
    workers = [ladders.another(batch=2, lanes=2) for _ in range(4)]
    threads = [threading.Thread(target=worker.run_due, args=(now + LATER,)) for worker in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ladders.dispatcher.run_due(now + LATER)
    assert len({to for to, _, _ in ladders.telegram.sent}) == len(ladders.telegram.sent) == len(people)


def test_after_an_outage_misses_questions_and_reminders_are_one_message(
    ladders: Ladders, reachable: User, now: datetime
) -> None:
    """The third is due this very moment; it does not come a second later by itself."""
    asked = ladders.plan(reachable, now + 10 * MINUTE, now, title="Run")
    ladders.dispatcher.run_due(now)
    say(ladders, reachable, asked, Answer.ON_IT, now)
    back = now + LATER
    ladders.plan(reachable, now + HOUR, now, title="Read")
    ladders.plan(reachable, back + 10 * MINUTE, now, title="Write")
    ladders.telegram.sent.clear()
    ladders.dispatcher.run_due(back)
    (text,) = ladders.telegram.texts()
    assert text.startswith("I was away for a while, sorry.")
    assert all(title in text for title in ("Run", "Read", "Write"))
    assert not ladders.whatsapp.sent
    assert not ladders.call.sent


def test_a_third_step_that_is_three_hours_late_has_expired(
    ladders: Ladders, reachable: User, now: datetime
) -> None:
    task = ladders.plan(reachable, now + 10 * MINUTE, now)
    ladders.run_until(now, now + 3 * MINUTE)
    ladders.dispatcher.run_due(now + 4 * MINUTE + 3 * HOUR)
    assert ("call", "expired", "the task's time was over") in ladders.attempts(task.id)
    assert not ladders.call.sent


def test_misses_of_the_night_are_told_in_one_message_after_waking_up(
    ladders: Ladders, owner: User, now: datetime
) -> None:
    """Three misses, decided at three different moments after bed; what was done meanwhile is left out."""
    evening = datetime(2026, 3, 11, 21, 5, tzinfo=now.tzinfo)  # 22:05 in Berlin; bed is at 23:00
    tasks = several(ladders, owner, evening, now, "Run", "Read", "Write", "Sing", apart=12 * MINUTE)
    ladders.run_until(evening - 10 * MINUTE, evening + 3 * HOUR, step=4 * MINUTE)
    ladders.telegram.sent.clear()
    say(ladders, owner, tasks[1], Answer.DONE, evening + 3 * HOUR)  # in this chat, where nothing is echoed
    morning = datetime(2026, 3, 12, 6, 0, tzinfo=now.tzinfo)
    ladders.run_until(morning - MINUTE, morning + MINUTE)
    ((_, said, at),) = ladders.telegram.sent
    assert at == morning
    assert [title in said.text for title in ("Run", "Read", "Write", "Sing")] == [True, False, True, True]


def test_what_piled_up_while_the_provider_was_away_is_one_message(
    ladders: Ladders, owner: User, now: datetime
) -> None:
    """A shared message among it; what was answered meanwhile is left out. The next look finds the pauses of all over."""
    tasks = several(ladders, owner, now + 10 * MINUTE, now, "Run", "Read")
    tasks += several(ladders, owner, now + 16 * MINUTE, now, "Write", "Sing", apart=5 * MINUTE)
    ladders.telegram.failures = [ChannelError("away", retry_after=50) for _ in range(200)]
    ladders.run_until(now, now + 12 * MINUTE)
    ladders.telegram.failures.clear()
    say(ladders, owner, tasks[0], Answer.DONE, now + 13 * MINUTE)
    ladders.dispatcher.run_due(now + 14 * MINUTE)  # every pause is over by then, however it was spread
    (text,) = ladders.telegram.texts()
    assert [title in text for title in ("Run", "Read", "Write", "Sing")] == [False, True, True, True]
    reminders = [ladders.attempts(task.id)[0] for task in tasks]
    assert [status for rung, status, _ in reminders if rung == "remind"].count("dispatched") == 1


def test_no_two_attempts_about_one_task_wait_for_the_same_address(
    ladders: Ladders, reachable: User, now: datetime
) -> None:
    """While the chat cannot be reached for an hour, every later word about a task takes the place of the one before."""
    task = ladders.plan(reachable, now + 10 * MINUTE, now)
    ladders.telegram.failures = [ChannelError("away", retry_after=50) for _ in range(200)]
    ladders.run_until(now, now + 90 * MINUTE)
    ladders.telegram.failures.clear()
    ladders.run_until(now + 91 * MINUTE, now + 95 * MINUTE)
    (text,) = ladders.telegram.texts()
    assert "went by" in text
    with ladders.database.service() as session:
        waiting = session.query(DispatchLog).filter(DispatchLog.status.in_(["pending", "unknown"])).count()
    assert waiting == 0
    assert ladders.task(task.id).status == "missed"
