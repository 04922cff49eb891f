"""One deadline for all questions of a turn: shares, late answers, resting models, and how many threads may wait."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from agents.briefs import ClassifierBrief, PlannerBrief
from agents.litellm_model import Endpoint, LiteLLMModel, ModelTiers, Tier, Timing
from agents.model import ModelRole, ModelUnavailable, Question, Usage
from agents.network.breaker import Breaker
from agents.network.completion import Requests, load
from agents.network.deadline import TurnDeadline
from agents.outputs import ClassifierOutput, GoalPlannerOutput
from tests.agents.test_breaker import Seconds
from tests.fakes.openai_server import Asked, OpenAIServer, Script, error, says_json
from tests.waiting import wait_for

GOOD = says_json({"tags": ["Fitness"]})
GOOD_PLAN = says_json(
    {
        "goal_feasible_in_6_weeks": True,
        "plan_summary": "We begin.",
        "proposed_tasks": [{"title": "Run", "duration_minutes": 15, "times_per_week": 3}],
    }
)
HANGS = Script(200, GOOD.body, mute=True)
MAIN, SPARE = "openai/main", "openai/spare"


@pytest.fixture(scope="module", autouse=True)
def loaded() -> None:
    load()


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer() as running:
        yield running


def model(
    server: OpenAIServer, turn: float = 2.0, fallback: str | None = SPARE, **parts: Any
) -> LiteLLMModel:
    tier = Tier(MAIN, fallback)
    return LiteLLMModel(
        ModelTiers(tier, tier, tier), Endpoint("key", server.url), Timing(turn=turn, pause=0.02), **parts
    )


def classify(deadline: TurnDeadline | None = None, **more: Any) -> Question[ClassifierOutput]:
    return Question(
        ModelRole.CLASSIFIER, ClassifierBrief(goal="run"), ClassifierOutput, deadline=deadline, **more
    )


def plan(deadline: TurnDeadline) -> Question[GoalPlannerOutput]:
    return Question(ModelRole.GOAL_PLANNER, PlannerBrief(goal="run"), GoalPlannerOutput, deadline=deadline)


def seconds_until_unavailable(asked: LiteLLMModel, question: Question[Any]) -> float:
    began = time.monotonic()
    with pytest.raises(ModelUnavailable):
        asked.ask(question)
    return time.monotonic() - began


def test_the_questions_of_a_turn_end_with_it_however_many_there_are(server: OpenAIServer) -> None:
    server.script = [HANGS]
    asked, turn = model(server, turn=0.9), TurnDeadline()
    began = time.monotonic()
    for _ in range(8):
        seconds_until_unavailable(asked, plan(turn))
    assert time.monotonic() - began < 3  # and not eight times 0.9


def test_a_small_question_leaves_most_of_the_turn_to_the_plan(server: OpenAIServer) -> None:
    server.script = [HANGS]
    asked, turn = model(server, turn=1.8), TurnDeadline()
    assert seconds_until_unavailable(asked, classify(turn)) < 1
    assert 0.6 < seconds_until_unavailable(asked, plan(turn)) < 2.5


def test_the_next_turn_has_its_own_time(server: OpenAIServer) -> None:
    server.script = [HANGS]
    asked = model(server, turn=0.8)
    seconds_until_unavailable(asked, plan(TurnDeadline()))
    server.script = [GOOD_PLAN]
    assert asked.ask(plan(TurnDeadline())).plan_summary == "We begin."


@pytest.mark.parametrize(("waited", "left"), [(0, 18), (10, 8), (60, 6), (86_400, 6), (-5, 18)])
def test_who_waited_in_line_has_waited_for_the_model_as_well(waited: float, left: float) -> None:
    turn = TurnDeadline(waited)
    assert turn.until(100.0, 18.0) == 100 + left
    assert turn.until(105.0, 18.0) == 100 + left, "it began with the first question"


def test_without_a_fallback_one_try_may_use_all_the_time(server: OpenAIServer) -> None:
    server.script = [HANGS]
    seconds_until_unavailable(model(server, turn=1.2, fallback=None), classify(TurnDeadline()))
    assert len(server.asked) == 1


def test_questions_asked_at_once_share_the_turn(server: OpenAIServer) -> None:
    server.script = [HANGS]
    asked, turn = model(server, turn=3), TurnDeadline()
    began = time.monotonic()
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda _: seconds_until_unavailable(asked, classify(turn)), range(4)))
    assert time.monotonic() - began < 1.6  # and not four times 0.5


def test_an_answer_that_comes_too_late_is_paid_for_while_the_turn_lasts(server: OpenAIServer) -> None:
    def answer(asked: Asked) -> Script:
        return Script(200, GOOD.body, hold=True) if asked.model == "main" else GOOD

    server.answer_by = answer
    spent: list[Usage] = []
    question = classify(TurnDeadline(), on_usage=spent.append)
    assert model(server, turn=18).ask(question).tags == ["Fitness"]
    assert [usage.model for usage in spent] == [SPARE]
    server.released.set()
    wait_for(lambda: len(spent) == 2, "the late answer was counted")
    assert spent[1] == Usage("openai", MAIN, 100, 20)


@pytest.mark.parametrize("spare", [error(500), says_json({"tags": ["Sports"]})], ids=["fails", "nonsense"])
def test_a_slow_answer_is_used_when_the_fallback_has_none(server: OpenAIServer, spare: Script) -> None:
    def answer(asked: Asked) -> Script:
        if asked.model == "main":
            return Script(200, GOOD.body, hold=True)
        server.released.set()
        return spare

    server.answer_by = answer
    spent: list[Usage] = []
    question = classify(TurnDeadline(), on_usage=spent.append)
    assert model(server, turn=18).ask(question).tags == ["Fitness"]
    assert spent.count(Usage("openai", MAIN, 100, 20)) == 1


def test_a_slow_answer_counts_once_whoever_is_first(server: OpenAIServer) -> None:
    def answer(asked: Asked) -> Script:
        if asked.model == "spare":
            server.released.set()
        return Script(200, GOOD.body, hold=asked.model == "main")

    server.answer_by = answer
    spent: list[Usage] = []
    assert model(server, turn=18).ask(classify(TurnDeadline(), on_usage=spent.append)).tags == ["Fitness"]
    wait_for(lambda: len(spent) == 2, "both were counted")
    assert {usage.model for usage in spent} == {MAIN, SPARE}


def test_a_model_that_keeps_failing_is_left_alone_and_asked_again_after_its_rest(
    server: OpenAIServer,
) -> None:
    clock = Seconds()
    server.by_model = {"main": [error(500)], "spare": [GOOD]}
    asked = model(server, breaker=Breaker(clock), now=clock)
    for _ in range(4):
        assert asked.ask(classify()).tags == ["Fitness"]
    assert [one.model for one in server.asked] == ["main", "main", "spare", "main", "spare", "spare", "spare"]
    clock.now += 31
    server.by_model["main"] = [GOOD]
    asked.ask(classify())
    asked.ask(classify())
    assert [one.model for one in server.asked[-2:]] == ["main", "main"]


def test_when_all_rest_nobody_is_asked_and_nobody_waits(server: OpenAIServer) -> None:
    server.script = [error(500)]
    asked = model(server)
    for _ in range(4):
        seconds_until_unavailable(asked, classify())
    before = len(server.asked)
    assert seconds_until_unavailable(asked, classify()) < 1
    assert len(server.asked) == before


def test_when_nothing_is_heard_from_anybody_all_are_left_alone_also_those_not_yet_tried(
    server: OpenAIServer,
) -> None:
    clock = Seconds()
    server.script = [HANGS]
    tiers = ModelTiers(*(Tier(f"openai/{name}", f"openai/{name}-spare") for name in ("big", "plan", "small")))
    asked = LiteLLMModel(
        tiers, Endpoint("key", server.url), Timing(turn=1.8), breaker=Breaker(clock), now=clock
    )
    for _ in range(2):
        seconds_until_unavailable(asked, classify(TurnDeadline()))
    assert seconds_until_unavailable(asked, plan(TurnDeadline())) < 1
    assert "plan" not in {one.model for one in server.asked}
    clock.now += 31
    server.script = [GOOD_PLAN]
    assert asked.ask(plan(TurnDeadline())).plan_summary == "We begin."


def test_a_busy_provider_is_left_alone_for_as_long_as_it_says(server: OpenAIServer) -> None:
    clock = Seconds()
    busy = Script(429, error(429).body, headers=(("Retry-After", "60"),))
    server.by_model = {"main": [busy], "spare": [GOOD]}
    asked = model(server, breaker=Breaker(clock), now=clock)
    asked.ask(classify())
    clock.now += 59
    asked.ask(classify())
    clock.now += 2
    asked.ask(classify())
    assert [one.model for one in server.asked] == ["main", "spare", "spare", "main", "spare"]


def test_a_wrong_key_stops_every_model_for_minutes(server: OpenAIServer) -> None:
    clock = Seconds()
    server.script = [error(401)]
    asked = model(server, breaker=Breaker(clock), now=clock)
    seconds_until_unavailable(asked, classify())
    clock.now += 299
    seconds_until_unavailable(asked, plan(TurnDeadline()))
    assert len(server.asked) == 1
    clock.now += 2
    seconds_until_unavailable(asked, classify())
    assert len(server.asked) == 2


def test_one_persons_refused_words_do_not_close_the_model_for_others(server: OpenAIServer) -> None:
    server.by_model = {"main": [error(403)], "spare": [GOOD]}
    asked = model(server)
    for _ in range(6):
        asked.ask(classify())
    assert [one.model for one in server.asked] == ["main", "spare"] * 6


def test_a_hanging_model_does_not_pile_up_threads(server: OpenAIServer) -> None:
    server.script = [HANGS]
    patient = Breaker(Seconds())
    asked = model(server, turn=0.3, breaker=patient, requests=Requests(most=3))
    for _ in range(10):
        patient.succeeded(MAIN)
        patient.succeeded(SPARE)
        seconds_until_unavailable(asked, classify(TurnDeadline()))
        assert sum(thread.name == "model-call" for thread in threading.enumerate()) <= 3
