"""Logs: JSON lines with a correlation id from the door to the last write, pretty on a terminal, never what people said."""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Sequence

import structlog
from structlog.types import EventDict, Processor, WrappedLogger

# Their info lines carry addresses with tokens in them, or what a job was given.
_QUIET = (
    "httpx",
    "httpcore",
    "urllib3",
    "telegram",
    "twilio",
    "rq",
    "rq_scheduler",
    "alembic",
    "langgraph",
    "LiteLLM",
)


def bind_correlation(correlation_id: str) -> None:
    """From here on every log line of this thread or task carries this id, and nothing of what it did before."""
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(correlation_id=correlation_id)


def _without_words(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:  # noqa: ARG001 - structlog's signature
    """An exception becomes its type and its place; its text may quote a person, a number or a prompt."""
    error = event.pop("exc_info", None)
    if error is True:
        error = sys.exc_info()[1]
    elif isinstance(error, tuple):
        error = error[1]
    if isinstance(error, BaseException):
        frames = traceback.extract_tb(error.__traceback__)[-8:]
        event["error"] = type(error).__name__
        event["at"] = [f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in frames]
    return event


def _shared(level: str) -> list[Processor]:
    exceptions: Processor = structlog.processors.format_exc_info if level == "DEBUG" else _without_words
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        exceptions,
    ]


def configure_logging(
    level: str = "INFO", *, pretty: bool | None = None, quiet: Sequence[str] = _QUIET
) -> None:
    """Send structlog and the standard library to stderr in one form.

    pretty: None decides by whether stderr is a terminal. At DEBUG exceptions keep their text.
    """
    shared = _shared(level)
    pretty = sys.stderr.isatty() if pretty is None else pretty
    renderer: Processor = (
        structlog.dev.ConsoleRenderer() if pretty else structlog.processors.JSONRenderer(default=str)
    )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in quiet:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
