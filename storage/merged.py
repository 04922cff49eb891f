"""One message about several tasks: the attempt that speaks, and the rows of those it speaks for.

A row that was merged is closed, and its outcome names the attempt in whose message it is said ("in:<attempt id>").
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from storage.tables import Task

DIGEST = "digest"  # the reason of an attempt that tells what went by during a silence
TOGETHER = "together"  # of one about several tasks whose time came together
SEVERAL = (DIGEST, TOGETHER)
SAID_WITH_OTHERS = "said in one message with others"
CHANGED = "the task has changed"
OVERTAKEN = "the next step went out first"  # of a reminder that had to wait until its ladder had gone on


def overtaken(attempt: str = "d", task: str = "t") -> str:
    """A condition on these two rows of a query: a later rung of the same climb has been sent, alone or with others.

    Only where the ladder has gone on is anything read for it.
    """
    own_stage = f"case {attempt}.rung when 'remind' then 'reminded' else 'whatsapped' end"
    later = f"case {attempt}.rung when 'remind' then array['whatsapp', 'call'] else array['call'] end"
    return f"""
        ({attempt}.rung in ('remind', 'whatsapp') and {task}.stage <> {own_stage} and exists (
            select from dispatch_log n
            left join dispatch_log h on h.id = case when left(n.outcome, 3) = 'in:' then substr(n.outcome, 4)::uuid end
            where n.task_id = {attempt}.task_id and n.rung = any({later}) and n.created_at > {attempt}.created_at
                and (n.status = 'dispatched' and coalesce(n.outcome, '') <> 'failed'
                    or h.status = 'dispatched' and coalesce(h.outcome, '') <> 'failed')))
    """


# `outcome like 'in:%'` says nothing new; it is the condition of the index on outcomes.
_REHEAD = text(f"""
    with stale as (
        select d.id, d.task_id, d.task_version, d.rung,
            case when t.version <> d.task_version then '{CHANGED}' else '{OVERTAKEN}' end as reason
        from dispatch_log d join tasks t on t.id = d.task_id
        where d.id = any(:ids) and d.reason in ('digest', 'together')
            and d.status || '' in ('pending', 'unknown')
            and (t.version <> d.task_version or {overtaken()})
    ), next as (
        select distinct on (s.id) s.id as head, m.id as merged, m.task_id, m.task_version, m.rung
        from stale s
        join dispatch_log m on m.outcome = 'in:' || s.id and m.outcome like 'in:%'
        join tasks t on t.id = m.task_id and t.version = m.task_version
        where not {overtaken("m")}
        order by s.id, t.scheduled_at, t.id
    ), left_out as (
        update dispatch_log m set task_id = s.task_id, task_version = s.task_version, rung = s.rung,
            reason = s.reason, outcome = null
        from next n join stale s on s.id = n.head where m.id = n.merged
    )
    update dispatch_log d set task_id = n.task_id, task_version = n.task_version, rung = n.rung
    from next n where d.id = n.head
""")  # noqa: S608 - conditions and words of ours


def rehead(session: Session, attempt_ids: Collection[UUID]) -> None:
    """Where the first task of a message has changed, or been told of by its next rung, the next one takes its place.

    The attempt keeps its id and its fence; the trail of the task that is left out says so.
    """
    if attempt_ids:
        session.execute(_REHEAD, {"ids": list(attempt_ids)})


_SPOKEN_OF = text(f"""
    select d.id, d.task_id from dispatch_log d join tasks t on t.id = d.task_id and t.version = d.task_version
    where d.id = any(:ids) and not {overtaken()}
    union all
    select a.id, m.task_id from unnest(cast(:ids as uuid[])) as a (id)
    join dispatch_log m on m.outcome = 'in:' || a.id and m.outcome like 'in:%'
    join tasks t on t.id = m.task_id and t.version = m.task_version
    where not {overtaken("m")}
""")  # noqa: S608 - a condition of ours


def spoken_of(session: Session, attempt_ids: Collection[UUID]) -> dict[UUID, list[Task]]:
    """The tasks that each of these messages is still about, as they are now, by time.

    Those that have changed since are left out, and those whose next rung has been sent.
    """
    if not attempt_ids:
        return {}
    pairs = session.execute(_SPOKEN_OF, {"ids": list(attempt_ids)}).all()
    fresh = select(Task).where(Task.id.in_({pair.task_id for pair in pairs}))
    tasks = {task.id: task for task in session.scalars(fresh.execution_options(populate_existing=True))}
    found: dict[UUID, list[Task]] = defaultdict(list)
    for pair in pairs:
        found[pair.id].append(tasks[pair.task_id])
    return {key: sorted(them, key=lambda task: (task.scheduled_at, task.id)) for key, them in found.items()}


_VERSIONS = text("""
    select m.task_id, m.task_version from dispatch_log m where m.outcome = 'in:' || :id and m.outcome like 'in:%'
""")


def versions_of(session: Session, attempt_id: UUID) -> list[tuple[UUID, int]]:
    """(task, version) of whatever else was said in this attempt's message."""
    return [(row.task_id, row.task_version) for row in session.execute(_VERSIONS, {"id": str(attempt_id)})]


# Found by the task: not `like`, which would lead to everybody's merged rows.
_HEADS = text("""
    select cast(substr(outcome, 4) as uuid) as head, id from dispatch_log
    where task_id = :task and left(outcome, 3) = 'in:'
""")


def heads_of(session: Session, task_id: UUID) -> dict[UUID, UUID]:
    """The attempts in whose messages this task was said with others -> its own one that was merged there."""
    return {row.head: row.id for row in session.execute(_HEADS, {"task": task_id})}


_MOVE = text(
    "update dispatch_log set outcome = 'in:' || :new where outcome = 'in:' || :old and outcome like 'in:%'"
)


_SPEAK_FOR = text("""
    update dispatch_log set status = 'skipped', reason = :reason, outcome = 'in:' || :head, lease_until = null
    where id = any(:ids)
""")


def speak_for(session: Session, head: UUID, attempt_ids: Sequence[UUID]) -> None:
    """These attempts, and what they speak for themselves, are said in the message of `head` from now on."""
    values = {"reason": SAID_WITH_OTHERS, "head": str(head), "ids": list(attempt_ids)}
    session.execute(_SPEAK_FOR, values)
    for one in attempt_ids:
        said_by(session, head, one)


def said_by(session: Session, new: UUID, old: UUID) -> None:
    """Another attempt says from now on what this one was to say."""
    session.execute(_MOVE, {"new": str(new), "old": str(old)})


# A plain condition on the status invites the planner to read everybody's open attempts, of which nights have many.
_WAITING_NOTES = text("""
    select d.id, d.channel, d.address from tasks t join dispatch_log d on d.task_id = t.id
    where t.user_id = any(:people) and t.local_day >= :since
        and d.rung = 'miss_note' and d.status || '' = 'pending' and d.outcome is null and d.tries = 0
        and d.lease_until > :now
    order by d.created_at
    for update of d skip locked
""")
_ONE_MORE = text("""
    update dispatch_log set deadline = greatest(deadline, :deadline),
        reason = case when reason in ('late', 'digest') or :late then 'digest' else 'together' end
    where id = :id
""")


def waiting_notes(
    session: Session, people: Sequence[UUID], since: date, now: datetime
) -> dict[tuple[str, str], UUID]:
    """(channel, address) -> the note about a miss that waits there for the morning, held for this transaction."""
    values: dict[str, Any] = {"people": list(people), "since": since, "now": now}
    rows = session.execute(_WAITING_NOTES, values).all()
    return {(row.channel, row.address): row.id for row in reversed(rows)}


def one_more(session: Session, attempt_id: UUID, deadline: datetime, *, late: bool) -> None:
    """A waiting message will tell of one more task."""
    session.execute(_ONE_MORE, {"id": attempt_id, "deadline": deadline, "late": late})


_SHARED = text("""
    select d.task_id from notification_log n join dispatch_log d on d.id = n.attempt_id
    where n.external_id = :key and d.reason in ('digest', 'together')
    union
    select m.task_id from notification_log n join dispatch_log d on d.id = n.attempt_id
    join dispatch_log m on m.outcome = 'in:' || d.id and m.outcome like 'in:%'
    where n.external_id = :key
""")


def tasks_sharing(session: Session, user_id: UUID, external_key: str | None) -> list[Task]:
    """The person's tasks that one message of ours spoke of, by time; none when it was about a single one."""
    ids = session.execute(_SHARED, {"key": external_key}).scalars().all() if external_key else []
    if not ids:
        return []
    theirs = select(Task).where(Task.id.in_(ids), Task.user_id == user_id)
    return list(session.scalars(theirs.order_by(Task.scheduled_at, Task.id)))
