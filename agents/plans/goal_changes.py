"""What words want of a goal that is running: another plan, a rest, an end in either way, or to go on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from agents import diary
from agents.plans.edits.words import sounds_like_edit
from agents.tasks.titles import matching, words
from agents.turn import TurnContext
from storage.goals import list_goals
from storage.tables import Goal
from storage.vocabulary import GoalStatus

_START = r"^\W*(?:(?:please|can you|could you|can we|could we|let'?s|i want to|i'?d like to|i think i(?:'ll)?|i(?:'ll| will)?|we|ok(?:ay)?|actually)\b[,! ]*)*"
_WISHES = tuple(
    (kind, re.compile(_START + pattern, re.I))
    for kind, pattern in (
        ("complete", r"(?:finish(?:ed)?|complete[d]?|close|end|mark|reached|achieved|did|done with)\b(?=.*\b(?:early|goal|did it|reached|achieved|done|complete)\b)"),
        ("giveup", r"(?:give up|giving up|am giving up|abandon|quit|stop|cancel|drop|delete|remove|end|don'?t want to)\b"),
        ("pause", r"(?:pause|hold|suspend|freeze|put .{1,40} on (?:hold|ice))\b"),
        ("resume", r"(?:resume|un-?pause|restart|continue|go on with|carry on with|pick up|take up|start again with|start)\b(?=.*)"),
        ("change", r"(?:change|modify|adjust|adapt|update|make|reduce|cut|turn|set)\b"),
    )
)  # fmt: skip
_SAYS_GOAL = re.compile(r"\b(?:goal|plan|programme|program|project|sprint)s?\b", re.I)
_EVERYTHING = re.compile(
    r"\b(?:give|giving) up (?:on )?(?:everything|it all|all of it|all my goals)\b|\ball (?:of )?my goals\b",
    re.I,
)
_LEFT = re.compile(r"^\W*(?:please )?(?:keep|leave)\b", re.I)
_EDIT_ONLY = re.compile(
    r"\b(?:days?|times a week|easier|harder|lighter|shorter|longer|fewer|less|more|gentler|slower)\b", re.I
)


@dataclass(frozen=True, slots=True)
class GoalChange:
    kind: str  # complete | giveup | pause | resume | change
    goals: tuple[Goal, ...]  # those that fit the words; all open ones when only "my goal" was said


def read_goal_change(ctx: TurnContext, text: str) -> GoalChange | None:
    """None unless a goal is meant: by its name with "goal" or "plan", or by a name that no task has."""
    if _LEFT.match(text):
        return None
    kind = next((kind for kind, pattern in _WISHES if pattern.match(text)), None)
    if kind is None:
        return None
    active, others = _goals(ctx)
    goals = [*others, *active] if kind == "resume" else active
    if not goals:
        return None
    rest = re.sub(
        r"\b(?:two|three|four|five|six|\d+) (?:days?|weeks?|months?|times)\b.*$", " ", text, flags=re.I
    )
    found = matching(_named(rest), goals, lambda goal: goal.title)
    if kind in ("giveup", "change") and not _SAYS_GOAL.search(text):
        found = [goal for goal in found if not restates(text, goal)]
    if kind == "change" and not (
        _SAYS_GOAL.search(text) or (found and (_EDIT_ONLY.search(text) and sounds_like_edit(text)))
    ):
        return None
    if kind == "resume":
        found = [goal for goal in found if goal.status != GoalStatus.ACTIVE or _rests(goal)]
        found = [goal for goal in found if goal.status != GoalStatus.ABANDONED] or found[-1:]
        return GoalChange(kind, tuple(found)) if found else None
    if kind == "giveup" and _EVERYTHING.search(text):
        return GoalChange(kind, tuple(goals))
    if found and (_SAYS_GOAL.search(text) or kind == "change" or not _is_task(ctx, text)):
        return GoalChange(kind, tuple(found))
    return GoalChange(kind, tuple(goals)) if _SAYS_GOAL.search(text) and not _named_words(rest) else None


def _goals(ctx: TurnContext) -> tuple[Sequence[Goal], Sequence[Goal]]:
    """The active ones, and those that could go on: at rest, waiting in line, or given up."""
    goals = list_goals(ctx.session, ctx.user.id)
    active = [goal for goal in goals if goal.status == GoalStatus.ACTIVE]
    first = [goal for goal in goals if goal.parent_goal_id is None]
    return active, [goal for goal in first if goal.status in (GoalStatus.PIPELINE, GoalStatus.ABANDONED)]


def restates(text: str, goal: Goal) -> bool:
    """ "I want to quit smoking" says the goal once more; it does not give it up."""
    first = goal.title.casefold().split(" ", maxsplit=1)[0]
    return re.search(rf"\b{re.escape(first)}\b", text.casefold()) is not None and first in (
        "quit",
        "stop",
        "give",
        "cut",
        "reduce",
        "end",
    )


def _rests(goal: Goal) -> bool:
    return bool((goal.plan_json or {}).get("paused"))


def _is_task(ctx: TurnContext, text: str) -> bool:
    """ "Cancel the run" is a task of that name; "give up on Spanish" no task, although tasks have it in their names."""
    if re.search(r"\b(?:give|giving) up\b|\babandon\b|\bquit\b|\bpause\b|\bresume\b", text, re.I):
        return False
    said = words(_named(text))
    return any(said & words(task.title) for task in diary.open_tasks(ctx))


_VERBS = re.compile(
    r"\b(?:give|giving|up|abandon|quit|stop|cancel|drop|delete|remove|end|pause|hold|suspend|resume|restart|continue|finish|complete|early|did|reached"
    r"|change|modify|adjust|adapt|update|make|reduce|easier|harder|lighter|shorter|longer|fewer|less|more|days?|weeks?|goals?|plans?|for|on|off|in|is|as|already)\b",
    re.I,
)  # fmt: skip


def _named(text: str) -> str:
    return _VERBS.sub(" ", text)


def _named_words(text: str) -> frozenset[str]:
    return words(_named(text))
