"""A long talk is shortened by half, and what was said stays known."""

from __future__ import annotations

from agents.history import Asking, HistoryLimits, as_model_role, tokens_of, window
from agents.model import Said, Usage
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
