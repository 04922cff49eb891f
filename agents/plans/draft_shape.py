"""Whether a stored draft of a plan can still be worked with, whatever version wrote it."""

from __future__ import annotations

from dataclasses import fields
from datetime import date, time

from pydantic import AwareDatetime, BaseModel

from agents.outputs import GoalPlannerOutput
from agents.plans.draft import Draft
from agents.state import Json


class _Task(BaseModel):
    """What is read of a placed task; more may be there."""

    title: str
    start: AwareDatetime
    minutes: int


class _Series(BaseModel):
    """What is read of a placed series; more may be there."""

    title: str
    weekdays: list[int]
    at: time
    tasks: list[_Task]


def readable_draft(kept: Json) -> Draft | None:
    """Unknown fields are left out; None when what is needed is not there, or is something else."""
    known = {one.name: kept[one.name] for one in fields(Draft) if one.name in kept}
    try:
        draft = Draft(**known)
        date.fromisoformat(draft.starts_on)
        if draft.output:
            GoalPlannerOutput.model_validate(draft.output)
        for series in draft.placed:
            _Series.model_validate(series)
        shapes = (
            (str, [draft.goal, draft.title, draft.goal_id, draft.pause_goal, *draft.answers.values()]),
            (int, [draft.version, draft.question_number]),
            (dict, [*draft.questions, *draft.avoid, *draft.earlier, draft.answers]),
        )
    except (TypeError, ValueError, AttributeError):
        return None
    return draft if all(isinstance(one, shape) for shape, ones in shapes for one in ones) else None
