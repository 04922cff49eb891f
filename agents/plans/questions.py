"""The few questions that make a plan fit the person, with the likely answers as choices."""

from __future__ import annotations

from dataclasses import dataclass

from agents.briefs import DayFacts
from agents.offline.catalogue import find_template
from agents.offline.planner import FIRST, FIRST_STEPS
from agents.offline.templates import Template
from agents.offline.templates_life import GENERIC
from agents.offline.time_wish import read_goal
from agents.offline.vague import PART, vague_of
from storage.vocabulary import Chronotype

MOST = 3


@dataclass(frozen=True, slots=True)
class ClarifyingQuestion:
    key: str  # the key of its answer in PlannerBrief.answers: part | first | days | time | level
    text: str
    options: tuple[str, ...]


_TIMES = ("Morning", "Lunch break", "Evening")


def clarifying_questions(
    goal: str, day: DayFacts | None = None, *, times_known: bool = False, days_known: bool = False
) -> list[ClarifyingQuestion]:
    """At most three, and none that the goal's own words, the profile or the history answers already.

    A goal that names no activity is asked about that alone; the questions of what was chosen come after it.
    `times_known`: the person's history says which times work. `days_known`: the deadline is so near that each day counts.
    """
    vague = vague_of(goal)
    if vague is not None:
        return [ClarifyingQuestion(PART, vague.question, tuple(vague.parts))]
    template, wish = find_template(goal), read_goal(goal)
    questions = [_first_question(template)]
    if not wish.says_days and template.asks_days and not days_known:
        usual = template.steps[0].per_week
        options = tuple(f"{count} days" for count in sorted({2, 3, 5, usual}) if count > 1)
        questions.append(ClarifyingQuestion("days", "How many days a week would feel easy?", options))
    known = times_known or (day is not None and day.chronotype != Chronotype.NEUTRAL)
    if not wish.says_time and template.asks_time and not known:
        questions.append(ClarifyingQuestion("time", template.time_question, _TIMES))
    return questions[:MOST]


def _first_question(template: Template) -> ClarifyingQuestion:
    """Where they stand; of a goal no template knows, what kind of step comes first."""
    if template is GENERIC:
        return ClarifyingQuestion(FIRST, "What would the first step be?", tuple(FIRST_STEPS))
    return ClarifyingQuestion("level", template.level_question, template.levels)
