"""A long life: a hundred thousand rows go through little memory."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4
from zipfile import ZipFile

import psycopg
import pytest

from storage.database import Database
from storage.tables import User
from tests.storage.rows import one_of_each

MEGABYTES = 200
TASKS, MESSAGES = 10_000, 90_000
_PROJECT = Path(__file__).resolve().parents[2]
# The kernel's own high water mark: ru_maxrss would begin with that of the test run, which it inherits.
_PROGRAM = r"""
import re, sys
from datetime import datetime
from uuid import UUID
from storage.database import Database
from storage.export import stream_export

url, person, now, path = sys.argv[1:]
with open(path, "wb") as file:
    for piece in stream_export(Database(url), UUID(person), datetime.fromisoformat(now)):
        file.write(piece)
print(int(re.search(r"VmHWM:\s+(\d+) kB", open("/proc/self/status").read())[1]) // 1024)
"""


@pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="Linux tells the high water mark of a process"
)
def test_a_hundred_thousand_rows_take_little_memory(
    database: Database, database_url: str, owner: User, now: datetime, tmp_path: Path
) -> None:
    with database.service() as session:
        talk = one_of_each(session, owner.id, "sim:owner", now).conversation_id
    with psycopg.connect(database_url) as connection, connection.cursor() as cursor:
        _copy(
            cursor,
            "tasks (user_id, title, description, scheduled_at, created_at, local_day)",
            (
                (owner.id, f"Task {n}", str(uuid4()), at, now, at.date())
                for n, at in ((n, now + timedelta(minutes=n)) for n in range(TASKS))
            ),
        )
        _copy(
            cursor,
            "messages (conversation_id, role, content, created_at)",
            ((talk, "user", f"{uuid4()} " * 10, now + timedelta(seconds=n)) for n in range(MESSAGES)),
        )
    path = tmp_path / "export.zip"
    ran = subprocess.run(
        [sys.executable, "-c", _PROGRAM, database_url, str(owner.id), now.isoformat(), str(path)],
        cwd=_PROJECT,
        capture_output=True,
        text=True,
        check=True,
        timeout=240,
    )
    assert int(ran.stdout) < MEGABYTES
    with ZipFile(path) as archive:
        assert archive.testzip() is None
        manifest = json.loads(archive.read("manifest.json"))
    rows = {one["name"]: one["rows"] for one in manifest["files"]}
    assert (rows["tasks.json"], rows["messages.json"]) == (TASKS + 1, MESSAGES + 1)


def _copy(cursor: psycopg.Cursor[Any], target: str, rows: Iterator[tuple[Any, ...]]) -> None:
    with cursor.copy(f"copy {target} from stdin".encode()) as copy:
        for row in rows:
            copy.write_row(row)
