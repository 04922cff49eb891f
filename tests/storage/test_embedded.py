"""The embedded servers: they start, survive, refuse company, and leave nothing behind."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
import redis

from storage.embedded import AlreadyRunningError, EmbeddedServers, HomeLock, published
from storage.embedded_place import find_place, may_enter, unprivileged_account
from storage.processes import Account, command_line, stop_leftover
from tests.waiting import wait_for

_PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture
def home() -> Iterator[Path]:
    """Not below pytest's own 0700 folder, which the servers' account could not enter."""
    folder = Path(tempfile.mkdtemp(prefix="flux-tests-"))
    folder.chmod(0o711)
    yield folder / "a home with spaces"
    shutil.rmtree(folder)


def _write_and_count(servers: EmbeddedServers) -> int:
    with psycopg.connect(servers.urls["DATABASE_URL"]) as connection:
        connection.execute("create table if not exists kept (n int)")
        connection.execute("insert into kept values (1)")
        row = connection.execute("select count(*) from kept").fetchone()
    assert row is not None
    return int(row[0])


def test_rows_and_keys_survive_a_stop_and_a_second_start(home: Path) -> None:
    with EmbeddedServers(home) as servers:
        assert _write_and_count(servers) == 1
        redis.Redis.from_url(servers.urls["REDIS_URL"]).set("kept", "yes")
    with EmbeddedServers(home) as servers:
        assert _write_and_count(servers) == 2
        assert redis.Redis.from_url(servers.urls["REDIS_URL"]).get("kept") == b"yes"


def test_a_killed_postgres_comes_back_on_the_same_address_with_its_rows(home: Path) -> None:
    with EmbeddedServers(home, valkey=False) as servers:
        url = servers.urls["DATABASE_URL"]
        _write_and_count(servers)
        assert servers.postgres is not None
        os.kill(servers.postgres.pid, signal.SIGKILL)
        postgres = servers.postgres
        wait_for(lambda: not postgres.running(), "the end of the killed server")
        servers.postgres.start()
        assert servers.urls["DATABASE_URL"] == url
        assert _write_and_count(servers) == 2


def test_a_killed_postgres_waits_for_what_it_left_behind_and_keeps_its_address(home: Path) -> None:
    with EmbeddedServers(home, valkey=False) as servers:
        postgres, url = servers.postgres, servers.urls["DATABASE_URL"]
        assert postgres is not None
        log = find_place(home).folder / "postgres.log"
        with psycopg.connect(url) as connection:
            left_behind = connection.info.backend_pid
            os.kill(left_behind, signal.SIGSTOP)  # it cannot see that its postmaster has gone
            os.kill(postgres.pid, signal.SIGKILL)
            wait_for(lambda: not postgres.running(), "the end of the killed server")

            def let_go() -> None:
                wait_for(
                    lambda: log.read_text().count("is still in use") > 6, "more refusals than a port is tried"
                )
                os.kill(left_behind, signal.SIGCONT)

            with ThreadPoolExecutor(1) as pool:
                letting_go = pool.submit(let_go)
                postgres.start()
                letting_go.result()
            connection.close()
        assert servers.urls["DATABASE_URL"] == url
        assert _write_and_count(servers) == 1


def test_nobody_enters_without_the_password(servers: EmbeddedServers) -> None:
    url = servers.urls["DATABASE_URL"]
    password = url.split(":")[2].partition("@")[0]
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(url.replace(password, "guess"))
    port = int(servers.urls["REDIS_URL"].rpartition(":")[2].partition("/")[0])
    with pytest.raises(redis.AuthenticationError):
        redis.Redis(port=port).ping()


_HOLDER = """
import sys, time
from pathlib import Path
from storage.embedded import EmbeddedServers, HomeLock, publish
lock = HomeLock(Path(sys.argv[1]))
servers = EmbeddedServers(Path(sys.argv[1]))
servers.start()
publish(Path(sys.argv[1]), servers.urls)
print(*[server.pid for server in servers.servers], flush=True)
time.sleep(600)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's death signal is Linux only")
def test_a_killed_holder_takes_its_servers_along_and_the_next_start_works(home: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", _HOLDER, str(home)], stdout=subprocess.PIPE, text=True, cwd=_PROJECT
    )
    assert holder.stdout is not None
    pids = [int(pid) for pid in holder.stdout.readline().split()]
    assert published(home)
    with pytest.raises(AlreadyRunningError, match="already running"):
        HomeLock(home)
    holder.kill()
    holder.wait()
    theirs = ("flux", str(home))
    wait_for(
        lambda: not any(mark in command_line(pid) for pid in pids for mark in theirs),
        "the end of the servers after their parent's",
    )
    assert published(home) == {}
    with EmbeddedServers(home) as servers:
        assert _write_and_count(servers) == 1


def test_a_reused_pid_in_a_stale_file_is_left_alone(home: Path) -> None:
    with EmbeddedServers(home, valkey=False):
        pass
    innocent = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    try:
        place = find_place(home)
        stale = place.folder / "postgres" / "data" / "postmaster.pid"
        stale.write_text(f"{innocent.pid}\n{stale.parent}\n")
        place.give(stale)
        with EmbeddedServers(home, valkey=False) as servers:
            assert _write_and_count(servers) == 1
        assert innocent.poll() is None
    finally:
        innocent.kill()
        innocent.wait()


def test_a_leftover_is_ended_only_when_every_mark_fits() -> None:
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)", "left-over"])
    try:
        assert stop_leftover(child.pid, ("left-over", "another folder"), signal.SIGKILL, 1.0)
        assert child.poll() is None
    finally:
        child.kill()
        child.wait()


def test_the_folders_are_private(home: Path) -> None:
    place = find_place(home)
    assert stat.S_IMODE(place.folder.stat().st_mode) == 0o700
    assert not stat.S_IMODE(home.stat().st_mode) & 0o044


def test_a_folder_below_a_private_one_cannot_be_entered(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    somebody = Account("somebody", 54321, 54321)
    tmp_path.chmod(0o755)
    reachable_before = may_enter(inner, somebody)
    tmp_path.chmod(0o700)
    assert not may_enter(inner, somebody)
    assert reachable_before == may_enter(tmp_path.parent, somebody)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root steps down to another account")
def test_root_steps_down_even_from_a_home_nobody_else_can_reach(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    with EmbeddedServers(closed / "home") as servers:
        assert _write_and_count(servers) == 1
        account = unprivileged_account()
        assert account is not None
        assert servers.postgres is not None
        assert Path(f"/proc/{servers.postgres.pid}").stat().st_uid == account.uid
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    shutil.rmtree(find_place(closed / "home").folder)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root keeps its data in the system's folder")
def test_a_strict_umask_does_not_lock_the_servers_out(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    system = home.parent / "system"
    system.mkdir(mode=0o700)
    monkeypatch.setattr("storage.embedded_place.SYSTEM_FOLDER", system)
    place = find_place(system / "project")
    assert place.folder == system / "project" / "servers"
    assert place.account is not None
    assert may_enter(place.folder, place.account)
