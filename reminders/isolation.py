"""One row that breaks never holds the others up: its batch is halved until it is alone, and it is parked for later."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import TypeVar
from uuid import UUID

import structlog
from sqlalchemy.exc import DBAPIError, OperationalError

log = structlog.get_logger()

PARKED = timedelta(minutes=5)  # then it is looked at again: the fault may have been mended meanwhile

Done = TypeVar("Done")


def isolated(
    batch: Callable[[Sequence[UUID] | None, list[UUID]], Done], park: Callable[[UUID], Done]
) -> list[Done]:
    """What a batch led to: as one piece, or as several and without the rows that break it.

    `batch` is one transaction over all that is due, or over these ids alone; it notes in its list what it holds.
    """
    held: list[UUID] = []
    try:
        return [batch(None, held)]
    except Exception as error:
        if not held or is_no_rows_fault(error):
            raise
        log.warning("batch_broke", rows=len(held), error=type(error).__name__)
    return _without_broken(batch, held, park)


def _without_broken(
    batch: Callable[[Sequence[UUID] | None, list[UUID]], Done],
    ids: Sequence[UUID],
    park: Callable[[UUID], Done],
) -> list[Done]:
    try:
        return [batch(ids, [])]
    except Exception as error:
        # Whatever the rules, the words or a strange value in a row raise: it is for the operator, not for the others.
        if is_no_rows_fault(error):
            raise
        if len(ids) == 1:
            log.exception("row_parked", row=str(ids[0]), again_in=PARKED.total_seconds())
            return [park(ids[0])]
    middle = len(ids) // 2
    return [*_without_broken(batch, ids[:middle], park), *_without_broken(batch, ids[middle:], park)]


def is_no_rows_fault(error: Exception) -> bool:
    """Postgres is away, or others were in the way."""
    return isinstance(error, OperationalError) or (
        isinstance(error, DBAPIError) and error.connection_invalidated
    )
