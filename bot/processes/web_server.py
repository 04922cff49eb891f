"""gunicorn's settings: one light process with threads; the Procfile adds the address."""

from __future__ import annotations

from typing import Any

from bot.error_reports import report_errors
from bot.logs import configure_logging
from bot.settings import Settings, export_to_libraries

workers = 1
threads = 8
worker_class = "gthread"
control_socket_disable = True  # it would open a socket in the home folder
graceful_timeout = 5
keepalive = 5
accesslog = None  # addresses may carry one-time codes
loglevel = "warning"


def on_starting(server: Any) -> None:
    """Before the first worker: our logs instead of gunicorn's, for both."""
    settings = Settings()
    export_to_libraries(settings)
    configure_logging(settings.log_level)
    for name in ("error_log", "access_log"):
        logger = getattr(server.log, name)
        logger.handlers, logger.propagate = [], True


def post_fork(server: Any, worker: Any) -> None:  # noqa: ARG001 - gunicorn's signature
    report_errors(Settings())
