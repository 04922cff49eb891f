"""A plan in words: the whole of it once, afterwards only what changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from agents import wording
from agents.draft import Draft
from agents.state import Json
from storage.vocabulary import WEEKDAYS

_IF_MISSED = (
    "If you miss one, that's information, not failure: I offer another time that day or a smaller version, "
    "and after three misses in the same slot I suggest a better one."
)


def whole_plan(draft: Draft) -> str:
    """The plan message: numbered tasks with days, local times, minutes and weeks, the reasons, and what a miss means."""
    plan = draft.plan
    parts = [f"{draft.title}: here is a plan (version {draft.version}).", plan.plan_summary]
    parts.append(
        "\n".join(f"{number}. {line}" for number, line in enumerate(map(_line, draft.placed), start=1))
    )
    why = reasons(draft.placed)
    if why:
        parts.append(f"Why these times: {why}.")
    moved = _moved(draft.placed)
    if moved:
        parts.append("\n".join(moved))
    if len(plan.micro_goal_roadmap) > 1:
        parts.append(_roadmap(draft))
    parts.append(_IF_MISSED)
    parts.append("Does this look right? You can also tell me what to change.")
    return "\n\n".join(parts)


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


def _line(one: Json) -> str:
    """Easy run: Mon, Wed and Fri 07:00, 20 min, weeks 1-2"""
    return f"{one['title']}: {_when(one)}, {_minutes(one)}, {_weeks(one)}"


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
        found += [f"Moved: {one['title']}, {one['moved']}."] if one["moved"] else []
        found += [f"One exception: {one['title']}, {words}." for words in one["exceptions"][:2]]
        more = len(one["exceptions"]) - 2
        found += [f"And {wording.count(more, 'more exception')} like it."] if more > 0 else []
        found += [f"Left out: {message}." for message in one["conflicts"][:2]]
    return [line for line in found if line not in but_not]


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
