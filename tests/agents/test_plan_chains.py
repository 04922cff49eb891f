"""Any chain of changes keeps the hard rules, and as many steps back give exactly the plan there was."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from agents.briefs import PlannerBrief
from agents.offline.planner import make_plan
from agents.outputs import GoalPlannerOutput
from agents.plans.draft import Draft, read_draft
from agents.plans.draft_versions import redone, undone
from agents.plans.edits.editing import carry_out
from agents.plans.edits.operations import EditKind, PlanEdit
from agents.plans.series import place_plan, placed_tasks, series_of
from agents.plans.steady import steady
from agents.state import Json
from reminders.rules.rhythm import Rhythm
from reminders.rules.slots import BUFFER, HORIZON, Busy

START = date(2026, 3, 16)  # a Monday; the clocks change on the 29th
RHYTHM = Rhythm(
    ZoneInfo("Europe/Berlin"), sleep=(time(23), time(7)), work=(time(9), time(17), frozenset(range(5)))
)
TAKEN = [
    Busy(at, at + timedelta(hours=1), "Choir")
    for week in range(7)
    for at in [datetime(2026, 3, 17, 17, 30, tzinfo=UTC) + timedelta(weeks=week)]
]
PLANS = [
    make_plan(PlannerBrief(goal=goal))
    for goal in ("run a 5k", "learn Spanish", "declutter my flat", "read more books")
]

days = st.sets(st.integers(0, 6), max_size=6).map(lambda found: tuple(sorted(found)))
clocks = st.one_of(
    st.none(), st.times().map(lambda at: at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0))
)
edits = st.builds(
    PlanEdit,
    kind=st.sampled_from(list(EditKind)),
    series=st.integers(0, 4),
    weekdays=days,
    away=days,
    at=clocks,
    part=st.sampled_from([None, "morning", "noon", "evening", "night"]),
    count=st.integers(-30, 200),
    title=st.sampled_from(["", "Swim", "Jog", "Loosen up"]),
    other=st.integers(0, 4),
    per_week=st.integers(0, 9),
    weeks=st.sets(st.integers(1, 6), max_size=3).map(tuple),
)


def placed(plan: GoalPlannerOutput) -> list[Json]:
    """As agents.plans.placing.place writes it, as far as edits read it."""
    found = place_plan(plan, START, RHYTHM, TAKEN)
    return [
        {
            "title": series.title,
            "weekdays": list(one.weekdays),
            "at": f"{one.at:%H:%M}",
            "moved": "",
            "tasks": [
                {"start": task.start.isoformat(), "minutes": task.minutes}
                for task in placed_tasks(series, one, START, RHYTHM)
            ],
        }
        for series, one in zip(series_of(plan), found, strict=True)
    ]


def first(plan: GoalPlannerOutput) -> Draft:
    return Draft(goal="g", title="G", starts_on=START.isoformat()).planned(plan, placed(plan))


def changed(draft: Draft, edit: PlanEdit) -> Draft:
    edited = carry_out(draft, [edit], "", RHYTHM)
    return draft.planned(edited.plan, placed(steady(edited.plan, draft.plan, draft.placed)))


def check(draft: Draft) -> None:
    """Never asleep, never twice at once, never outside six weeks, never in hours or weeks kept free."""
    horizon = datetime.combine(START, time(0), RHYTHM.zone).astimezone(UTC) + HORIZON
    spans = [
        (datetime.fromisoformat(task["start"]), task["minutes"])
        for one in draft.placed
        for task in one["tasks"]
    ]
    ends = sorted((start, start + timedelta(minutes=minutes)) for start, minutes in spans)
    for start, end in ends:
        assert not RHYTHM.sleeps_between(start, end)
        assert RHYTHM.day(start) >= START
        assert end <= horizon
        assert all(end + BUFFER <= busy.start or start >= busy.end + BUFFER for busy in TAKEN)
    for (_, end), (start, _) in pairwise(ends):
        assert end + BUFFER <= start
    for series, one in zip(series_of(draft.plan), draft.placed, strict=True):
        for task in one["tasks"]:
            start = datetime.fromisoformat(task["start"])
            week = (RHYTHM.day(start) - START).days // 7 + 1
            assert week not in series.first.weeks_off
            assert f"{RHYTHM.local(start):%A}" not in series.first.not_on


@settings(max_examples=40)
@given(st.sampled_from(PLANS), st.lists(edits, min_size=1, max_size=4))
def test_any_chain_of_changes_keeps_the_hard_rules_and_can_be_undone(
    plan: GoalPlannerOutput, chain: list[PlanEdit]
) -> None:
    draft = first(plan)
    outputs = [draft.output]
    for edit in chain:
        draft = changed(draft, edit)
        assert draft.plan.proposed_tasks
        check(draft)
        outputs.append(draft.output)
    for output in reversed(outputs[:-1]):
        back = undone(draft)
        assert back is not None
        assert back.output == output
        draft = back
    assert undone(draft) is None
    for output in outputs[1:]:
        forth = redone(draft)
        assert forth is not None
        assert forth.output == output
        draft = forth


def test_a_version_gone_back_to_is_placed_where_it_was() -> None:
    draft = first(PLANS[0])
    where = [(one["weekdays"], one["at"]) for one in draft.placed]
    later = changed(
        changed(draft, PlanEdit(EditKind.DAYS, 1, count=7)), PlanEdit(EditKind.MOVE, 2, at=time(7, 30))
    )
    back = undone(later)
    again = undone(back) if back else None
    assert again is not None
    there = placed(steady(again.plan, again.plan, again.cues))
    assert [(one["weekdays"], one["at"]) for one in there] == where


def test_thirty_versions_keep_the_first_and_the_newest() -> None:
    draft = first(PLANS[0])
    for count in range(30):
        draft = changed(draft, PlanEdit(EditKind.MINUTES, 1, count=10 + 5 * (count % 4)))
    kept = [one["version"] for one in draft.versions]
    assert kept[0] == 1
    assert kept[-5:] == [26, 27, 28, 29, 30]
    assert len(kept) <= 13


def test_a_draft_of_another_version_is_read() -> None:
    """Outputs of earlier versions without their numbers, and a field this version does not know."""
    draft = first(PLANS[0])
    old = {**draft.as_json(), "version": 3, "newest": 0, "versions": [], "back": [], "unheard_of": 1}
    read = read_draft(old | {"earlier": [PLANS[1].model_dump(mode="json"), PLANS[2].model_dump(mode="json")]})
    assert read is not None
    back = undone(read)
    assert back is not None
    assert (back.version, back.plan) == (2, PLANS[2])
    assert changed(read, PlanEdit(EditKind.EASIER)).version == 4
