"""`flux demo`: one whole life in simulated time, on servers of its own that are gone afterwards."""

from __future__ import annotations

import shutil
import sys
import tempfile
from argparse import Namespace
from pathlib import Path

from bot.settings import Settings

# What could reach a real person or cost money is unset, whatever is configured.
_UNSET = (
    "telegram_bot_token",
    "twilio_account_sid",
    "twilio_auth_token",
    "twilio_verify_service_sid",
    "openrouter_api_key",
)


def demo(settings: Settings, arguments: Namespace) -> int:  # noqa: ARG001 - every command has this signature
    """Exit code 0 only if every step really happened."""
    from bot.life import DidNotHappenError
    from storage.embedded import EmbeddedServers
    from storage.migrations import migrate

    home = Path(tempfile.mkdtemp(prefix="flux-demo-"))
    try:
        with EmbeddedServers(home, durable=False) as servers:
            migrate(servers.urls["DATABASE_URL"])
            _play(_alone(settings, home, servers.urls))
    except DidNotHappenError as error:
        print(f"\nflux: {error}", file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(home, ignore_errors=True)
    return 0


def _play(settings: Settings) -> None:
    from bot.demo import play
    from bot.services import build

    services = build(settings)
    try:
        play(services, lambda text: print(text, flush=True))
    finally:
        services.database.dispose()


def _alone(settings: Settings, home: Path, urls: dict[str, str]) -> Settings:
    changed = {name.lower(): url for name, url in urls.items()}
    unset = dict.fromkeys(_UNSET, "")
    return settings.model_copy(update={"flux_home": home, "app_env": "development", **unset, **changed})
