"""A goal planned with a network model, over HTTP: it proposes, code disposes; and when it fails, the offline one answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from redis import Redis
from sqlalchemy import select

from bot.clock import ManualClock
from bot.life import Person
from bot.services import Services, build
from bot.settings import Settings
from channels.messages import Address
from channels.simulator import PhoneStore
from reminders.wakeups import RecordedWakeups
from storage.database import Database
from storage.tables import Goal, Task, User
from tests.fakes.openai_server import Asked, OpenAIServer, Script, error, html, says, says_json

NOW = datetime(2026, 3, 11, 9, 0, tzinfo=UTC)
PLAN = {
    "goal_feasible_in_6_weeks": True,
    "micro_goal_roadmap": [],
    "proposed_tasks": [
        # In the middle of the night: a model may ask for it, code never does it.
        {
            "title": "Walk round the lake",
            "times_per_week": 2,
            "suggested_time": "03:00",
            "duration_minutes": 25,
        },
    ],
    "conflicts_detected": [],
    "plan_summary": "We begin with walks.",
    "approval_status": "approved",  # not the model's to say
}
ANSWERS = {
    "orchestrator": {"intent": "GOAL", "payload": {"goal": "get fit"}},
    "goal_planner": PLAN,
    "classifier": {"tags": ["Fitness"]},
    "pattern_observer": {
        "best_times": [],
        "avoid_slots": [],
        "category_performance": [],
        "general_notes": "",
    },
    "summariser": {"summary": "Wants to get fit."},
}


def role_of(asked: Asked) -> str:
    """Which role was asked, by the largest answer it was allowed to give."""
    by_tokens = {512: "orchestrator", 4096: "goal_planner", 128: "classifier", 500: "summariser"}
    return by_tokens.get(
        int(asked.body.get("max_tokens") or asked.body["max_completion_tokens"]), "pattern_observer"
    )


def answers_well(asked: Asked) -> Script:
    return says("Here you are:\n```json\n" + json.dumps(ANSWERS[role_of(asked)]) + "\n```")


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer([says_json({})]) as running:
        yield running


@pytest.fixture
def services(
    tmp_path: Path, database: Database, database_url: str, redis_url: str, redis: Redis, server: OpenAIServer
) -> Services:
    models = {
        f"llm_{kind}_{tier}": f"openai/{kind}-{tier}"
        for kind in ("model", "fallback")
        for tier in ("orchestrator", "planner", "small")
    }
    settings = Settings(
        flux_home=tmp_path,
        app_env="test",
        secret_key="s" * 32,
        database_url=database_url,
        redis_url=redis_url,
        openrouter_api_key="sk-test",
        openrouter_base_url=server.url,
        **models,
    )
    return replace(
        build(settings),
        clock=ManualClock(NOW),
        database=database,
        wakeups=RecordedWakeups(),
        enqueue=lambda *_: None,
    )


@pytest.fixture
def person(services: Services, redis: Redis, owner: User) -> Person:
    return Person(services, services.clock, PhoneStore(redis), Address("telegram", "sim:owner"))  # type: ignore[arg-type]


def plan_of(person: Person) -> str:
    person.says("I want to get fit")
    for _ in range(3):
        if person.shows_button("Looks good"):
            break
        person.taps_first()
    assert person.shows_button("Looks good"), person.transcript()
    return person.last_text()


def test_the_models_plan_is_placed_by_code_and_approved_by_the_person(
    person: Person, services: Services, server: OpenAIServer
) -> None:
    server.answer_by = answers_well
    assert "Walk round the lake" in plan_of(person)
    with services.database.service() as session:
        assert session.scalars(select(Goal)).all() == [], "the model said approved; the person did not"
    person.taps("Looks good")
    with services.database.service() as session:
        tasks = session.scalars(select(Task)).all()
    assert len(tasks) == 12
    berlin = ZoneInfo("Europe/Berlin")
    assert all(7 <= task.scheduled_at.astimezone(berlin).hour < 23 for task in tasks), "never in sleep"


def test_no_prompt_of_it_holds_a_name(person: Person, server: OpenAIServer) -> None:
    server.answer_by = answers_well
    plan_of(person)
    assert server.asked
    assert not any("Ada" in asked.text for asked in server.asked)


def test_its_tokens_are_counted(person: Person, server: OpenAIServer) -> None:
    server.answer_by = answers_well
    plan_of(person)
    assert person.user().monthly_token_usage["total"] == 120 * len(server.asked)


@pytest.mark.parametrize(
    "script",
    [html(), says(None), says("I'd rather not."), says_json({"intent": "DANCE"}), error(401)],
    ids=["html", "empty", "prose", "nonsense", "unauthorized"],
)
def test_a_broken_model_leaves_nobody_without_a_plan(
    person: Person, server: OpenAIServer, script: Script
) -> None:
    server.script = [script]
    assert "min, weeks" in plan_of(person)
