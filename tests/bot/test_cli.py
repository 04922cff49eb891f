"""The command line as people and programs use it: what it prints, how it fails, and the whole installation once."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import urllib.request
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from agents.budget import record_usage
from agents.model import Usage
from bot.__main__ import COMMANDS, USER_COMMANDS, _find
from bot.settings import Settings
from bot.tokens import verify
from storage.database import Database
from storage.processes import command_line
from storage.tables import LinkCode, User
from storage.users import create_user, mint_code
from tests.waiting import PATIENCE, wait_for

_PROJECT = Path(__file__).resolve().parents[2]
_KEY = "k" * 32


class Flux:
    """Runs `flux ARGUMENTS` in an environment of this test."""

    def __init__(self, home: Path, **environment: str) -> None:
        self.environment = os.environ | {"FLUX_HOME": str(home), "SECRET_KEY": _KEY} | environment

    def __call__(
        self, *arguments: str, typed: str = "", **environment: str
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "bot", *arguments],
            cwd=_PROJECT,
            env=self.environment | environment,
            input=typed,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )


@pytest.fixture
def flux(tmp_path: Path, database_url: str, redis_url: str) -> Flux:
    return Flux(tmp_path / "home", DATABASE_URL=database_url, REDIS_URL=redis_url)


def test_every_command_leads_to_a_function() -> None:
    for command in (*COMMANDS, *USER_COMMANDS):
        assert callable(_find(command.runs)), command.name


def test_a_person_is_added_listed_and_given_a_token(flux: Flux, tmp_path: Path) -> None:
    added = flux("user", "add", "--name", "Zoë", "--timezone", "Europe/Berlin")
    user_id = UUID(added.stdout.strip())
    listed = json.loads(flux("user", "list", "--json").stdout)
    assert [(row["id"], row["name"], row["timezone"]) for row in listed] == [
        (str(user_id), "Zoë", "Europe/Berlin")
    ]
    token = flux("user", "token", str(user_id)).stdout
    assert re.fullmatch(r"[\w-]+\.[\w-]+\.[\w-]+\n", token)
    settings = Settings(flux_home=tmp_path, secret_key=_KEY)
    from bot.clock import SystemClock

    assert verify(token.strip(), settings, SystemClock().now()) == user_id


def test_a_stranger_of_a_closed_house_is_let_in_by_their_code_once(
    flux: Flux, database: Database, now: datetime
) -> None:
    with database.service() as session:
        stranger = create_user(session, now)
        # The command reads the real clock, which a test cannot turn: the code lives long enough for it.
        code = mint_code(session, stranger.id, "pairing", now, lives=timedelta(days=36_500))
    welcome = flux("user", "link", code)
    assert welcome.stdout == f"{stranger.id} may talk to Flux now.\n"
    with database.service() as session:
        assert session.get_one(User, stranger.id).approved_at is not None
    again = flux("user", "link", code)
    assert (again.returncode, again.stdout) == (1, "")


def test_a_person_gets_a_code_for_another_channel(flux: Flux, owner: User) -> None:
    made = flux("user", "link", str(owner.id))
    assert re.fullmatch(r"[\w-]{22}\n", made.stdout)
    assert "/link " + made.stdout.strip() in made.stderr


def test_nobody_gets_a_token_for_an_unknown_id(flux: Flux) -> None:
    refused = flux("user", "token", str(uuid4()))
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "there is nobody with the id" in refused.stderr


def test_a_person_is_erased_with_a_proof_and_a_receipt(flux: Flux, owner: User, stranger: User) -> None:
    done = flux("user", "erase", str(owner.id), "--yes")
    assert done.returncode == 0, done.stderr
    assert re.search(r"^  users +1$", done.stdout, re.MULTILINE)
    assert re.search(
        r"^searched \d+ tables, \d+ keys, \d+ files for \d+ identifiers: 0 traces$", done.stdout, re.MULTILINE
    )
    receipt = re.search(r"^Receipt (\S+)$", done.stdout, re.MULTILINE)
    assert receipt
    listed = json.loads(flux("user", "list", "--json").stdout)
    assert [row["id"] for row in listed] == [str(stranger.id)]
    again = flux("user", "erase", str(owner.id))
    assert again.returncode == 0
    assert "Already erased on " in again.stdout and receipt[1] in again.stdout


def test_nobody_is_erased_unless_the_id_is_typed(flux: Flux, owner: User, database: Database) -> None:
    for typed in ("", "yes\n", f"{str(owner.id)[:7]}\n"):
        refused = flux("user", "erase", str(owner.id), typed=typed)
        assert refused.returncode == 1
        assert "nothing was erased" in refused.stderr
    assert "Ada" in refused.stdout and "(telegram)" in refused.stdout
    assert flux("user", "erase", str(owner.id), typed=f"{str(owner.id)[:8]}\n").returncode == 0
    with database.service() as session:
        assert session.get(User, owner.id) is None


def test_erasing_an_unknown_id_is_one_line_and_exit_code_one(flux: Flux) -> None:
    refused = flux("user", "erase", str(uuid4()), "--yes")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith("flux: there is nobody with the id ")


def test_what_is_left_of_somebody_is_told(flux: Flux, owner: User, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "notes.txt").write_text(f"remember {owner.id}")
    told = flux("user", "erase", str(owner.id), "--yes")
    assert told.returncode == 1
    assert "flux: left: file notes.txt" in told.stderr


@pytest.mark.parametrize("zone", ["../etc/passwd", "Europe", "", "europe/berlin", "x" * 5000])
def test_a_time_zone_that_does_not_exist_is_refused(flux: Flux, zone: str) -> None:
    refused = flux("user", "add", "--timezone", zone)
    assert (refused.returncode, refused.stdout, refused.stderr.count("\n")) == (2, "", 1)
    assert "no time zone" in refused.stderr


def test_housekeeping_says_what_it_did_and_then_finds_nothing_more(
    flux: Flux, database: Database, owner: User, now: datetime
) -> None:
    with database.service() as session:
        code = LinkCode(user_id=owner.id, purpose="link", code_hash="h", expires_at=now - timedelta(days=8))
        session.add(code)  # too old by the real clock as well, which the command reads
        record_usage(session, owner.id, [Usage("openai", "a", 5, 0)], now - timedelta(days=31))
    done = flux("housekeeping")
    assert done.returncode == 0, done.stderr
    assert [line.split() for line in done.stdout.splitlines()] == [
        ["step", "what", "rows"],
        ["retention", "link_codes", "1"],
        ["budgets", "months", "1"],
        ["providers", "nothing", "to", "do", "0"],
        ["series", "nothing", "to", "do", "0"],
        ["audit", "nothing", "to", "do", "0"],
    ]
    assert flux("housekeeping").stdout.count("nothing to do") == 5


def test_housekeeping_beside_housekeeping_says_so(flux: Flux, database: Database) -> None:
    with database.alone("housekeeping"):
        refused = flux("housekeeping")
    assert refused.returncode == 1
    assert "another process is keeping house" in refused.stderr


def test_a_wrong_setting_is_one_line_and_exit_code_two(flux: Flux) -> None:
    refused = flux("doctor", PORT="eighty")
    assert refused.returncode == 2
    assert refused.stderr.count("\n") == 1
    assert "PORT" in refused.stderr


def test_the_doctor_names_what_is_missing_and_shows_no_secret(flux: Flux) -> None:
    report = flux("doctor", TELEGRAM_BOT_TOKEN="1:very-secret", TWILIO_ACCOUNT_SID="AC1")
    assert re.search(r"^ok   Telegram ", report.stdout, re.MULTILINE)
    assert "missing: TWILIO_AUTH_TOKEN, TWILIO_WHATSAPP_FROM" in report.stdout
    everything = report.stdout + report.stderr
    assert "very-secret" not in everything
    assert _KEY not in everything


def test_a_worker_alone_says_what_it_needs(tmp_path: Path) -> None:
    refused = Flux(tmp_path / "home", DATABASE_URL="", REDIS_URL="")("worker")
    assert refused.returncode == 2
    assert "DATABASE_URL and REDIS_URL not set and no `flux up` is running" in refused.stderr


@pytest.fixture
def installation() -> Iterator[tuple[subprocess.Popen[str], Flux]]:
    """`flux up` with embedded servers, exactly as `make run` starts it."""
    folder = Path(tempfile.mkdtemp(prefix="flux-tests-"))  # pytest's own is closed to the servers' account
    folder.chmod(0o711)
    flux = Flux(folder / "a home", DATABASE_URL="", REDIS_URL="", PORT="18000")
    up = subprocess.Popen(
        [sys.executable, "-m", "bot", "up"],
        cwd=_PROJECT,
        env=flux.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    yield up, flux
    up.kill()
    up.communicate()
    shutil.rmtree(folder, ignore_errors=True)


def _children(pid: int) -> list[int]:
    listed = subprocess.run(
        ["/bin/ps", "-e", "-o", "pid=,ppid="], capture_output=True, text=True, check=True
    ).stdout
    pairs = [tuple(map(int, line.split())) for line in listed.splitlines()]
    mine = [child for child, parent in pairs if parent == pid]
    return mine + [grandchild for child in mine for grandchild in _children(child)]


def _read_until(running: subprocess.Popen[str], word: str) -> str:
    seen = ""
    impatience = threading.Timer(
        2 * PATIENCE, running.kill
    )  # a first start unpacks its servers; then the pipe ends
    impatience.start()
    try:
        for line in running.stdout or ():
            seen += line
            if word in line:
                return seen
    finally:
        impatience.cancel()
    raise AssertionError(f"ended without saying {word!r}:\n{seen}")


def test_the_whole_installation_starts_answers_and_leaves_nothing_behind(
    installation: tuple[subprocess.Popen[str], Flux],
) -> None:
    up, flux = installation
    said = _read_until(up, "Ctrl-C")
    address = re.search(r"http://localhost:\d+/simulator", said)
    assert address, said
    base = address[0].removesuffix("/simulator")
    with urllib.request.urlopen(base + "/readyz", timeout=10) as answer:  # noqa: S310 - our own address
        assert json.load(answer)["status"] == "ready"
    with urllib.request.urlopen(address[0], timeout=10) as page:  # noqa: S310
        assert page.status == 200
    user_id = flux("user", "add").stdout.strip()
    assert json.loads(flux("user", "list", "--json").stdout)[0]["id"] == user_id
    running = _children(up.pid)
    assert len(running) >= 8
    up.send_signal(signal.SIGINT)
    assert up.wait(15) == 0
    wait_for(lambda: not any("flux" in command_line(pid) for pid in running), "the end of every process")
