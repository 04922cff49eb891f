"""The breaker by a clock that tests turn: opening, resting, probing, coming back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from agents.network.breaker import Breaker

MODEL, OTHER = "openai/a", "anthropic/b"


class Seconds:
    """A monotonic clock that stands still until it is turned."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def opened(clock: Seconds, heard: list[tuple[str, str, float]] | None = None) -> Breaker:
    listener = heard if heard is not None else []
    breaker = Breaker(clock, lambda *told: listener.append(told))
    for _ in range(3):
        assert breaker.allows(MODEL)
        breaker.failed(MODEL, "timeout")
    return breaker


def test_two_failures_are_bad_luck_and_a_third_leaves_the_model_alone() -> None:
    clock = Seconds()
    breaker = Breaker(clock)
    breaker.failed(MODEL, "timeout")
    breaker.failed(MODEL, "timeout")
    assert breaker.allows(MODEL)
    breaker.failed(MODEL, "timeout")
    assert not breaker.allows(MODEL)
    assert breaker.allows(OTHER)


def test_two_failures_that_kept_people_waiting_are_enough() -> None:
    breaker = Breaker(Seconds())
    breaker.failed(MODEL, "timeout", weight=2)
    assert breaker.allows(MODEL)
    breaker.failed(MODEL, "timeout", weight=2)
    assert not breaker.allows(MODEL)


def test_a_success_in_between_starts_the_count_anew() -> None:
    breaker = Breaker(Seconds())
    for _ in range(5):
        breaker.failed(MODEL, "timeout")
        breaker.failed(MODEL, "timeout")
        breaker.succeeded(MODEL)
    assert breaker.allows(MODEL)


def test_failures_minutes_apart_are_not_in_a_row() -> None:
    clock = Seconds()
    breaker = Breaker(clock)
    for _ in range(5):
        breaker.failed(MODEL, "timeout")
        clock.now += 121
    assert breaker.allows(MODEL)


def test_after_its_rest_one_probe_is_let_through_and_its_success_lets_everybody_back() -> None:
    clock, heard = Seconds(), list[tuple[str, str, float]]()
    breaker = opened(clock, heard)
    clock.now += 29.9
    assert not breaker.allows(MODEL)
    clock.now += 0.2
    assert [breaker.allows(MODEL) for _ in range(3)] == [True, False, False]
    breaker.succeeded(MODEL)
    assert all(breaker.allows(MODEL) for _ in range(3))
    assert heard == [(MODEL, "timeout", 30.0), (MODEL, "", 0.0)]


def test_each_failed_probe_doubles_the_rest_up_to_five_minutes() -> None:
    clock, heard = Seconds(), list[tuple[str, str, float]]()
    breaker = opened(clock, heard)
    for _ in range(6):
        clock.now += heard[-1][2] + 0.1
        assert breaker.allows(MODEL)
        breaker.failed(MODEL, "timeout")
    assert [seconds for _, _, seconds in heard] == [30, 60, 120, 240, 300, 300, 300]


def test_a_rest_that_the_provider_asks_for_begins_at_once() -> None:
    clock = Seconds()
    breaker = Breaker(clock)
    breaker.failed(MODEL, "RateLimitError_429", rest=60)
    clock.now += 59
    assert not breaker.allows(MODEL)
    clock.now += 2
    assert breaker.allows(MODEL)


def test_nobody_asks_for_more_than_five_minutes() -> None:
    clock = Seconds()
    breaker = Breaker(clock)
    breaker.failed(MODEL, "RateLimitError_429", rest=86_400)
    clock.now += 301
    assert breaker.allows(MODEL)


def test_a_late_failure_of_a_request_sent_before_neither_lengthens_the_rest_nor_ends_it() -> None:
    clock, heard = Seconds(), list[tuple[str, str, float]]()
    breaker = opened(clock, heard)
    clock.now += 20
    breaker.failed(MODEL, "timeout")
    clock.now += 10.1
    assert breaker.allows(MODEL)
    assert len(heard) == 1


def test_a_probe_that_proved_nothing_makes_room_for_the_next() -> None:
    clock = Seconds()
    breaker = opened(clock)
    clock.now += 31
    assert breaker.allows(MODEL)
    breaker.withdrew(MODEL)
    assert breaker.allows(MODEL)


def test_a_probe_whose_process_forgot_it_does_not_close_the_door_for_ever() -> None:
    clock = Seconds()
    breaker = opened(clock)
    clock.now += 31
    assert breaker.allows(MODEL)
    clock.now += 41
    assert breaker.allows(MODEL)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["ask", "fine", "fail", "rest", "withdraw"]), st.floats(0, 400, allow_nan=False)
        )
    )
)
def test_whatever_happens_the_model_is_asked_again_within_five_minutes(
    acts: list[tuple[str, float]],
) -> None:
    clock = Seconds()
    breaker = Breaker(clock)
    for act, seconds in acts:
        match act:
            case "ask":
                breaker.allows(MODEL)
            case "fine":
                breaker.succeeded(MODEL)
            case "fail":
                breaker.failed(MODEL, "timeout")
            case "rest":
                breaker.failed(MODEL, "busy", rest=seconds * 10)
            case "withdraw":
                breaker.withdrew(MODEL)
        clock.now += seconds
    clock.now += 301
    assert breaker.allows(MODEL)
