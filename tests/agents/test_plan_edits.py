"""A wish for a change in words becomes an operation on the plan, or nothing at all; never a guess."""

from __future__ import annotations

from datetime import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.briefs import PlannerBrief
from agents.offline.planner import make_plan
from agents.outputs import GoalPlannerOutput
from agents.plans.edits.operations import (
    EditKind,
    PlanEdit,
    apply_edits,
    easier,
    fewer_days,
    harder,
    start_shift,
)
from agents.plans.edits.words import parse_edit
from agents.plans.replies import says_no, says_yes
from agents.plans.series import series_of

PLAN = make_plan(PlannerBrief(goal="run a 5k"))  # 1 Easy run: 3 days, morning; 2 Loosen up: once, evening


def edit(kind: EditKind, series: int = 0, **more: Any) -> PlanEdit:
    return PlanEdit(kind, series, **more)


@pytest.mark.parametrize(
    ("text", "edits"),
    [
        ("move 2 to the morning", [edit(EditKind.MOVE, 2, part="morning")]),
        ("move 1 to 7am", [edit(EditKind.MOVE, 1, at=time(7))]),
        ("the second one on Friday", [edit(EditKind.MOVE, 2, weekdays=(4,))]),
        ("move the run to Tuesday and Thursday", [edit(EditKind.MOVE, 1, weekdays=(1, 3))]),
        ("can we do evenings?", [edit(EditKind.MOVE, part="evening")]),
        ("no Sundays", [edit(EditKind.NOT_ON, weekdays=(6,))]),
        ("ok but not on Mondays", [edit(EditKind.NOT_ON, weekdays=(0,))]),
        ("I can't on Wednesdays and weekends", [edit(EditKind.NOT_ON, weekdays=(2, 5, 6))]),
        ("Tuesday instead of Monday", [edit(EditKind.SWAP_DAY, weekdays=(1,), away=(0,))]),
        ("drop 2", [edit(EditKind.DROP, 2)]),
        ("please remove the last one", [edit(EditKind.DROP, 2)]),
        ("make it easier", [edit(EditKind.EASIER)]),
        ("too hard", [edit(EditKind.EASIER)]),
        ("make 1 longer", [edit(EditKind.HARDER, 1)]),
        ("fewer days", [edit(EditKind.FEWER_DAYS)]),
        ("only twice a week", [edit(EditKind.DAYS, 1, count=2)]),
        ("every day", [edit(EditKind.DAYS, 1, count=7)]),
        ("20 minutes instead", [edit(EditKind.MINUTES, 1, count=20)]),
        ("rename 1 to Morning jog", [edit(EditKind.RENAME, 1, title="Morning jog")]),
        ("start a week later", [edit(EditKind.START_LATER, count=7)]),
        ("start in two weeks", [edit(EditKind.START_LATER, count=14)]),
        ("move 2 earlier", [edit(EditKind.EARLIER, 2)]),
        ("task 1 at 18:30 and drop 2", [edit(EditKind.MOVE, 1, at=time(18, 30)), edit(EditKind.DROP, 2)]),
        (
            "move 2 to the morning and make it shorter",
            [edit(EditKind.MOVE, 2, part="morning"), edit(EditKind.EASIER, 2)],
        ),
        ("move the stretching to Sunday", [edit(EditKind.MOVE, 2, weekdays=(6,))]),
        ("change everything to the evening", [edit(EditKind.MOVE, part="evening")]),
    ],
)
def test_a_change_in_words_is_read(text: str, edits: list[PlanEdit]) -> None:
    assert parse_edit(text, PLAN) == edits


@pytest.mark.parametrize(
    "text",
    [
        "looks good",
        "yes",
        "no",
        "call mum tomorrow 6pm",
        "remind me to buy milk on Friday at 5",
        "what's on today?",
        "move 9 to Monday",
        "move the dentist to Monday",
        "drop 7",
        "",
        "why?",
    ],
)
def test_what_is_no_change_or_names_no_task_of_the_plan_changes_nothing(text: str) -> None:
    assert parse_edit(text, PLAN) == []


def changed(text: str) -> tuple[GoalPlannerOutput, list[str]]:
    return apply_edits(PLAN, parse_edit(text, PLAN))


def test_only_the_difference_is_said() -> None:
    assert changed("move 2 to the morning")[1] == ["Loosen up: once a week, evening → once a week, morning"]
    assert changed("move 2 to the evening")[1] == []
    assert changed("drop 2")[1] == ["Loosen up is dropped"]
    assert changed("rename 1 to Morning jog")[1] == ["Easy run is now called Morning jog"]
    assert changed("no Sundays")[1] == ["Easy run: never on Sunday", "Loosen up: never on Sunday"]


def test_an_edit_reaches_every_stage_of_its_series() -> None:
    run = series_of(changed("move 1 to 7am")[0])[0]
    assert {stage.suggested_time for stage in run.stages} == {"07:00"}
    assert all(stage.time_said for stage in run.stages)


def test_easier_and_harder_change_lengths_and_the_sentence_about_them() -> None:
    run = series_of(easier(PLAN))[0]
    assert [stage.duration_minutes for stage in run.stages] == [10, 15, 20]
    assert all(f"{stage.duration_minutes} minutes" in stage.description for stage in run.stages)
    assert series_of(harder(PLAN))[0].longest > series_of(PLAN)[0].longest
    assert series_of(fewer_days(PLAN))[0].first.days_a_week == 2


def test_easier_has_a_floor_and_harder_a_ceiling() -> None:
    small, big = PLAN, PLAN
    for _ in range(30):
        small, big = easier(small), harder(big)
    assert min(task.duration_minutes for task in small.proposed_tasks) == 5
    assert max(task.duration_minutes for task in big.proposed_tasks) == 480


def test_a_day_kept_free_moves_its_sessions_to_the_next_best_days() -> None:
    fixed, _ = changed("move 1 to Monday, Wednesday and Sunday")
    free, words = apply_edits(fixed, [edit(EditKind.NOT_ON, weekdays=(6,))])
    run = series_of(free)[0].first
    assert len(run.weekdays) == 3
    assert 6 not in run.weekdays
    assert {0, 2} <= set(run.weekdays)
    assert len(words) == 2


def test_a_week_without_any_day_is_not_carried_out() -> None:
    assert apply_edits(PLAN, [edit(EditKind.NOT_ON, weekdays=tuple(range(7)))]) == (PLAN, [])


def test_the_last_task_is_not_dropped() -> None:
    left, words = apply_edits(PLAN, [edit(EditKind.DROP, 1), edit(EditKind.DROP, 2)])
    assert len(series_of(left)) == 1
    assert words == ["Easy run is dropped"]


def test_a_later_start_is_told_to_whoever_keeps_the_date() -> None:
    edits = parse_edit("start a week later and drop 2", PLAN)
    assert start_shift(edits) == 7
    assert len(series_of(apply_edits(PLAN, edits)[0])) == 1


@given(st.text(max_size=200))
def test_no_text_breaks_the_reading_or_the_plan(text: str) -> None:
    plan, _ = apply_edits(PLAN, parse_edit(text, PLAN))
    assert GoalPlannerOutput.model_validate(plan.model_dump()).proposed_tasks


@pytest.mark.parametrize(
    "text",
    ["yes", "Yes!", "ok", "Looks good to me", "perfect, thanks", "👍🏽", "do it", "let's go", "yep, go ahead", "no changes",
     "that works for me", "alright, let's do it", "I'm in", "yes please", "fine", "great plan"],
)  # fmt: skip
def test_plain_agreement_is_a_yes(text: str) -> None:
    assert says_yes(text)
    assert not says_no(text)


@pytest.mark.parametrize(
    "text",
    ["ok but easier", "yes but not on Sunday", "looks good except Monday", "ok?", "ok, move 2 to the evening", "not good",
     "maybe", "yes if it is shorter", "good grief", "go", "start", "start later", "hmm ok", "ok, fewer days", "", "👍👎",
     "I don't think that works", "would that be fine", "fine, whatever Tuesday", "yes and no", "👎", "drop 3, then ok"],
)  # fmt: skip
def test_anything_with_a_condition_is_not_a_yes(text: str) -> None:
    assert not says_yes(text)


@pytest.mark.parametrize(
    "text", ["no", "nope", "forget it", "never mind", "no thanks", "❌", "no, forget it", "cancel it please"]
)
def test_turning_it_down_is_a_no(text: str) -> None:
    assert says_no(text)


@pytest.mark.parametrize(
    "text", ["no Sundays", "no, make it easier", "cancel task 2", "not so early", "drop 2", "no problem"]
)
def test_a_wish_for_a_change_is_not_a_no(text: str) -> None:
    assert not says_no(text)


def test_a_week_off_stays_empty_and_the_rest_goes_on() -> None:
    free, words = apply_edits(PLAN, [edit(EditKind.SKIP_WEEKS, weeks=(3,))])
    assert {stage.weeks_off[0] for stage in free.proposed_tasks} == {3}
    assert words == [
        "Easy run: weeks 1-6 → weeks 1-6 without 3",
        "Loosen up: weeks 1-6 → weeks 1-6 without 3",
    ]


def test_a_shorter_plan_cuts_the_ramp_and_a_longer_one_draws_out_its_last_stage() -> None:
    short, _ = apply_edits(PLAN, [edit(EditKind.WEEKS, count=3)])
    assert [stage.week_range for stage in series_of(short)[0].stages] == [(1, 2), (3, 3)]
    long, _ = apply_edits(short, [edit(EditKind.WEEKS, count=5)])
    assert [stage.week_range for stage in series_of(long)[0].stages] == [(1, 2), (3, 5)]


def test_two_series_change_places() -> None:
    swapped, _ = apply_edits(PLAN, [edit(EditKind.SWAP, 1, other=2)])
    run, stretch = series_of(swapped)
    assert (run.first.day_part, run.first.days_a_week) == ("evening", 3)
    assert (stretch.first.day_part, stretch.first.days_a_week) == ("morning", 1)


def test_a_new_series_is_added_and_a_name_stays_one_series() -> None:
    more, words = apply_edits(PLAN, [edit(EditKind.ADD, title="Swim", weekdays=(4,), count=30)])
    assert words == ["New: Swim"]
    assert series_of(more)[2].first.weekdays == (4,)
    assert apply_edits(PLAN, [edit(EditKind.ADD, title="easy run")])[1] == []
    assert apply_edits(PLAN, [edit(EditKind.RENAME, 2, title="Easy Run")]) == (PLAN, [])


def test_relative_lengths_and_counts() -> None:
    def run(*edits: PlanEdit) -> list[int]:
        return [stage.duration_minutes for stage in series_of(apply_edits(PLAN, edits)[0])[0].stages]

    assert run(edit(EditKind.MINUTES_BY, 1, count=10)) == [25, 30, 40]
    assert run(edit(EditKind.MINUTES_TIMES, 1, count=50)) == [10, 10, 15]
    assert run(edit(EditKind.MINUTES_BY, 1, count=-60)) == [5, 5, 5]
    twice, _ = apply_edits(PLAN, [edit(EditKind.DAYS_TIMES, 1, count=200)])
    assert series_of(twice)[0].first.days_a_week == 6
