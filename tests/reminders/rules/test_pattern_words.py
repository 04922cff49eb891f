"""Answers to "shall I move it?", as people type them."""

from __future__ import annotations

from datetime import time

import pytest

from reminders.rules.pattern_words import PatternWord, read_pattern_word

SAID = {
    "yes": [
        "yes",
        "Yes please!",
        "ok yes",
        "yep",
        "sure, go ahead",
        "move them",
        "yes, move 4",
        "1",
        "👍",
        "do it",
        "sounds good",
    ],
    "no": [
        "no",
        "No, keep",
        "no keep it",
        "nope, leave it",
        "keep it as it is",
        "no thanks",
        "2",
        "don't move it",
        "not now",
    ],
    "wrong": [
        "that's wrong",
        "That’s wrong",
        "wrong",
        "that isn't true",
        "not true!",
        "I didn't miss it",
        "3",
        "it's not right",
    ],
    "why": ["why?", "why", "how do you know?", "which ones?", "when was that?"],
    "undo": ["undo", "/undo", "take it back", "move them back please"],
}


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in SAID.items() for text in texts])
def test_plain_answers(kind: str, text: str) -> None:
    assert read_pattern_word(text) == PatternWord(kind)


@pytest.mark.parametrize(
    ("text", "weekday", "at"),
    [
        ("move them to Wednesday instead", 2, None),
        ("Wednesday instead", 2, None),
        ("yes, but to thursday please", 3, None),
        ("rather Saturdays", 5, None),
        ("can you make it friday", 4, None),
        ("Thursday would be better for me", 3, None),
        ("move it to Sunday at 9am", 6, time(9)),
        ("wed 18:30 suits me", 2, time(18, 30)),
    ],
)
def test_another_day(text: str, weekday: int, at: time | None) -> None:
    assert read_pattern_word(text) == PatternWord("day", weekday, at)


@pytest.mark.parametrize(
    "text",
    [
        "call mum on wednesday",
        "yes or no?",
        "Tuesday or Thursday",
        "dentist thursday 9:00",
        "move it to Friday at 7",  # morning or evening: not ours to guess
        "why is the sky blue",
        "I want to run 5 km",
        "no sugar for a week",
        "",
        "x" * 5000,
    ],
)
def test_words_about_something_else(text: str) -> None:
    assert read_pattern_word(text) is None
