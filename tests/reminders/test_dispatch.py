"""The ladder carried out on the real Postgres: each rung once, in its time, and the miss told kindly."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from channels.messages import ChannelError
from channels.push import payload
from reminders.answering import answer_task
from reminders.rules.answers import parse_tap
from reminders.sweep import sweep
from storage.tables import DispatchLog, Identity, NotificationLog, PushSubscription, Task, User
from storage.users import disable_identity
from storage.vocabulary import Answer, TaskStatus
from tests.reminders.conftest import Ladders

MINUTE = timedelta(minutes=1)


def test_an_ignored_task_climbs_the_whole_ladder_and_is_missed_an_hour_after_its_start(
    ladders: Ladders, reachable: User, now: datetime
) -> None:
    start = now + timedelta(hours=1)
    task = ladders.plan(reachable, start, now)
    ladders.run_until(now, start + timedelta(hours=2))

    (_, _, reminded), (_, _, told) = ladders.telegram.sent
    assert reminded == start - 10 * MINUTE
    assert [at for _, _, at in ladders.whatsapp.sent] == [start - 8 * MINUTE]
    assert [at for _, _, at in ladders.call.sent] == [start - 6 * MINUTE]
    assert told == start + 60 * MINUTE
    assert ladders.telegram.texts()[0] == "Easy run (30 min) at 11:00, in 10 minutes."
    row = ladders.task(task.id)
    assert (row.status, row.stage, row.wakes_at) == ("missed", "closed", None)
    assert [rung for rung, status, _ in ladders.attempts(task.id) if status == "dispatched"] == [
        "remind",
        "whatsapp",
        "call",
        "miss_note",
    ]


def test_a_reminder_carries_buttons_with_the_task_and_its_version(
    ladders: Ladders, owner: User, now: datetime
) -> None:
    task = ladders.plan(owner, now + 5 * MINUTE, now)
    ladders.dispatcher.run_due(now)
    message = ladders.telegram.last()
    assert [choice.label for choice in message.flat_choices] == [
        "Done",
        "On it",
        "Snooze",
        "Reschedule",
        "Can't today",
    ]
    tap = parse_tap(message.flat_choices[0].data)
    assert tap is not None
    assert (tap.task_id, tap.version, tap.action) == (task.id, ladders.task(task.id).version, "done")


def test_whatsapp_numbers_its_choices_as_the_keys_are_numbered_everywhere(
    ladders: Ladders, reachable: User, now: datetime
) -> None:
    ladders.plan(reachable, now + 10 * MINUTE, now)
    ladders.run_until(now, now + 2 * MINUTE)
    labels = [choice.label for choice in ladders.whatsapp.last().flat_choices]
    assert labels == ["Done", "Reschedule", "Can't today", "On it"]


def test_a_rung_without_a_channel_is_skipped_with_its_reason_and_the_next_one_starts_at_once(
    ladders: Ladders, reachable: User, now: datetime
) -> None:
    with ladders.database.service() as session:
        session.get_one(User, reachable.id).whatsapp_opt_in_at = None
    task = ladders.plan(reachable, now + 10 * MINUTE, now)
    ladders.run_until(now, now + 2 * MINUTE)
    assert sorted(ladders.attempts(task.id)) == [
        ("call", "dispatched", None),
        ("remind", "dispatched", None),
        ("whatsapp", "skipped", "WhatsApp reminders are not switched on"),
    ]
    assert [at for _, _, at in ladders.call.sent] == [now + 2 * MINUTE]


def test_an_answer_stops_the_ladder(ladders: Ladders, reachable: User, now: datetime) -> None:
    task = ladders.plan(reachable, now + 10 * MINUTE, now)
    ladders.dispatcher.run_due(now)
    with ladders.database.service() as session:
        answer_task(session, reachable.id, task.id, Answer.DONE, now + MINUTE, source="telegram")
    ladders.run_until(now + MINUTE, now + timedelta(hours=3))
    assert ladders.task(task.id).status == "done"
    assert not ladders.whatsapp.sent
    assert not ladders.call.sent
    with ladders.database.service() as session:
        assert session.query(NotificationLog).one().response == "done"


def test_an_answer_by_key_does_not_hang_up_on_the_person_who_gives_it(
    ladders: Ladders, reachable: User, now: datetime
) -> None:
    task = ladders.plan(reachable, now + 10 * MINUTE, now)
    ladders.run_until(now, now + 4 * MINUTE)
    with ladders.database.service() as session:
        answer_task(session, reachable.id, task.id, Answer.DONE, now + 4 * MINUTE, source="call")
    ladders.dispatcher.run_due(now + 4 * MINUTE)
    assert ladders.call.cancelled == []


def test_an_answer_while_the_number_is_being_dialled_ends_that_call(
    ladders: Ladders, reachable: User, now: datetime
) -> None:
    task = ladders.plan(reachable, now + 10 * MINUTE, now)
    ladders.run_until(now, now + 3 * MINUTE)

    def says_done(_: object) -> None:
        with ladders.database.service() as session:
            answer_task(session, reachable.id, task.id, Answer.DONE, now + 4 * MINUTE, source="telegram")

    ladders.call.before_send = says_done
    ladders.dispatcher.run_due(now + 4 * MINUTE)
    assert len(ladders.call.sent) == 1
    assert ladders.call.cancelled == ["call-1"]


def test_a_permanent_failure_starts_the_next_rung_at_once(
    ladders: Ladders, reachable: User, now: datetime
) -> None:
    ladders.telegram.failures = [ChannelError("blocked by the person", permanent=True, gone=True)]
    task = ladders.plan(reachable, now + 10 * MINUTE, now)
    ladders.dispatcher.run_due(now)
    (reached_at,) = [at for _, _, at in ladders.whatsapp.sent]
    assert (
        reached_at < now + MINUTE
    )  # not after the two minutes of the window; a busy machine takes its seconds
    assert ("remind", "failed", "blocked by the person") in ladders.attempts(task.id)
    with ladders.database.service() as session:
        blocked = session.query(Identity).filter_by(channel="telegram", user_id=reachable.id).one()
        assert blocked.disabled_reason == "blocked by the person"


def test_nothing_is_sent_at_night_and_a_miss_is_told_in_the_morning(
    ladders: Ladders, reachable: User, now: datetime
) -> None:
    start = datetime(2026, 3, 11, 21, 30, tzinfo=now.tzinfo)  # 22:30 in Berlin; bed is at 23:00
    task = ladders.plan(reachable, start, now)
    ladders.run_until(start - 10 * MINUTE, start + timedelta(hours=10), step=5 * MINUTE)
    assert ladders.task(task.id).status == "missed"
    asleep = [
        at
        for one in (ladders.telegram, ladders.whatsapp, ladders.call)
        for _, _, at in one.sent
        if at.hour >= 22 or at.hour < 6
    ]
    assert asleep == []
    assert ladders.telegram.sent[-1][2] == datetime(2026, 3, 12, 6, 0, tzinfo=now.tzinfo)


def test_whoever_has_nothing_but_notifications_is_told_of_a_miss_by_one(
    ladders: Ladders, owner: User, now: datetime
) -> None:
    with ladders.database.service() as session:
        disable_identity(session, "telegram", "sim:owner", "you blocked the bot")
        row = PushSubscription(user_id=owner.id, endpoint="https://push.example/1", p256dh="k", auth="a")
        session.add(row)
    task = ladders.plan(owner, now + 10 * MINUTE, now)
    ladders.run_until(now, now + 80 * MINUTE)
    assert ladders.attempts(task.id)[-1] == ("miss_note", "dispatched", None)
    (_, _, reminded), (_, note, told) = ladders.push.sent
    assert (reminded, told) == (now, now + 70 * MINUTE)
    shown = json.loads(payload(note))
    assert shown["title"] == "Easy run"
    assert shown["body"].startswith("Easy run at 10:10 went by, and that's all right.")
    assert [one["title"] for one in shown["actions"]] == ["I did it", "Another time"]


def test_a_task_inside_a_pause_is_called_off_and_not_missed(
    ladders: Ladders, owner: User, now: datetime
) -> None:
    task = ladders.plan(owner, now + timedelta(hours=1), now)
    with ladders.database.service() as session:
        session.get_one(User, owner.id).paused_until = now + timedelta(days=2)
    ladders.run_until(now, now + timedelta(hours=4), step=10 * MINUTE)
    assert ladders.task(task.id).status == TaskStatus.CANCELLED
    assert not ladders.telegram.sent
    assert ladders.attempts(task.id) == [("remind", "skipped", "paused")], "and the trail says why"


def test_every_run_asks_to_be_woken_for_what_comes_next(ladders: Ladders, owner: User, now: datetime) -> None:
    start = now + timedelta(hours=3)
    ladders.plan(owner, start, now)
    assert ladders.wakeups.next == start - 10 * MINUTE
    ladders.wakeups.asked.clear()
    sweep(ladders.dispatcher, now)
    assert ladders.wakeups.next == start - 10 * MINUTE


def test_a_task_that_was_erased_while_its_step_was_leased_is_not_spoken_of(
    ladders: Ladders, owner: User, now: datetime
) -> None:
    task = ladders.plan(owner, now + 10 * MINUTE, now)
    attempts = ladders.claim(now)
    with ladders.database.service() as session:
        session.delete(session.get_one(Task, task.id))
    ladders.deliver(attempts, now)
    assert not ladders.telegram.sent
    with ladders.database.service() as session:
        assert session.query(DispatchLog).count() == 0


def test_a_second_run_at_the_same_moment_finds_nothing_to_do(
    ladders: Ladders, owner: User, now: datetime
) -> None:
    ladders.plan(owner, now + 10 * MINUTE, now)
    assert ladders.dispatcher.run_due(now).sent == 1
    report = ladders.dispatcher.run_due(now)
    assert (report.claimed, report.taken_over, report.sent) == (0, 0, 0)


def test_a_reminder_is_tried_again_past_its_window_when_no_other_rung_can_be_used(
    ladders: Ladders, owner: User, now: datetime
) -> None:
    """Both later rungs are left out two minutes later; that is no reason to give up the only message there is."""
    ladders.telegram.failures = [ChannelError("away", retry_after=50) for _ in range(10)]
    ladders.plan(owner, now + 10 * MINUTE, now)
    ladders.run_until(now, now + 20 * MINUTE)
    assert ladders.telegram.texts() == ["Easy run (30 min) was set for 10:10. Is now a good moment?"]
