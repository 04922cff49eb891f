"""Counting tokens per person and month, and what follows when the month's share is spent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from agents.model import Usage

_OURS = frozenset({"total", "reset_at", "warned"})  # keys of the column that are no provider


class BudgetState(StrEnum):
    OK = "ok"
    SOFT_LIMIT = "soft_limit"  # one warning
    HARD_LIMIT = "hard_limit"  # the cheapest model for the rest of the month


@dataclass(frozen=True, slots=True)
class TokenLimits:
    soft: int = 500_000
    hard: int = 1_000_000


# One statement per provider: the row lock makes it atomic, and || also adds keys that are not there yet.
_ADD = text(
    """
    update users set monthly_token_usage = kept.usage || jsonb_build_object(
        cast(:provider as text), coalesce((kept.usage ->> :provider)::bigint, 0) + :tokens,
        'total', coalesce((kept.usage ->> 'total')::bigint, 0) + :tokens,
        'reset_at', coalesce(kept.usage ->> 'reset_at', :reset_at)
    )
    from (
        select id, case
            when (monthly_token_usage ->> 'reset_at')::timestamptz <= :now then '{}'::jsonb
            else monthly_token_usage
        end as usage
        from users where id = :user_id for update
    ) kept
    where users.id = kept.id
    """
)
_WARN = text(
    """
    update users set monthly_token_usage = monthly_token_usage || '{"warned": true}'::jsonb
    where id = :user_id and not coalesce((monthly_token_usage ->> 'warned')::boolean, false)
    returning id
    """
)
_RESET = text(
    """
    update users set monthly_token_usage = jsonb_build_object('total', 0, 'reset_at', cast(:reset_at as text))
    where id in (
        select id from users where (monthly_token_usage ->> 'reset_at')::timestamptz <= :now
        order by id limit :limit for no key update skip locked
    )
    returning id
    """
)


def record_usage(session: Session, user_id: UUID, usages: Iterable[Usage], now: datetime) -> int:
    """Add what was used to the person's month, per provider and in total; returns the tokens added.

    Safe against other writers and other providers; a month that is over begins anew with this usage.
    """
    counts: dict[str, int] = {}
    for usage in usages:
        if usage.total:
            counts[_key(usage.provider)] = counts.get(_key(usage.provider), 0) + usage.total
    for provider, tokens in sorted(counts.items()):
        session.execute(
            _ADD,
            {
                "provider": provider,
                "tokens": tokens,
                "user_id": user_id,
                "now": now,
                "reset_at": next_month(now).isoformat(),
            },
        )
    return sum(counts.values())


def check_budget(usage: dict[str, Any] | None, limits: TokenLimits, now: datetime) -> BudgetState:
    """Where a person stands this month, from users.monthly_token_usage; a month that is over counts as unused."""
    spent = tokens_this_month(usage, now)
    if spent >= limits.hard:
        return BudgetState.HARD_LIMIT
    return BudgetState.SOFT_LIMIT if spent >= limits.soft else BudgetState.OK


def tokens_this_month(usage: dict[str, Any] | None, now: datetime) -> int:
    if not usage or (usage.get("reset_at") and datetime.fromisoformat(usage["reset_at"]) <= now):
        return 0
    return int(usage.get("total") or 0)


def claim_warning(session: Session, user_id: UUID) -> bool:
    """True for exactly one caller a month: that one tells the person that the soft limit is reached."""
    return session.execute(_WARN, {"user_id": user_id}).first() is not None


def reset_budgets(session: Session, now: datetime, limit: int = 1_000) -> int:
    """The monthly job: people whose month is over begin a new one, at most `limit` at once. Returns how many.

    Whoever is in the middle of a turn is passed by; the next call, or their next turn, finds them.
    """
    values = {"now": now, "reset_at": next_month(now).isoformat(), "limit": limit}
    return len(session.execute(_RESET, values).all())


def next_month(now: datetime) -> datetime:
    """Midnight UTC on the first day of the next month."""
    year, month = (now.year + 1, 1) if now.month == 12 else (now.year, now.month + 1)
    return datetime(year, month, 1, tzinfo=UTC)


def _key(provider: str) -> str:
    return f"provider {provider}" if provider in _OURS else provider
