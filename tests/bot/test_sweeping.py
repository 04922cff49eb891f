"""The sweep: a fault of one part keeps no other part from its work, and is not kept quiet."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from structlog.testing import capture_logs

from bot import inbound
from bot.clock import ManualClock
from bot.services import Services
from bot.sweeping import SweepError, sweep_all
from channels.messages import InboundMessage
from storage.database import Database
from tests.conftest import make_person

Text = Callable[..., InboundMessage]
NOWHERE = "postgresql://nobody:hush@127.0.0.1:1/none"
_PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture
def faulty_url(fresh_database_url: str) -> str:
    """A database that the ladder cannot work with."""
    with psycopg.connect(fresh_database_url, autocommit=True) as admin:
        admin.execute("alter table dispatch_log rename column lease_until to renamed")
    return fresh_database_url


@pytest.fixture
def faulty(services: Services, faulty_url: str, clock: ManualClock, text: Text) -> Iterator[Services]:
    """Services over it, with a message whose job was lost."""
    database = Database(faulty_url)
    with database.service() as session:
        make_person(session, "Ada", "sim:owner", clock.now())
    made = replace(services, database=database)
    made.__dict__.pop("dispatcher", None)
    inbound.receive(made, text("/help"))
    clock.shift(timedelta(minutes=1))
    yield made
    database.dispose()


def test_a_fault_of_the_ladder_keeps_nobody_without_an_answer(faulty: Services) -> None:
    brought: list[str] = []
    faulty.enqueue = lambda function, _: brought.append(function)
    with capture_logs() as logs, pytest.raises(SweepError) as raised:
        sweep_all(faulty)
    assert brought == [inbound.HANDLE_JOB]
    assert list(raised.value.failures) == ["ladder"]
    assert [(one["event"], one["part"]) for one in logs if one["log_level"] == "error"] == [
        ("sweep_part_failed", "ladder")
    ]
    assert str(raised.value) == "part of the sweep failed: ladder (ProgrammingError)"


def test_every_part_is_tried_however_many_fail(services: Services) -> None:
    apart = replace(services, database=Database(NOWHERE))
    apart.__dict__.pop("dispatcher", None)
    with pytest.raises(SweepError) as raised:
        sweep_all(apart)
    assert list(raised.value.failures) == ["messages", "ladder", "nudges"]


@pytest.mark.parametrize(
    ("url", "words"),
    [
        (None, "flux: part of the sweep failed: ladder (ProgrammingError); the rest is done"),
        (NOWHERE, "flux: the database does not answer ("),
    ],
)
def test_the_command_says_in_one_line_what_failed_and_ends_with_1(
    faulty: Services, faulty_url: str, redis_url: str, tmp_path: Path, url: str | None, words: str
) -> None:
    surroundings = {"DATABASE_URL": url or faulty_url, "REDIS_URL": redis_url, "FLUX_HOME": str(tmp_path)}
    swept = subprocess.run(
        [sys.executable, "-m", "bot", "sweep"],
        cwd=_PROJECT,
        env=os.environ | surroundings,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert swept.returncode == 1
    assert swept.stderr.splitlines()[-1].startswith(words)
    assert "hush" not in swept.stderr
