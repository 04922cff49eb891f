"""What somebody wants of the plan on the table: changes, a start day, a contradiction, or words with two readings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from agents.outputs import GoalPlannerOutput
from agents.plans.edits import patterns as say
from agents.plans.edits.clauses import Clause, read_clause
from agents.plans.edits.contradictions import contradiction
from agents.plans.edits.kinds import PlanEdit
from agents.plans.edits.readings import two_readings
from agents.plans.edits.spelling import mend
from agents.plans.replies import hesitates, says_yes
from agents.plans.series import Series, series_of
from reminders.rules.when import parse_day_part, parse_weekdays

_LONGEST = 400  # characters; nobody changes a plan with more
_SURE_SIGNS = (
    say.EASIER, say.HARDER, say.SHORTER, say.LONGER, say.FEWER, say.MORE, say.START_LATER, say.NUMBERED, say.COUNT, say.DROP,
    say.RENAME,
)  # fmt: skip
# What stands around a change and asks for nothing by itself.
_MOOD = re.compile(
    r"\W*(?:(?:oh|wow|ugh|hm+|ok(?:ay)?|well|honestly)\b[, ]*)*(?:(?:that|it|this)(?:'?s| is| looks| feels| sounds) )?(?:still |just |way |all |quite |a bit |kind of |really |so |pretty )*"
    r"(?:a lot|too much|much|overwhelming|intense|scary|ambitious)(?: for me| right now| to do| at once| honestly)*\W*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class PlanWish:
    """Either `edits` or `start`, or a `problem` (the plan stays as it is); `choices` are sentences that can be tapped."""

    edits: tuple[PlanEdit, ...] = ()
    start: str = ""  # the day it shall begin, in the words it was said with
    after: bool = False  # the day after that one
    problem: str = ""
    choices: tuple[str, ...] = ()
    about: int = 0  # the one series that was named, and nothing else
    times: int | None = None  # other times are wanted, of this series (0: not said which)
    unread: tuple[str, ...] = ()  # what was said besides and not understood

    def __bool__(self) -> bool:
        return bool(self.edits or self.start or self.problem or self.times is not None)


def read_wish(text: str, plan: GoalPlannerOutput, about: int = 0) -> PlanWish:
    """Read a whole message. `about` is the series that was spoken of last, for words that name none."""
    series = series_of(plan)
    text = mend(text[:_LONGEST], [one.title for one in series])
    if say.QUESTION.match(text) or say.ASKED.match(text):
        return PlanWish()
    double = two_readings(text, series, about)
    if double is not None:
        return PlanWish(
            problem=double.question, choices=double.choices, times=double.times, about=double.about
        )
    heard = _clauses(text, series, about or int(len(series) == 1))
    edits = tuple(edit for clause in heard for edit in clause.edits)
    problem = next((clause.problem for clause in heard if clause.problem), None) or contradiction(
        text, edits, series
    )
    if problem is not None:
        return PlanWish(problem=problem.words, choices=problem.choices)
    begins = next((clause for clause in heard if clause.start), None)
    return PlanWish(
        edits,
        begins.start if begins else "",
        begins.after if begins else False,
        unread=tuple(clause.said for clause in heard if _left_over(clause)),
    )


def parse_edit(text: str, plan: GoalPlannerOutput) -> list[PlanEdit]:
    """The changes these words ask for, in their order; [] when they are about something else or not understood."""
    return list(read_wish(text, plan).edits)


def sounds_like_edit(text: str) -> bool:
    """A first guess without the plan at hand: might these words be about changing it?"""
    if any(pattern.search(text) for pattern in _SURE_SIGNS):
        return True
    moves = say.SAYS_MOVE.search(text) or say.NEGATED.search(text)
    return moves is not None and bool(parse_weekdays(text) or parse_day_part(text))


def _clauses(text: str, series: Sequence[Series], about: int) -> list[Clause]:
    """Each clause read in the light of the one before: "move 2 to the evening and make it shorter"."""
    heard: list[Clause] = []
    numbers: tuple[int, ...] = (about,) if about else ()
    for part in _parts(text):
        clause = read_clause(part, series, numbers)
        numbers = clause.numbers or numbers
        heard.append(clause)
    return heard


def _parts(text: str) -> list[str]:
    """The clauses; one that only names tasks ("1" of "1 and 2 to the evening") belongs to the next."""
    parts: list[str] = []
    for part in filter(None, (part.strip() for part in say.CLAUSES.split(text) if part)):
        if parts and say.NUMBERS_ONLY.fullmatch(parts[-1]):
            parts[-1] = f"{parts[-1]} and {part}"
        else:
            parts.append(part)
    return parts


def _left_over(clause: Clause) -> bool:
    if clause.edits or clause.start or clause.problem:
        return False
    if _MOOD.fullmatch(clause.said):
        return False
    return not (says_yes(clause.said) or hesitates(clause.said)) and len(clause.said.split()) > 2
