"""A plan on its way: the goal, what was asked and answered, the model's proposal, and where code placed it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, time, timedelta
from typing import Any
from uuid import UUID

from agents import diary
from agents.outputs import AvoidSlot, GoalPlannerOutput
from agents.plan_series import PlacedTask, Series, place_plan, placed_tasks, series_of
from agents.state import AgentState, Json
from agents.turn import TurnContext
from reminders.rules.diary import Busy
from reminders.rules.rhythm import Avoid
from reminders.rules.series import PlacedSeries
from storage.vocabulary import WEEKDAYS

_WISH = re.compile(
    r"^(?:(?:please|hi|hello|hey|ok|so|well)[,! ]+)*(?:(?:i|we)(?:'d| would)? (?:really )?(?:want|like|love|wish|need|plan|hope)"
    r"(?: to)?|i'm trying to|my (?:new )?goal is(?: to)?|goal:?|help me(?: to)?|i'd like to|can you help me(?: to)?"
    r"|make (?:me )?a plan (?:to|for)|plan(?: for)?:?)\s+",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Draft:
    """Kept in the conversation's state as plain JSON until it is approved or dropped."""

    goal: str  # as the person said it
    title: str
    starts_on: str  # ISO date, local: week 1 begins
    questions: list[Json] = field(default_factory=list)  # still to be put
    answers: dict[str, str] = field(default_factory=dict)
    tags: list[str] = field(default_factory=list)
    output: Json = field(default_factory=dict)  # GoalPlannerOutput; {} before it was planned
    placed: list[Json] = field(default_factory=list)
    avoid: list[Json] = field(default_factory=list)  # AvoidSlot
    version: int = 0
    question_number: int = 0  # of the buttons under the current version
    goal_id: str = ""  # the active goal this would change; "" for a new one
    pause_goal: str = ""  # an active goal that makes room for this one
    queue: bool = False  # agreed, but it waits until there is room
    earlier: list[Json] = field(default_factory=list)  # outputs of earlier versions, the newest last

    def as_json(self) -> Json:
        return asdict(self)

    @property
    def moments(self) -> list[str]:
        """Every occurrence (ISO, UTC), in order."""
        return sorted(task["start"] for series in self.placed for task in series["tasks"])

    @property
    def plan(self) -> GoalPlannerOutput:
        return GoalPlannerOutput.model_validate(self.output)

    def planned(self, output: GoalPlannerOutput, placed: list[Json]) -> Draft:
        """The next version of the plan."""
        kept = [*self.earlier, self.output][-5:] if self.output else []
        return replace(
            self,
            output=output.model_dump(mode="json"),
            placed=placed,
            version=self.version + 1,
            earlier=kept,
        )


def draft_of(state: AgentState) -> Draft | None:
    kept = state.get("goal_draft") or {}
    return Draft(**kept) if kept else None


def new_draft(ctx: TurnContext, text: str) -> Draft:
    tomorrow = ctx.local_now.date() + timedelta(days=1)
    return Draft(goal=text[:500], title=goal_title(text), starts_on=tomorrow.isoformat())


def goal_title(text: str) -> str:
    """ "I want to run 5 km!" -> "Run 5 km": the first sentence without its wish, at most 80 characters."""
    first = re.split(r"[.!?\n]", text.strip(), maxsplit=1)[0] or text
    plain = _WISH.sub("", " ".join(first.split())).strip(" ,;:-") or first
    if len(plain) > 80:
        plain = plain[:80].rsplit(" ", 1)[0]
    return plain[:1].upper() + plain[1:]


def place(ctx: TurnContext, draft: Draft, plan: GoalPlannerOutput) -> list[Json]:
    """Where each series of the plan goes, in order; a goal's own present tasks do not stand in its way."""
    rhythm = diary.rhythm(ctx)
    own = UUID(draft.goal_id) if draft.goal_id else None
    busy = [diary.as_busy(task) for task in diary.open_tasks(ctx) if own is None or task.goal_id != own]
    starts_on = date.fromisoformat(draft.starts_on)
    earliest = ctx.now + timedelta(hours=1)
    placed = place_plan(plan, starts_on, rhythm, busy, _avoid(draft.avoid), earliest)
    titles = [one.title for one in placed]
    return [
        _as_json(series, one, placed_tasks(series, one, starts_on, rhythm), titles)
        for series, one in zip(series_of(plan), placed, strict=True)
    ]


def _as_json(
    series: Series, placed: PlacedSeries, tasks: Sequence[PlacedTask], titles: Sequence[str]
) -> Json:
    """A series that only makes room for another one of the same plan has not been moved by anything."""
    moved = placed.moved or ""
    among_themselves = any(moved.endswith(f"taken by {title}") for title in titles)
    return {
        "title": series.title,
        "minutes": series.minutes_in_words(),
        "weeks_in_words": series.weeks_in_words(),
        "weeks": [series.first.week_range[0], series.stages[-1].week_range[1]],
        "weekdays": list(placed.weekdays),
        "at": f"{placed.at:%H:%M}",
        "reason": placed.reason,
        "moved": "" if among_themselves else moved,
        "exceptions": [moved.words for moved in placed.exceptions],
        "conflicts": [conflict.message for conflict in placed.conflicts],
        "tasks": [
            {
                "title": task.title,
                "description": task.description,
                "start": task.start.isoformat(),
                "minutes": task.minutes,
            }
            for task in tasks
        ],
    }


def busy_json(busy: Sequence[Busy]) -> list[Json]:
    return [{"start": one.start.isoformat(), "end": one.end.isoformat(), "title": one.title} for one in busy]


def _avoid(slots: Sequence[dict[str, Any]]) -> list[Avoid]:
    found = [AvoidSlot.model_validate(one) for one in slots]
    return [
        Avoid(
            WEEKDAYS.index(one.day),
            time.fromisoformat(one.time_range.partition("-")[0]),
            time.fromisoformat(one.time_range.partition("-")[2]),
            one.reason,
            one.confidence,
        )
        for one in found
    ]
