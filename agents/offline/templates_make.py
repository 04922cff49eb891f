"""Offline plans for making things: music, writing, drawing."""

from __future__ import annotations

from agents.offline.templates import Step, Template

MAKE = (
    Template(
        "instrument",
        ("Creativity", "Learning"),
        r"\b(?P<thing>guitar|piano|violin|cello|drums?|ukulele|saxophone|flute|trumpet|bass|singing|keyboard|harmonica|banjo|clarinet|accordion)\b|\b(?:an? (?:musical )?instrument|learn to sing|sing)\b",
        (
            Step(
                "{thing} practice",
                "take it in your hands, warm up and play one passage slowly",
                "where it stands ready, out of its case",
                "one scale",
                (10, 15, 25),
                4,
                "evening",
            ),
            Step(
                "Play for fun",
                "play something you already like",
                "anywhere it may be loud",
                "one song",
                (20,),
                1,
                "afternoon",
                weekdays=("Sunday",),
                grows=False,
            ),
        ),
        "Short and slow, and once a week only for fun.",
        thing="Instrument",
        sprints=("First songs", "Cleaner and steadier", "A small repertoire", "Play for somebody"),
    ),
    Template(
        "write",
        ("Creativity", "Productivity"),
        r"\b(?:writ(?:e|ing)|novel|(?:my|a|the) book|thesis|dissertation|blog|poems?|poetry|screenplay|memoir|essay)\b",
        (
            Step(
                "Write",
                "open the page and write on without correcting",
                "at the same table, nothing else open",
                "two sentences",
                (15, 25, 40),
                4,
                "morning",
            ),
            Step(
                "Plan the next scene or section",
                "note in five lines what comes next",
                "on paper",
                "one line",
                (15,),
                1,
                "evening",
                weekdays=("Sunday",),
                grows=False,
            ),
        ),
        "Pages come from mornings, not from moods: a quarter of an hour, and it grows.",
        level_question="How much is written today?",
        levels=("An idea", "Some pages", "A rough half"),
        sprints=("A plan and the first pages", "The first half", "The second half", "A second draft"),
    ),
    Template(
        "make",
        ("Creativity",),
        r"\b(?:draw(?:ing)?|paint(?:ing)?|sketch(?:ing)?|photograph\w*|knit(?:ting)?|sew(?:ing)?|pottery|crochet|danc(?:e|ing)|compos(?:e|ing)|craft\w*|calligraphy|film-?making|podcast|youtube)\b",
        (
            Step(
                "Make something small",
                "make one small thing and date it",
                "at a table where everything lies ready",
                "three lines or five minutes",
                (15, 20, 30),
                3,
                "evening",
            ),
            Step(
                "Look at good work",
                "look at one piece you admire and copy a detail",
                "in a quiet corner",
                "look for two minutes",
                (20,),
                1,
                "afternoon",
                weekdays=("Sunday",),
                grows=False,
            ),
        ),
        "Many small pieces teach more than one big one.",
    ),
)
