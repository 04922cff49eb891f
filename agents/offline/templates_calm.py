"""Offline plans for a calmer mind and for leaving something off."""

from __future__ import annotations

from agents.offline.templates import Step, Template

_WEEKLY_LOOK = Step(
    "Look back at the week",
    "note what worked, what did not, and one thing to change",
    "wherever you are sitting",
    "name one thing that went well",
    (10,),
    1,
    "evening",
    weekdays=("Sunday",),
    grows=False,
)

CALM = (
    Template(
        "meditate",
        ("Mental Health", "Spirituality"),
        r"\b(?:meditat\w+|mindful\w*|breath(?:ing|e|work)?|calm(?:er)?|stress\w*|anxi\w+|relax\w*|burn-?out|worry\w*)\b",
        (
            Step(
                "Sit and breathe",
                "sit down, set a timer and count your breaths to ten, again and again",
                "on the same chair each time",
                "three breaths",
                (5, 8, 12),
                5,
                "morning",
            ),
            _WEEKLY_LOOK,
        ),
        "Five quiet minutes on the same chair; the chair will remind you.",
        level_question="Have you sat still like this before?",
        levels=("Never", "A few times", "Now and then"),
    ),
    Template(
        "journal",
        ("Mental Health", "Creativity"),
        r"\b(?:journal\w*|diary|gratitude|grateful|therapy|mood|self-?esteem|confidence|confident)\b",
        (
            Step(
                "Three lines",
                "write three lines: what was, what was good, what tomorrow is for",
                "in the notebook by your bed",
                "one line",
                (5, 10),
                5,
                "night",
            ),
        ),
        asks_time=False,
        summary="Three lines each evening are a diary; more is a bonus.",
    ),
    Template(
        "quit",
        ("Health", "Mental Health"),
        r"\b(?:quit|stop|give up|less|reduce|cut (?:down|back|out)) (?:on )?(?:the )?(?P<thing>smok\w+|cigarettes?|vap\w+|drinking|alcohol|coffee|caffeine|gaming|gambling|sugar|sweets|snacking|nail[- ]biting|biting my nails|energy drinks?|fast food|soda|weed)\b",
        (
            Step(
                "Ten minutes of something else",
                "do the other thing first: walk, tea, a shower",
                "away from the usual place",
                "drink a glass of water first",
                (10,),
                5,  # with the look back six, so that one day stays free
                "evening",
                grows=False,
            ),
            _WEEKLY_LOOK,
        ),
        "We do not fight it, we put something small in front of it, at the hour when it usually comes.",
        level_question="How often does it happen today?",
        levels=("Many times a day", "Every day", "Now and then"),
        asks_days=False,
        time_question="At what time of day is it hardest?",
    ),
)
