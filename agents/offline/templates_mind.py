"""Offline plans for learning: languages, exams, reading, code and anything else one can practise."""

from __future__ import annotations

from agents.offline.templates import Step, Template

_LANGUAGES = (
    "spanish|french|german|italian|portuguese|english|dutch|swedish|norwegian|danish|finnish|polish|czech|russian|ukrainian|"
    "greek|turkish|arabic|hebrew|hindi|urdu|mandarin|chinese|cantonese|japanese|korean|vietnamese|thai|latin|swahili|"
    "romanian|hungarian|irish|welsh|catalan|basque|farsi|persian|esperanto|sign language"
)

MIND = (
    Template(
        "language",
        ("Learning",),
        rf"\b(?P<thing>{_LANGUAGES})\b|\b(?:new|foreign|a|another) language\b|\bfluent\b|\bduolingo\b",
        (
            Step(
                "{thing}: new words",
                "learn seven new words and say each one aloud in a sentence",
                "where you have your coffee",
                "two words",
                (10, 15, 20),
                4,
                "morning",
            ),
            Step(
                "{thing}: listen and repeat",
                "listen to something short and repeat it sentence by sentence",
                "on your way or in the kitchen",
                "one song",
                (15, 25),
                2,
                "evening",
            ),
        ),
        "Ten minutes at a time carry further than two hours on a Sunday.",
        thing="Language",
        level_question="How much can you say today?",
        levels=("Nothing yet", "Simple sentences", "I can hold a conversation"),
        sprints=(
            "First 200 words and simple sentences",
            "Everyday talk",
            "Stories, films and opinions",
            "Conversations with people",
        ),
    ),
    Template(
        "exam",
        ("Learning", "Career"),
        r"\b(?:exam|exams|test|midterms?|finals|certif\w+|study(?:ing)?|revis(?:e|ion)|toefl|ielts|gre|gmat|lsat|bar exam|driving test|driver'?s licen[cs]e|degree)\b",
        (
            Step(
                "Study session",
                "open the plan, work on one topic and close the book",
                "at a desk with the phone in another room",
                "read one page and write one question",
                (25, 35, 45),
                4,
                "evening",
            ),
            Step(
                "Test yourself",
                "answer old questions without looking anything up",
                "at the same desk",
                "five questions",
                (30, 45),
                1,
                "morning",
                weekdays=("Saturday",),
            ),
        ),
        "One topic at a time, and a small test each week that shows what is already safe.",
        level_question="How much of the material do you know today?",
        levels=("Hardly any", "About half", "Most of it"),
        sprints=("The basics of every topic", "The hard topics", "Old exams", "Last gaps"),
    ),
    Template(
        "read",
        ("Learning", "Creativity"),
        r"\b(?:read(?:ing)? (?:more|books?|every|daily|\d+|a book|again|novels?)|(?:more|\d+) books|bookworm|read(?:ing)?$)",
        (
            Step(
                "Read",
                "open the book and read",
                "in the same chair, phone in another room",
                "one page",
                (10, 15, 25),
                5,
                "night",
            ),
        ),
        "A few pages each evening make a book a month; one page counts.",
        level_question="How often do you read today?",
        levels=("Hardly ever", "Once a week", "Most days"),
        sprints=("A page every evening", "Three books", "Five books", "Keep the shelf moving"),
    ),
    Template(
        "code",
        ("Learning", "Career"),
        r"\b(?:cod(?:e|ing)|program(?:ming)?|(?P<thing>python|javascript|typescript|java|rust|golang|sql|html|excel|machine learning|data science|web development))\b",
        (
            Step(
                "{thing} practice",
                "write a few lines that run, and change one thing in them",
                "at your computer, one window open",
                "type in one example",
                (20, 25, 40),
                3,
                "evening",
            ),
            Step(
                "Build something of your own",
                "add one thing to your own small project",
                "at the same desk",
                "write down the next step",
                (20, 40, 60),
                1,
                "morning",
                weekdays=("Saturday",),
                weeks=(3, 6),
            ),
        ),
        "Small things that run from the first day; your own project from the third week.",
        thing="Coding",
        sprints=(
            "The basics, in small programs",
            "One project of your own",
            "Reading other people's work",
            "Something others can use",
        ),
    ),
)
