"""Backups where something is scarce: the disk, and memory. Each runs in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.storage.filled import fill, run

_PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture
def filled_url(fresh_database_url: str) -> str:
    fill(fresh_database_url)
    return fresh_database_url


_LIMITED = """
import resource, sys
from datetime import UTC, datetime
from pathlib import Path
from storage.backup import back_up
from storage.backup_format import BackupError
url, target, limit = sys.argv[1:]
resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), int(limit)))
try:
    back_up(url, Path(target), now=datetime(2026, 1, 1, tzinfo=UTC), flux_version="0", overwrite=True)
except BackupError as error:
    print(error)
"""


@pytest.mark.parametrize("limit", [0, 1, 700, 3000, 5000])
def test_a_full_disk_is_one_line_and_leaves_what_was_there(
    filled_url: str, tmp_path: Path, limit: int
) -> None:
    target = tmp_path / "flux.zip"
    target.write_text("precious")
    ran = subprocess.run(
        [sys.executable, "-c", _LIMITED, filled_url, str(target), str(limit)],
        cwd=_PROJECT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.stdout == f"cannot write {target}: File too large\n", ran.stderr
    assert [file.read_text() for file in tmp_path.iterdir()] == ["precious"]


_MEASURED = """
import resource, sys
from datetime import UTC, datetime
from pathlib import Path
from storage.backup import back_up
from storage.restore import restore
source, target, file = sys.argv[1:]
back_up(source, Path(file), now=datetime(2026, 1, 1, tzinfo=UTC), flux_version="0")
restore(target, Path(file), replace=True)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def test_memory_does_not_grow_with_the_rows(filled_url: str, empty_url: str, tmp_path: Path) -> None:
    def peak(name: str) -> int:
        """Kilobytes of a process that saves and restores."""
        argv = [sys.executable, "-c", _MEASURED, filled_url, empty_url, str(tmp_path / name)]
        ran = subprocess.run(argv, cwd=_PROJECT, capture_output=True, text=True, timeout=300, check=False)
        assert ran.returncode == 0, ran.stderr
        return int(ran.stdout)

    few = peak("few.zip")
    run(
        filled_url,
        "insert into messages (conversation_id, role, content)"
        " select id, 'user', repeat(md5(n::text), 20) from conversations, generate_series(1, 100000) n",
    )
    assert run(filled_url, "select count(*) > 200000 from messages") == [(True,)]
    assert peak("many.zip") < few + 20_000  # 130 MB of rows
    assert run(empty_url, "select count(*) from messages") == run(filled_url, "select count(*) from messages")
