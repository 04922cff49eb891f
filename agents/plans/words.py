"""A plan in words: the whole of it once, afterwards only what changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from agents import wording
from agents.plans import principles
from agents.plans.draft import Draft
from agents.state import Json
from storage.vocabulary import WEEKDAYS

_FULL = "is full already"  # how a conflict with the day's cap is worded


def whole_plan(draft: Draft) -> str:
    """The plan message: theirs, honest, numbered tasks with their if-then and spare time, reasons, slack and growth."""
    part = f", part {draft.sprint} of {draft.parts}" if draft.parts > 1 and draft.sprint > 1 else ""
    parts = [f"{draft.title}: here is a plan (version {draft.version}{part})."]
    parts.append(
        " ".join(filter(None, [principles.theirs(draft), draft.plan.plan_summary, principles.honest(draft)]))
    )
    parts.append("\n".join(_numbered(number, one) for number, one in enumerate(draft.placed, start=1)))
    why = reasons(draft.placed)
    lines = [f"Why these times: {why}." if why else "", *_moved(draft.placed)]
    lines += [principles.slack(draft.placed), principles.growth(draft)]
    parts.append("\n".join(filter(None, lines)))
    if len(draft.plan.micro_goal_roadmap) > 1:
        parts.append(_roadmap(draft))
    parts.append(principles.IF_MISSED)
    parts.append("Does this look right? You can also tell me what to change.")
    return "\n\n".join(filter(None, parts))


def _numbered(number: int, one: Json) -> str:
    """1. Easy run: Mon, Wed and Fri 07:00, 15 → 20 → 30 min, weeks 1-6, and below it how"""
    how = [principles.if_then(one, whole=number == 1), principles.spare(one)]
    below = " ".join(filter(None, how))
    return f"{number}. {_line(one, ramp=True)}" + (f"\n   {below}" if below else "")


def difference(before: Sequence[Json], after: Sequence[Json]) -> str:
    """Only what changed between two versions, series by series; "" when nothing did."""
    new = {one["title"]: one for one in after}
    renamed = _renamed(before, after)
    old = {renamed.get(one["title"], one["title"]): one for one in before}
    numbers = {title: number for number, title in enumerate(new, start=1)}
    lines = [f"{was} is now called {now}" for was, now in renamed.items()]
    lines += [f"{title}: dropped" for title in old if title not in new]
    lines += [f"New: {numbers[title]}. {_line(one)}" for title, one in new.items() if title not in old]
    for title, one in new.items():
        changes = _changes(old[title], one) if title in old else ""
        lines += [f"{numbers[title]}. {title}: {changes}"] if changes else []
    lines += _moved(after, but_not=_moved(before))
    return "\n".join(lines)


def _renamed(before: Sequence[Json], after: Sequence[Json]) -> dict[str, str]:
    """Old title -> new one, where a series kept its place and only its name is another."""
    was, now = [one["title"] for one in before], [one["title"] for one in after]
    if len(was) != len(now):
        return {}
    return {
        old: new
        for old, new in zip(was, now, strict=True)
        if old != new and old not in now and new not in was
    }


def _changes(old: Json, new: Json) -> str:
    """Mon and Wed 07:00 → Tue and Thu 18:00; 20 min → 15 min"""
    pairs = [(read(old), read(new)) for read in (_when, _minutes, _weeks)]
    return "; ".join(f"{was} → {now}" for was, now in pairs if was != now)


def _line(one: Json, *, ramp: bool = False) -> str:
    """Easy run: Mon, Wed and Fri 07:00, 20 min, weeks 1-2"""
    lengths = (
        " → ".join(map(str, one.get("ramp") or ())) + " min" if ramp and one.get("ramp") else _minutes(one)
    )
    own = f"{_when(one)}, {lengths}, {_weeks(one)}"
    shared = one.get("shared") or {}
    if not shared:
        return f"{one['title']}: {own}"
    days = wording.days([WEEKDAYS[day] for day in shared["weekdays"]])
    there = f"{days} {shared['at']} is on your list already for {shared['goal']} and counts for both"
    return f"{one['title']}: {there}" + (f"; new: {own}" if one["tasks"] else "")


def _when(one: Json) -> str:
    if not one["tasks"]:
        return "no free time found"
    return f"{wording.days([WEEKDAYS[day] for day in one['weekdays']])} {one['at']}"


def _minutes(one: Json) -> str:
    return str(one["minutes"])


def _weeks(one: Json) -> str:
    if one.get("weeks_in_words"):  # a draft placed by an earlier version has none
        return str(one["weeks_in_words"])
    first, last = one["weeks"]
    return f"week {first}" if first == last else f"weeks {first}-{last}"


def reasons(placed: Sequence[Json]) -> str:
    """Each reason once, without its count of weeks."""
    plain = dict.fromkeys(one["reason"].partition(", ")[0] for one in placed if one["tasks"])
    return "; ".join(plain)


def _moved(placed: Sequence[Json], but_not: Sequence[str] = ()) -> list[str]:
    found = []
    for one in placed:
        found += [f"Moved: {one['title']}, {_in_the_way(one['moved'])}."] if one["moved"] else []
        found += [f"One exception: {one['title']}, {words}." for words in one["exceptions"][:1]]
        more = len(one["exceptions"]) - 1
        found += [f"And {wording.count(more, 'more exception')} like it."] if more > 0 else []
        found += _fewer(one) + _left_out(one)
    return [line for line in found if line not in but_not]


def _fewer(one: Json) -> list[str]:
    """The days a week that did not fit, those shared with another goal counted in."""
    shared = (one.get("shared") or {}).get("weekdays") or ()
    fit, wanted = len({*one["weekdays"], *shared}), one.get("wanted", 0)
    if not one["tasks"] or fit >= wanted or one["weeks"] == [1, 1]:
        return []
    return [f"Fewer: {one['title']}, {fit} of {wanted} days a week fit beside the rest."]


def _in_the_way(moved: str) -> str:
    """ "Tuesday 18:30 is free; Monday 18:30 was taken by Yoga" -> its end: where it went stands in the line above."""
    return moved.partition("; ")[2] or moved


def _left_out(one: Json) -> list[str]:
    """What found no place: by name, unless it is only that the days are full."""
    full = [message for message in one["conflicts"] if _FULL in message]
    others = [message for message in one["conflicts"] if _FULL not in message]
    lines = [f"Left out: {message}." for message in others[:2]]
    more = len(others) - 2
    lines += [f"And {wording.count(more, 'more')} like it."] if more > 0 else []
    if full:
        times = wording.count(len(full), "time")
        lines.append(
            f"Left out: {one['title']}, {times}: those days are full (three tasks or two hours at most)."
        )
    return lines


def _roadmap(draft: Draft) -> str:
    sprints = sorted(draft.plan.micro_goal_roadmap, key=lambda sprint: sprint.pipeline_order)
    named = [f"{number}) {sprint.title}" for number, sprint in enumerate(sprints, start=1)]
    return f"The way there: {'; '.join(named)}. Only the first is planned now."


def first_task(draft: Draft, zone: ZoneInfo) -> str:
    """Easy run on Mon 16 Mar 07:00"""
    every = [(task["start"], task["title"]) for series in draft.placed for task in series["tasks"]]
    if not every:
        return ""
    at, title = min(every)
    return f"{title} on {wording.moment(datetime.fromisoformat(at), zone)}"
