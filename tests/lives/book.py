"""The independent book of a life: what was sent to whom beside what was promised, checked with the clock on the wall."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.lives.people import Liver
from tests.lives.provider import Accepted

_CALL_PATIENCE = timedelta(minutes=5)
_GRACE = timedelta(minutes=60)
_CLIMB = ("remind", "whatsapp", "call")
_ATTEMPTS = text("""
    select d.id, d.task_id, d.rung, d.channel, d.deadline, d.created_at, t.user_id, t.scheduled_at, t.trigger_type
    from dispatch_log d join tasks t on t.id = d.task_id where d.id = any(:ids)
""")
_FORGOTTEN = text("""
    select (select min(wakes_at) from tasks where wakes_at < :before),
        (select min(lease_until) from dispatch_log where status in ('pending', 'unknown') and lease_until < :before)
""")
_KEPT_PAST_DEADLINE = text("""
    select d.id, t.user_id, d.rung, d.status from dispatch_log d join tasks t on t.id = d.task_id
    where d.status in ('pending', 'unknown') and d.deadline < :before
""")
_OVER = text("""
    select t.id, t.user_id, t.status, t.stage, t.scheduled_at, t.wakes_at, t.trigger_type from tasks t
    where t.scheduled_at >= :begin and t.scheduled_at < :end
""")
_ROWS = text("""
    select d.task_id, d.rung, d.status, d.reason from dispatch_log d where d.task_id = any(:tasks)
""")


@dataclass
class Book:
    """All checks of a life. `wrong` holds what was broken, as sentences with the person's number and the moment."""

    people: Mapping[UUID, Liver]
    slack: timedelta  # how late a bell may ring
    wrong: list[str] = field(default_factory=list)
    sent: Counter[str] = field(default_factory=Counter)  # by rung
    closed: dict[UUID, datetime] = field(default_factory=dict)  # tasks whose owner has given a last answer
    held: dict[UUID, datetime] = field(default_factory=dict)  # "on it": only the one question may follow
    spoken_of: set[UUID] = field(default_factory=set)  # tasks their owner has said anything about
    climbs: Counter[UUID] = field(default_factory=Counter)  # how often a task's ladder began anew
    rests: Counter[UUID] = field(
        default_factory=Counter
    )  # how often they were on it: each is asked about once
    undelivered: set[UUID] = field(
        default_factory=set
    )  # a provider said so later: the next rung starts at once
    _once: Counter[tuple[Any, ...]] = field(default_factory=Counter)
    _by_attempt: Counter[UUID] = field(default_factory=Counter)
    _unsure: set[UUID] = field(default_factory=set)
    _last: dict[UUID, tuple[str, datetime]] = field(default_factory=dict)
    _is_known: dict[UUID, bool] = field(
        default_factory=dict
    )  # whether we were told that the newest rung got through

    # ------------------------------------------------------------ what the person does

    def answered(self, task: UUID, at: datetime) -> None:
        self.spoken_of.add(task)
        self.closed.setdefault(task, at)
        self.held.pop(task, None)

    def is_on_it(self, task: UUID, at: datetime) -> None:
        self.spoken_of.add(task)
        self.closed.pop(task, None)  # a miss may be taken back with it
        self.held[task] = at
        self.rests[task] += 1

    def begins_anew(self, task: UUID) -> None:
        """Snoozed, taken back, or arrived: its ladder may be climbed once more."""
        self.spoken_of.add(task)
        self.closed.pop(task, None)
        self.held.pop(task, None)
        self.climbs[task] += 1

    # ------------------------------------------------------------ after every step

    def check(
        self, session: Session, accepted: Sequence[Accepted], now: datetime
    ) -> list[tuple[Accepted, Any]]:
        """Judge what was just sent; returns it with its rows."""
        forgotten = [at for at in session.execute(_FORGOTTEN, {"before": now - self.slack}).one() if at]
        if forgotten:
            self._note(None, now, f"no bell rang for what was due at {min(forgotten):%d %b %H:%M:%S}")
        ids = [one.message.attempt_id for one in accepted]
        rows = {row.id: row for row in session.execute(_ATTEMPTS, {"ids": ids})} if ids else {}
        judged = []
        for one in accepted:
            row = rows.get(one.message.attempt_id)
            if row is None:
                self.wrong.append(f"{now:%d %b %H:%M} {one.channel}: sent without a row")
                continue
            judged.append((one, row))
            self.sent[row.rung] += 1
            for problem in self._judged(one, row):
                self._note(self.people[row.user_id], one.at, f"{row.rung} by {one.channel}: {problem}")
        return judged

    def _judged(self, one: Accepted, row: Any) -> Iterable[str]:
        who = self.people[row.user_id]
        if row.rung == "echo":  # a silent edit of a message that is there
            return
        if who.asleep(one.at):
            yield f"in their sleep, at {one.at.astimezone(who.zone):%H:%M} there"
        if who.paused(one.at):
            yield "in their pause"
        if row.deadline is not None and one.at > row.deadline + self.slack:
            yield "after its deadline"
        yield from self._twice(one, row)
        if row.rung == "pattern":
            return
        if row.task_id in self.closed:
            yield f"after the answer at {self.closed[row.task_id]:%d %b %H:%M:%S}"
        if row.task_id in self.held and row.rung in _CLIMB:
            yield "although they are on it"
        yield from self._order(one, row, who)

    def _twice(self, one: Accepted, row: Any) -> Iterable[str]:
        attempt = row.id
        self._by_attempt[attempt] += 1
        repeatable = one.channel in ("telegram", "push") and attempt in self._unsure
        if not one.told:
            self._unsure.add(attempt)
        if self._by_attempt[attempt] > 1:
            if not repeatable:
                yield "the same attempt twice"
            return
        if row.trigger_type == "location" and row.rung == "remind":
            return
        key = (row.task_id, row.rung, one.to, self.climbs[row.task_id], self.rests[row.task_id])
        self._once[key] += 1
        if self._once[key] > (2 if row.rung == "call" else 1):
            yield "once too often"

    def _order(self, one: Accepted, row: Any, who: Liver) -> Iterable[str]:
        if row.rung not in _CLIMB:
            return
        rung, decided = self._last.get(row.task_id, ("", row.created_at))
        # Only one whose next rung was not known to have got through may come after that.
        if rung and _CLIMB.index(rung) > _CLIMB.index(row.rung):
            is_known = self._is_known[row.task_id] and row.task_id not in self.undelivered
            if is_known and not self.climbs[row.task_id]:
                yield f"after its {rung}"
            return
        self._last[row.task_id] = (row.rung, row.created_at)
        self._is_known[row.task_id] = one.told
        if row.rung == "call":
            at_once = row.task_id in self.undelivered
            # Counted from when it was due: one that had to be tried again may arrive shortly before the call.
            if rung == "whatsapp" and not at_once and one.at - decided < who.window_length - self.slack:
                yield "too soon after WhatsApp"
            latest = row.scheduled_at + 2 * who.window_length + max(who.window_length, _CALL_PATIENCE)
            if one.at > latest + self.slack:
                yield "a late call"

    # ------------------------------------------------------------ once a day

    def close_day(self, session: Session, begin: datetime, end: datetime) -> None:
        """Everything that was to happen in [begin, end), which lies at least a day and a half back, has its end."""
        now = end + timedelta(hours=36)
        for row in session.execute(_KEPT_PAST_DEADLINE, {"before": now - timedelta(minutes=5)}):
            self._note(self.people[row.user_id], now, f"{row.rung} is {row.status} past its deadline")
        over = session.execute(_OVER, {"begin": begin, "end": end}).all()
        rungs: dict[UUID, list[Any]] = {task.id: [] for task in over}
        for row in session.execute(_ROWS, {"tasks": list(rungs)}):
            rungs[row.task_id].append(row)
        for task in over:
            who = self.people[task.user_id]
            for problem in self._ended(task, rungs[task.id], who, now):
                self._note(who, task.scheduled_at, problem)

    def _ended(self, task: Any, rows: Sequence[Any], who: Liver, now: datetime) -> Iterable[str]:
        if task.status == "pending" and (task.wakes_at is None or task.wakes_at <= now - self.slack):
            yield "pending, and nothing will ever wake it"
        if task.status == "pending" and task.id not in self.spoken_of and not who.paused_until:
            yield f"still {task.stage} a day later"
        named = Counter(row.rung for row in rows)
        if task.status == "missed" and task.id not in self.spoken_of:
            climb = _CLIMB[:1] if task.trigger_type == "location" else _CLIMB
            missing = [rung for rung in (*climb, "miss_note") if not named[rung]]
            if missing:
                yield f"missed, and nothing says what became of {', '.join(missing)}"
            if named["miss_note"] > 1:
                yield "the miss was to be told twice"
        yield from (f"{row.rung} is {row.status} without a reason" for row in rows if _unexplained(row))

    def check_series(self, session: Session) -> None:
        """A series that nobody moved keeps its wall time, whatever the clocks did."""
        for who in self.people.values():
            if who.moved_zone or not who.series:
                continue
            rows = session.execute(
                text(
                    "select series_id, scheduled_at from tasks where series_id = any(:ids) and original_at = scheduled_at"
                ),
                {"ids": list(who.series)},
            )
            for series_id, at in rows:
                shown = at.astimezone(who.zone)
                if shown.time() != who.series[series_id] and _exists(shown, who.series[series_id]):
                    self._note(who, at, f"a series of {who.series[series_id]:%H:%M} at {shown:%H:%M}")

    def _note(self, who: Liver | None, at: datetime, problem: str) -> None:
        name = f"person {who.number}" if who else "everybody"
        self.wrong.append(f"{name}, {at:%d %b %H:%M:%S} UTC: {problem}")


def _unexplained(row: Any) -> bool:
    return row.status in ("skipped", "failed", "expired") and not row.reason


def _exists(shown: datetime, wanted: time) -> bool:
    """Whether the wanted wall time is there on that day: not in the gap of a spring night."""
    local = datetime.combine(shown.date(), wanted, shown.tzinfo)
    there = local.astimezone(UTC).astimezone(shown.tzinfo)
    return there.time() == wanted
