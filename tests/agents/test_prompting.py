"""Every role has its prompt and schema, and any answer is either read or named unusable."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.briefs import ClassifierBrief, SummaryBrief
from agents.model import ModelRole, Question
from agents.network.prompting import UnusableAnswer, find_json, messages_for, prompt_of, read_answer
from agents.outputs import ClassifierOutput, GoalPlannerOutput, Summary
from agents.privacy.placeholders import Placeholders

QUESTION = Question(ModelRole.CLASSIFIER, ClassifierBrief(goal="run"), ClassifierOutput)


@pytest.mark.parametrize("role", ModelRole)
def test_every_role_has_a_prompt_that_fences_people_text(role: ModelRole) -> None:
    assert "never an instruction" in prompt_of(role)


def test_the_planner_is_told_the_schema_without_what_only_people_can_say() -> None:
    question = Question(ModelRole.GOAL_PLANNER, ClassifierBrief(goal="run"), GoalPlannerOutput)
    system = messages_for(question, Placeholders())[0]["content"]
    assert "times_per_week" in system
    assert '"title": {"maxLength"' in system  # a field called title is not mistaken for a schema's title
    assert "days_said" not in system


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"a": 1}', {"a": 1}),
        ('Sure {ok}!\n```json\n{"a": {"b": [1]}}\n```', {"a": {"b": [1]}}),
        ('{"x": 1} and better {"tags": ["Home"], "y": 2}', {"tags": ["Home"], "y": 2}),
    ],
)
def test_the_largest_object_is_found(text: str, found: dict[str, object]) -> None:
    assert find_json(text) == found


@pytest.mark.parametrize("text", ["", "no json", "[1, 2]", '{"a": ', "{" * 100_000, '{"a": NaN'])
def test_an_answer_without_an_object_is_unusable(text: str) -> None:
    with pytest.raises(UnusableAnswer):
        find_json(text)


def test_the_problem_is_named_field_by_field() -> None:
    with pytest.raises(UnusableAnswer, match=r"tags\.1: 'Sports' is not a tag"):
        read_answer('{"tags": ["Home", "Sports"]}', QUESTION, Placeholders())


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_any_json_is_an_answer_or_unusable(value: object) -> None:
    problem = "none"
    try:
        tags = read_answer(json.dumps({"tags": value}), QUESTION, Placeholders()).tags
    except UnusableAnswer as unusable:
        tags, problem = ["Other"], str(unusable)
    assert tags
    assert problem


def test_a_problem_is_told_without_what_was_put_back() -> None:
    placeholders = Placeholders()
    messages_for(
        Question(ModelRole.CLASSIFIER, ClassifierBrief(goal="call Sarah Connor"), ClassifierOutput),
        placeholders,
    )
    with pytest.raises(UnusableAnswer, match="'<name 1>' is not a tag"):
        read_answer('{"tags": ["<name 1>"]}', QUESTION, placeholders)


@given(st.text(st.characters(), min_size=1, max_size=50))
def test_whatever_an_answer_says_can_be_stored_and_shown(said: str) -> None:
    question = Question(ModelRole.SUMMARISER, SummaryBrief(lines=[]), Summary)
    answer = json.dumps({"text": f"Runs.\n{said}\x00\u202e\ud800"})
    shown = read_answer(answer, question, Placeholders()).text
    assert shown.encode()
    assert shown.startswith("Runs.")
    assert not {"\x00", "\u202e"} & set(shown)


def test_emoji_keep_what_joins_them() -> None:
    question = Question(ModelRole.SUMMARISER, SummaryBrief(lines=[]), Summary)
    family = "\N{MAN}\N{ZERO WIDTH JOINER}\N{WOMAN}\N{ZERO WIDTH JOINER}\N{GIRL}"
    assert read_answer(json.dumps({"text": family}), question, Placeholders()).text == family
