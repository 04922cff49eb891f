"""A long talk is shortened by half, and what was said stays known."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.history import Asking, HistoryLimits, as_model_role, cut, tokens_in, tokens_of, window
from agents.model import ModelUnavailable, Question, Said, SummaryBrief, T, Usage
from agents.offline.model import OfflineModel
from storage.vocabulary import MessageRole

USER, ASSISTANT, SUMMARY = MessageRole.USER, MessageRole.ASSISTANT, MessageRole.SUMMARY


def talk(count: int, text: str = "I want to run on Monday number {}") -> list[Said]:
    return [Said(USER if index % 2 == 0 else ASSISTANT, text.format(index)) for index in range(count)]


def test_a_short_talk_is_sent_as_it_is() -> None:
    sent = window(talk(20), HistoryLimits(), Asking(OfflineModel()))
    assert sent.messages == tuple(talk(20))
    assert sent.summary is None


def test_one_message_too_many_summarises_the_older_half() -> None:
    spent: list[Usage] = []
    sent = window(talk(21), HistoryLimits(), Asking(OfflineModel(), spent=spent))
    assert sent.summarised == 10
    assert sent.messages[0] is sent.summary
    assert sent.messages[1:] == tuple(talk(21)[10:])
    assert sent.summary is not None
    assert "Monday number 0" in sent.summary.text
    assert [usage.provider for usage in spent] == ["offline"]


def test_too_many_tokens_summarise_too_and_the_window_then_fits() -> None:
    limits = HistoryLimits(tokens=800)
    sent = window(talk(6, "a" * 3_000), limits, Asking(OfflineModel()))
    assert sent.summary is not None
    assert tokens_of(sent.messages[1:]) <= limits.tokens + 20


def test_an_earlier_summary_lives_on_in_the_next_one() -> None:
    history = [Said(SUMMARY, "The person hates Sundays."), *talk(24)]
    sent = window(history, HistoryLimits(), Asking(OfflineModel()))
    assert sent.summary is not None
    assert "hates Sundays" in sent.summary.text


def test_one_huge_message_is_survived() -> None:
    sent = window([Said(USER, "b" * 200_000)], HistoryLimits(), Asking(OfflineModel()))
    assert sent.summary is not None
    assert len(sent.summary.text) < 4_000


def test_a_summary_is_sent_as_something_the_system_says() -> None:
    assert [as_model_role(role) for role in (SUMMARY, USER, ASSISTANT)] == ["system", "user", "assistant"]


class Scripted:
    """A summariser that answers with what it is given, and keeps the briefs it saw; without words it is down."""

    def __init__(self, *texts: str) -> None:
        self.texts = list(texts)
        self.briefs: list[SummaryBrief] = []

    def ask(self, question: Question[T]) -> T:
        assert isinstance(question.brief, SummaryBrief)
        self.briefs.append(question.brief)
        if not self.texts:
            raise ModelUnavailable("deadline")
        return question.output.model_validate({"text": self.texts.pop(0)})


def test_a_model_that_is_down_loses_nothing() -> None:
    sent = window(
        [Said(SUMMARY, "The person hates Sundays."), *talk(24)], HistoryLimits(), Asking(Scripted())
    )
    assert sent.summary is not None
    assert "hates Sundays" in sent.summary.text
    assert "Monday number 0" in sent.summary.text


def test_a_summary_that_forgets_the_earlier_one_gets_it_back() -> None:
    earlier = "The person has a sore left knee, works nights until Thursday and wants 5 km by June."
    history = [Said(SUMMARY, earlier), *talk(24)]
    forgetful = window(history, HistoryLimits(), Asking(Scripted("They talked about Monday.")))
    faithful = "Sore left knee; works nights until Thursday; wants 5 km by June. Mondays are for running."
    careful = window(history, HistoryLimits(), Asking(Scripted(faithful)))
    assert forgetful.summary is not None and careful.summary is not None
    assert forgetful.summary.text == f"{earlier} They talked about Monday."
    assert careful.summary.text == faithful


@pytest.mark.parametrize(
    "text", ["word " * 700, "每天早上跑步" * 300, "🏃‍♀️💪" * 200, "Пробежка утром " * 150]
)
def test_a_summary_is_never_longer_than_five_hundred_tokens(text: str) -> None:
    history = [Said(SUMMARY, "The person hates Sundays. " * 60), *talk(24)]
    sent = window(history, HistoryLimits(), Asking(Scripted(text)))
    assert sent.summary is not None
    assert tokens_in(sent.summary.text) <= 500


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("I want to run on Monday morning. " * 30, 240, 300),
        ("每天早上跑步" * 10, 60, 120),
        ("🏃" * 20, 40, 80),
        ("", 0, 0),
    ],
)
def test_tokens_are_guessed_carefully_in_every_script(text: str, least: int, most: int) -> None:
    """At least what common tokenizers make of it, and not much more."""
    assert least <= tokens_in(text) <= most


@given(st.text(max_size=400), st.integers(0, 200))
def test_a_cut_text_begins_as_it_did_and_fits(text: str, tokens: int) -> None:
    short = cut(text, tokens)
    assert text.startswith(short)
    assert tokens_in(short) <= tokens


def test_short_messages_are_whole_beside_a_huge_one() -> None:
    history = [*talk(4), Said(USER, "跑" * 20_000), *talk(3)]
    sent = window(history, HistoryLimits(), Asking(OfflineModel()))
    assert sent.messages[-3:] == tuple(talk(3))
    assert tokens_of(sent.messages) <= HistoryLimits().tokens + 500


def test_ten_summaries_later_the_first_limits_are_still_known() -> None:
    said = [Said(USER, "My knee hurts, so no running on Sundays please")]
    for turn in range(120):
        said += [Said(USER, f"call somebody on day {turn} at 18:00"), Said(ASSISTANT, "Noted.")]
        sent = window(said, HistoryLimits(), Asking(OfflineModel()))
        said = list(sent.messages)
    assert said[0].role is SUMMARY
    assert "My knee hurts, so no running on Sundays please" in said[0].text
    assert said[0].text.count("knee") == 1
