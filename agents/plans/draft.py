"""A plan on its way: the goal, what was asked and answered, the model's proposal, and where code placed it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import date, timedelta

from agents.offline.aspirations import without_wish
from agents.offline.spelling import spelled
from agents.offline.wish import wish_of
from agents.outputs import GoalPlannerOutput
from agents.plans.steady import cues_of
from agents.state import AgentState, Json
from agents.turn import TurnContext
from reminders.rules.diary import Busy

_WISH = re.compile(
    r"^(?:(?:please|hi|hello|hey|ok(?:ay)?|so|well|oh|ah|right|then|and|alright|fine|actually|hmm+|sorry|yes|no|now)[,.! ]+)*(?:(?:i|we)(?:'d| would)? (?:really )?(?:want|like|love|wish|need|plan|hope)"
    r"(?: to)?|(?:i|we) (?:really )?wanna|i'm trying to|my (?:new )?goal is(?: to)?|goal:?|help me(?: to)?|i'd like to|can you help me(?: to)?"
    r"|make (?:me )?a plan (?:to|for)|plan(?: for)?:?)\s+",
    re.IGNORECASE,
)


_BEFORE_WISH = re.compile(
    r"^(?:(?:oh|ah|ok(?:ay)?|right|fine|alright|all right|well|good|sorry|no|yes|hmm+)[,.! ]+)+(?=\S)", re.I
)
_KEPT = 12  # versions; a checkpoint stays small
_KEPT_ASIDE = 3  # of a draft that is not on the table


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
    earlier: list[Json] = field(
        default_factory=list
    )  # outputs of earlier versions, before there was `versions`
    versions: list[Json] = field(default_factory=list)  # {version, output, starts_on} of those left behind
    back: list[int] = field(default_factory=list)  # the versions that undo goes back to, the nearest last
    forward: list[int] = field(default_factory=list)  # the versions that redo goes to, the nearest last
    newest: int = 0  # the highest number given so far
    cues: list[Json] = field(default_factory=list)  # where a version gone back to was placed
    row_id: str = ""  # the goal's row of an approval that was taken back, to be used again
    deadline: str = ""  # ISO date, local: nothing is planned after that day
    sprint: int = 1  # which part of a roadmap this is
    parts: int = 1  # of how many
    done_percent: int = -1  # how much of the part before was done; -1 when there was none

    def as_json(self) -> Json:
        return asdict(self)

    @property
    def moments(self) -> list[str]:
        """Every occurrence (ISO, UTC), in order."""
        return sorted(task["start"] for series in self.placed for task in series["tasks"])

    @property
    def days_left(self) -> int | None:
        """From the plan's first day to its deadline, both included."""
        if not self.deadline:
            return None
        return (date.fromisoformat(self.deadline) - date.fromisoformat(self.starts_on)).days + 1

    @property
    def plan(self) -> GoalPlannerOutput:
        return GoalPlannerOutput.model_validate(self.output)

    def planned(self, output: GoalPlannerOutput, placed: list[Json], starts_on: str = "") -> Draft:
        """The next version of the plan; a number once given always means the same plan."""
        number = max(self.version, self.newest) + 1
        kept = self.remembering()
        return replace(
            kept,
            output=output.model_dump(mode="json"),
            placed=placed,
            starts_on=starts_on or self.starts_on,
            version=number,
            newest=number,
            back=[*kept.back, self.version] if self.output else [],
            forward=[],
        )

    def remembering(self) -> Draft:
        """The same draft, its present version among the ones that can be gone back to."""
        if not self.output:
            return self
        now = {"version": self.version, "output": self.output, "starts_on": self.starts_on}
        now |= {"cues": cues_of(self.placed)}
        kept = [*(one for one in self.versions if one["version"] != self.version), now]
        return replace(self, versions=kept)._keeping(_KEPT)

    def put_aside(self) -> Draft:
        """The same draft with its first and its last few versions: it is read with every turn until it is taken up."""
        return self._keeping(_KEPT_ASIDE)

    def _keeping(self, most: int) -> Draft:
        kept = [*self.versions[:1], *self.versions[1:][-most:]]  # the first one is always there to go back to
        there = {int(one["version"]) for one in kept}
        back, forward = ([number for number in way if number in there] for way in (self.back, self.forward))
        return replace(self, versions=kept, back=back, forward=forward)


def draft_of(state: AgentState) -> Draft | None:
    return read_draft(state.get("goal_draft") or {})


def read_draft(kept: Json) -> Draft | None:
    """A draft from a checkpoint of any version: unknown fields are left out, old ones read."""
    if not kept:
        return None
    known = {one.name for one in fields(Draft)}
    draft = Draft(**{name: value for name, value in kept.items() if name in known})
    if draft.earlier and not draft.versions:
        first = draft.version - len(draft.earlier)
        past = [
            {"version": first + place, "output": output, "starts_on": draft.starts_on}
            for place, output in enumerate(draft.earlier)
        ]
        return replace(draft, versions=past, back=[first + place for place in range(len(past))], earlier=[])
    return draft


def new_draft(ctx: TurnContext, text: str) -> Draft:
    tomorrow = ctx.local_now.date() + timedelta(days=1)
    goal = wish_of(spelled(text))
    return Draft(goal=goal[:500], title=goal_title(goal), starts_on=tomorrow.isoformat())


def says_wish(text: str) -> bool:
    """Whether words sound like a new goal: "I want to ...", "my goal is ..."."""
    return (
        _WISH.match(text.strip()) is not None
        or re.search(r"\b(?:new|another) goal\b", text, re.I) is not None
    )


def goal_title(text: str) -> str:
    """ "I want to run 5 km!" -> "Run 5 km": the first sentence without its wish, at most 80 characters."""
    said = _BEFORE_WISH.sub("", text.strip())
    first = re.split(r"[.!?\n]", said, maxsplit=1)[0] or text
    plain = _WISH.sub("", without_wish(" ".join(first.split()))).strip(" ,;:-") or first
    if len(plain) > 80:
        plain = plain[:80].rsplit(" ", 1)[0]
    return plain[:1].upper() + plain[1:]


def busy_json(busy: Sequence[Busy]) -> list[Json]:
    return [{"start": one.start.isoformat(), "end": one.end.isoformat(), "title": one.title} for one in busy]
