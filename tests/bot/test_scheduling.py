"""The scheduler: rings what is due, asks for the sweep, and one bad job harms nobody else."""

from datetime import UTC, datetime, timedelta

import pytest
import redis as redis_client
from rq import Queue
from rq.job import Job

from bot.processes.scheduling import HOUSEKEEPING, SWEEP, FluxScheduler
from bot.processes.workers import LINES
from reminders.wakeups import BELLS, RqWakeups


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
    assert [queues for queues in LINES if BELLS in queues and "chat" not in queues]
    assert not [queues for queues in LINES if BELLS in queues and "chat" in queues]


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


def test_a_job_that_cannot_be_read_is_dropped_and_the_next_one_rings(
    scheduler: FluxScheduler, redis: redis_client.Redis
) -> None:
    past = datetime.now(UTC) - timedelta(seconds=9)
    _schedule(scheduler, past, "poison")
    _schedule(scheduler, past + timedelta(seconds=1), "good")
    redis.hset(Job.key_for("poison"), "data", b"neither pickle nor zlib")
    scheduler.enqueue_jobs()
    assert [job.id for job in Queue("ladder", connection=redis).jobs][1:] == ["good"]
    assert "poison" not in scheduler


def test_a_ring_whose_job_is_gone_is_forgotten(scheduler: FluxScheduler, redis: redis_client.Redis) -> None:
    _schedule(scheduler, datetime.now(UTC) - timedelta(seconds=5), "gone")
    redis.delete(Job.key_for("gone"))
    scheduler.enqueue_jobs()
    assert "gone" not in scheduler


def test_it_shows_a_sign_of_life(scheduler: FluxScheduler, redis: redis_client.Redis) -> None:
    scheduler.heartbeat()
    assert redis.exists("flux:heartbeat:scheduler")
