"""How replies are said: one question and that at the end, short, no guilt, no promises, dates with their weekday."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.evaluation.marks import Kind, Mark

LONGEST, LONGEST_PLAN = 700, 1_800  # characters of all replies to one message
_QUOTED = re.compile(r"\"[^\"\n]*\"|“[^”\n]*”|'[^'\n]{3,}'(?!\w)")
_GUILT = re.compile(
    r"\b(?:you (?:should|could) have|you failed|you forgot|your failure|lazy|laziness|excuses?|ashamed|shame on|disappoint\w*"
    r"|let (?:me|yourself) down|why did(?:n'?t| not) you|you never|you always|guilty|pathetic|no discipline|weak will"
    r"|you didn'?t even|again\?!)\b",
    re.I,
)
_PROMISE = re.compile(
    r"\d+ ?% (?:\w+ )?(?:success|likely|more likely|chance|of (?:people|users))|success rate|guarantee\w*"
    r"|(?:proven|scientifically) (?:to|proven)|studies (?:show|say|prove)|you will (?:definitely|certainly) succeed",
    re.I,
)
_RAW = re.compile(
    r"\d{4}-\d\d-\d\d|\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}|\b[0-9a-f]{32}\b|\bNone\b|\bnull\b|\bundefined\b|\bnan\b"
    r"|<(?:name|e-mail|number|place|address) \d+>|\{\w*\}|RRULE|FREQ=|\bTrue\b|\bFalse\b|Traceback|\[\]|_[a-z]+_"
)
_LINK = re.compile(r"https?://\S+")
_DATE = re.compile(
    r"(?P<before>\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? )?\b\d{1,2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\b"
)


@dataclass(frozen=True, slots=True)
class Spoken:
    """The replies to one message; `plan`: a plan is among them, which may be longer."""

    heard: str
    replies: tuple[str, ...]
    plan: bool = False

    @property
    def text(self) -> str:
        return "\n\n".join(self.replies)


def judge(spoken: Spoken, before: Spoken | None) -> list[Mark]:
    if not spoken.replies:
        return []
    return list(_marks(spoken, before))


def _marks(spoken: Spoken, before: Spoken | None) -> Iterator[Mark]:
    plain = _QUOTED.sub("", _unheard(spoken))
    asked = questions(plain)
    yield _mark("one question at most", len(asked) <= 1, " / ".join(asked))
    last = plain.rstrip().rpartition("\n\n")[
        2
    ]  # what may follow: a hint how to answer, or the times to choose from
    yield _mark("the question comes last", not asked or "?" in last, plain[-120:])
    limit = LONGEST_PLAN if spoken.plan else LONGEST
    yield _mark("short", len(spoken.text) <= limit, f"{len(spoken.text)} characters")
    for rule, pattern in (("no guilt", _GUILT), ("no promise of success", _PROMISE)):
        found = pattern.search(plain)
        yield _mark(rule, found is None, found[0] if found else "")
    raw = _RAW.search(plain)
    yield _mark("nothing raw", raw is None, raw[0] if raw else "")
    bare = [found[0] for found in _DATE.finditer(plain) if not found["before"]]
    yield _mark("a weekday with every date", not bare, ", ".join(bare))
    shouts = max(text.count("!") for text in spoken.replies)
    yield _mark("no shouting", shouts <= 1 and "!!" not in plain, f"{shouts} exclamation marks")
    repeated = before is not None and before.heard != spoken.heard and before.replies == spoken.replies
    yield _mark("not the same words twice in a row", not repeated, spoken.text[:120])


def _unheard(spoken: Spoken) -> str:
    """Without what only repeats the person's own words: a title may be anything."""
    text = _LINK.sub("", spoken.text)
    for line in spoken.heard.splitlines():
        if len(line.strip()) > 3:
            text = re.sub(re.escape(line.strip()), "", text, flags=re.I)
    return text


def questions(text: str) -> Sequence[str]:
    """Every sentence that asks. A line of likely questions in a list counts as well: it is one more thing to answer."""
    return [one.strip() for one in re.findall(r"[^.?!\n]*\?+", text)]


def _mark(rule: str, ok: bool, detail: str) -> Mark:
    return Mark(Kind.TONE, ok, rule, "" if ok else detail)
