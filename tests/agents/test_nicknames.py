"""A person's own name is hidden in every form that they and their friends use; words that only look alike are not."""

from __future__ import annotations

import pytest

from agents.privacy.nicknames import forms_of, shown_forms
from agents.privacy.placeholders import Placeholders


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("Beatrix Okonkwo", "Okonkwo"),
        ("Alexander", "sasha"),
        ("Katharina von Berg", "Kathi"),
        ("Katharina von Berg", "Berg"),
        ("William", "Bill"),
        ("Benjamin", "ben"),
        ("Anne-Marie", "Marie"),
        ("José Luis", "Pepe"),
    ],
)
def test_a_form_of_the_name_is_hidden(name: str, form: str) -> None:
    assert form.casefold() not in Placeholders(forms_of(name)).hide(f"so {form} said").casefold()


@pytest.mark.parametrize(
    "name", ["William", "Andrew", "Mark", "Katharina von Berg", "May", "Li", "Best Mum", ""]
)
def test_ordinary_words_stay(name: str) -> None:
    text = "and will you run 5 km on saturday, may i ask from whom: a bill, a mark, the best plan"
    assert Placeholders(shown_forms(name)).hide(text) == text
    if name != "Best Mum":  # the whole of it is words
        assert Placeholders(forms_of(name)).hide(text) == text


def test_a_messengers_name_is_hidden_as_a_whole_and_by_its_first_names() -> None:
    hidden = Placeholders(shown_forms("Zoë the Best 🌸")).hide("Zoë the Best wins, zoe is the best")
    assert hidden == "<name 1> wins, <name 2> is the best"
