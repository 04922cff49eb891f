"""One row of a provider's error table: how a refusal is sorted, what the person reads, what the operator can do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from channels.messages import ChannelError, Limit


class Sort(StrEnum):
    TEMPORARY = "temporary"  # the same may work later: repeated until the rung's deadline
    PERMANENT = "permanent"  # repeating cannot help: the next rung starts at once
    GONE = "gone"  # and the address itself is dead, until the person does something about it


@dataclass(frozen=True, slots=True)
class Refusal:
    """`reason` follows a colon in the trail and in what the person is told; `hint` stands in the operator's log."""

    sort: Sort
    reason: str
    hint: str | None = None
    limit: Limit | None = None

    def error(self, code: str, retry_after: float | None = None) -> ChannelError:
        return ChannelError(
            self.reason,
            permanent=self.sort is not Sort.TEMPORARY,
            gone=self.sort is Sort.GONE,
            retry_after=retry_after if self.sort is Sort.TEMPORARY else None,
            limit=self.limit,
            code=code,
            hint=self.hint,
        )


def temporary(reason: str, hint: str | None = None) -> Refusal:
    return Refusal(Sort.TEMPORARY, reason, hint)


def limited(reason: str, limit: Limit) -> Refusal:
    return Refusal(Sort.TEMPORARY, reason, limit=limit)


def permanent(reason: str, hint: str | None = None) -> Refusal:
    return Refusal(Sort.PERMANENT, reason, hint)


def gone(reason: str, hint: str | None = None) -> Refusal:
    return Refusal(Sort.GONE, reason, hint)


def seconds_of(header: str | None) -> float | None:
    """A Retry-After in seconds, at most an hour; None for a date or anything else."""
    value = (header or "").strip()
    return min(float(value), 3600.0) if value.isascii() and value.isdigit() else None
