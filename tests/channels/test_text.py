"""Limits in UTF-16 units, cuts at gaps, and composed characters that stay whole."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.text import clean, shorten, split, utf16_length

FAMILY = "👨‍👩‍👧"
WAVE = "👋🏽"


@given(st.text(max_size=300), st.integers(min_value=1, max_value=60))
def test_nothing_is_ever_longer_than_its_limit(text: str, limit: int) -> None:
    cleaned = clean(text)
    assert utf16_length(shorten(cleaned, limit + 1)) <= limit + 1
    assert all(utf16_length(piece) <= limit + 1 for piece in split(cleaned, limit + 1))


@given(st.text(alphabet="ab \n🏃", max_size=200), st.integers(min_value=2, max_value=40))
def test_pieces_hold_every_word_in_order(text: str, limit: int) -> None:
    pieces = split(clean(text), limit, parts=1000)
    assert "".join("".join(pieces).split()) == "".join(text.split())


@given(st.text(max_size=200))
def test_clean_text_can_always_be_sent(text: str) -> None:
    clean(text).encode("utf-8")
    assert clean(clean(text)) == clean(text)


def test_lengths_are_counted_as_telegram_counts() -> None:
    assert [utf16_length(text) for text in ("abc", "ü", "🏃", WAVE)] == [3, 1, 2, 4]


@pytest.mark.parametrize("composed", [FAMILY, WAVE, "e\u0301", "1️⃣"])
def test_a_composed_character_is_not_cut_in_two(composed: str) -> None:
    text = "ab" + composed + "cd" * 20
    for limit in range(3, 2 + utf16_length(composed)):
        assert shorten(text, limit + 1) == "ab…"


def test_a_cut_prefers_the_paragraph_then_the_line_then_the_word() -> None:
    assert split("aaaa\n\nbbb bbb", 11) == ["aaaa", "bbb bbb"]
    assert split("aaaa aa\nbbbb bbb", 12) == ["aaaa aa", "bbbb bbb"]
    assert split("aaaa aaa bbb", 9) == ["aaaa aaa", "bbb"]
    assert split("a" * 12, 5) == ["aaaaa", "aaaaa", "aa"]


def test_lone_surrogates_and_control_characters_are_dropped() -> None:
    assert clean("a\ud83db\x00c\x1b\r\n d") == "abc\n d"
