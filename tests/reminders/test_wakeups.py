"""Wake-ups over the real Valkey: one job per due second, at once for what is due, none of it needed for correctness."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import redis as redis_client
from rq import Queue
from rq_scheduler import Scheduler

from reminders.dispatch import Dispatcher
from reminders.plans import TaskDraft, schedule_tasks
from reminders.rules.ladder import Timing
from reminders.wakeups import QUEUE, RqWakeups, drop_answered
from storage.database import Database
from storage.tables import User
from tests.reminders.conftest import Ladders

SOON = timedelta(hours=1)


def real_now(redis: redis_client.Redis) -> datetime:
    """The bell's own clock."""
    return datetime.fromtimestamp(redis.time()[0], UTC)


def scheduled(redis: redis_client.Redis) -> list[tuple[str, datetime]]:
    jobs = Scheduler(queue_name=QUEUE, connection=redis).get_jobs(with_times=True)
    return [(job.id, at.replace(tzinfo=UTC)) for job, at in jobs]


def test_a_thousand_wishes_for_one_second_are_one_job(redis: redis_client.Redis) -> None:
    bell, at = RqWakeups(redis), real_now(redis) + SOON
    for number in range(1000):
        bell.wake_at(at - timedelta(milliseconds=number % 900), f"{number}")
    ((job_id, when),) = scheduled(redis)
    assert (job_id, when) == (f"wake-{int(at.timestamp())}", at)


def test_a_bell_never_rings_before_its_time(redis: redis_client.Redis) -> None:
    at = real_now(redis) + SOON + timedelta(milliseconds=1)
    RqWakeups(redis).wake_at(at, "x")
    assert scheduled(redis)[0][1] >= at


def test_what_is_due_already_is_queued_at_once(redis: redis_client.Redis) -> None:
    RqWakeups(redis).wake_at(real_now(redis) - SOON, "late")
    assert scheduled(redis) == []
    (job,) = Queue(QUEUE, connection=redis).jobs
    assert (job.func_name, job.args) == ("bot.jobs.wake", ("late",))


def test_what_is_due_this_very_moment_does_not_wait_for_the_next_second(redis: redis_client.Redis) -> None:
    RqWakeups(redis).wake_at(datetime.now(UTC), "now")
    assert scheduled(redis) == []
    assert Queue(QUEUE, connection=redis).count == 1


def test_a_look_answers_every_wake_up_that_was_queued_before_it_and_nothing_else(
    redis: redis_client.Redis,
) -> None:
    bell, queue = RqWakeups(redis), Queue(QUEUE, connection=redis)
    sweep = queue.enqueue("bot.jobs.sweep")
    for number in range(1_500):
        bell.wake_at(real_now(redis) - SOON, f"{number}")
    looked = datetime.now(UTC)
    bell.wake_at(real_now(redis) - SOON, "later")
    jobs = len(redis.keys("rq:job:*"))
    assert drop_answered(redis, looked) == 1_500
    assert [job.args for job in queue.jobs] == [(), ("later",)]
    assert queue.job_ids[0] == sweep.id
    assert len(redis.keys("rq:job:*")) == jobs - 1_500
    assert drop_answered(redis, datetime.now(UTC)) == 0  # a short queue is soon gone by itself


def test_a_shifted_clock_rings_at_the_real_moment(redis: redis_client.Redis) -> None:
    ahead = timedelta(days=3)
    at = real_now(redis) + SOON
    RqWakeups(redis, lambda when: when - ahead).wake_at(at + ahead, "x")
    assert scheduled(redis)[0][1] == at


def test_a_bell_without_redis_is_silent_and_raises_nothing() -> None:
    nowhere = redis_client.Redis(port=1, socket_connect_timeout=0.2)
    RqWakeups(nowhere).wake_at(datetime(2026, 3, 11, tzinfo=UTC), "x")


def test_planning_and_sweeping_ring_for_the_next_moment_also_after_redis_lost_everything(
    redis: redis_client.Redis, database: Database, owner: User, ladders: Ladders
) -> None:
    now = real_now(redis)
    dispatcher = Dispatcher(
        database, ladders.dispatcher.claims.switchboard, RqWakeups(redis), Timing(lead=timedelta(0))
    )
    start = now + timedelta(days=1)  # noon, when the owner is awake
    start = start.replace(hour=12, minute=0, second=0)
    with database.service() as session:
        schedule_tasks(session, session.get_one(User, owner.id), [TaskDraft("Read", start)], now)
    assert [at for _, at in scheduled(redis)] == [start]
    redis.flushall()
    dispatcher.run_due(now)
    assert [at for _, at in scheduled(redis)] == [start]
