"""Golden conversations as people write them, one file per theme: who it is, what they say, and what must then be true.

    === A dentist in three words
    who: Mika, Europe/Helsinki, sleeps 23:00-07:00, works Mon-Fri 9-17
    at: Wed 11 Mar 2026 10:00
    > dentist fri 3pm
    > [OK]
        task: Fri 13 Mar 15:00 Dentist

docs/evaluation.md explains every line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import agents
from bot.evaluation.moments import DATE, MOMENT, WritingError, read_moment
from channels.messages import InboundKind
from storage.profile import SleepWindow, WorkHours
from storage.vocabulary import WEEKDAYS, Chronotype

FOLDER = Path(agents.__file__).parent / "evals"
NOBODY = "somebody new"
_TIMES = re.compile(r"\{(\d+) times\} ?")
_ANSWERS = re.compile(r"\(answers(?: (\d))?\)")
_KIND = re.compile(r"\{(\w[\w ]*)\} ?")
_WORK = re.compile(r"works (\w{3})-(\w{3}) (\d{1,2})(?::(\d\d))?-(\d{1,2})(?::(\d\d))?")
_TASK = re.compile(rf"({MOMENT}|{DATE}) (.+?)(?: \((\d+) min\))?(?: weekly x(\d+))?")


@dataclass(frozen=True, slots=True)
class Expectation:
    name: str
    value: str
    line: int


@dataclass
class Step:
    """One act of the person, or time that passes, and what must be true afterwards."""

    act: str  # say | tap | answers | wait
    text: str
    line: int
    kind: InboundKind = InboundKind.TEXT
    forwarded: bool = False
    expectations: list[Expectation] = field(default_factory=list)

    def has(self, name: str) -> bool:
        return any(one.name == name for one in self.expectations)

    def __str__(self) -> str:
        shown = self.text if len(self.text) <= 200 else f"{self.text[:200]} …"
        return {"tap": f"[{shown}]", "answers": "(answers)", "wait": f"… {shown}"}.get(self.act, shown)


@dataclass(frozen=True, slots=True)
class Planned:
    """Something that is in the diary before the conversation begins; `weeks` of it, a week apart."""

    at: datetime
    title: str
    minutes: int
    weeks: int = 1


@dataclass
class Someone:
    """The person of one conversation; `known` says whether Flux has met them."""

    known: bool = False
    name: str = ""
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    sleep: SleepWindow | None = None
    work: WorkHours | None = None
    chronotype: Chronotype = Chronotype.NEUTRAL


@dataclass
class Conversation:
    theme: str
    title: str
    line: int
    someone: Someone = field(default_factory=Someone)
    begins: datetime | None = None  # UTC
    planned: list[Planned] = field(default_factory=list)
    goals: list[str] = field(default_factory=list)  # active already
    steps: list[Step] = field(default_factory=list)

    @property
    def start(self) -> datetime:
        if self.begins is None:
            raise WritingError(f"{self.title}: when does it begin? (at: Wed 11 Mar 2026 10:00)")
        return self.begins

    @property
    def near(self) -> datetime:
        return self.start.astimezone(self.someone.zone)


def load(folder: Path = FOLDER, only: str = "") -> list[Conversation]:
    """Every conversation of the folder whose theme or title holds these words, whatever their capitals."""
    found = [one for path in sorted(folder.glob("*.talk")) for one in read(path)]
    wanted = only.casefold()
    return [one for one in found if wanted in f"{one.theme} {one.title}".casefold()]


def read(path: Path) -> list[Conversation]:
    return parse(path.stem, path.read_text(encoding="utf-8"))


def parse(theme: str, text: str) -> list[Conversation]:
    """Raises WritingError with the theme and the line."""
    found: list[Conversation] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        try:
            _take(found, theme, line, number)
        except WritingError as error:
            raise WritingError(f"{theme}, line {number}: {error}") from error
    return found


def _take(found: list[Conversation], theme: str, line: str, number: int) -> None:
    if line.startswith("==="):
        found.append(Conversation(theme, line.strip("= "), number))
        return
    if not found:
        raise WritingError("a conversation begins with === and its title")
    talk = found[-1]
    if line.startswith((">", "...")):
        talk.steps.append(_step(line, number))
    elif line.startswith("|") and talk.steps:
        talk.steps[-1].text += f"\n{line[1:].strip()}"
    elif line.startswith(" ") and talk.steps:
        name, _, value = line.strip().partition(":")
        talk.steps[-1].expectations.append(Expectation(name.strip(), value.strip(), number))
    else:
        _describe(talk, *map(str.strip, line.split(":", maxsplit=1)))


def _step(line: str, number: int) -> Step:
    if line.startswith("..."):
        return Step("wait", line[3:].strip(), number)
    text = line[1:].strip()
    if answers := _ANSWERS.fullmatch(text):
        return Step("answers", answers[1] or "1", number)
    if text.startswith("[") and text.endswith("]"):
        return Step("tap", text[1:-1], number)
    step = Step("say", text, number)
    if repeated := _TIMES.match(text):
        step.text = text[repeated.end() :] * int(repeated[1])
    elif kind := _KIND.match(text):
        step.text = text[kind.end() :]
        step.forwarded = kind[1] == "forwarded"
        step.kind = InboundKind.TEXT if step.forwarded else InboundKind(kind[1].replace(" ", "_"))
    return step


def _describe(talk: Conversation, word: str, value: str = "") -> None:
    zone = talk.someone.zone
    match word:
        case "who":
            talk.someone = _someone(value)
        case "at":
            talk.begins = read_moment(value, datetime(2026, 1, 1, tzinfo=zone).date(), zone)
        case "has":
            talk.planned.append(_planned(talk, value))
        case "goal":
            talk.goals.append(value)
        case _:
            raise WritingError(f"not a line of a conversation: {word!r}")


def _planned(talk: Conversation, value: str) -> Planned:
    found = _TASK.fullmatch(value)
    if found is None:
        raise WritingError("write it as: has: Tue 17 Mar 18:00 Yoga (60 min) weekly x6")
    at = read_moment(found[1], talk.near.date(), talk.someone.zone)
    return Planned(at, found[2], int(found[3] or 30), int(found[4] or 1))


def _someone(value: str) -> Someone:
    if value == NOBODY:
        return Someone()
    name, zone, *facts = [one.strip() for one in value.split(", ")]
    person = Someone(True, name, ZoneInfo(zone))
    for fact in facts:
        _learn(person, fact)
    return person


def _learn(person: Someone, fact: str) -> None:
    if fact.startswith("sleeps "):
        bed, _, wake = fact.removeprefix("sleeps ").partition("-")
        person.sleep = SleepWindow(start=time.fromisoformat(bed), end=time.fromisoformat(wake))
    elif found := _WORK.fullmatch(fact):
        start, end = time(int(found[3]), int(found[4] or 0)), time(int(found[5]) % 24, int(found[6] or 0))
        person.work = WorkHours(start=start, end=end, days=list(_span(found[1], found[2])))
    elif fact.endswith(" person"):
        person.chronotype = Chronotype(fact.removesuffix(" person"))
    else:
        raise WritingError(f"not a fact about a person: {fact!r}")


def _span(first: str, last: str) -> Iterator[str]:
    shorts: Sequence[str] = [name[:3] for name in WEEKDAYS]
    if first not in shorts or last not in shorts:
        raise WritingError(f"not days: {first}-{last}")
    start, end = shorts.index(first), shorts.index(last)
    for step in range((end - start) % 7 + 1):
        yield WEEKDAYS[(start + step) % 7]
