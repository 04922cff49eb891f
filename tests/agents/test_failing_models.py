"""Whole conversations with a model that fails in thirty ways: every message gets a sensible answer, and rules hold."""

from __future__ import annotations

import re
import time
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from agents.litellm_model import Endpoint, LiteLLMModel, ModelTiers, Tier, Timing
from agents.model import FallbackModel
from agents.network.completion import load
from agents.offline.model import OfflineModel
from storage.tables import Goal, Task, User
from storage.vocabulary import GoalStatus, TaskStatus
from tests.agents.conftest import Talk
from tests.fakes.failing_models import PRICES, QUICK, SLOW, SOUND_WAYS, Way
from tests.fakes.openai_server import OpenAIServer, Script

BERLIN = ZoneInfo("Europe/Berlin")
# Seconds; the real figure is measured by bench/failing_model.py.
PATIENT, HASTY = Timing(turn=6.0, pause=0.02), Timing(turn=0.6, pause=0.02)
TECHNICAL = re.compile(r"time ?out|exception|traceback|json|litellm|http|\bnull\b|provider", re.I)


pytestmark = pytest.mark.filterwarnings(
    "ignore:Pydantic serializer warnings"
)  # pytest undoes what `load` says


@pytest.fixture(scope="module", autouse=True)
def loaded() -> None:
    load()


@pytest.fixture
def elsewhere() -> Iterator[OpenAIServer]:
    with OpenAIServer([Script()]) as other:
        yield other


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer() as running:
        yield running


def network(server: OpenAIServer, timing: Timing) -> FallbackModel:
    tiers = ModelTiers(*(Tier(f"openai/{name}", f"openai/{name}-spare") for name in ("big", "plan", "small")))
    return FallbackModel(LiteLLMModel(tiers, Endpoint("key", server.url), timing), OfflineModel())


def is_sensible(text: str) -> bool:
    """Something is said, nothing technical, nothing that cannot be shown."""
    odd = [one for one in text if unicodedata.category(one) in ("Cc", "Cs", "Cf") and one != "\n"]
    return bool(text.strip()) and len(text) < 4096 and not odd and not TECHNICAL.search(text)


def rows(talk: Talk) -> tuple[list[Goal], list[Task], User]:
    with talk.database.service() as session:
        goals = list(session.scalars(select(Goal).where(Goal.user_id == talk.user_id)))
        tasks = list(session.scalars(select(Task).where(Task.user_id == talk.user_id)))
        return goals, tasks, session.get_one(User, talk.user_id)


def live(talk: Talk) -> None:
    """A capture, small talk, a goal to its approval and a move; every answer is looked at."""
    began = time.monotonic()

    def looked_at(text: str) -> str:
        nonlocal began
        assert is_sensible(text), text
        assert time.monotonic() - began < 9, "too late, even for a busy machine"
        began = time.monotonic()
        return text

    assert "Call mum" in looked_at(talk.say("call mum tomorrow 6pm"))
    if "OK" in talk.labels:
        looked_at(talk.tap("OK"))
    looked_at(talk.say("the sea was lovely and grey"))
    if "Leave it" in talk.labels:  # a model took it for a goal; the person does not
        looked_at(talk.tap("Leave it"))
    looked_at(talk.say("I want to run 5 km in six weeks"))
    for _ in range(4):
        if "Looks good" in talk.labels:
            break
        looked_at(talk.tap("Skip" if "Skip" in talk.labels else talk.labels[0]))
    assert "Looks good" in talk.labels, "\n".join(talk.transcript)
    assert rows(talk)[0] == [], "only the person approves"
    looked_at(talk.tap("Looks good"))
    looked_at(talk.say("move call mum to Friday 5pm"))
    for label in ("OK", "Yes", "Just this one"):
        if label in talk.labels:
            looked_at(talk.tap(label))


def assert_rules_hold(talk: Talk, now: datetime) -> None:
    goals, tasks, _ = rows(talk)
    assert [goal.status for goal in goals] == [GoalStatus.ACTIVE]
    planned = [task for task in tasks if task.goal_id == goals[0].id]
    assert planned, "an approved plan has tasks"
    pending = sorted(
        (task for task in tasks if task.status == TaskStatus.PENDING), key=lambda t: t.scheduled_at
    )
    for before, after in pairwise(pending):
        assert after.scheduled_at >= before.scheduled_at + timedelta(minutes=before.duration_minutes)
    for task in planned:
        start = task.scheduled_at.astimezone(BERLIN)
        end = start + timedelta(minutes=task.duration_minutes)
        assert start.hour >= 7, "not in sleep"
        assert end <= start.replace(hour=23, minute=0), "not in sleep"
        assert now < task.scheduled_at < now + timedelta(weeks=6, days=2)
    mum = [task for task in pending if "mum" in task.title.casefold()]
    assert [f"{task.scheduled_at.astimezone(BERLIN):%a %H:%M}" for task in mum] == ["Fri 17:00"]


@pytest.mark.parametrize("name", [*QUICK, *SLOW])
def test_every_conversation_gets_a_sensible_answer(
    talk: Talk, server: OpenAIServer, elsewhere: OpenAIServer, name: str
) -> None:
    way, timing = (SLOW[name], HASTY) if name in SLOW else (QUICK[name], PATIENT)
    server.answer_by = lambda asked: way(asked, elsewhere.url)
    now, living = talk.now, replace(talk, model=network(server, timing))
    live(living)
    assert server.asked
    assert elsewhere.asked == [], "a redirect leads nowhere"
    assert_rules_hold(living, now)
    assert rows(living)[2].monthly_token_usage.get("total", 0) == PRICES.get(name, 0) * len(server.asked)
    told = "\n".join(living.transcript).count("out of reach")
    assert told == (name != "nonsense that fits the schema"), "that the planner is away is said once"


def test_nobody_listening_leaves_nobody_without_an_answer(talk: Talk) -> None:
    with OpenAIServer() as gone:
        living = replace(talk, model=network(gone, PATIENT))
    now = talk.now
    live(living)
    assert_rules_hold(living, now)


@pytest.mark.parametrize("way", SOUND_WAYS.values(), ids=SOUND_WAYS)
def test_a_plan_of_the_model_is_used_however_it_is_wrapped(
    talk: Talk, server: OpenAIServer, way: Way
) -> None:
    server.answer_by = lambda asked: way(asked, "")
    now, living = talk.now, replace(talk, model=network(server, PATIENT))
    live(living)
    assert "Walk round the lake" in "\n".join(living.transcript)
    assert "out of reach" not in "\n".join(living.transcript)
    assert_rules_hold(living, now)
    assert rows(living)[2].monthly_token_usage["total"] == 120 * len(server.asked)
