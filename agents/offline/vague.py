"""Goals that name no activity: one question with a few concrete beginnings, each of which is a goal of its own."""

from __future__ import annotations

import re
from dataclasses import dataclass

from agents.offline.catalogue import core_of

PART = "part"  # the key of the question, and of its answer in PlannerBrief.answers


@dataclass(frozen=True)
class Vague:
    """`parts` are what the buttons say, each with the goal that it stands for."""

    pattern: str
    question: str
    parts: dict[str, str]


_VAGUE = (
    Vague(
        r"\b(?:life together|(?:sort|turn|fix|improve|change|organi[sz]e) (?:out )?my (?:whole )?life|my life(?: better| around)?$|"
        r"be(?:come)? (?:a )?better(?: person| version(?: of myself)?)?$|be(?:come)? more (?:of an )?adult|adulting|get (?:back )?on track|"
        r"new (?:me|start)|self[- ]?(?:improvement|care)|glow up|level up|reinvent myself)\b",
        "Which part first? One at a time moves fastest.",
        {
            "Home": "declutter my home",
            "Money": "budget my money",
            "Health": "get fit",
            "Sleep": "sleep better",
        },
    ),
    Vague(
        r"\b(?:better|good|more present|present|great) (?:\w+ )?(?:dad|father|mum|mom|mother|parent)\b|\bparenting\b|\bpatien\w+ with (?:my |the )?(?:kids|children)\b",
        "What would your kids notice first?",
        {
            "Time just for them": "time with my kids",
            "Calmer evenings": "calm evenings as a parent",
            "Phone away": "less screen time",
            "Stories at bedtime": "bedtime stories with my kids",
        },
    ),
    Vague(
        r"\b(?:better|good) (?:husband|wife|partner|boyfriend|girlfriend|spouse|friend|son|daughter|brother|sister)\b",
        "What would they notice first?",
        {
            "Time together": "time with my partner",
            "Asking and listening": "call friends",
            "Less phone": "less screen time",
        },
    ),
    Vague(
        r"\b(?:happ(?:y|ier|iness)|enjoy life|feel (?:better|good|alive)|less (?:sad|unhappy|grumpy)|more joy|positive|content(?:ed)?)\b",
        "What used to lift your days and is missing now?",
        {
            "People": "see friends",
            "Moving": "walk more",
            "Sleep": "sleep better",
            "Making things": "make something creative",
        },
    ),
    Vague(
        r"\b(?:health(?:y|ier)?(?: life(?:style)?)?|live longer|more energy|less tired|look after myself|take care of myself)\b(?!.*\b(?:eat|food|cook|back|doctor)\w*)",
        "Where would a small change be felt most?",
        {"Moving": "get fit", "Food": "eat healthier", "Sleep": "sleep better", "A calmer head": "meditate"},
    ),
    Vague(
        r"\b(?:more (?:successful|interesting|disciplined|motivated)|success(?:ful)?|disciplin\w*|motivat\w*|less lazy|stop being lazy|laz(?:y|iness))\b",
        "Where should it show first?",
        {
            "At work": "focus on one hard thing",
            "In my body": "get fit",
            "At home": "declutter my home",
            "In what I know": "read more",
        },
    ),
    Vague(
        r"^\W*(?:learn (?:something|a (?:new )?(?:skill|thing|hobby))(?: new)?|(?:find|get|have|start|pick up) (?:a |an )?(?:new )?hobby|be(?:come)? (?:more )?creative)\W*$",
        "Which one would you start today?",
        {
            "A language": "learn a language",
            "An instrument": "learn an instrument",
            "Drawing": "draw",
            "Cooking": "cook something new",
        },
    ),
)


def vague_of(goal: str) -> Vague | None:
    core = core_of(goal)
    return next((one for one in _VAGUE if re.search(one.pattern, core, re.IGNORECASE)), None)


def aim_of(goal: str, answers: dict[str, str]) -> str:
    """The goal that is really planned: what was chosen when the goal itself named nothing, else the goal."""
    chosen = answers.get(PART, "").strip()
    if not chosen:
        return goal
    vague = vague_of(goal)
    parts = {name.casefold(): aim for name, aim in vague.parts.items()} if vague else {}
    return parts.get(chosen.casefold().strip(" .!"), chosen)
