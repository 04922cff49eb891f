"""Finding whatever was forgotten: due tasks no bell rang for, attempts of dead workers, wake-ups lost with Redis."""

from __future__ import annotations

from datetime import datetime

from reminders.dispatch import Dispatcher, DispatchReport


def sweep(dispatcher: Dispatcher, now: datetime) -> DispatchReport:
    """Carry out all that is due and ask anew to be woken for what comes next. Safe at any time, as often as you like.

    Whatever it finds is in Postgres: a due task has `wakes_at` in the past, an attempt whose worker died a lease that
    ran out (after 25 s at most), and the bell is asked for the next moment even when nothing was due.
    """
    return dispatcher.run_due(now)
