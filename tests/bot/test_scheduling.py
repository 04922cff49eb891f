"""The scheduler: rings what is due, asks for the sweep, and one bad job harms nobody else."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import redis as redis_client
from rq import Queue
from rq.job import Job

from bot.processes.periodic import HOUSEKEEPING, SWEEP
from bot.processes.scheduling import FluxScheduler
from reminders.wakeups import BELLS, RqWakeups
from tests.threads import at_once


@pytest.fixture
def scheduler(redis: redis_client.Redis) -> FluxScheduler:
    return FluxScheduler(redis, sweep_seconds=60)


def _queued(redis: redis_client.Redis) -> list[str]:
    return [job.func_name for job in Queue("ladder", connection=redis).jobs]


def _schedule(scheduler: FluxScheduler, at: datetime, job_id: str) -> None:
    scheduler.enqueue_at(at, "bot.jobs.wake", "now", job_id=job_id, queue_name="ladder")


def test_what_is_due_is_queued_and_what_is_not_waits(
    scheduler: FluxScheduler, redis: redis_client.Redis
) -> None:
    real = datetime.now(UTC)
    _schedule(scheduler, real - timedelta(seconds=5), "due")
    _schedule(scheduler, real + timedelta(hours=1), "later")
    scheduler.enqueue_jobs()
    assert _queued(redis) == [SWEEP, "bot.jobs.wake"]
    assert "later" in scheduler
    assert "due" not in scheduler


def test_a_bell_rings_before_its_moment_on_a_line_that_may_wait_for_it(
    scheduler: FluxScheduler, redis: redis_client.Redis
) -> None:
    RqWakeups(redis).wake_at(datetime.now(UTC) + timedelta(seconds=1), "soon")
    scheduler.enqueue_jobs()
    (job,) = Queue(BELLS, connection=redis).jobs
    assert job.func_name == "bot.jobs.watch"


def test_the_sweep_is_asked_for_once_per_interval_by_all_schedulers(redis: redis_client.Redis) -> None:
    for one in (FluxScheduler(redis, 60), FluxScheduler(redis, 60)):
        one.enqueue_jobs()
        one.enqueue_jobs()
    assert _queued(redis) == [SWEEP]


def test_housekeeping_is_asked_for_once_an_hour_by_all_schedulers_and_never_on_the_ladders_line(
    redis: redis_client.Redis,
) -> None:
    for one in (FluxScheduler(redis, 60), FluxScheduler(redis, 60)):
        one.enqueue_jobs()
        one.enqueue_jobs()
    asked = [job.func_name for job in Queue("chat", connection=redis).jobs]
    assert asked == [HOUSEKEEPING]
    assert 3_500 < redis.ttl("flux:housekeeping:asked") <= 3_600


def _garbled(redis: redis_client.Redis) -> None:
    redis.hset(Job.key_for("poison"), "data", b"neither pickle nor zlib")


def _of_another_type(redis: redis_client.Redis) -> None:
    redis.delete(Job.key_for("poison"))
    redis.set(Job.key_for("poison"), "no hash")


def _without_an_origin(redis: redis_client.Redis) -> None:
    redis.hdel(Job.key_for("poison"), "origin", "data", "created_at")


def _with_a_name_that_is_no_text(redis: redis_client.Redis) -> None:
    redis.zadd("rq:scheduler:scheduled_jobs", {b"\xff\xfe": 1})


@pytest.mark.parametrize(
    "poison", [_garbled, _of_another_type, _without_an_origin, _with_a_name_that_is_no_text]
)
def test_a_job_that_cannot_be_read_is_dropped_and_the_next_one_rings(
    scheduler: FluxScheduler, redis: redis_client.Redis, poison: Callable[[redis_client.Redis], None]
) -> None:
    past = datetime.now(UTC) - timedelta(seconds=9)
    _schedule(scheduler, past, "poison")
    _schedule(scheduler, past + timedelta(seconds=1), "good")
    poison(redis)
    scheduler.enqueue_jobs()
    assert "good" in Queue("ladder", connection=redis).job_ids
    assert redis.zcard(scheduler.scheduled_jobs_key) == 0


@pytest.mark.parametrize("key", ["rq:scheduler:scheduled_jobs", "rq:queue:ladder", "flux:beating"])
def test_a_list_that_is_none_is_dropped_and_everything_goes_on(
    scheduler: FluxScheduler, redis: redis_client.Redis, key: str
) -> None:
    redis.set(key, "no list")
    scheduler.enqueue_jobs()
    scheduler.heartbeat()
    _schedule(scheduler, datetime.now(UTC) - timedelta(seconds=5), "good")
    scheduler.enqueue_jobs()
    assert _queued(redis) == [SWEEP, "bot.jobs.wake"]


def test_schedulers_side_by_side_queue_each_job_once(redis_url: str, redis: redis_client.Redis) -> None:
    schedulers = [FluxScheduler(redis_client.Redis.from_url(redis_url), 60) for _ in range(3)]
    past = datetime.now(UTC) - timedelta(seconds=5)
    names = {f"ring-{number}" for number in range(150)}
    for name in names:
        _schedule(schedulers[0], past, name)
    at_once(*(one.enqueue_jobs for one in schedulers))
    queued = Queue("ladder", connection=redis).job_ids
    assert len(queued) == len(names) + 1  # and the sweep
    assert names < set(queued)


def test_a_scheduler_that_was_frozen_in_the_middle_finds_nothing_left_to_queue(
    redis: redis_client.Redis,
) -> None:
    other = FluxScheduler(redis, 60)

    class Frozen(FluxScheduler):
        def _enqueue_one(self, raw: bytes) -> None:
            other.enqueue_jobs()  # while this one stands still in its first job
            super()._enqueue_one(raw)

    past = datetime.now(UTC) - timedelta(seconds=5)
    for number in range(3):
        _schedule(other, past, f"ring-{number}")
    Frozen(redis, 60).enqueue_jobs()
    assert sorted(_queued(redis)) == sorted([SWEEP, *["bot.jobs.wake"] * 3])
    assert len(set(Queue("ladder", connection=redis).job_ids)) == 4


def test_a_ring_whose_job_is_gone_is_forgotten(scheduler: FluxScheduler, redis: redis_client.Redis) -> None:
    _schedule(scheduler, datetime.now(UTC) - timedelta(seconds=5), "gone")
    redis.delete(Job.key_for("gone"))
    scheduler.enqueue_jobs()
    assert "gone" not in scheduler


def test_it_shows_a_sign_of_life(scheduler: FluxScheduler, redis: redis_client.Redis) -> None:
    scheduler.heartbeat()
    assert redis.exists("flux:heartbeat:scheduler")
