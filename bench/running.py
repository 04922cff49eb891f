"""Flux's real processes for a bench: started over given servers, pointed at a provider on loopback, ended by their ids."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from redis import Redis

from storage.embedded_server import free_port

PROJECT = Path(__file__).resolve().parent.parent
_PATIENCE = 60.0


# How fast a provider may be used, and how often in a day, is what `bench.paced` and tests are about.
_UNLIMITED = (
    "TELEGRAM_MESSAGES_PER_SECOND",
    "TWILIO_WHATSAPP_MESSAGES_PER_SECOND",
    "TWILIO_CALLS_PER_SECOND",
    "DAILY_CALLS",
    "DAILY_CALLS_PER_PERSON",
    "DAILY_WHATSAPP",
    "DAILY_WHATSAPP_PER_PERSON",
    "DAILY_WHATSAPP_PEOPLE",
)


def environment(home: Path, database_url: str, redis_url: str, **more: str) -> dict[str, str]:
    """The settings of an installation with no provider but those of `more`, and none of its limits."""
    return {
        "FLUX_HOME": str(home),
        "APP_ENV": "test",
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "SECRET_KEY": "b" * 32,
        "TELEGRAM_BOT_TOKEN": "1:bench",
        "LOG_LEVEL": "ERROR",
        **dict.fromkeys(_UNLIMITED, "0"),
        **more,
    }


@contextlib.contextmanager
def flux(command: str, settings: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """`flux worker`, `flux scheduler` and the like, until the block ends."""
    process = subprocess.Popen([sys.executable, "-m", "bot", command], cwd=PROJECT, env=os.environ | settings)
    with _ended(process):
        yield process


@contextlib.contextmanager
def web(settings: Mapping[str, str]) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """The web process as the Procfile starts it, and its address, once it answers."""
    port = free_port()
    address = f"127.0.0.1:{port}"
    command = [sys.executable, "-m", "gunicorn", "--config", "python:bot.processes.web_server"]
    process = subprocess.Popen(
        [*command, "--bind", address, "web.app:create_app()"], cwd=PROJECT, env=os.environ | settings
    )
    with _ended(process):
        _wait_for(lambda: _answers(f"http://{address}/healthz"), "the web process")
        yield process, f"http://{address}"


def wait_for_workers(redis_url: str, count: int) -> None:
    redis = Redis.from_url(redis_url)
    _wait_for(lambda: redis.scard("rq:workers") >= count, "the workers")


@contextlib.contextmanager
def _ended(process: subprocess.Popen[bytes]) -> Iterator[None]:
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(happened: Callable[[], object], what: str) -> None:
    end = time.monotonic() + _PATIENCE
    while not happened():
        if time.monotonic() > end:
            raise TimeoutError(f"{what} did not come up within a minute")
        time.sleep(0.05)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2):  # noqa: S310 - our own address
            return True
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False
