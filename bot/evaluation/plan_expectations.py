"""What a conversation may expect of the plan on the table: its days, hours, minutes, lines, and whether it changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bot.evaluation.moments import WritingError, read_days, read_moment
from bot.evaluation.seen import Seen, compare, either, number
from bot.evaluation.snapshot import Entry


def _plan(value: str, seen: Seen) -> str:
    """on the table | none | changed | same | dropped"""
    before, after = seen.before.draft, seen.after.draft
    match value:
        case "on the table":
            ok = bool(after) and seen.after.focus == "plan"
        case "kept":
            ok = bool(after)
        case "none":
            ok = not after or seen.after.focus not in ("plan", "full")
        case "changed":
            ok = bool(after) and before.get("placed") != after.get("placed")
        case "same":
            ok = bool(after) and before.get("placed") == after.get("placed")
        case _:
            raise WritingError(f"a plan is on the table, kept, none, changed or same, not {value!r}")
    return "" if ok else f"{_plan_lines(seen)}; said: {seen.text[:200]!r}"


def _plan_lines(seen: Seen) -> str:
    return (
        "; ".join(
            f"{one['title']} {one['weekdays']} {one['at']} {one['minutes']} weeks {one['weeks']}"
            for one in seen.after.series
        )
        or "no plan"
    )


def _each_proposed(seen: Seen, fits: Callable[[Entry, datetime], bool]) -> str:
    odd = [one for one in seen.after.proposed if not fits(one, one.at.astimezone(seen.after.zone))]
    return "" if seen.after.proposed and not odd else f"proposed: {seen.diary(odd)} ({_plan_lines(seen)})"


def _plan_not_on(value: str, seen: Seen) -> str:
    days = read_days(value)
    return _each_proposed(seen, lambda _, local: local.weekday() not in days)


def _plan_only_on(value: str, seen: Seen) -> str:
    days = read_days(value)
    return _each_proposed(seen, lambda _, local: local.weekday() in days)


def _plan_between(value: str, seen: Seen) -> str:
    start, _, end = value.partition("-")
    return _each_proposed(seen, lambda _, local: start <= f"{local:%H:%M}" <= end)


def _plan_minutes(value: str, seen: Seen) -> str:
    """`20`: every session; `at most 20`: none longer; `shorter`, `longer`: beside the version before."""
    if value in ("shorter", "longer"):
        was, now = (sum(one.minutes for one in it.proposed) for it in (seen.before, seen.after))
        return "" if (now < was if value == "shorter" else now > was) else f"{was} min before, {now} min now"
    most = int(value.split()[-1])
    exact = not value.startswith("at most")
    return _each_proposed(seen, lambda one, _: one.minutes == most if exact else one.minutes <= most)


def _plan_tasks(value: str, seen: Seen) -> str:
    return compare(len(seen.after.series), number(value), _plan_lines(seen))


def _plan_fewer(_: str, seen: Seen) -> str:
    was, now = len(seen.before.proposed), len(seen.after.proposed)
    return "" if 0 < now < was else f"{was} times before, {now} now"


def _plan_as_many(_: str, seen: Seen) -> str:
    """A change of times or lengths takes nothing away, but for what no longer fits at an end."""
    was, now = len(seen.before.proposed), len(seen.after.proposed)
    return "" if now >= 0.8 * was else f"{was} times before, {now} now: {_plan_lines(seen)}"


def _plan_starts(value: str, seen: Seen) -> str:
    """`from Mon 23 Mar`: nothing of it before that day."""
    day = read_moment(f"{value.removeprefix('from ')} 00:00", seen.near, seen.after.zone)
    return _each_proposed(seen, lambda one, _: one.at >= day)


def _plan_title(value: str, seen: Seen) -> str:
    titles = [str(one["title"]).casefold() for one in seen.after.series]
    return "" if any(name in title for name in either(value) for title in titles) else f"{titles}"


def _plan_line_at(value: str, seen: Seen) -> str:
    """`2 18:00-22:00`: the second line of the plan lies in these hours."""
    place, _, hours = value.partition(" ")
    start, _, end = hours.partition("-")
    series = seen.after.draft.get("placed", [])
    if int(place) > len(series):
        return _plan_lines(seen)
    at = str(series[int(place) - 1]["at"])
    return "" if start <= at <= end else _plan_lines(seen)


PLAN_CHECKS: dict[str, Callable[[str, Seen], str]] = {
    "plan": _plan,
    "plan not on": _plan_not_on,
    "plan only on": _plan_only_on,
    "plan between": _plan_between,
    "plan minutes": _plan_minutes,
    "plan tasks": _plan_tasks,
    "plan fewer": _plan_fewer,
    "plan as many": _plan_as_many,
    "plan starts": _plan_starts,
    "plan title": _plan_title,
    "plan line": _plan_line_at,
}
