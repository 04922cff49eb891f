"""Plans know what was learned: hours that work, slots that do not, and a gentler beginning where little worked out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from agents.outputs import CategoryPerformance, GoalPlannerOutput, ProposedTask
from agents.plans.gentle import gentler
from storage.patterns import overrule, save_avoidance
from storage.tables import Goal, Pattern, Task

Talk = Any  # tests/agents/conftest.py


def history(talk: Talk, hour: int, share: float, tag: str = "Learning") -> None:
    """Three weeks of one task a day at that local hour, that share of them done."""
    with talk.database.service() as session:
        goal = Goal(user_id=talk.user_id, title="Before", class_tags=[tag], status="completed")
        session.add(goal)
        session.flush()
        for days in range(1, 22):
            at = (talk.now - timedelta(days=days)).replace(hour=hour - 1)  # Berlin, winter
            done = (days % 10) < 10 * share
            session.add(
                Task(
                    user_id=talk.user_id,
                    goal_id=goal.id,
                    title="Something",
                    status="done" if done else "missed",
                    scheduled_at=at,
                    completed_at=at if done else None,
                    local_day=at.date(),
                    created_at=at,
                    stage="closed",
                )
            )


def to_the_plan(talk: Talk, goal: str) -> dict[str, Any]:
    talk.say(goal)
    for _ in range(4):
        if talk.result.proposed_plan:
            return dict(talk.result.proposed_plan)
        talk.tap("Skip")
    raise AssertionError(talk.text)


def test_times_are_offered_where_things_got_done_before(talk: Talk) -> None:
    history(talk, 13, 0.9)
    to_the_plan(talk, "I want to learn Spanish")
    talk.say("forget it")
    offered = talk.say("remind me to sort the photos tomorrow")
    assert "Thu 12 Mar 12:" in offered or "Thu 12 Mar 13:" in offered
    with talk.database.service() as session:
        kinds = {row.pattern_type for row in session.query(Pattern)}
    assert kinds == {"completion_streak", "category_performance"}


def test_why_tells_what_was_learned_and_not_what_was_overruled(talk: Talk) -> None:
    history(talk, 13, 0.9)
    to_the_plan(talk, "I want to learn Spanish")
    talk.say("forget it")
    monday = {"day": "Monday", "weekday": 0, "time": "07:00", "time_range": "06:00-08:00"}
    with talk.database.service() as session:
        row, _ = save_avoidance(session, talk.user_id, "Monday 07:00 was missed", monday, 0.7, talk.now)
    said = talk.say("/why")
    assert "Most gets done between 12:00 and 14:00.\nMonday 07:00 was missed." in said
    with talk.database.service() as session:
        overrule(session.get_one(Pattern, row.id), talk.now, confidence=0.1, said="no")
    assert "Monday" not in talk.say("/why")


def test_planning_again_writes_no_row_twice(talk: Talk) -> None:
    history(talk, 13, 0.9)
    for goal in ("I want to learn Spanish", "I want to declutter my home"):
        to_the_plan(talk, goal)
        talk.say("forget it")
    with talk.database.service() as session:
        about = [row.data["about"] for row in session.query(Pattern)]
    assert sorted(about) == sorted(set(about))


def test_a_plan_begins_gently_where_little_worked_out(talk: Talk) -> None:
    history(talk, 13, 0.3)
    gentle = to_the_plan(talk, "I want to learn Spanish")
    assert "It starts gently: lately 33% of Learning tasks worked out." in gentle["plan_summary"]
    first = min(gentle["proposed_tasks"], key=lambda task: task["week_range"])
    later = max(gentle["proposed_tasks"], key=lambda task: task["week_range"])
    assert first["duration_minutes"] < later["duration_minutes"]


def plan(*tasks: ProposedTask) -> GoalPlannerOutput:
    return GoalPlannerOutput(
        goal_feasible_in_6_weeks=True, proposed_tasks=list(tasks), plan_summary="A plan."
    )


LOW = [CategoryPerformance(category="Fitness", completion_rate=0.25)]
RUN = ProposedTask(title="Run", scheduled_days=["Monday"], duration_minutes=30)


def test_a_stage_is_parted_after_two_weeks() -> None:
    tasks = gentler(plan(RUN), ["Fitness"], LOW).proposed_tasks
    assert [(task.week_range, task.duration_minutes) for task in tasks] == [((1, 2), 20), ((3, 6), 30)]
    GoalPlannerOutput.model_validate(plan(*tasks).model_dump())


def test_what_was_said_works_well_or_is_short_stays() -> None:
    assert gentler(plan(RUN), ["Fitness"], LOW, "run for 30 minutes") == plan(RUN)
    assert gentler(plan(RUN), ["Home"], LOW) == plan(RUN)
    well = [CategoryPerformance(category="Fitness", completion_rate=0.8)]
    assert gentler(plan(RUN), ["Fitness"], well) == plan(RUN)
    short = plan(RUN.model_copy(update={"duration_minutes": 10}))
    assert gentler(short, ["Fitness"], LOW) == short
