"""The coaching principles as lines of the plan message: theirs, if-then, spare time, slack, growth, a miss, honesty."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from agents import wording
from agents.plans.draft import Draft
from agents.plans.honesty import honest_note, time_left
from agents.plans.replies import hesitates
from agents.state import Json
from storage.vocabulary import WEEKDAYS

IF_MISSED = (
    "If you miss one, that's information, not failure: I offer its spare time or a smaller version, and after three "
    "misses in the same slot I suggest a better one."
)
_QUOTED = 90  # characters of the goal's own words
_FIRST_SENTENCE = 200
_MINUTES = re.compile(r": \d+ minutes, ")


def theirs(draft: Draft) -> str:
    """What they said, in their words, with what they answered."""
    said = " ".join(draft.goal.split())
    quoted = said if len(said) <= _QUOTED else said[:_QUOTED].rsplit(" ", 1)[0] + " ..."
    answers = [
        answer.strip(" .")
        for key, answer in draft.answers.items()
        if key != "deadline" and answer.strip() and not hesitates(answer)  # "idk" need not be read again
    ]
    return f'You said: "{quoted}"' + (f" ({'; '.join(answers)[:120]})." if answers else ".")


def honest(draft: Draft) -> str:
    """The figures of the goal and the time that is left, as far as the words give any."""
    starts = date.fromisoformat(draft.starts_on)
    deadline = date.fromisoformat(draft.deadline) if draft.deadline else None
    said = [time_left(starts, deadline)] if deadline else []
    return " ".join(filter(None, [*said, honest_note(draft.goal, starts, deadline)]))


def if_then(one: Json, *, whole: bool) -> str:
    """The series' if-then: for the first with the small version that counts, for the others without."""
    tasks = one["tasks"]
    said = " ".join(str(tasks[0]["description"]).split()) if tasks else ""
    said = _MINUTES.sub(", ", said)  # they stand in the line above
    if whole or not said:
        return said
    return said.split(". ", 1)[0][:_FIRST_SENTENCE].rstrip(" .,") + "."


def spare(one: Json) -> str:
    """ "If it slips, Sat 07:00 is free for it." """
    kept = one.get("spare") or {}
    if not kept or not one["tasks"]:
        return ""
    if kept["weekday"] < 0:
        return f"If it slips, the same day at {kept['at']} is free for it."
    return f"If it slips, {WEEKDAYS[kept['weekday']][:3]} {kept['at']} is free for it."


def slack(placed: Sequence[Json]) -> str:
    """The days that the plan leaves alone, and every other goal too."""
    used = {day for one in placed if one["tasks"] for day in one["weekdays"]}
    used |= {day for one in placed for day in one.get("other_days") or ()}
    spares = {(one.get("spare") or {}).get("weekday") for one in placed}
    unused = [day for day in range(7) if day not in used]
    quiet = [day for day in unused if day not in spares] or unused
    if not used or all(one["weeks"][1] == 1 for one in placed):
        return ""  # of a plan of a few days nobody asks for a day off
    if not quiet:
        return "No day is left quite free; say 'fewer days' if that is too much."
    return f"Left free on purpose: {wording.days([WEEKDAYS[day] for day in quiet])}."


def growth(draft: Draft) -> str:
    """What the first and the last week ask for, and where the person sees it grow."""
    starts, weeks = date.fromisoformat(draft.starts_on), defaultdict[int, list[int]](list)
    for one in draft.placed:
        for task in one["tasks"]:
            day = datetime.fromisoformat(task["start"]).date()
            weeks[max(0, (day - starts) // timedelta(weeks=1))].append(task["minutes"])
    if len(weeks) < 2:
        return ""
    full = [week for week in sorted(weeks) if len(weeks[week]) > 1] or sorted(weeks)
    first, last = sum(weeks[full[0]]), sum(weeks[full[-1]])
    grows = f"Week {full[0] + 1} is {wording.length(first)} in all"
    grows += f", week {full[-1] + 1} is {wording.length(last)}" if last != first else " and stays so"
    return f"{grows}; ask me how you are doing at any time."
