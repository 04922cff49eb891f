"""Names, numbers and e-mails leave as placeholders and come back whole; dates, times and ids stay."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.placeholders import Placeholders


@pytest.mark.parametrize(
    "text",
    [
        "ring +49 151 2345678 tonight",
        "it is 0151/2345678",
        "(030) 1234 5678",
        "00 44 20 7946 0958",
        "write to ada.l+flux@mail.example.org",
    ],
)
def test_a_number_or_mail_is_hidden_and_restored(text: str) -> None:
    placeholders = Placeholders()
    hidden = placeholders.hide(text)
    assert not any(part in hidden for part in ("2345678", "1234 5678", "7946", "@"))
    assert placeholders.restore(hidden) == text


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-09T08:00:00+00:00",
        "550e8400-e29b-41d4-a716-446655440000",
        "09.03.2026 14:30",
        "run 10 km in 60 minutes",
        "07:00-09:00",
    ],
)
def test_dates_times_ids_and_amounts_stay(text: str) -> None:
    assert Placeholders(["Ada"]).hide(text) == text


def test_the_same_name_has_the_same_placeholder_everywhere() -> None:
    placeholders = Placeholders(["Ada", "Ada Lovelace", "x"])
    hidden = placeholders.hide({"text": "Ada Lovelace and ADA", "lines": ["ada!", "Madam stays", 7, None]})
    assert hidden == {"text": "<name 1> and <name 2>", "lines": ["<name 2>!", "Madam stays", 7, None]}
    assert placeholders.restore(hidden)["text"] == "Ada Lovelace and Ada"  # as the profile spells it


def test_a_placeholder_nobody_gave_out_becomes_a_word() -> None:
    restored = Placeholders().restore("<name 9> is in: ring <number 8>, then <name 7>'s flat")
    assert restored == "Someone is in: ring the number, then someone's flat"


@given(st.text(max_size=80), st.lists(st.text(min_size=2, max_size=10), max_size=3))
def test_whatever_is_private_does_not_get_out(text: str, private: list[str]) -> None:
    Placeholders(private).hide({"a": [text]})
    name = "Zanzibarov"
    assert name not in Placeholders([*private, name]).hide(f"{text} {name} {text}")
