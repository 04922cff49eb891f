"""The supervisor: keeps processes running, and leaves none behind however it ends."""

import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.up.backoff import FIRST, HELD, LONGEST, Backoff
from bot.up.ports import first_free_port
from bot.up.process_log import ProcessLog, summarise
from bot.up.procfile import read_procfile
from storage.processes import command_line
from tests.bot.supervised_installation import PROJECT, RUN, Installation
from tests.waiting import wait_for

_PATIENCE = 15.0


@pytest.fixture
def installation(tmp_path: Path, template: str, redis_url: str) -> Iterator[Installation]:
    folder = tmp_path / "a folder with spaces"
    folder.mkdir()
    made = Installation(folder, {"DATABASE_URL": template, "REDIS_URL": redis_url})
    yield made
    for process in made.started:
        process.kill()
        process.communicate()


def _runs(pid: int) -> bool:
    return bool(command_line(pid))


def test_a_process_that_ends_is_started_again(installation: Installation) -> None:
    supervisor = installation.start("web: echo $$\n")
    wait_for(lambda: len(installation.numbers("web")) >= 2, "a second start")
    supervisor.send_signal(signal.SIGTERM)
    output, _ = supervisor.communicate(timeout=_PATIENCE)
    assert "web        ended with code 0, starting again in 0.5 s" in output
    assert supervisor.returncode == 0


def test_what_a_killed_process_had_started_may_end_what_it_has_in_hand(installation: Installation) -> None:
    """As a worker's line does; whatever takes longer is gone before the next start."""
    installation.start("worker: sh -c 'sleep 600 & echo $!; (sleep 0.2; echo answered) & kill -9 $$'\n")
    wait_for(lambda: "answered" in installation.log("worker"), "the end of what was in hand")
    wait_for(lambda: len(installation.numbers("worker")) >= 2, "a second start")
    assert not _runs(installation.numbers("worker")[0])


def test_a_process_that_is_frozen_is_ended_and_started_again(installation: Installation) -> None:
    beats_once = installation.folder / "beats_once.py"
    beats_once.write_text(
        "import os, time\nfrom pathlib import Path\nfrom bot.pulse import shown_in\n"
        "shown_in(Path(os.environ['FLUX_HOME'])).beat()\nprint(os.getpid(), flush=True)\ntime.sleep(600)\n"
    )
    supervisor = installation.start(
        f"scheduler: python '{beats_once}'\nweb: sh -c 'echo $$; sleep 600'\n",
        "0.5",
        PYTHONPATH=str(PROJECT),
    )
    wait_for(lambda: len(installation.numbers("scheduler")) >= 2, "a second start")
    supervisor.send_signal(signal.SIGTERM)
    output, _ = supervisor.communicate(timeout=_PATIENCE)
    assert "scheduler  is frozen, ending it\nscheduler  ended with code -9, starting again in 0.5 s" in output
    assert "web        is frozen" not in output
    assert len(installation.numbers("web")) == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_every_process_and_what_it_started(
    installation: Installation, number: signal.Signals
) -> None:
    supervisor = installation.start(
        "web: sh -c 'sleep 600 & echo $!; echo $$; wait'\nworker: sh -c 'echo $$; sleep 600'\n"
    )
    wait_for(lambda: len(installation.numbers("web")) == 2 and installation.numbers("worker"), "the start")
    supervisor.send_signal(number)
    assert supervisor.wait(_PATIENCE) == 0
    assert not any(_runs(pid) for pid in installation.numbers("web") + installation.numbers("worker"))


def test_a_process_that_ignores_its_signal_is_killed(installation: Installation) -> None:
    supervisor = installation.start("web: sh -c 'trap \"\" TERM; echo $$; while :; do sleep 1; done'\n")
    wait_for(lambda: installation.numbers("web"), "the start")
    supervisor.send_signal(signal.SIGINT)
    assert supervisor.stdout is not None
    assert supervisor.stdout.readline() == "Stopping ...\n"
    supervisor.send_signal(signal.SIGINT)  # whoever presses Ctrl-C twice does not want to wait
    assert supervisor.wait(5) == 0
    assert not any(_runs(pid) for pid in installation.numbers("web"))


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's death signal is Linux only")
def test_a_killed_supervisor_leaves_nothing_running(installation: Installation) -> None:
    supervisor = installation.start("web: python -c 'import os, time; print(os.getpid()); time.sleep(600)'\n")
    wait_for(lambda: installation.numbers("web"), "the start")
    supervisor.kill()
    wait_for(lambda: not any(_runs(pid) for pid in installation.numbers("web")), "the end of the process")


def test_it_ends_when_its_parent_was_killed(installation: Installation) -> None:
    (installation.folder / "Procfile").write_text("web: sh -c 'echo $$; sleep 600'\n")
    parent = subprocess.Popen(
        [
            "/bin/sh",
            "-c",
            '"$0" -c "$1" "$2"; true',
            sys.executable,
            RUN,
            str(installation.folder / "Procfile"),
        ],
        cwd=PROJECT,
        env=installation.environment,
        stdout=subprocess.DEVNULL,
    )
    wait_for(lambda: installation.numbers("web"), "the start")
    parent.kill()
    parent.wait()
    wait_for(lambda: not any(_runs(pid) for pid in installation.numbers("web")), "the end of the process")


def test_a_second_one_over_the_same_home_is_refused(installation: Installation) -> None:
    installation.start("web: sh -c 'echo $$; sleep 600'\n")
    wait_for(lambda: installation.numbers("web"), "the start")
    second = installation.start("web: sh -c 'echo $$; sleep 600'\n")
    output, _ = second.communicate(timeout=_PATIENCE)
    assert "Flux is already running in" in output
    assert second.returncode == 1


@pytest.mark.parametrize(
    ("variable", "url"),
    [("DATABASE_URL", "postgresql://me:hush@127.0.0.1:1/flux"), ("REDIS_URL", "redis://:hush@127.0.0.1:1/0")],
)
def test_a_configured_server_that_does_not_answer_is_named_without_its_password(
    installation: Installation, variable: str, url: str
) -> None:
    process = installation.start("web: true\n", **{variable: url})
    output, _ = process.communicate(timeout=_PATIENCE)
    assert process.returncode == 1
    [line] = [one for one in output.splitlines() if one.startswith("flux:")]
    assert line.startswith(f"flux: {variable}: ")
    assert "127.0.0.1:1" in line
    assert "hush" not in output


def test_nothing_starts_after_a_failed_release(installation: Installation) -> None:
    supervisor = installation.start("release: sh -c 'exit 3'\nweb: echo $$\n")
    output, _ = supervisor.communicate(timeout=_PATIENCE)
    assert "`sh -c 'exit 3'` failed, see" in output
    assert supervisor.returncode == 1
    assert installation.log("web") == ""


def test_the_next_port_is_used_when_the_wanted_one_is_taken(installation: Installation) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        supervisor = installation.start("web: sh -c 'echo $PORT; sleep 600'\n", PORT=str(port))
        wait_for(lambda: installation.numbers("web"), "the start")
        supervisor.send_signal(signal.SIGTERM)
        output, _ = supervisor.communicate(timeout=_PATIENCE)
    (used,) = installation.numbers("web")
    assert used > port
    assert f"Port {port} is taken, using {used} instead." in output


def test_telegram_is_polled_only_with_a_token(installation: Installation) -> None:
    procfile = "telegram: echo $$\nweb: sh -c 'echo $$; sleep 600'\n"
    without = installation.start(procfile)
    wait_for(lambda: installation.numbers("web"), "the start")
    without.send_signal(signal.SIGTERM)
    without.communicate(timeout=_PATIENCE)
    assert installation.log("telegram") == ""
    installation.start(procfile, TELEGRAM_BOT_TOKEN="1:token")
    wait_for(lambda: installation.numbers("telegram"), "the poller's start")


def test_the_terminal_shows_warnings_and_foreign_last_words_only(tmp_path: Path) -> None:
    shown: list[str] = []
    log = ProcessLog("worker", tmp_path, shown.append)
    log.feed(b'{"event": "job_done", "level": "info"}\n{"event": "job_failed", "le')
    log.feed(b'vel": "error", "job": "j1", "timestamp": "t"}\nTraceback (most recent call last):\n')
    log.feed(b'  File "x.py", line 1\nImportError: no module\n')
    log.close()
    assert shown == ["worker     error job_failed job=j1", "worker     ImportError: no module"]
    assert "job_done" in (tmp_path / "worker.log").read_text()


def test_a_number_alone_on_a_line_is_no_event() -> None:
    assert summarise("42") is None


def test_a_procfile_keeps_its_order_and_names_a_wrong_line(tmp_path: Path) -> None:
    path = tmp_path / "Procfile"
    path.write_text("# ours\nrelease: flux migrate\n\nweb: gunicorn a:b\n")
    assert list(read_procfile(path).items()) == [("release", "flux migrate"), ("web", "gunicorn a:b")]
    path.write_text("web gunicorn\n")
    with pytest.raises(ValueError, match="line 1"):
        read_procfile(path)


def test_pauses_grow_and_shrink_again_after_a_run_that_held() -> None:
    backoff = Backoff()
    pauses = [backoff.pause(0.1) for _ in range(8)]
    assert pauses[:3] == [FIRST, FIRST * 2, FIRST * 4]
    assert max(pauses) == pauses[-1] == LONGEST
    assert backoff.pause(HELD) == FIRST


def test_a_free_port_is_taken_as_wanted() -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    assert first_free_port("127.0.0.1", port) == port


def test_a_port_that_becomes_free_in_time_is_kept() -> None:
    held = socket.create_server(("127.0.0.1", 0))
    port = held.getsockname()[1]
    threading.Thread(target=held.close).start()
    assert first_free_port("127.0.0.1", port, patience=_PATIENCE) == port
