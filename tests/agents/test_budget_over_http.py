"""The month's tokens, from what a real server says they were to which model is asked next."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from agents.briefs import ClassifierBrief
from agents.budget import TokenLimits
from agents.litellm_model import Endpoint, LiteLLMModel, ModelTiers, Tier, Timing
from agents.memory import WARNING
from agents.model import FallbackModel, ModelRole, ModelUnavailable, Question, Usage
from agents.network.completion import load
from agents.offline.model import OfflineModel
from agents.outputs import ClassifierOutput
from storage.tables import User
from tests.agents.conftest import Talk
from tests.fakes.failing_models import sound_answer
from tests.fakes.openai_server import OpenAIServer, Script, says_json

TIERS = ModelTiers(
    Tier("openrouter/openai/big", "openrouter/anthropic/spare"),
    Tier("openrouter/anthropic/planner", "openrouter/openai/big"),
    Tier("openrouter/openai/small", "openrouter/anthropic/spare"),
)


@pytest.fixture(scope="module", autouse=True)
def loaded() -> None:
    load()


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer() as running:
        yield running


def network(server: OpenAIServer) -> LiteLLMModel:
    return LiteLLMModel(TIERS, Endpoint("key", server.url), Timing(pause=0.02))


def used(talk: Talk) -> dict[str, Any]:
    with talk.database.service() as session:
        return dict(session.get_one(User, talk.user_id).monthly_token_usage)


def test_the_soft_limit_warns_once_and_past_the_hard_one_the_small_model_answers_everything(
    talk: Talk, server: OpenAIServer
) -> None:
    server.answer_by = lambda asked: says_json(sound_answer(asked))
    living = replace(
        talk,
        model=FallbackModel(network(server), OfflineModel()),
        limits=replace(talk.limits, tokens=TokenLimits(soft=240, hard=480)),
    )
    answers = [living.say("asdf qwerty") for _ in range(6)]
    assert [WARNING in answer for answer in answers] == [False, True, False, False, False, False]
    assert [asked.model for asked in server.asked] == ["openai/big"] * 4 + ["openai/small"] * 2
    living.say("I want to run 5 km in six weeks")
    while "Skip" in living.labels:
        living.tap("Skip")
    assert "Looks good" in living.labels
    assert {asked.model for asked in server.asked[4:]} == {"openai/small"}, "the planner is cheap as well"
    assert used(living)["total"] == used(living)["openai"] == 120 * len(server.asked)


def test_each_vendor_is_counted_for_itself_also_for_answers_of_no_use(
    talk: Talk, server: OpenAIServer
) -> None:
    server.by_model = {
        "openai/big": [says_json({"intent": "DANCE"}, usage=(1_000, 10))],
        "anthropic/spare": [
            says_json({"intent": "CLARIFY", "clarification_question": "What?"}, usage=(7, 3))
        ],
    }
    replace(talk, model=FallbackModel(network(server), OfflineModel())).say("asdf qwerty")
    assert [asked.model for asked in server.asked] == ["openai/big"] * 3 + ["anthropic/spare"]
    counted = used(talk)
    assert (counted["openai"], counted["anthropic"], counted["total"]) == (3_030, 10, 3_040)


@pytest.mark.parametrize(
    "usage",
    [None, {}, {"prompt_tokens": -5, "completion_tokens": 10**18, "total_tokens": 0}],
    ids=["null", "empty", "absurd"],
)
def test_an_answer_is_never_free(server: OpenAIServer, usage: Any) -> None:
    body = says_json({"tags": ["Fitness"]}).body.replace(
        b'"usage": {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}', b'"usage": USAGE'
    )
    server.script = [Script(body=body.replace(b"USAGE", json.dumps(usage).encode()))]
    spent: list[Usage] = []
    question = Question(
        ModelRole.CLASSIFIER, ClassifierBrief(goal="run"), ClassifierOutput, on_usage=spent.append
    )
    network(server).ask(question)
    (one,) = spent
    characters = sum(len(message["content"]) for message in server.asked[0].body["messages"])
    assert characters / 5 < one.prompt_tokens < characters / 2
    assert 1 <= one.completion_tokens <= 20


def test_what_litellm_cannot_read_is_counted_when_the_providers_count_is_in_it(server: OpenAIServer) -> None:
    body = says_json({"tags": ["Fitness"]}, usage=(40, 2)).body.replace(
        b'"content": "', b'"content": 7, "x": "'
    )
    server.script = [Script(body=body)]
    spent: list[Usage] = []
    question = Question(
        ModelRole.CLASSIFIER, ClassifierBrief(goal="run"), ClassifierOutput, on_usage=spent.append
    )
    with pytest.raises(ModelUnavailable):
        network(server).ask(question)
    assert sum(one.total for one in spent) == 42 * len(server.asked)
