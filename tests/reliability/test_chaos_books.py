"""The books that `bench.chaos` compares: what is lost, doubled or late is found, and what is honest is not accused."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from bench.chaos_judge import Attempt, Case, Held
from bench.chaos_ledger import About, Ledger
from bench.chaos_people import Person
from bench.chaos_schedule import KILLS, draw

ANN = Person("t1", "99", "+4915112345678", "ignores")
STEPS = (
    ("a1", "telegram", "remind"),
    ("a2", "push", "remind"),
    ("a3", "whatsapp", "whatsapp"),
    ("a4", "call", "call"),
    ("a5", "telegram", "miss_note"),
)


@pytest.fixture
def case() -> Case:
    """Ann ignored everything, and everything reached her once."""
    ledger = Ledger()
    case = Case([ANN], {"t1": 0.0}, ledger, {}, {}, [], {})
    for number, (attempt, channel, rung) in enumerate(STEPS):
        case.attempts.append(Attempt(attempt, "t1", channel, rung, "dispatched", 1, None))
        arrives(case, attempt, channel, rung, at=float(number))
    return case


def arrives(case: Case, attempt: str, channel: str, rung: str, at: float = 9.0) -> None:
    named = "" if channel == "telegram" else attempt  # there nothing names the attempt but the task
    about = About(channel, rung, "t1" if channel != "whatsapp" else "", named, ANN.number)
    case.ledger.note(about, at=at, accepted=True, answer="ok")


def change(case: Case, place: int, **fields: object) -> None:
    old = case.attempts[place]
    values = {name: getattr(old, name) for name in Attempt.__slots__} | fields
    case.attempts[place] = Attempt(**values)  # type: ignore[arg-type]  # a test's shorthand


def test_a_whole_ladder_that_arrived_is_neither_lost_nor_doubled(case: Case) -> None:
    assert case.lost() == []
    assert [case.doubled(channel) for _, channel, _ in STEPS] == [[]] * 5
    assert case.steps == 4


@pytest.mark.parametrize("place", range(5))
def test_a_rung_that_is_said_to_be_sent_and_never_arrived_is_lost(case: Case, place: int) -> None:
    case.ledger.entries.pop(place)
    assert len(case.lost()) == 1


@pytest.mark.parametrize("place", range(5))
def test_a_rung_without_a_line_in_the_trail_is_lost(case: Case, place: int) -> None:
    case.attempts.pop(place)
    assert len(case.lost()) == 1


@pytest.mark.parametrize(("reason", "lost"), [("missed", 0), (None, 1)])
def test_a_skipped_rung_is_honest_only_with_its_reason(case: Case, reason: str | None, lost: int) -> None:
    case.ledger.entries.pop(2)
    change(case, 2, status="skipped", reason=reason)
    assert len(case.lost()) == lost
    assert case.not_sent() == Counter({f"skipped: {reason}": 1})


def test_nothing_is_promised_behind_an_answer_but_the_answer_itself(case: Case) -> None:
    tapped = Person("t1", "99", ANN.number, "taps")
    case.people = [tapped]
    case.answered = {"t1": 1.0}
    del case.attempts[2:]
    assert case.lost() == []
    assert len(case.answers_lost()) == 1
    case.done = {"t1"}
    assert case.answers_lost() == []


@pytest.mark.parametrize("place", [0, 2, 3, 4])
def test_a_second_effect_of_one_step_is_doubled(case: Case, place: int) -> None:
    attempt, channel, rung = STEPS[place]
    arrives(case, attempt, channel, rung)
    assert len(case.doubled(channel)) == 1


def test_a_notification_of_the_same_attempt_takes_its_own_place(case: Case) -> None:
    arrives(case, "a2", "push", "remind")
    assert (case.doubled("push"), case.repeats("push")) == ([], 1)
    arrives(case, "a9", "push", "remind")
    assert len(case.doubled("push")) == 1


def test_only_what_was_taken_over_counts_as_picked_up(case: Case) -> None:
    case.held = [Held(1.0, "a3", "t1", "whatsapp", "whatsapp", 0), Held(1.5, "a4", "t1", "call", "call", 1)]
    change(case, 2, tries=2)
    assert [seconds for seconds, _ in case.picked_up([], alone=True)] == [1.0]
    assert case.picked_up([1.2], alone=True) == []


def test_a_request_after_the_answer_is_found_with_its_delay(case: Case) -> None:
    case.committed = {"t1": 2.5}
    assert [seconds for seconds, _ in case.after_the_answer()] == [0.5, 1.5]


def test_a_seed_is_one_schedule_and_every_kind_dies() -> None:
    blows = draw(random.Random(7), 40, 100.0)
    assert blows == draw(random.Random(7), 40, 100.0)
    killed = Counter(blow.what for blow in blows if blow.what in KILLS)
    assert killed.total() == 40
    assert set(killed) == set(KILLS)
