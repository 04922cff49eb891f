"""The few questions that make a plan fit the person, with the likely answers as choices."""

from __future__ import annotations

from dataclasses import dataclass

from agents.briefs import DayFacts
from agents.offline.catalogue import find_template
from agents.offline.time_wish import read_goal


@dataclass(frozen=True, slots=True)
class ClarifyingQuestion:
    key: str  # the key of its answer in PlannerBrief.answers: days | time | level
    text: str
    options: tuple[str, ...]


_TIMES = {
    "morning": ("Early morning", "Lunch break", "Evening"),
    "evening": ("Evening", "Late evening", "Morning"),
    "neutral": ("Morning", "Lunch break", "Evening"),
}


def clarifying_questions(goal: str, day: DayFacts | None = None) -> list[ClarifyingQuestion]:
    """At most three, and none that the goal's own words answer already."""
    template, wish = find_template(goal), read_goal(goal)
    questions = [ClarifyingQuestion("level", template.level_question, template.levels)]
    if not wish.says_days:
        usual = template.steps[0].per_week
        options = tuple(f"{count} days" for count in sorted({2, 3, 5, usual}) if count > 1)
        questions.append(ClarifyingQuestion("days", "How many days a week would feel easy?", options))
    if not wish.says_time and template.asks_time:
        chronotype = day.chronotype if day else "neutral"
        text = "What time of day suits you best for this?"
        questions.append(ClarifyingQuestion("time", text, _TIMES.get(chronotype, _TIMES["neutral"])))
    return questions
