"""The worker: jobs are run by forked children that are replaced when they die and drained when it is told to stop."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis as redis_client
from rq import Queue

from storage.processes import command_line
from tests.waiting import wait_for

_PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture
def worker(
    tmp_path: Path, database_url: str, redis_url: str, redis: redis_client.Redis
) -> Iterator[subprocess.Popen[bytes]]:
    """`flux worker`, once both of its children listen."""
    log = tmp_path / "worker.log"
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "worker"],
        stderr=log.open("wb"),
        cwd=_PROJECT,
        env=os.environ | {"FLUX_HOME": str(tmp_path), "DATABASE_URL": database_url, "REDIS_URL": redis_url},
    )
    wait_for(lambda: redis.scard("rq:workers") == 2, "two workers")
    yield process
    process.kill()
    process.wait()


def _children(pid: int) -> list[int]:
    listed = subprocess.run(["/bin/ps", "-e", "-o", "pid=,ppid="], capture_output=True, text=True, check=True)
    pairs = [tuple(map(int, line.split())) for line in listed.stdout.splitlines()]
    return [child for child, parent in pairs if parent == pid]


def test_both_queues_are_worked_and_a_sign_of_life_is_left(
    worker: subprocess.Popen[bytes], redis: redis_client.Redis
) -> None:
    redis.delete("flux:heartbeat:worker")
    jobs = [Queue(name, connection=redis).enqueue("os.getpid", result_ttl=60) for name in ("chat", "ladder")]
    wait_for(lambda: all(job.is_finished for job in jobs), "both jobs")
    children = _children(worker.pid)
    assert all(job.return_value() in children for job in jobs)
    wait_for(lambda: redis.exists("flux:heartbeat:worker"), "a sign of life")


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
