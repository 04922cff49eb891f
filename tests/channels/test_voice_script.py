"""What a call says: words a voice can read, TwiML nobody can break out of, and keys with a meaning."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import date, datetime, time
from urllib.parse import parse_qsl, urlsplit

import pytest

from channels import voice_script as script
from channels.spoken import (
    spoken_minutes,
    spoken_moment,
    spoken_number,
    spoken_start,
    spoken_text,
    spoken_time,
)
from channels.voice_script import CallStep, Heard, hear

STEP = CallStep("9f0c", "7")
HOSTILE = "</Say><Dial>+900123456</Dial>"


def verbs(twiml: str) -> list[str]:
    return [element.tag for element in ET.fromstring(twiml).iter()]  # noqa: S314 - our own output


def test_the_menu_says_what_the_product_promises() -> None:
    prompt = script.menu_prompt("Easy run", spoken_minutes(20), "at seven")
    assert prompt == (
        "Hi, Flux here. Easy run, twenty minutes, at seven. "
        "1 done, 2 reschedule, 3 can't today, 4 on it, star to repeat."
    )


def test_keys_count_while_the_menu_speaks_and_star_is_a_key() -> None:
    response = ET.fromstring(script.menu("Hello", "https://flux.example/voice?a=1&b=2"))  # noqa: S314 - ours
    (gather,) = response
    assert gather.tag == "Gather"
    assert [child.tag for child in gather] == ["Say"]
    assert gather.get("action") == "https://flux.example/voice?a=1&b=2"
    assert (gather.get("numDigits"), gather.get("finishOnKey")) == ("1", "")
    assert gather.get("actionOnEmptyResult") == "true"


@pytest.mark.parametrize("title", [HOSTILE, "*_[x](http://evil)", "🏃" * 4000, "a & b < c", ""])
def test_a_title_is_only_ever_spoken(title: str) -> None:
    prompt = script.menu_prompt(title, "twenty minutes", "at seven")
    assert verbs(script.menu(prompt, "/voice")) == ["Response", "Gather", "Say"]
    assert len(prompt) < 250


def test_even_raw_text_cannot_leave_its_say() -> None:
    assert verbs(script.said(HOSTILE)) == ["Response", "Say", "Hangup"]
    assert verbs(script.menu(HOSTILE, '"/><Dial>1</Dial>')) == ["Response", "Gather", "Say"]


def test_holding_comes_back() -> None:
    assert verbs(script.holding("/voice?task_id=1")) == ["Response", "Say", "Pause", "Redirect"]


@pytest.mark.parametrize("key", ["1", "2", "3", "4"])
def test_four_keys_answer_the_menu(key: str) -> None:
    assert (hear(STEP, key).heard, hear(STEP, key).key) == (Heard.ANSWER, key)


def test_the_second_menu_has_two_keys() -> None:
    slots = STEP.offering_slots()
    assert [hear(slots, key).heard for key in "123"] == [Heard.ANSWER, Heard.ANSWER, Heard.WRONG]
    assert hear(slots, "2", offered=1).heard == Heard.WRONG, "there was but one time to choose"
    assert script.slots_prompt(["today at six", "tomorrow at seven", "never"]) == (
        "When would suit you? 1 for today at six, 2 for tomorrow at seven, star to repeat."
    )


@pytest.mark.parametrize("key", ["", "*"])
def test_silence_and_star_repeat_twice(key: str) -> None:
    heard, step = [], STEP
    for _ in range(3):
        press = hear(step, key)
        heard.append(press.heard)
        step = press.step
    assert heard == [Heard.REPEAT, Heard.REPEAT, Heard.GIVE_UP]


def test_a_wrong_key_is_named_three_times() -> None:
    heard, step = [], STEP
    for key in "7#09":
        press = hear(step, key)
        heard.append(press.heard)
        step = press.step
    assert heard == [Heard.WRONG, Heard.WRONG, Heard.WRONG, Heard.GIVE_UP]
    assert script.wrong_key("7").startswith("You pressed 7.")
    assert script.wrong_key("#").startswith("You pressed hash.")


def test_a_call_carries_its_own_memory_in_the_url() -> None:
    step = hear(hear(STEP.offering_slots(), "").step, "9").step
    url = step.url("https://flux.example/voice")
    assert CallStep.of(dict(parse_qsl(urlsplit(url).query))) == step
    assert (step.silences, step.wrongs, step.menu) == (1, 1, "slots")


def test_a_strange_query_is_the_beginning_of_a_call() -> None:
    assert CallStep.of({}) == CallStep("")
    strange = CallStep.of({"task_id": "x", "menu": "<b>", "silences": "-3", "wrongs": "9" * 5000})
    assert (strange.menu, strange.silences) == ("menu", 0)
    assert hear(strange, "7").heard is Heard.GIVE_UP


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (20, "twenty minutes"),
        (1, "one minute"),
        (45, "forty five minutes"),
        (60, "an hour"),
        (90, "an hour and thirty minutes"),
        (130, "two hours and ten minutes"),
        (0, "one minute"),
    ],
)
def test_lengths_are_spoken(minutes: int, words: str) -> None:
    assert spoken_minutes(minutes) == words


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (time(7), "seven"),
        (time(19), "seven"),
        (time(7, 30), "seven thirty"),
        (time(18, 5), "five past six"),
        (time(12), "noon"),
        (time(0), "midnight"),
        (time(0, 15), "twelve fifteen"),
    ],
)
def test_times_are_spoken(at: time, words: str) -> None:
    assert spoken_time(at) == words


def test_moments_name_their_day() -> None:
    today = date(2026, 3, 12)
    at = [datetime(2026, 3, day, hour, 30) for day, hour in ((12, 18), (13, 7), (16, 14))]  # noqa: DTZ001 - local times
    assert [spoken_moment(moment, today) for moment in at] == [
        "today at six thirty",
        "tomorrow at seven thirty in the morning",
        "Monday at two thirty in the afternoon",
    ]


def test_a_start_names_its_day_unless_that_is_today() -> None:
    today = date(2026, 3, 12)
    at = [datetime(2026, 3, day, 7) for day in (12, 13)]  # noqa: DTZ001 - local times
    assert [spoken_start(start, today) for start in at] == ["at seven", "tomorrow at seven in the morning"]


def test_numbers_beyond_an_hour_are_left_to_the_voice() -> None:
    assert [spoken_number(n) for n in (0, 12, 21, 50, 75, -1)] == [
        "zero",
        "twelve",
        "twenty one",
        "fifty",
        "75",
        "-1",
    ]


def test_spoken_text_keeps_words_in_any_language() -> None:
    assert spoken_text("Laufen & Dehnen – 20’") == "Laufen & Dehnen 20’"
    assert spoken_text("朝のランニング") == "朝のランニング"
    assert spoken_text("🏃 run\n\tnow") == "run now"
    assert spoken_text("🏃") == "your task"
