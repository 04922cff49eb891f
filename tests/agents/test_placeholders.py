"""Names, numbers and e-mails leave as placeholders and come back whole; dates, times and ids stay."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.privacy.folding import fold, visible
from agents.privacy.placeholders import Placeholders


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


@pytest.mark.parametrize(
    "written",
    [
        "Ada Lovelace",
        "ADA  LOVELACE",
        "ada lovelace's",
        "Ada\nLovelace",
        "A\u200bda Love\u00adlace",
        "Àda_Lovelace",
        "ada-lovelace",
    ],
)
def test_a_private_word_is_known_however_it_is_written(written: str) -> None:
    hidden = Placeholders(["Ada Lovelace"]).hide(f"so {written} said")
    assert hidden.replace("'s", "") == "so <name 1> said"


def test_accents_and_sharp_s_are_no_way_out() -> None:
    assert Placeholders(["José Groß"]).hide("JOSE GROSS, Jose\u0301 Gross") == "<name 1>, <name 1>"


def test_a_name_that_one_line_gives_away_is_hidden_in_all() -> None:
    lines = ["Zorblax was late again", "dinner with Zorblax Quux", "QUUX paid"]
    assert Placeholders().hide(lines) == ["<name 1> was late again", "dinner with <name 2>", "<name 3> paid"]


def test_a_name_that_is_a_word_is_hidden_by_its_capital_only() -> None:
    assert Placeholders(["Will"]).hide("Will said I will go") == "<name 1> said I will go"


def test_ids_of_ours_are_never_touched() -> None:
    row = "550e8400-dada-41d4-a716-446655440000"
    assert Placeholders(["Dada"]).hide(row) == row


def test_of_overlapping_values_nothing_stays() -> None:
    hidden = Placeholders(["Ada"]).hide("ada.king@example.org, 12 Ada Street, London NW1 6XE")
    assert hidden == "<e-mail 1>, <place 2>"


def test_what_only_looks_like_a_placeholder_comes_back_as_it_was() -> None:
    placeholders = Placeholders(["Ada"])
    text = "Ada wrote <name 1> and ⟨Name 2⟩ and <number 3"
    hidden = placeholders.hide(text)
    assert hidden == "<name 1> wrote <text 2> and <text 3> and <text 4>"
    assert placeholders.restore(hidden) == text


@pytest.mark.parametrize(
    ("answered", "restored"),
    [
        ("Call <Name 1> today", "Call Ada today"),
        ("Call < name 1 > today", "Call Ada today"),
        ("Call <name_1> and ⟨name 1⟩", "Call Ada and ⟨name 1⟩".replace("⟨name 1⟩", "Ada")),
        ("<name 1>'s and <name 1's> plan", "Ada's and Ada's plan"),
        ("&lt;name 1&gt; and NAME_1", "Ada and Ada"),
        ("call name 1 now", "call Ada now"),
        ("It is name 1.", "It is Ada."),
        ("ring <phone 2>", "ring +49 151 2345678"),
        ("your number 1 goal (number 1), name 2 things", "your number 1 goal (number 1), name 2 things"),
        ("name 1 thing you like", "name 1 thing you like"),
    ],
)
def test_a_placeholder_that_a_model_mangles_comes_back_all_the_same(answered: str, restored: str) -> None:
    placeholders = Placeholders()
    placeholders.hide(["call Ada", "+49 151 2345678"])
    assert placeholders.restore(answered) == restored


def test_what_comes_back_is_not_looked_at_again() -> None:
    placeholders = Placeholders(["Ada"])
    placeholders.hide("Ada says <name 1>")
    assert placeholders.restore("<text 2>") == "<name 1>"


@given(st.text(max_size=200))
def test_hidden_and_restored_is_the_text_itself(text: str) -> None:
    """Up to what nobody can see: case, accents and joints of a value that stands there twice."""
    placeholders = Placeholders()
    restored = placeholders.restore(placeholders.hide(text))
    assert "".join(filter(str.isalnum, fold(visible(restored)))) == "".join(
        filter(str.isalnum, fold(visible(text)))
    )


@given(
    st.sampled_from(
        [
            "call {}",
            "dinner with {} at 6",
            "my sister {} said",
            "gift for {}",
            "{}'s birthday",
            "ask {} about it",
        ]
    ),
    st.sampled_from(
        [
            "Sarah Connor",
            "Ahmet",
            "Zoë",
            "Priyanka Raghunathan",
            "Mükerrem Öz",
            "Li",
            "Wojciech",
            "Thabo Mbali",
        ]
    ),
    st.sampled_from([str, str.upper, lambda name: name.replace(" ", "  "), lambda name: "\u200b".join(name)]),
)
def test_whom_a_sentence_is_about_is_not_in_it(
    sentence: str, name: str, written: Callable[[str], str]
) -> None:
    hidden = fold(Placeholders().hide(sentence.format(written(name))))
    assert not any(part in hidden.split() for part in fold(name).split())
