"""What makes a plan worth approving, seen in its first message: when and how long, a tiny start, slack, a way back."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from itertools import pairwise

from bot.evaluation.marks import Kind, Mark
from bot.evaluation.snapshot import Snapshot

TINY = 30  # minutes of one session in the first week
STEEPEST = 1.6  # one week's minutes beside those of the week before
_LINE = re.compile(r"^\s*\d+[.)] .*\b\d\d:\d\d\b.*\bmin\b", re.M)
_FALLBACK = re.compile(
    r"fall ?back|back-?up|otherwise|if (?:that|it|this|something|life|you|the|there|not)\b[^.]{0,60}(?:instead|later|then|smaller|shorter|offer)"
    r"|smaller version|another time|plan b\b",
    re.I,
)
_PROGRESS = re.compile(
    r"progress|how far|so far|see (?:how|what)|look back|tick|count|track|streak|milestone", re.I
)


def judge(text: str, after: Snapshot) -> list[Mark]:
    """The plan that just came to the table, and the message that shows it."""
    return list(_marks(text, after))


def _marks(text: str, after: Snapshot) -> Iterator[Mark]:
    lines = len(_LINE.findall(text))
    yield _mark("what, when and how long, numbered", lines == len(after.series) > 0, f"{lines} such lines")
    longest = _first_week_longest(after)
    yield _mark("starts tiny", longest <= TINY, f"{longest} min in the first week")
    steep = _steepest(after)
    yield _mark("ramps gently", steep <= STEEPEST, f"a week of {steep:.1f} times the one before")
    yield _mark("a fallback is named", _FALLBACK.search(text) is not None, "none in the plan's words")
    yield _mark("a miss is information", "miss" in text.casefold(), "no word about it")
    full = _days_of_fullest_week(after)
    yield _mark("slack: a free day in every week", full <= 6, f"{full} days in one week")
    yield _mark("progress can be seen", _PROGRESS.search(text) is not None, "no word about it")
    yield _mark("reasons are given", "why" in text.casefold() or "because" in text.casefold(), "none")
    yield _mark("the person may change it", "change" in text.casefold(), "no word about it")


def _mark(rule: str, ok: bool, detail: str) -> Mark:
    return Mark(Kind.PLAN, ok, rule, "" if ok else detail)


def _weeks(after: Snapshot) -> dict[int, list[tuple[date, int]]]:
    """Day and minutes of each occurrence, by the week of the plan."""
    begins = date.fromisoformat(after.draft["starts_on"])
    weeks: dict[int, list[tuple[date, int]]] = defaultdict(list)
    for one in after.proposed:
        day = one.at.astimezone(after.zone).date()
        weeks[(day - begins).days // 7].append((day, one.minutes))
    return dict(sorted(weeks.items()))


def _first_week_longest(after: Snapshot) -> int:
    weeks = _weeks(after)
    return max((minutes for _, minutes in weeks[min(weeks)]), default=0) if weeks else 0


def _steepest(after: Snapshot) -> float:
    totals = [sum(minutes for _, minutes in week) for week in _weeks(after).values()]
    return max((later / earlier for earlier, later in pairwise(totals)), default=1.0)


def _days_of_fullest_week(after: Snapshot) -> int:
    return max((len({day for day, _ in week}) for week in _weeks(after).values()), default=0)
