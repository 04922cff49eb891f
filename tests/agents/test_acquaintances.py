"""A name that was recognised once stays hidden weeks later, when nothing around it tells that it is one."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from agents.model import Question, T
from agents.offline.model import OfflineModel
from agents.privacy.placeholders import Placeholders
from storage.tables import User
from tests.agents.conftest import Talk


class Listener:
    """The offline model, and what a network model would have been told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def ask(self, question: Question[T]) -> T:
        self.told.append(str(Placeholders(question.private).hide(question.brief.model_dump(mode="json"))))
        return OfflineModel().ask(question)


def people_of(user: User) -> list[str]:
    return list((user.profile or {}).get("people", []))


def test_somebody_named_once_is_hidden_without_a_cue(talk: Talk) -> None:
    talk.say("call Zorblax Quux tomorrow 6pm")
    talk.tap("OK")
    talk.model = listener = Listener()
    talk.say("hm, quux or zorblax perhaps")
    assert listener.told
    assert not any("quux" in told.casefold() or "zorblax" in told.casefold() for told in listener.told)


@pytest.mark.parametrize(
    ("said", "people"),
    [
        ("call Zorblax Quux tomorrow 6pm", ["Zorblax Quux"]),
        ("dinner with my sister Ana and Bartholomew", ["Ana", "Bartholomew"]),
        ("study with Codecademy tomorrow", []),
        ("learn Spanish tomorrow", []),
    ],
)
def test_only_who_is_surely_somebody_is_remembered(
    talk: Talk, user_of: Callable[[Talk], User], said: str, people: list[str]
) -> None:
    talk.say(said)
    assert people_of(user_of(talk)) == people


def test_the_latest_come_first_and_nobody_twice(talk: Talk, user_of: Callable[[Talk], User]) -> None:
    talk.say("call Zorblax tomorrow 6pm")
    talk.say("call Quuxine tomorrow 7pm")
    talk.say("call ZORBLAX tomorrow 8pm")
    assert people_of(user_of(talk)) == ["ZORBLAX", "Quuxine"]


def test_a_life_with_a_thousand_people_keeps_a_bounded_list(
    talk: Talk, user_of: Callable[[Talk], User]
) -> None:
    for first in range(2):
        talk.say(
            "ask "
            + ", ".join(f"Z{chr(97 + first)}{chr(97 + n % 26)}{chr(97 + n // 26)}x" for n in range(200))
            + " and Bo"
        )
    assert 100 < len(people_of(user_of(talk))) <= 150
