"""Settings: each variable is documented, checked, and named in one clear line when it is wrong."""

import json
import re
import stat
from pathlib import Path

import pytest

from bot.home import put_back
from bot.settings import Settings, SettingsError, is_public
from storage.embedded import HomeLock, publish

_EXAMPLE = Path(__file__).resolve().parents[2] / ".env.example"
_NAMES = {name.upper() for name in Settings.model_fields}


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing set but FLUX_HOME, and no .env in sight."""
    for name in _NAMES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("FLUX_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)


def test_the_example_names_every_setting_and_nothing_else() -> None:
    listed = re.findall(r"^([A-Z][A-Z0-9_]*)=", _EXAMPLE.read_text(), re.MULTILINE)
    assert sorted(listed) == sorted(_NAMES)


def test_the_example_shows_the_defaults(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(_EXAMPLE.read_text())
    assert Settings() == Settings(_env_file=None)


def test_a_file_named_env_is_read_and_the_environment_is_stronger(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("PORT=8100\nMAX_ACTIVE_GOALS=2\nSOMETHING_ELSE=1\n")
    monkeypatch.setenv("PORT", "8200")
    settings = Settings()
    assert (settings.port, settings.max_active_goals) == (8200, 2)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("REMINDER_LEAD_MINUTES", "ten"),
        ("REMINDER_LEAD_MINUTES", "-1"),
        ("ESCALATION_WINDOW_MINUTES", "0"),
        ("PORT", "70000"),
        ("APP_ENV", "staging"),
        ("LOG_LEVEL", "loud"),
        ("ACCESS", "closed"),
        ("DATABASE_URL", "mysql://somewhere/else"),
        ("REDIS_URL", "localhost:6379"),
        ("TELEGRAM_API_BASE_URL", "api.example.com"),
        ("GOAL_SPRINT_WEEKS", "7"),
        ("SENTRY_TRACES_SAMPLE_RATE", "2"),
        ("MONTHLY_TOKEN_HARD_LIMIT", "1000"),
        ("LANGCHAIN_TRACING_V2", "perhaps"),
        ("VAPID_PUBLIC_KEY", "half-a-pair"),
        ("RETENTION_INBOUND_DAYS", "1"),
        ("RETENTION_DELIVERY_DAYS", "-1"),
        ("RETENTION_MESSAGES_DAYS", "40000"),
        ("DATABASE_STATEMENT_TIMEOUT_SECONDS", "0"),
    ],
)
def test_a_wrong_value_is_one_line_that_names_the_variable(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        Settings()
    assert name in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [("SECRET_KEY", "short-but-secret"), ("DATABASE_URL", "mysql://user:very-secret@host/db")],
)
def test_the_line_about_a_wrong_secret_does_not_show_it(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        Settings()
    assert "secret" not in str(caught.value).replace("SECRET_KEY", "")


def test_no_secret_stands_in_the_settings_own_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "k" * 40)
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "123:very-secret")
    assert "k" * 40 not in repr(Settings())
    assert "very-secret" not in repr(Settings())
    assert not is_public("twilio_auth_token")
    assert is_public("port")


def test_minutes_may_be_decimals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REMINDER_LEAD_MINUTES", "0.05")
    assert Settings().reminder_lead_minutes == 0.05


def test_the_secret_key_is_made_once_and_readable_by_its_owner_only() -> None:
    settings = Settings()
    assert len(settings.secret_key) >= 32
    assert Settings().secret_key == settings.secret_key
    assert stat.S_IMODE((settings.flux_home / "secret.key").stat().st_mode) == 0o600


def test_production_makes_no_secret_key_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APP_ENV", "production")
    with pytest.raises(SettingsError, match="SECRET_KEY is required"):
        Settings()
    monkeypatch.setenv("SECRET_KEY", "k" * 32)
    assert Settings().production


def test_nobody_changes_settings_once_they_are_read() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Settings().port = 1  # type: ignore[misc]  # that is what is tried


def test_a_list_is_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PUSH_ALLOWED_HOSTS", "push.example.com, 127.0.0.1:9000,")
    assert Settings().push_allowed_hosts == ("push.example.com", "127.0.0.1:9000")


def test_push_keys_are_made_once_unless_they_are_given(monkeypatch: pytest.MonkeyPatch) -> None:
    made = Settings().vapid_keys
    assert Settings().vapid_keys == made
    monkeypatch.setenv("VAPID_PRIVATE_KEY", "private")
    monkeypatch.setenv("VAPID_PUBLIC_KEY", "public")
    assert Settings().vapid_keys == ("private", "public")


def test_a_command_beside_a_running_installation_finds_its_servers(tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert Settings().database_url == ""
    lock = HomeLock(home)
    publish(home, {"DATABASE_URL": "postgresql://found/it", "REDIS_URL": "redis://found", "PORT": "8123"})
    beside = Settings()
    assert (beside.database_url, beside.redis_url, beside.port) == (
        "postgresql://found/it",
        "redis://found",
        8123,
    )
    lock.release()
    assert Settings().database_url == ""  # it was killed: what it left is not believed


def test_what_is_set_is_stronger_than_what_runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    home = tmp_path / "home"
    lock = HomeLock(home)
    publish(home, {"DATABASE_URL": "postgresql://found/it"})
    monkeypatch.setenv("DATABASE_URL", "postgresql://mine/db")
    assert Settings().database_url == "postgresql://mine/db"
    lock.release()


def test_the_kept_files_hold_what_they_say(tmp_path: Path) -> None:
    private, public = Settings().vapid_keys
    assert json.loads((tmp_path / "home" / "vapid.json").read_text()) == [private, public]


def test_every_key_a_restore_replaces_is_kept_and_the_first_under_the_first_name(tmp_path: Path) -> None:
    for key in ("original", "second", "second", "third"):
        put_back(tmp_path, "secret.key", key.encode())
    kept = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert kept == {
        "secret.key": "third",
        "secret.key.before-restore": "original",
        "secret.key.before-restore-2": "second",
    }
