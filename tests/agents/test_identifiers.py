"""Mails, numbers and addresses are found in the shapes people write them; times, dates and amounts are none."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.privacy.identifiers import identifiers_in
from agents.privacy.streets import streets_in


def stays(text: str) -> str:
    """What is left of a text once everything found in it is gone."""
    characters = list(text)
    for span in (*identifiers_in(text), *streets_in(text)):
        characters[span.start : span.end] = "\0" * (span.end - span.start)
    return "".join(characters).replace("\0", "")


@pytest.mark.parametrize(
    "text",
    [
        "+49 151 2345678",
        "0151/2345678",
        "(030) 1234 5678",
        "00 44 20 7946 0958",
        "+1 (555) 123-4567",
        "555.123.4567",
        "ada.l+flux@mail.example.org",
        "ada (at) example (dot) com",
        "ada dot lovelace at example dot com",
        "DE89 3704 0044 0532 0130 00",
        "4111 1111 1111 1111",
        "L01X00T47",
        "123-45-6789",
        "192.168.178.23",
        "fe80:0db8:85a3:0000:8a2e:0370",
        "52.520008, 13.404954",
        "52°31'12\"N 13°24'18\"E",
        "https://zoom.us/j/98765?pwd=abc",
        "linkedin.com/in/sarah-c",
        "@sarah_c",
        "sarah#1234",
        "221b Baker St, London NW1 6XE",
        "5 acacia avenue",
        "350 5th Ave, New York, NY 10118",
        "Hauptstraße 5, 10115 Berlin",
        "Am Markt 5",
        "18 rue de la Paix, 75002 Paris",
        "Calle Mayor 12",
        "Via Roma 15",
        "Keizersgracht 123",
        "Atatürk Caddesi No: 5",
        "PO Box 123",
    ],
)
def test_it_is_found_whole_in_the_middle_of_a_sentence(text: str) -> None:
    assert stays(f"the meeting: {text} (bring cake)") == "the meeting:  (bring cake)"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("call 12345 at 6pm", "call  at 6pm"),
        ("my number is 5 5 5 1 2", "my number is "),
        ("PIN 1234", "PIN "),
        ("the password is hunter2", "the password is "),
        ("12.03.2026 0151 2345678", "12.03.2026 "),
        ("call +49 151 2345678 at 18:30", "call  at 18:30"),
    ],
)
def test_what_stands_beside_it_stays(text: str, left: str) -> None:
    assert stays(text) == left


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-09T08:00:00+00:00",
        "550e8400-e29b-41d4-a716-446655440000",
        "09.03.2026 14:30",
        "12-14.3.2026",
        "from 2020-2026",
        "18.30-19.45 or 1830-1945",
        "run 10 km in 60 minutes",
        "10,000 steps, 10 000 steps, 10000 Steps",
        "save $1,250,000 or 1.250.000 euros",
        "sets of 10 12 10",
        "COVID19 C25K 1080p 5k 2026-q1",
        "Thu 12 Mar 18:00 - Call mum (15 min)",
        "call 2 friends at 18:30 on 12 March 1987",
        "walk 2 times the way, 5 miles on the high street",
        "Long Walk, Easy Walk, Am Montag 18 Uhr",
        "Europe/Berlin",
    ],
)
def test_times_dates_amounts_and_ids_stay(text: str) -> None:
    assert stays(text) == text


@given(st.text(alphabet="0123456789 +-./():aA@,\n", max_size=200))
def test_every_stretch_lies_inside_the_text(text: str) -> None:
    assert all(0 <= span.start < span.end <= len(text) for span in (*identifiers_in(text), *streets_in(text)))


@pytest.mark.parametrize(
    "piece", ["1", "1 ", "1,111", "12 Baker ", "Aa-", "A ", "@", "a.a", "fe80:", "www.", "call 1 "]
)
def test_a_long_text_of_one_kind_takes_no_longer_than_any_other(piece: str) -> None:
    text = piece * (30_000 // len(piece))
    started = time.perf_counter()
    identifiers_in(text)
    streets_in(text)
    assert time.perf_counter() - started < 2, "more than linear"
