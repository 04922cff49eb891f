"""What an older or a newer version left in a thread never strands it: the talk goes on, at worst with a kind word."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypedDict, cast
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from langgraph.checkpoint.postgres import PostgresSaver
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.graph import END, START, StateGraph
from langgraph.types import Send
from sqlalchemy import select, text
from structlog.testing import capture_logs

from agents.checkpoints import Memory
from agents.nodes.orchestrator import answered_kinds
from storage.database import Database
from storage.goals import active_goals
from storage.tables import Conversation

Talk = Any  # tests/agents/conftest.py

GOAL = "I want to run 5 km, Tuesday and Thursday mornings"
LOST = "Sorry, I lost my place for a moment."


def thread_of(talk: Talk) -> str:
    with talk.database.service() as session:
        return session.scalars(
            select(Conversation.langgraph_thread_id).where(Conversation.user_id == talk.user_id)
        ).one()


def remembered(talk: Talk) -> dict[str, Any]:
    with talk.database.service() as session:
        return Memory(session, thread_of(talk), answered_kinds()).values


def leave(talk: Talk, **fields: Any) -> None:
    """Write these fields into the thread's checkpoint, as another version might have left them."""
    with talk.database.service() as session:
        thread = thread_of(talk)
        for channel, value in fields.items():
            kind, blob = value if isinstance(value, tuple) else JsonPlusSerializer().dumps_typed(value)
            version = f"{10**9:032}.{uuid4().hex}"
            session.execute(
                text("""
                    insert into checkpoint_blobs (thread_id, checkpoint_ns, channel, version, type, blob)
                    values (:thread, '', :channel, :version, :kind, :blob)
                    on conflict (thread_id, checkpoint_ns, channel, version) do update set type = :kind, blob = :blob
                """),
                {"thread": thread, "channel": channel, "version": version, "kind": kind, "blob": blob},
            )
            session.execute(
                text("""
                    update checkpoints set checkpoint = jsonb_set(
                        checkpoint #- array['channel_values', :channel],
                        array['channel_versions', :channel], cast(:version as jsonb)
                    ) where thread_id = :thread
                """),
                {"thread": thread, "channel": channel, "version": json.dumps(version)},
            )


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Drawing the traceback of every turn taken again would take longer than the turns."""
    with capture_logs():
        yield


@pytest.fixture
def planned(talk: Talk) -> Talk:
    """A plan is on the table."""
    talk.say(GOAL)
    for _ in range(4):
        if "Looks good" in talk.labels:
            break
        talk.tap("Skip")
    assert "Looks good" in talk.labels
    return talk


def goals(talk: Talk) -> list[str]:
    with talk.database.service() as session:
        return [goal.title for goal in active_goals(session, talk.user_id)]


def test_a_draft_with_fields_of_a_newer_version_is_still_approved(planned: Talk) -> None:
    draft = remembered(planned)["goal_draft"]
    leave(planned, goal_draft=draft | {"mood": "hopeful", "stages": [1, 2]}, weather={"sunny": True})
    assert "tasks" in planned.tap("Looks good")
    assert len(goals(planned)) == 1


def test_a_draft_that_lacks_newer_fields_is_still_approved(planned: Talk) -> None:
    draft = remembered(planned)["goal_draft"]
    for field in ("earlier", "queue", "pause_goal", "goal_id", "avoid", "tags"):
        draft.pop(field)
    leave(planned, goal_draft=draft)
    planned.tap("Looks good")
    assert len(goals(planned)) == 1


@pytest.mark.parametrize(
    "broken", [{"placed": "Tuesday"}, {"output": {"tasks": 3}}, {"starts_on": "soon"}, {"answers": [1]}]
)
def test_a_plan_that_cannot_be_read_is_named_and_not_saved(planned: Talk, broken: dict[str, Any]) -> None:
    leave(planned, goal_draft=remembered(planned)["goal_draft"] | broken)
    said = planned.tap("Looks good")
    assert "can't read the plan for Run 5 km" in said
    assert goals(planned) == []
    assert "can't read" not in planned.say("thanks")
    planned.say(GOAL)
    assert planned.replies


def test_a_question_nobody_owns_any_more_is_let_go(planned: Talk) -> None:
    leave(planned, focus={"kind": "horoscope", "sign": "lion"})
    said = planned.say("yes")
    assert said.startswith(LOST)
    assert goals(planned) == []  # whatever it asked, this yes did not mean the plan
    assert "Looks good" in planned.labels  # which is put anew instead
    planned.tap("Looks good")
    assert len(goals(planned)) == 1


def test_a_button_of_an_older_version_changes_nothing(planned: Talk) -> None:
    question = remembered(planned)["question"]
    rows = [[{"label": "Teleport it", "data": f"c:{question['number']}:teleport"}]]
    leave(planned, question=question | {"rows": rows})
    [shown] = planned.replies
    old = type(shown)("?", choices=((type(shown.flat_choices[0])("Teleport it", rows[0][0]["data"]),),))
    assert planned.tap("Teleport it", of=old)
    assert goals(planned) == []
    planned.say("looks good")
    assert len(goals(planned)) == 1


@pytest.mark.parametrize("kind", sorted(answered_kinds()))
def test_every_focus_with_nothing_in_it_is_survived(talk: Talk, kind: str) -> None:
    talk.say("hello")
    question = {"number": 7, "text": "Well?", "rows": [[{"label": "This", "data": "c:7:whatever:9"}]]}
    for words in ("This", "tomorrow at 6pm"):
        leave(talk, focus={"kind": kind}, question=question, asked=7)
        assert talk.say(words)


@pytest.mark.parametrize("channel", ["goal_draft", "question", "focus", "asked"])
@pytest.mark.parametrize("value", [("msgpack", b"\xc1\xff\x00"), ("json", b"{"), "words", [1]])
def test_any_value_may_be_broken(planned: Talk, channel: str, value: Any) -> None:
    leave(planned, **{channel: value})
    assert planned.say("hello")
    assert planned.say("call mum tomorrow 6pm")
    assert "Noted" in planned.tap("OK")


def test_a_thread_that_cannot_be_read_at_all_begins_anew_and_old_buttons_stay_old(planned: Talk) -> None:
    [before] = planned.replies
    with planned.database.service() as session:
        session.execute(text("""update checkpoints set checkpoint = '{"v": 4}'"""))
    assert planned.tap("Looks good", of=before)
    assert goals(planned) == []
    planned.say(GOAL)
    assert planned.tap("Looks good", of=before).startswith("That button belongs to an older message")
    assert goals(planned) == []


class _OldState(TypedDict, total=False):
    goal_draft: dict[str, Any]
    mood: str
    focus: dict[str, Any]


def test_a_thread_that_waits_before_a_node_that_is_gone_goes_on(planned: Talk, database: Database) -> None:
    draft = remembered(planned)["goal_draft"]
    graph = StateGraph(_OldState)
    graph.add_node("router", lambda _state: {"mood": "fine"})
    graph.add_node("negotiator", lambda _state: {"mood": "done"})
    graph.add_node("adviser", lambda _state: {"mood": "advised"})
    graph.add_edge(START, "router")
    graph.add_conditional_edges(
        "router", lambda _state: ["negotiator", Send("adviser", {"x": 1})], ["negotiator", "adviser"]
    )
    graph.add_edge("negotiator", END)
    with database.service() as session:
        saver = PostgresSaver(cast(Any, session.connection().connection.driver_connection))
        old = graph.compile(checkpointer=saver, interrupt_before=["negotiator", "adviser"])
        config = {"configurable": {"thread_id": thread_of(planned)}}
        old.invoke({"goal_draft": draft, "focus": {"kind": "plan"}}, config)  # type: ignore[arg-type] - a graph of its own
        assert set(old.get_state(config).next) == {"negotiator", "adviser"}  # type: ignore[arg-type] - as above
    assert planned.say("looks good")
    assert len(goals(planned)) == 1
    assert planned.say("what's on tomorrow?")


def test_every_question_has_an_owner() -> None:
    """A focus of a kind that nobody answers would be let go with the next message."""
    found = {
        kind
        for path in Path("agents").rglob("*.py")
        for line in path.read_text().splitlines()
        if re.search(r"focus|_FOCUS|ask\(|return \{\"kind\"", line, re.IGNORECASE)
        for kind in re.findall(r'\{"kind": "(\w+)"', line)
        if "aside" not in line
    }
    assert len(found) > 5
    assert found <= answered_kinds()


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 10**9) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["kind", "step", "task", "number", "text", "rows", "title", "goal", "wishes"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    fields=st.dictionaries(
        st.sampled_from(["goal_draft", "question", "focus", "asked", "replies"]), _JSON, min_size=1
    ),
    kind=st.sampled_from(sorted(answered_kinds())),
    words=st.sampled_from(["yes", "no", "hello", "1", "move my run to friday", "undo"]),
)
def test_whatever_was_left_there_is_an_answer(talk: Talk, fields: Any, kind: str, words: str) -> None:
    talk.say("hello")
    if isinstance(fields.get("focus"), dict):
        fields["focus"] |= {"kind": kind}
    leave(talk, **fields)
    assert talk.say(words)
