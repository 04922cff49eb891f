"""What the watch tells of resting models and of questions that the offline model answered."""

from __future__ import annotations

from argparse import Namespace

import pytest
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from agents.briefs import ClassifierBrief
from agents.model import ModelRole, Question
from agents.network.breaker import EVERY_MODEL
from agents.outputs import ClassifierOutput
from bot.cli.doctor import doctor
from bot.model_watch import ModelWatch, fallbacks, resting
from bot.models import build_model
from bot.settings import Settings
from storage.database import Database
from tests.fakes.openai_server import OpenAIServer, error

A, B = "openai/a", "anthropic/b"


def test_a_resting_model_is_named_until_its_rest_is_over(redis: Redis) -> None:
    watch = ModelWatch(redis)
    watch.rests(A, "timeout", 40.0)
    watch.rests(B, "timeout", 0.001)
    assert 39 < resting(redis, [A])[A] <= 40
    watch.rests(A, "", 0.0)
    assert resting(redis, [A, ""]) == {}


def test_fallbacks_are_counted_by_role(redis: Redis) -> None:
    watch = ModelWatch(redis)
    for role in (ModelRole.GOAL_PLANNER, ModelRole.GOAL_PLANNER, ModelRole.CLASSIFIER):
        watch.fell_back(role)
    assert fallbacks(redis) == {"goal_planner": 2, "classifier": 1}


def test_a_lost_redis_keeps_no_answer_from_anybody() -> None:
    watch = ModelWatch(Redis(port=1, retry=Retry(NoBackoff(), 0)))
    watch.rests(A, "timeout", 40.0)
    watch.fell_back(ModelRole.CLASSIFIER)


def test_a_refused_key_shows_for_every_model(redis: Redis, settings: Settings) -> None:
    with OpenAIServer([error(401)]) as server:
        with_key = {"openrouter_api_key": "sk-wrong", "openrouter_base_url": server.url}
        settings = settings.model_copy(update=with_key)
        model = build_model(settings, ModelWatch(redis))
        for _ in range(3):
            answer = model.ask(Question(ModelRole.CLASSIFIER, ClassifierBrief(goal="run"), ClassifierOutput))
            assert answer.tags == ["Fitness", "Health"]
    assert list(resting(redis, [*settings.network_models, EVERY_MODEL])) == [EVERY_MODEL]
    assert fallbacks(redis) == {"classifier": 3}
    assert len(server.asked) == 1


def test_the_doctor_names_a_resting_model_and_no_secret(
    redis: Redis,
    database: Database,  # migrated, or the doctor stops before
    settings: Settings,
    capsys: pytest.CaptureFixture[str],
) -> None:
    settings = settings.model_copy(update={"openrouter_api_key": "sk-secret"})
    ModelWatch(redis).rests(settings.llm_model_planner, "timeout", 40.0)
    doctor(settings, Namespace())
    report = capsys.readouterr().out
    assert f"{settings.llm_model_planner} keeps failing and is left alone for" in report
    assert settings.llm_model_small not in report
    assert "sk-secret" not in report
    ModelWatch(redis).rests(EVERY_MODEL, "AuthenticationError_401", 300.0)
    doctor(settings, Namespace())
    assert "every model keeps failing and is left alone for" in capsys.readouterr().out
