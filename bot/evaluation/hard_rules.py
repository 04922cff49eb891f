"""What may never happen, whoever speaks: double bookings, tasks in sleep, wrong local times, a plan nobody agreed to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.evaluation.marks import Kind, Mark
from bot.evaluation.moments import says
from bot.evaluation.snapshot import Entry, Snapshot
from channels.sim_phone import Event
from reminders.rules.diary import BUFFER, HORIZON
from storage.profile import SleepWindow
from storage.vocabulary import GoalStatus

_MOST_GOALS = 3
_AT = re.compile(r"\bat (\d\d:\d\d)\b")


@dataclass
class Wishes:
    """What the person has said about their plan; it holds until the plan is saved or dropped."""

    not_on: frozenset[int] = frozenset()
    only_on: frozenset[int] = frozenset(range(7))
    times: tuple[time, time] | None = None

    def allows(self, local: datetime) -> bool:
        day = local.weekday()
        if day in self.not_on or day not in self.only_on:
            return False
        return self.times is None or self.times[0] <= local.time() <= self.times[1]


@dataclass
class Ruling:
    """One turn before and after, and what the person asked for."""

    before: Snapshot
    after: Snapshot
    now: datetime
    approved: bool
    alone: bool = False  # time passed and nobody spoke
    wishes: Wishes = field(default_factory=Wishes)


def judge(turn: Ruling) -> list[Mark]:
    """Every hard rule that this turn could have broken."""
    goals = len(turn.after.active)
    marks = [_mark("at most three active goals", goals <= _MOST_GOALS, f"{goals} are active")]
    marks += _approval(turn)
    new = [one for one in _new(turn) if one.goal and one.anywhere]
    if new:
        marks += _placed(new, turn.after.pending, turn)
    if turn.after.draft and turn.after.draft.get("placed") != turn.before.draft.get("placed"):
        marks += _proposed(turn)
    marks += _same_clock(turn)
    return marks


def _mark(rule: str, ok: bool, detail: str = "") -> Mark:
    return Mark(Kind.HARD, ok, rule, "" if ok else detail)


def _new(turn: Ruling) -> list[Entry]:
    known = {one.key for one in turn.before.entries}
    return [one for one in turn.after.pending if one.key not in known]


def _approval(turn: Ruling) -> Iterator[Mark]:
    """Rows of a plan and active goals appear only where the conversation says that the person agreed."""
    if turn.approved:
        return
    goals = set(turn.after.active) - set(turn.before.active)
    if (
        turn.alone
    ):  # the next sprint of a goal takes the place of the one that ended; its tasks wait for a yes
        goals -= {goal for goal, _, status in turn.before.goals if status == GoalStatus.PIPELINE}
    fresh = [one for one in _new(turn) if one.goal and not one.replaces]
    detail = f"{len(goals)} goals became active and {len(fresh)} tasks of a plan were saved"
    yield _mark("nothing is saved before the person agrees", not (goals or fresh), detail)


def _proposed(turn: Ruling) -> Iterator[Mark]:
    """The plan on the table beside what is there already; its own goal's present tasks make room for it."""
    own = str(turn.after.draft.get("goal_id") or "none")
    there = [one for one in turn.after.pending if one.goal != own]
    shared = {(one.at, one.title.casefold()) for one in there}
    plan = [one for one in turn.after.proposed if (one.at, one.title.casefold()) not in shared]
    yield from _placed(plan, [*there, *plan], turn)
    yield from _said_clocks(turn)


def _placed(new: Sequence[Entry], all_pending: Iterable[Entry], turn: Ruling) -> Iterator[Mark]:
    zone, sleep = turn.after.zone, turn.after.profile.sleep_window
    clash = next(_clashes(new, all_pending), "")
    yield _mark("nothing is booked twice, fifteen minutes lie between", not clash, clash)
    if sleep is not None:
        asleep = [one for one in new if sleeps(sleep, one.at, one.end, zone)]
        yield _mark("nothing lies in the person's sleep", not asleep, _shown(asleep, zone))
    late = [one for one in new if one.at <= turn.now or one.at > turn.now + 2 * HORIZON]
    days = sorted(one.at.astimezone(zone).date() for one in new)
    span = (days[-1] - days[0]).days if days else 0
    yield _mark(
        "inside the horizon and its weeks",
        not late and span < HORIZON.days,
        f"{_shown(late, zone)} {span + 1} days long",
    )
    unwished = [one for one in new if not turn.wishes.allows(one.at.astimezone(zone))]
    yield _mark("only on days and times the person allows", not unwished, _shown(unwished, zone))


def _shown(entries: Sequence[Entry], zone: ZoneInfo) -> str:
    return "; ".join(f"{one.title} {says(one.at, zone)}" for one in entries[:3])


def _clashes(new: Sequence[Entry], others: Iterable[Entry]) -> Iterator[str]:
    fresh = {one.key for one in new}
    timed = sorted((one for one in others if one.anywhere), key=lambda one: one.at)
    for place, first in enumerate(timed):
        for second in timed[place + 1 :]:
            if second.at >= first.end + BUFFER:
                break
            if first.key in fresh or second.key in fresh:
                yield f"{first.title} {first.at:%d %b %H:%M} UTC and {second.title} {second.at:%H:%M}"


def sleeps(window: SleepWindow, start: datetime, end: datetime, zone: ZoneInfo) -> bool:
    """Whether any of it lies within the person's night (or day, for whoever works at night)."""
    local = start.astimezone(zone)
    for days in (-1, 0, 1):
        day = local.date() + timedelta(days=days)
        bed = datetime.combine(day, window.start, zone)
        up = datetime.combine(day + timedelta(days=window.end <= window.start), window.end, zone)
        if start < up and bed < end:
            return True
    return False


def _said_clocks(turn: Ruling) -> Iterator[Mark]:
    """Each occurrence has the local time its series was said with, except those that were named as exceptions."""
    wrong = []
    for series in turn.after.series:
        odd = [
            task
            for task in series["tasks"]
            if f"{datetime.fromisoformat(task['start']).astimezone(turn.after.zone):%H:%M}" != series["at"]
        ]
        if len(odd) > len(series["exceptions"]):
            wrong.append(f"{series['title']} at {series['at']}: {odd[0]['start']}")
    yield _mark("local times are as said, also over a clock change", not wrong, "; ".join(wrong))


def _same_clock(turn: Ruling) -> Iterator[Mark]:
    """A recurring task keeps its wall time, except where that night has no such time."""
    groups: dict[str, list[datetime]] = {}
    for one in _new(turn):
        if one.series and not one.goal and not one.replaces:
            groups.setdefault(one.series, []).append(one.at.astimezone(turn.after.zone))
    for moments in groups.values():
        usual = max({at.time() for at in moments}, key=[at.time() for at in moments].count)
        odd = [at for at in moments if at.time() != usual and not _gap(at)]
        yield _mark(
            "local times are as said, also over a clock change", not odd, f"usually {usual}, but {odd[:2]}"
        )


def _gap(local: datetime) -> bool:
    """Whether clocks go forward on this day."""
    midnight = datetime.combine(local.date(), time(0), local.tzinfo)
    tomorrow = datetime.combine(local.date() + timedelta(days=1), time(0), local.tzinfo)
    return (tomorrow.utcoffset() or timedelta(0)) > (midnight.utcoffset() or timedelta(0))


# ------------------------------------------------------------------ what comes by itself


def judge_reminders(events: Sequence[Event], after: Snapshot) -> list[Mark]:
    """Messages nobody asked for: never in the person's sleep, and with the task's own local time."""
    new = [one for one in events if one["kind"] == "message" and not one.get("replaces")]
    known = {one.key: f"{one.at.astimezone(after.zone):%H:%M}" for one in after.entries}
    wrong = [
        f"{one['text']!r}, but it is at {known[one['task_id']]}"
        for one in new
        if one.get("task_id") in known
        and (said := _AT.search(one["text"]))
        and said[1] != known[one["task_id"]]
    ]
    marks = [_mark("a reminder says the right time", not wrong, "; ".join(wrong[:3]))]
    sleep = after.profile.sleep_window
    if sleep is None:
        return marks
    moments = [datetime.fromisoformat(one["at"]) for one in new]
    woken = [at for at in moments if sleeps(sleep, at, at + timedelta(seconds=1), after.zone)]
    detail = "; ".join(says(at, after.zone) for at in woken[:3])
    return [*marks, _mark("nobody is woken", not woken, detail)]
