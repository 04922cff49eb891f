"""What a conversation may expect of a turn: each line's word is one function here, which says what it saw instead."""

from __future__ import annotations

import re
from collections.abc import Callable

from bot.evaluation.moments import MOMENT, WritingError, read_days, read_moment
from bot.evaluation.plan_expectations import PLAN_CHECKS
from bot.evaluation.seen import Seen, compare, either, number
from bot.evaluation.snapshot import Entry, Snapshot

_TASK = re.compile(rf"({MOMENT}) (.+?)(?: \((\d+) min\))?")


Check = Callable[[str, Seen], str]  # "" when it is so, else what was seen


def check(name: str, value: str, seen: Seen) -> str:
    """Raises WritingError for a word that is none of ours."""
    found = CHECKS.get(name)
    if found is None:
        raise WritingError(f"not an expectation: {name!r}")
    return found(value, seen)


# ------------------------------------------------------------------ words


def _says(value: str, seen: Seen) -> str:
    said = seen.text.casefold()
    return "" if any(one in said for one in either(value)) else f"said: {seen.text[:300]!r}"


def _not_says(value: str, seen: Seen) -> str:
    said = seen.text.casefold()
    found = [one for one in either(value) if one in said]
    return f"said {found[0]!r}" if found else ""


def _offers(value: str, seen: Seen) -> str:
    wanted = [one.strip().casefold() for one in value.split(",")]
    missing = [one for one in wanted if not any(label.casefold().startswith(one) for label in seen.labels)]
    return f"no {', '.join(missing)} among {list(seen.labels)}" if missing else ""


def _not_offers(value: str, seen: Seen) -> str:
    unwanted = [one.strip().casefold() for one in value.split(",")]
    found = [label for label in seen.labels if label.casefold() in unwanted]
    return f"offered {', '.join(found)}" if found else ""


def _question(value: str, seen: Seen) -> str:
    asks = "?" in seen.text
    return "" if asks == (value != "none") else f"said: {seen.text[-200:]!r}"


def _silent(_: str, seen: Seen) -> str:
    return f"said: {seen.text[:200]!r}" if seen.replies else ""


# ------------------------------------------------------------------ tasks


def _task(value: str, seen: Seen) -> str:
    """One pending task at exactly this local time, of this title (whatever its capitals) and length."""
    found = _TASK.fullmatch(value)
    if found is None:
        raise WritingError("write it as: task: Fri 13 Mar 15:00 Dentist (30 min)")
    at = read_moment(found[1], seen.near, seen.after.zone)
    titles, minutes = either(found[2]), int(found[3] or 0)
    for one in seen.after.pending:
        if one.at == at and one.title.casefold() in titles and minutes in (0, one.minutes):
            return ""
    return f"planned: {seen.diary(seen.new or seen.after.pending)}"


def _no_task(value: str, seen: Seen) -> str:
    found = _named(value, seen.after)
    return f"planned: {seen.diary(found)}" if found else ""


def _named(value: str, snapshot: Snapshot) -> list[Entry]:
    return [one for one in snapshot.pending if any(name in one.title.casefold() for name in either(value))]


def _tasks(value: str, seen: Seen) -> str:
    return compare(len(seen.after.pending), number(value), seen.diary())


def _new(value: str, seen: Seen) -> str:
    return compare(len(seen.new), number(value), seen.diary(seen.new))


def _count(value: str, seen: Seen) -> str:
    """`6 Yoga`: so many pending tasks whose title holds the word; `6+ Yoga`: at least so many."""
    number, _, title = value.partition(" ")
    found = _named(title, seen.after)
    enough = len(found) >= int(number[:-1]) if number.endswith("+") else len(found) == int(number)
    return "" if enough else f"{len(found)}: {seen.diary(found)}"


def _every(value: str, seen: Seen) -> str:
    """`Yoga on Tue, Thu at 07:30`, either part alone too: all pending tasks of that title."""
    found = re.fullmatch(r"(.+?)(?: on ([A-Z][a-z]{2}(?:, [A-Z][a-z]{2})*))?(?: at (\d\d:\d\d))?", value)
    if found is None:
        raise WritingError(f"write it as: every: Yoga on Tue, Thu at 07:30, not {value!r}")
    entries = _named(found[1], seen.after)
    days = read_days(found[2]) if found[2] else None
    odd = [one for one in entries if not _fits(one, seen, days, found[3])]
    missing = days is not None and {one.at.astimezone(seen.after.zone).weekday() for one in entries} != days
    return "" if entries and not odd and not missing else f"planned: {seen.diary(odd or entries)}"


def _fits(one: Entry, seen: Seen, days: frozenset[int] | None, clock: str | None) -> bool:
    local = one.at.astimezone(seen.after.zone)
    return (days is None or local.weekday() in days) and clock in (None, f"{local:%H:%M}")


def _status(value: str, seen: Seen) -> str:
    """`Dentist done`: there is a task of that title with this status."""
    title, _, status = value.rpartition(" ")
    found = [one.status for one in seen.after.entries if title.casefold() in one.title.casefold()]
    return "" if status in found else f"{title}: {', '.join(found) or 'unknown'}"


def _unchanged(_: str, seen: Seen) -> str:
    if seen.before.goals != seen.after.goals:
        return f"goals: {[(title, status) for _, title, status in seen.after.goals]}"
    was = {(one.key, one.status, one.at) for one in seen.before.entries}
    now = {(one.key, one.status, one.at) for one in seen.after.entries}
    return "" if was == now else f"planned: {seen.diary(seen.new or seen.after.pending)}"


# ------------------------------------------------------------------ goals


def _goal(value: str, seen: Seen) -> str:
    """`Run 5 km active`: a goal whose title holds these words has this status."""
    title, _, status = value.rpartition(" ")
    found = [(name, now) for _, name, now in seen.after.goals if title.casefold() in name.casefold()]
    return "" if any(now == status for _, now in found) else f"goals: {seen.after.goals and found}"


def _goals(value: str, seen: Seen) -> str:
    return compare(len(seen.after.active), number(value), str([title for _, title, _ in seen.after.goals]))


def _tag(value: str, seen: Seen) -> str:
    """A tag of the plan on the table, or of a goal once there is one."""
    found = seen.after.tags | set(seen.after.draft.get("tags", []))
    return "" if value in found else f"tags: {', '.join(sorted(found)) or 'none'}"


def _approves(_: str, seen: Seen) -> str:
    fresh = [one for one in seen.new if one.goal]
    return "" if fresh and seen.after.active else f"nothing of a plan was saved; said: {seen.text[:200]!r}"


# ------------------------------------------------------------------ the person and the talk


def _intent(value: str, seen: Seen) -> str:
    found = str(seen.after.state.get("intent", ""))
    return "" if found in value.split(" / ") else f"{found}; said: {seen.text[:200]!r}"


def _asks(value: str, seen: Seen) -> str:
    """What is open: onboarding wake_time, capture, goal question, plan, move, ...; nothing."""
    focus = seen.after.state.get("focus") or {}
    kind = str(focus.get("kind", "nothing")).replace("_", " ")
    names = (kind, f"{kind} {focus.get('topic') or focus.get('step') or ''}".strip())
    return "" if any(one in names for one in value.split(" / ")) else f"open: {names[-1]}"


def _profile(value: str, seen: Seen) -> str:
    word, _, wanted = value.partition(" ")
    profile = seen.after.profile
    sleep = profile.sleep_window
    known = {
        "name": profile.name or "",
        "wake": f"{profile.wake_time or (sleep and sleep.end) or ''}"[:5],
        "bed": f"{profile.bed_time or (sleep and sleep.start) or ''}"[:5],
        "zone": seen.after.zone.key,
        "chronotype": str(profile.chronotype),
        "work": f"{profile.work_hours.start:%H:%M}-{profile.work_hours.end:%H:%M}"
        if profile.work_hours
        else "none",
        "onboarded": "yes" if seen.after.onboarded else "no",
        "paused": "yes" if seen.after.paused else "no",
    }
    if word not in known:
        raise WritingError(f"not part of a profile: {word!r}")
    return "" if known[word] == wanted else f"{word}: {known[word]}"


CHECKS: dict[str, Check] = {
    "says": _says,
    "not says": _not_says,
    "offers": _offers,
    "not offers": _not_offers,
    "question": _question,
    "silent": _silent,
    "task": _task,
    "no task": _no_task,
    "tasks": _tasks,
    "new": _new,
    "count": _count,
    "every": _every,
    "status": _status,
    "unchanged": _unchanged,
    "goal": _goal,
    "goals": _goals,
    "tag": _tag,
    "approves": _approves,
    **PLAN_CHECKS,
    "intent": _intent,
    "asks": _asks,
    "profile": _profile,
}
