"""Watches /readyz while the installation starts, then says where to find it."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Callable

from bot.settings import Settings

_EVERY = 0.15  # seconds between looks
_PATIENCE = 30.0  # then a line says that it takes long
_SETTLING = 10.0  # how long an answering web process may wait for worker and scheduler


class ReadinessProbe:
    """Call `finished` often; it looks by itself now and then, and prints the banner once."""

    def __init__(self, settings: Settings, port: int, say: Callable[[str], None]) -> None:
        self._settings = settings
        self._port = port
        self._say = say
        self._began = time.monotonic()
        self._looked = 0.0
        self._answered: float | None = None
        self._warned = False

    def finished(self) -> bool:
        """True once everything is up and the banner stands."""
        now = time.monotonic()
        if now - self._looked < _EVERY:
            return False
        self._looked = now
        status = self._status()
        if status in ("ready", "degraded") and self._answered is None:
            self._answered = now
        settled = self._answered is not None and now - self._answered > _SETTLING
        if status == "ready" or (status == "degraded" and settled):
            self._say(banner(self._settings, self._port))
            return True
        if not self._warned and now - self._began > _PATIENCE:
            self._warned = True
            self._say(f"This takes longer than usual; the logs are in {self._settings.flux_home / 'logs'}")
        return False

    def _status(self) -> str:
        host = "127.0.0.1" if self._settings.web_host in ("0.0.0.0", "::") else self._settings.web_host  # noqa: S104 - compared, not bound
        connection = http.client.HTTPConnection(host, self._port, timeout=1)
        try:
            connection.request("GET", "/readyz")
            return str(json.loads(connection.getresponse().read()).get("status"))
        except (OSError, ValueError, AttributeError, http.client.HTTPException):
            return "down"
        finally:
            connection.close()


def banner(settings: Settings, port: int) -> str:
    """What a newcomer needs, and nothing else."""
    address = f"http://localhost:{port}"
    first = "Health    " if settings.production else "Simulator "
    page = "readyz" if settings.production else "simulator"
    lines = (
        "",
        "  Flux is running.",
        "",
        f"  {first}  {address}/{page}",
        f"  API docs    {address}/docs",
        f"  Your data   {settings.flux_home}",
        "",
        "  Ctrl-C stops everything.",
        "",
    )
    return "\n".join(lines)
