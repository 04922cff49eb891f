"""Watching the next few seconds: whoever is rung a little early sends each reminder at its moment, not at the next full second."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from reminders.dispatch import Dispatcher
from storage import outbox
from storage.database import Database

AHEAD = timedelta(seconds=3)  # what falls due within this is waited for
_LONGEST = 20.0  # seconds; then other jobs of this line get their turn, and the next bell goes on
_PAUSE = 0.02  # seconds at least between two looks: what falls due meanwhile goes together
_SLICE = 0.25  # seconds at most: what was planned meanwhile is seen


def watch(
    dispatcher: Dispatcher,
    database: Database,
    clock: Callable[[], datetime],
    sleep: Callable[[float], object] = time.sleep,
) -> None:
    """Carry out what is due, and what falls due shortly, until nothing does. Nothing is claimed before its time.

    Safe to repeat, to run twice at once and to be killed anywhere, as a look at what is due is.
    """
    end = time.monotonic() + _LONGEST
    while True:
        looked_at = clock()
        dispatcher.run_due(looked_at)
        with database.service() as session:
            due = outbox.next_due(session, looked_at)
        if due is None or due - clock() > AHEAD or time.monotonic() >= end or dispatcher.stopping:
            return
        sleep(min(max((due - clock()).total_seconds(), _PAUSE), _SLICE))
