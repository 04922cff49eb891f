"""A caller never hears the provider's own error: what takes too long is asked for again, and put off after a while."""

from __future__ import annotations

import contextvars
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import structlog
from sqlalchemy.exc import OperationalError

from channels import voice_script as script

log = structlog.get_logger()

PATIENCE = 3.0  # seconds; providers want their answer within five
MOST_HOLDS = 5
_waiting = ThreadPoolExecutor(16, thread_name_prefix="call")  # its threads are made when they are needed


def in_time(answer: Callable[[], str], again_url: str, held: int, patience: float = PATIENCE) -> str:
    """The TwiML of `answer`, or, while that takes too long, one that says so and asks the same again at `again_url`.

    What was begun goes on meanwhile. `answer` must be safe to repeat: a key counts once, however often it is asked about.
    """
    flight = _waiting.submit(contextvars.copy_context().run, answer)
    try:
        return flight.result(patience)
    except TimeoutError:
        log.warning("call_held", held=held)
    except OperationalError as error:
        log.warning("database_away", error=type(error.orig).__name__)
    return script.said(script.PUT_OFF) if held >= MOST_HOLDS else script.holding(again_url)
