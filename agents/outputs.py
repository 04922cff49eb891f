"""What a language model may answer, role by role; nonsense fails here with a message a model can act on."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time
from itertools import combinations
from typing import Annotated, Any
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    model_validator,
)

from agents.faithful import is_faithful
from reminders.rules.recurrence import check_rule
from reminders.rules.rhythm import DAY_PARTS
from storage.vocabulary import TAGS, WEEKDAYS, ApprovalStatus, Intent

_LONGEST_REASON = 200  # characters
SAID_BY_PEOPLE = frozenset({"days_said", "time_said", "weeks_off", "not_before", "not_after"})
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_CANONICAL_TAGS = {tag.lower(): tag for tag in TAGS}
_CANONICAL_DAYS = {day.lower(): day for day in WEEKDAYS}


def _weekday(value: Any) -> Any:
    if isinstance(value, str) and value.strip().lower() in _CANONICAL_DAYS:
        return _CANONICAL_DAYS[value.strip().lower()]
    raise ValueError(f"{value!r} is not a weekday; use {', '.join(WEEKDAYS)}")


def _clock(value: Any) -> Any:
    match = _CLOCK.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise ValueError(f'{value!r} is not a local time; use "HH:MM", for example "07:00"')
    return f"{int(match[1]):02d}:{match[2]}"


def _time_range(value: Any) -> Any:
    start, dash, end = value.partition("-") if isinstance(value, str) else ("", "", "")
    if not dash:
        raise ValueError(f'{value!r} is not a time range; use "HH:MM-HH:MM"')
    return f"{_clock(start)}-{_clock(end)}"


def _day_part(value: Any) -> Any:
    if isinstance(value, str) and value.strip().lower() in DAY_PARTS:
        return value.strip().lower()
    raise ValueError(f"{value!r} is not a part of the day; use {', '.join(DAY_PARTS)}")


def _tag(value: Any) -> Any:
    tag = _CANONICAL_TAGS.get(value.strip().lower()) if isinstance(value, str) else None
    if tag is None:
        raise ValueError(f"{value!r} is not a tag; use {', '.join(TAGS)}")
    return tag


def _utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("a moment needs its zone, for example 2026-03-12T18:00:00Z")
    return value.astimezone(UTC)


Weekday = Annotated[str, BeforeValidator(_weekday)]
Clock = Annotated[str, BeforeValidator(_clock)]
TimeRange = Annotated[str, BeforeValidator(_time_range)]
DayPart = Annotated[str, BeforeValidator(_day_part)]
Tag = Annotated[str, BeforeValidator(_tag)]
Moment = Annotated[datetime, AfterValidator(_utc)]
Line = Annotated[str, Field(min_length=1, max_length=120)]
Minutes = Annotated[int, Field(ge=5, le=480)]
Share = Annotated[float, Field(ge=0, le=1)]


class _Output(BaseModel):
    """Models add keys nobody asked for: they are ignored. Wrong values are not."""

    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)


class OrchestratorOutput(_Output):
    intent: Intent
    payload: dict[str, Any] = Field(default_factory=dict)
    clarification_question: str | None = Field(default=None, max_length=300)
    task_id: UUID | None = None
    goal_id: UUID | None = None

    @model_validator(mode="after")
    def _asks_when_unclear(self) -> OrchestratorOutput:
        if self.intent is Intent.CLARIFY and not self.clarification_question:
            raise ValueError("intent CLARIFY needs a clarification_question")
        return self


class ProposedTask(_Output):
    """One series of a plan. Days and times are what was said, in local words; code decides where they go.

    Without `scheduled_days`, `times_per_week` says how many days and code picks them; without `suggested_time`,
    `day_part` says when, and without both the person's own rhythm does.
    """

    title: Line
    description: str = Field(default="", max_length=500)
    scheduled_days: list[Weekday] = Field(default_factory=list, max_length=7)
    suggested_time: Clock | None = None
    duration_minutes: Minutes
    recurrence_rule: str | None = None
    week_range: tuple[int, int] = (1, 6)
    times_per_week: int | None = Field(default=None, ge=1, le=7)
    day_part: DayPart | None = None
    not_on: list[Weekday] = Field(default_factory=list)  # days the person keeps free
    weeks_off: list[Annotated[int, Field(ge=1, le=6)]] = Field(default_factory=list)  # weeks kept free
    not_before: Clock | None = None  # the person's limits of the day; never set by a model
    not_after: Clock | None = None
    days_said: bool = False  # the person's own words named the days; never set by a model
    time_said: bool = False  # the person's own words named the time; never set by a model

    @model_validator(mode="before")
    @classmethod
    def _speaks_for_nobody(cls, data: Any, info: ValidationInfo) -> Any:
        """An answer of a network model cannot claim that the person said something."""
        if isinstance(data, dict) and (info.context or {}).get("from_model"):
            return {key: value for key, value in data.items() if key not in SAID_BY_PEOPLE}
        return data

    @model_validator(mode="after")
    def _says_when(self) -> ProposedTask:
        first, last = self.week_range
        if not 1 <= first <= last <= 6:
            raise ValueError("week_range must be [first, last] with 1 <= first <= last <= 6")
        if len(set(self.scheduled_days)) != len(self.scheduled_days):
            raise ValueError("scheduled_days names a weekday twice")
        if not self.scheduled_days and self.times_per_week is None:
            raise ValueError("give scheduled_days or times_per_week")
        if self.recurrence_rule:
            check_rule(self.recurrence_rule)
        return self

    @property
    def weekdays(self) -> tuple[int, ...]:
        """Monday is 0; empty when only a count was given."""
        return tuple(sorted(WEEKDAYS.index(day) for day in self.scheduled_days))

    @property
    def days_a_week(self) -> int:
        return len(self.scheduled_days) or self.times_per_week or 1

    @property
    def local_time(self) -> time | None:
        return time.fromisoformat(self.suggested_time) if self.suggested_time else None


def _weeks_meet(first: ProposedTask, second: ProposedTask) -> bool:
    return first.week_range[0] <= second.week_range[1] and second.week_range[0] <= first.week_range[1]


class MicroGoal(_Output):
    title: Line
    description: str = Field(default="", max_length=500)
    pipeline_order: int = Field(ge=1, le=20)
    target_weeks: int = Field(default=6, ge=1, le=6)


class ConflictDetected(_Output):
    existing_task_title: str
    scheduled_at: Moment
    message: str


class GoalPlannerOutput(_Output):
    goal_feasible_in_6_weeks: bool
    micro_goal_roadmap: list[MicroGoal] = Field(default_factory=list, max_length=12)
    # Tasks of the same title are stages of one series: same days, same time, one after the other.
    proposed_tasks: list[ProposedTask] = Field(default_factory=list, max_length=9)
    conflicts_detected: list[ConflictDetected] = Field(default_factory=list)
    plan_summary: str = Field(min_length=1, max_length=1200)
    approval_status: ApprovalStatus = ApprovalStatus.PENDING

    @model_validator(mode="after")
    def _is_a_plan(self) -> GoalPlannerOutput:
        if not self.proposed_tasks and self.approval_status is not ApprovalStatus.ABANDONED:
            raise ValueError("proposed_tasks needs at least one task")
        if not self.goal_feasible_in_6_weeks and len(self.micro_goal_roadmap) < 2:
            raise ValueError(
                "a goal that takes more than 6 weeks needs a micro_goal_roadmap of at least 2 sprints"
            )
        orders = [goal.pipeline_order for goal in self.micro_goal_roadmap]
        if len(set(orders)) != len(orders):
            raise ValueError("pipeline_order must be different for each micro goal")
        for first, second in combinations(self.proposed_tasks, 2):
            if first.title.casefold() == second.title.casefold() and _weeks_meet(first, second):
                raise ValueError(f"the stages of {first.title!r} share a week; week_range must not overlap")
        return self


class ClassifierOutput(_Output):
    tags: list[Tag] = Field(min_length=1, max_length=3)

    @model_validator(mode="after")
    def _other_stands_alone(self) -> ClassifierOutput:
        if len(set(self.tags)) != len(self.tags):
            raise ValueError("each tag once")
        if "Other" in self.tags and len(self.tags) > 1:
            raise ValueError("Other is only used alone")
        return self


class SlotResult(_Output):
    task_title: str
    scheduled_at: Moment
    duration_minutes: int = Field(ge=1, le=1440)
    conflict: str | None = None


class SchedulerOutput(_Output):
    """Computed by code; a model only ever picks among offers (`SlotPick`)."""

    slots: list[SlotResult] = Field(default_factory=list)
    conflicts: list[ConflictDetected] = Field(default_factory=list)
    first_available_start: Moment | None = None


class SlotPick(_Output):
    """Ids of the offers in `SchedulerBrief`, the best first."""

    slot_ids: list[str] = Field(min_length=1, max_length=5)


class AvoidSlot(_Output):
    day: Weekday
    time_range: TimeRange
    reason: str
    confidence: Share

    def reworded(self, words: str) -> AvoidSlot:
        """With other words for the same reason; words that add or change a fact are left out."""
        facts = f"{self.day} {self.time_range} {self.reason}"
        kept = words if len(words) <= _LONGEST_REASON and is_faithful(words, facts) else self.reason
        return self.model_copy(update={"reason": kept})


class CategoryPerformance(_Output):
    category: str
    completion_rate: Share


class PatternObserverOutput(_Output):
    """The numbers are computed by code; the model may only word `reason` and `general_notes`."""

    best_times: list[TimeRange] = Field(default_factory=list)
    avoid_slots: list[AvoidSlot] = Field(default_factory=list)
    category_performance: list[CategoryPerformance] = Field(default_factory=list)
    general_notes: str = Field(default="", max_length=600)

    def reworded_by(self, answer: PatternObserverOutput) -> PatternObserverOutput:
        """These numbers with the other's words, where both speak of the same slot and the words say nothing else."""
        words = {(slot.day, slot.time_range): slot.reason for slot in answer.avoid_slots}
        slots = [slot.reworded(words.get((slot.day, slot.time_range), "")) for slot in self.avoid_slots]
        notes = answer.general_notes if is_faithful(answer.general_notes, self.facts()) else ""
        return self.model_copy(update={"avoid_slots": slots, "general_notes": notes or self.general_notes})

    def facts(self) -> str:
        """All that was found, as one text that words can be held against."""
        slots = [f"{slot.day} {slot.time_range} {slot.reason}" for slot in self.avoid_slots]
        rates = [
            f"{one.category} {one.completion_rate} {one.completion_rate:.0%}"
            for one in self.category_performance
        ]
        return " ".join([*self.best_times, *slots, *rates, self.general_notes])


class Summary(_Output):
    text: str = Field(min_length=1, max_length=4000)
