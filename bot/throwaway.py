"""A whole installation on servers of its own that are gone afterwards: nothing it does reaches a person or their rows."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from bot.services import Services, build
from storage.embedded import EmbeddedServers
from storage.migrations import migrate

if TYPE_CHECKING:
    from bot.settings import Settings

# What could reach a real person is unset, whatever is configured.
_UNSET = ("telegram_bot_token", "twilio_account_sid", "twilio_auth_token", "twilio_verify_service_sid")
_PAID = ("openrouter_api_key",)


@contextmanager
def throwaway(settings: Settings, *, with_model: bool = False) -> Iterator[Services]:
    """Services over embedded servers in a temporary folder. `with_model`: the configured language model, which costs."""
    home = Path(tempfile.mkdtemp(prefix="flux-throwaway-"))
    try:
        with EmbeddedServers(home, durable=False) as servers:
            migrate(servers.urls["DATABASE_URL"])
            services = build(_alone(settings, home, servers.urls, with_model))
            try:
                yield services
            finally:
                services.database.dispose()
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _alone(settings: Settings, home: Path, urls: dict[str, str], with_model: bool) -> Settings:
    changed = {name.lower(): url for name, url in urls.items()}
    unset = dict.fromkeys(_UNSET if with_model else (*_UNSET, *_PAID), "")
    return settings.model_copy(update={"flux_home": home, "app_env": "development", **unset, **changed})
