"""The worker: jobs are run by forked children that are replaced when they die and drained when it is told to stop."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
import redis as redis_client
from rq import Queue, Worker
from rq.job import Job
from sqlalchemy import text as sql

from bot import inbound
from bot.services import Services
from channels.messages import InboundMessage
from storage.database import Database, lock_person
from storage.processes import command_line
from storage.tables import InboundEvent, User
from storage.vocabulary import InboundState
from tests.waiting import wait_for

_PROJECT = Path(__file__).resolve().parents[2]


_RUN = """
import sys
from bot.logs import configure_logging
from bot.processes.workers import Pace, run_workers
from bot.settings import Settings
configure_logging("INFO")
run_workers(Settings(), Pace(beat_every=1, frozen=float(sys.argv[1])))
"""


@pytest.fixture
def environment(tmp_path: Path, database_url: str, redis_url: str) -> dict[str, str]:
    return os.environ | {"FLUX_HOME": str(tmp_path), "DATABASE_URL": database_url, "REDIS_URL": redis_url}


@contextmanager
def _running(
    environment: dict[str, str], redis: redis_client.Redis, command: tuple[str, ...], lines: int = 2
) -> Iterator[subprocess.Popen[bytes]]:
    """A worker, once all of its children listen."""
    log = Path(environment["FLUX_HOME"]) / "worker.log"
    process = subprocess.Popen(
        [sys.executable, *command], stderr=log.open("wb"), cwd=_PROJECT, env=environment
    )
    try:
        wait_for(lambda: redis.scard("rq:workers") == lines, f"{lines} workers")
        yield process
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def worker(environment: dict[str, str], redis: redis_client.Redis) -> Iterator[subprocess.Popen[bytes]]:
    """`flux worker`, once both of its children listen."""
    with _running(environment, redis, ("-m", "bot", "worker")) as process:
        yield process


def _children(pid: int) -> list[int]:
    listed = subprocess.run(["/bin/ps", "-e", "-o", "pid=,ppid="], capture_output=True, text=True, check=True)
    pairs = [tuple(map(int, line.split())) for line in listed.stdout.splitlines()]
    return [child for child, parent in pairs if parent == pid]


def test_both_queues_are_worked_and_each_line_gives_its_own_sign_of_life(
    worker: subprocess.Popen[bytes], redis: redis_client.Redis
) -> None:
    redis.delete("flux:heartbeat:ladder", "flux:heartbeat:chat")
    jobs = [Queue(name, connection=redis).enqueue("os.getpid", result_ttl=60) for name in ("chat", "ladder")]
    wait_for(lambda: all(job.is_finished for job in jobs), "both jobs")
    children = _children(worker.pid)
    assert all(job.return_value() in children for job in jobs)
    wait_for(lambda: redis.exists("flux:heartbeat:ladder", "flux:heartbeat:chat") == 2, "signs of life")


def test_a_busy_line_lives_and_a_frozen_one_is_replaced(
    environment: dict[str, str], redis: redis_client.Redis
) -> None:
    environment["CHAT_WORKERS"] = "2"
    with _running(environment, redis, ("-c", _RUN, "3"), lines=3) as worker:
        before = _children(worker.pid)
        busy = [Queue("chat", connection=redis).enqueue("time.sleep", 6, result_ttl=60) for _ in range(2)]
        wait_for(lambda: all(job.get_status(refresh=True) == "started" for job in busy), "two chat workers")
        (idle,) = {*before} - {int(one.pid or 0) for one in Worker.all(redis) if one.get_current_job_id()}
        os.kill(idle, signal.SIGSTOP)
        wait_for(lambda: idle not in _children(worker.pid), "the end of the frozen one")
        wait_for(lambda: len(_children(worker.pid)) == 3, "a new one")
        wait_for(lambda: all(job.is_finished for job in busy), "the jobs of the busy ones")
        assert {*before} - {idle} < {*_children(worker.pid)}
    assert "worker_frozen" in (Path(environment["FLUX_HOME"]) / "worker.log").read_text()


def _garbled(redis: redis_client.Redis, job: Job) -> None:
    redis.hset(job.key, "data", b"neither pickle nor zlib")


def _of_another_type(redis: redis_client.Redis, job: Job) -> None:
    redis.delete(job.key)
    redis.set(job.key, "no hash")


def _with_a_name_that_is_no_text(redis: redis_client.Redis, job: Job) -> None:
    redis.lrem("rq:queue:ladder", 0, job.id)
    redis.lpush("rq:queue:ladder", b"\xff\xfe")


def _of_an_unknown_function(redis: redis_client.Redis, job: Job) -> None:
    job.func_name = "bot.jobs.nothing_of_the_kind"
    job.save()


def test_no_poisoned_job_stops_a_line(worker: subprocess.Popen[bytes], redis: redis_client.Redis) -> None:
    queue, children = Queue("ladder", connection=redis), _children(worker.pid)
    for spoil in (_garbled, _of_another_type, _with_a_name_that_is_no_text, _of_an_unknown_function):
        for _ in range(3):  # enough for both lines to meet it
            poison = queue.create_job("os.getpid")
            poison.save()
            redis.rpush(queue.key, poison.id)
            spoil(redis, poison)
    good = [queue.enqueue("os.getpid", result_ttl=60) for _ in range(5)]
    wait_for(lambda: all(job.is_finished for job in good), "the jobs behind them")
    assert _children(worker.pid) == children
    assert redis.llen(queue.intermediate_queue_key) == 0


def test_a_failed_job_is_logged_and_kept_without_its_words(
    worker: subprocess.Popen[bytes], redis: redis_client.Redis, tmp_path: Path
) -> None:
    job = Queue("chat", connection=redis).enqueue("builtins.int", "something private")
    wait_for(lambda: job.get_status(refresh=True) == "failed", "the failure")
    log = tmp_path / "worker.log"
    wait_for(lambda: "job_failed" in log.read_text(), "a line in the log")
    assert "ValueError" in log.read_text()
    assert "something private" not in log.read_text()
    result = job.latest_result()
    assert result is not None
    assert "something private" not in str(result.exc_string)


def test_a_killed_child_is_replaced(worker: subprocess.Popen[bytes], redis: redis_client.Redis) -> None:
    before = _children(worker.pid)
    os.kill(before[0], signal.SIGKILL)
    wait_for(lambda: len(set(_children(worker.pid)) - set(before)) == 1, "a new child")
    job = Queue("ladder", connection=redis).enqueue("os.getpid", result_ttl=60)
    wait_for(lambda: job.is_finished, "a job after the kill")


def test_the_job_in_hand_is_finished_before_the_end(
    worker: subprocess.Popen[bytes], redis: redis_client.Redis
) -> None:
    job = Queue("chat", connection=redis).enqueue("time.sleep", 1.5, result_ttl=60)
    wait_for(lambda: job.get_status(refresh=True) == "started", "the job's start")
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(15) == 0
    assert job.get_status(refresh=True) == "finished"


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's death signal is Linux only")
def test_children_end_with_a_killed_parent(worker: subprocess.Popen[bytes]) -> None:
    children = _children(worker.pid)
    assert len(children) == 2
    worker.kill()
    worker.wait()
    wait_for(lambda: not any(command_line(pid) for pid in children), "the children's end")


def test_a_message_whose_worker_was_killed_is_answered_by_the_next_one_at_once(
    environment: dict[str, str],
    redis: redis_client.Redis,
    database: Database,
    services: Services,
    owner: User,
    text: Callable[..., InboundMessage],
) -> None:
    """No scheduler runs here, and no worker asks for a sweep within the time of this test."""
    environment["SWEEP_INTERVAL_SECONDS"] = "600"
    redis.set("flux:sweep:asked", 1)
    with _running(environment, redis, ("-m", "bot", "worker")) as worker:
        with database.service() as another:
            lock_person(another, owner.id)  # so that the turn is under way until we say so
            event_id = inbound.receive(services, replace(text("/help"), received_at=datetime.now(UTC)))
            Queue("chat", connection=redis).enqueue(inbound.HANDLE_JOB, str(event_id))
            (busy,) = _wait_for_one(lambda: [one for one in Worker.all(redis) if one.get_current_job_id()])
            wait_for(lambda: _waits_for_a_lock(database), "a turn under way")
            os.kill(int(busy.pid or 0), signal.SIGKILL)
            wait_for(lambda: busy.pid not in _children(worker.pid), "the end of the line")
        wait_for(lambda: _state(database, event_id) == InboundState.DONE, "an answer")


def _wait_for_one(look: Callable[[], list[Worker]]) -> list[Worker]:
    wait_for(lambda: len(look()) == 1, "one worker")
    return look()


def _waits_for_a_lock(database: Database) -> bool:
    waiting = "select exists (select from pg_locks where not granted and locktype = 'advisory')"
    with database.service() as session:
        return bool(session.scalar(sql(waiting)))


def _state(database: Database, event_id: UUID | None) -> str:
    with database.service() as session:
        return session.get_one(InboundEvent, event_id).state
