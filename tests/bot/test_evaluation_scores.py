"""What conversations expect, how scores add up, and the command that shows them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.__main__ import build_parser
from bot.cli.eval import evaluate
from bot.evaluation.expectations import check
from bot.evaluation.living import Lived
from bot.evaluation.marks import Kind, Mark
from bot.evaluation.metering import Cost
from bot.evaluation.moments import WritingError
from bot.evaluation.scores import failures, table, total, verdict
from bot.evaluation.script import Conversation
from bot.evaluation.seen import Seen
from bot.evaluation.snapshot import Snapshot
from bot.settings import Settings
from tests.bot.evaluation_parts import NOW, entry, having
from tests.fakes.openai_server import OpenAIServer, says_json
from tests.stories.test_network_model import answers_well


def test_an_expectation_nobody_knows_is_refused() -> None:
    with pytest.raises(WritingError, match="not an expectation"):
        check("smells", "good", seen())


def seen(*replies: str, **more: object) -> Seen:
    return Seen(replies, ("OK", "Change"), having(), having(**more), NOW)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "value", "ok"),
    [
        ("says", "not this / fri 13", True),
        ("says", "tuesday", False),
        ("not says", "tuesday", True),
        ("offers", "OK, chan", True),
        ("offers", "Undo", False),
        ("task", "Thu 12 Mar 08:00 Task a (30 min)", True),
        ("task", "Thu 12 Mar 08:00 Other / task a", True),
        ("task", "Thu 12 Mar 09:00 Task a", False),
        ("task", "Thu 12 Mar 08:00 Task a (20 min)", False),
        ("tasks", "1", True),
        ("no task", "task a", False),
        ("every", "Task a on Thu at 08:00", True),
        ("every", "Task a on Wed, Thu", False),
        ("count", "2+ Task", False),
        ("unchanged", "", False),
        ("question", "", True),
        ("question", "none", False),
    ],
)
def test_an_expectation_is_met_or_says_what_was_seen(name: str, value: str, ok: bool) -> None:
    turn = seen("Fri 13 Mar 15:00. Right?", entries=(entry("a", "2026-03-12T08:00"),))
    assert (check(name, value, turn) == "") is ok


PLACED = [
    {
        "title": "Run",
        "weekdays": [0, 3],
        "at": "18:00",
        "minutes": "20 min",
        "weeks": [1, 6],
        "exceptions": [],
    }
]


def on_table(*starts: str, minutes: int = 20) -> Snapshot:
    tasks = [{"title": "Run", "start": f"2026-03-{start}:00+00:00", "minutes": minutes} for start in starts]
    draft = {"output": {"x": 1}, "placed": [PLACED[0] | {"tasks": tasks}], "tags": ["Fitness"]}
    return having(state={"goal_draft": draft, "focus": {"kind": "plan"}})


@pytest.mark.parametrize(
    ("name", "value", "ok"),
    [
        ("plan", "on the table", True),
        ("plan", "changed", True),
        ("plan", "same", False),
        ("plan", "none", False),
        ("plan not on", "Sun", True),
        ("plan not on", "Mon", False),
        ("plan only on", "Mon, Thu", True),
        ("plan only on", "Thu", False),
        ("plan between", "18:00-19:00", True),
        ("plan between", "18:30-19:00", False),
        ("plan line", "1 17:00-22:00", True),
        ("plan line", "2 17:00-22:00", False),
        ("plan minutes", "at most 20", True),
        ("plan minutes", "15", False),
        ("plan minutes", "shorter", True),
        ("plan minutes", "longer", False),
        ("plan tasks", "1", True),
        ("plan fewer", "", True),
        ("plan as many", "", False),
        ("plan starts", "from Mon 16 Mar", True),
        ("plan starts", "from Tue 17 Mar", False),
        ("plan title", "jog / run", True),
        ("tag", "Fitness", True),
        ("tag", "Travel", False),
        ("approves", "", False),
        ("asks", "plan", True),
    ],
)
def test_what_is_expected_of_a_plan_is_met_or_not(name: str, value: str, ok: bool) -> None:
    before = on_table("16T17:00", "19T17:00", "23T17:00")
    turn = Seen((), (), before, on_table("16T17:00", "19T17:00"), NOW)
    assert (check(name, value, turn) == "") is ok


def test_scores_add_up_and_one_broken_hard_rule_is_too_many() -> None:
    good = Lived(Conversation("a", "Good", 1), [Mark(Kind.HARD, True, "x")] * 99, seconds=[0.01, 0.03])
    bad = Lived(
        Conversation("b", "Bad", 1),
        [Mark(Kind.HARD, False, "never mute", "no reply", heard="hi")],
        seconds=[0.02],
    )
    themes, everything = total([(good, Cost(2, 100, 20)), (bad, Cost())])
    assert [score.name for score in themes] == ["a", "b"]
    assert everything.kept(Kind.HARD) == (99, 100)
    assert everything.missed == [Kind.HARD]
    assert "hard 99.0 %" in verdict(everything)
    assert everything.as_json()["tokens"] == {"in": 100, "out": 20}
    assert "99/100" in table(themes, everything)
    assert list(failures(bad)) == ["b.talk: Bad", "  > hi", "    hard: never mute", "        no reply"]


# ------------------------------------------------------------------ the command


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer([says_json({})], answer_by=answers_well) as running:
        yield running


def test_a_network_model_is_lived_with_and_its_cost_is_shown(
    tmp_path: Path, server: OpenAIServer, capsys: pytest.CaptureFixture[str]
) -> None:
    models = {
        f"llm_{kind}_{tier}": f"openai/{kind}-{tier}"
        for kind in ("model", "fallback")
        for tier in ("orchestrator", "planner", "small")
    }
    settings = Settings(
        flux_home=tmp_path, openrouter_api_key="sk-test", openrouter_base_url=server.url, **models
    )
    asked = build_parser().parse_args(["eval", "--model", "network", "--only", "six weeks", "--json"])
    evaluate(settings, asked)
    shown = capsys.readouterr()
    scores = json.loads(shown.out[shown.out.index("{\n") :])["network"]["all"]
    assert "costs money" in shown.err
    assert scores["conversations"] == 2
    assert scores["hard"]["kept"] == scores["hard"]["of"] > 0
    assert scores["calls"] == len(server.asked) > 0
    assert scores["tokens"] == {"in": 100 * len(server.asked), "out": 20 * len(server.asked)}


@pytest.mark.parametrize("arguments", [["--model", "network"], ["--only", "no such talk"]])
def test_what_cannot_be_run_is_said_at_once(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(flux_home=tmp_path, openrouter_api_key="")
    assert evaluate(settings, build_parser().parse_args(["eval", *arguments])) == 2
    assert "flux: no" in capsys.readouterr().err
