"""The last look before a provider is called: nothing may have changed since the attempt was written."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from storage.merged import CHANGED, OVERTAKEN, overtaken

# `d.status || ''` below is only a status: said plainly, it invites the planner to look for these few ids in the index of
# all open attempts, which its statistics call empty and which a spike fills.

_BEGIN = text(f"""
    update dispatch_log as d set outcome = 'sending', tries = d.tries + 1, lease_until = :lease_until
    from unnest(cast(:ids as uuid[]), cast(:tries as int[])) as a (id, tries), tasks t, users u
    where d.id = a.id and d.tries = a.tries
        and d.status || '' in ('pending', 'unknown') and d.deadline > :now
        and t.id = d.task_id and u.id = t.user_id
        and (d.rung = 'hang_up' or (
            not {overtaken()}
            and (t.version = d.task_version or d.rung in ('pattern', 'notice'))
            and (u.paused_until is null or u.paused_until <= :now)
            and (d.rung <> 'whatsapp' or u.whatsapp_opt_in_at is not null)
            and (d.rung <> 'call' or u.notification_preferences ->> 'calls_opted_in' = 'true')
            and (d.channel = 'push' or exists (
                select 1 from identities i where i.user_id = u.id and i.channel = d.channel
                    and i.value = d.address and i.disabled_reason is null))))
    returning d.id
""")  # noqa: S608 - a condition of ours
# Renamed, say, while it waited: its words are out of date, and it is as welcome as before.
_RENEW = text("""
    update dispatch_log as d set task_version = t.version, tries = d.tries + 1, lease_until = :now
    from unnest(cast(:ids as uuid[]), cast(:tries as int[])) as a (id, tries), tasks t
    where d.id = a.id and d.tries = a.tries and d.status || '' in ('pending', 'unknown') and d.deadline > :now
        and t.id = d.task_id and t.version <> d.task_version and t.status = 'pending'
        and (d.rung, t.stage) in (
            ('remind', 'reminded'), ('whatsapp', 'whatsapped'), ('call', 'called'), ('follow_up', 'asked'))
""")
_REFUSE = text(f"""
    update dispatch_log as d set
        status = case when d.deadline <= :now then 'expired' else 'skipped' end,
        reason = case when d.deadline <= :now then 'too late to be worth sending'
                      when u.paused_until > :now then 'paused'
                      when t.version <> d.task_version then '{CHANGED}'
                      when {overtaken()} then '{OVERTAKEN}'
                      else 'nobody to send it to any more' end,
        outcome = null
    from unnest(cast(:ids as uuid[]), cast(:tries as int[])) as a (id, tries), tasks t, users u
    where d.id = a.id and d.tries = a.tries and d.status || '' in ('pending', 'unknown')
        and t.id = d.task_id and u.id = t.user_id
""")  # noqa: S608 - a condition and words of ours


def begin(
    session: Session, attempts: Sequence[tuple[UUID, int]], now: datetime, lease_until: datetime
) -> set[UUID]:
    """Which of these (attempt, tries) may be sent now; `tries` grows by one.

    The others are closed with their reason, or left to be begun anew at once, where only the words are out of date.
    """
    if not attempts:
        return set()
    ids, tries = [one for one, _ in attempts], [number for _, number in attempts]
    values = {"ids": ids, "tries": tries, "now": now}
    may = set(session.execute(_BEGIN, values | {"lease_until": lease_until}).scalars())
    if len(may) < len(attempts):
        session.execute(_RENEW, values)
        session.execute(_REFUSE, values)
    return may
