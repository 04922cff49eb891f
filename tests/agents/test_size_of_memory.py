"""What a talk remembers is read with every turn: it stays small however much is changed."""

from __future__ import annotations

import json
from typing import Any

from agents.checkpoints import Memory
from agents.nodes.orchestrator import answered_kinds
from storage.conversations import open_conversation

Talk = Any  # tests/agents/conftest.py


def remembered(talk: Talk) -> dict[str, Any]:
    with talk.database.service() as session:
        thread = open_conversation(session, talk.user_id, talk.now).langgraph_thread_id
        return Memory(session, thread, answered_kinds()).values


def plan(talk: Talk, words: str) -> None:
    talk.say("new goal")
    talk.say(words)
    while "Looks good" not in talk.labels:
        talk.tap("Skip" if "Skip" in talk.labels else talk.labels[0])


def edit(talk: Talk, times: int) -> None:
    for _ in range(times):
        talk.say("easier")
        talk.say("harder")


def test_an_approved_plan_keeps_its_first_and_its_last_versions(talk: Talk) -> None:
    plan(talk, "I want to run 5k")
    edit(talk, 5)
    talk.say("yes")
    versions = [one["version"] for one in remembered(talk)["approved"]["draft"]["versions"]]
    assert versions == [1, 8, 9, 10]
    talk.tap("Undo")
    talk.say("undo")
    assert "1, 8, 9, 10, 11" in talk.say("which versions are there?")
    talk.say("go with version 1")
    assert remembered(talk)["goal_draft"]["version"] == 1


def test_drafts_on_the_shelf_are_light(talk: Talk) -> None:
    plan(talk, "I want to run 5k")
    edit(talk, 5)
    on_table = len(json.dumps(remembered(talk)["goal_draft"]))
    plan(talk, "I want to read more books")
    assert len(json.dumps(remembered(talk)["shelf"])) < on_table * 0.7


def test_changes_older_than_a_day_are_forgotten(talk: Talk) -> None:
    for word in ("call mum tomorrow 6pm", "buy milk tomorrow 5pm"):
        talk.say(word)
        talk.say("yes")
    assert len(remembered(talk)["changes"]) == 2
    talk.now = talk.now.replace(day=talk.now.day + 2)
    talk.say("call dad tomorrow 6pm")
    talk.say("yes")
    assert [one["words"] for one in remembered(talk)["changes"]] == ["added Call dad"]
