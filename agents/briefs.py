"""What each role of the language model is told: exactly what it needs, and no field for a name, number or e-mail."""

from __future__ import annotations

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from agents.outputs import AvoidSlot, GoalPlannerOutput, PatternObserverOutput


class _Brief(BaseModel):
    model_config = ConfigDict(frozen=True)


class TaskLine(_Brief):
    """A task as a model sees it: an id to answer with, and words."""

    id: str
    title: str
    when: str  # local, in words


class GoalLine(_Brief):
    id: str
    title: str


class OrchestratorBrief(_Brief):
    text: str  # what the person wrote, as data
    local_now: AwareDatetime  # in the person's zone
    timezone: str
    open_tasks: list[TaskLine] = Field(default_factory=list)
    active_goals: list[GoalLine] = Field(default_factory=list)
    last_question: str | None = None


class DayFacts(_Brief):
    """A person's day, local times in words that a model can read ("23:00-06:30")."""

    sleep: str | None = None
    work: str | None = None
    chronotype: str = "neutral"


class PlannerBrief(_Brief):
    goal: str  # as the person said it
    answers: dict[str, str] = Field(default_factory=dict)  # ClarifyingQuestion.key -> what was answered
    tags: list[str] = Field(default_factory=list)
    day: DayFacts = Field(default_factory=DayFacts)
    taken: list[str] = Field(default_factory=list)  # "Monday 18:00 Yoga (60 min)", computed by code
    free: list[str] = Field(default_factory=list)  # "Tuesday evening", computed by code
    best_times: list[str] = Field(default_factory=list)
    avoid: list[AvoidSlot] = Field(default_factory=list)
    weeks: int = Field(default=6, ge=1, le=6)
    current_plan: GoalPlannerOutput | None = None
    change: str | None = None  # an edit in the person's words that code did not understand
    sprint: int = 1  # which part of a roadmap this is
    done_share: float | None = None  # how much of the sprint before was done
    days_left: int | None = None  # until the deadline that the goal names, today included


class ClassifierBrief(_Brief):
    goal: str
    description: str = ""


class SlotOffer(_Brief):
    id: str  # "a", "b", ...: the only thing a model may answer with
    when: str
    reason: str


class SchedulerBrief(_Brief):
    task: str
    minutes: int
    offers: list[SlotOffer] = Field(min_length=1)
    wish: str = ""
    picks: int = Field(default=3, ge=1, le=5)


class ObserverBrief(_Brief):
    findings: PatternObserverOutput  # computed by code
    data_points: int = Field(ge=0)


class SummaryBrief(_Brief):
    lines: list[str]  # "person: ...", "coach: ...", oldest first
    earlier: str | None = None  # the summary of what came before
