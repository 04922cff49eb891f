"""One conversation lived on the simulated phone: each step done, looked at and marked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from time import perf_counter
from typing import Any
from uuid import uuid4

from bot.clock import ManualClock
from bot.evaluation import hard_rules, plan_quality, tone
from bot.evaluation.expectations import check
from bot.evaluation.marks import NOT_REACHED, Kind, Mark
from bot.evaluation.moments import read_days, read_length, read_moment, says
from bot.evaluation.people import settle_in
from bot.evaluation.script import Conversation, Step
from bot.evaluation.seen import Seen
from bot.evaluation.snapshot import Snapshot, take
from bot.life import DidNotHappenError, Event, Person
from bot.services import Services
from channels.messages import Address
from channels.simulator import PhoneStore, typed
from reminders.wakeups import RecordedWakeups
from storage.vocabulary import ChannelName

_GOOD = "Looks good"
_WAYS_OUT = ("Skip", "Leave it", "Other", "Back")
_MOST_QUESTIONS = 3
_BETWEEN = timedelta(seconds=20)  # two turns of the same talk


@dataclass
class Lived:
    """What became of one conversation."""

    conversation: Conversation
    marks: list[Mark] = field(default_factory=list)
    transcript: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)  # of each turn, from the door to the last reply

    def failed(self, *kinds: Kind) -> list[Mark]:
        return [mark for mark in self.marks if not mark.ok and mark.kind in (kinds or tuple(Kind))]


def live(services: Services, conversation: Conversation) -> Lived:
    """Live it from its first step to its last, as somebody who is new in this database. Raises WritingError."""
    life = _Life.begin(services, conversation)
    for place, step in enumerate(conversation.steps):
        try:
            life.step(step)
        except DidNotHappenError as error:
            life.gives_up(conversation.steps[place:], str(error).splitlines()[0])
            break
    return life.lived


@dataclass
class _Life:
    lived: Lived
    person: Person
    services: Services
    clock: ManualClock
    before: Snapshot
    wishes: hard_rules.Wishes = field(default_factory=hard_rules.Wishes)
    last: tone.Spoken | None = None

    @classmethod
    def begin(cls, services: Services, conversation: Conversation) -> _Life:
        clock = ManualClock(conversation.start)
        model = services.model
        house = replace(services, clock=clock, wakeups=RecordedWakeups(), enqueue=lambda *_: None)
        house.model = model
        address = Address(ChannelName.TELEGRAM, f"sim:{uuid4().hex}")
        if conversation.someone.known:
            with house.database.service() as session:
                settle_in(session, conversation, address)
        person = Person(house, clock, PhoneStore(house.redis), address)
        before = take(house.database, address.channel, address.value, clock.now())
        life = cls(Lived(conversation), person, house, clock, before)
        person.on_event = life.write
        return life

    def step(self, step: Step) -> None:
        events = self._act(step)
        after = self._look()
        seen = _seen(events, self.before, after, self.clock.now())
        self._wish(step)
        self.lived.marks += [replace(mark, heard=str(step)) for mark in self._judge(step, seen, events)]
        self.before = after
        if step.act != "wait":
            self.clock.shift(_BETWEEN)

    def _look(self) -> Snapshot:
        address = self.person.address
        return take(self.services.database, address.channel, address.value, self.clock.now())

    # ---------------------------------------------------------------- acts

    def _act(self, step: Step) -> list[Event]:
        acts: dict[str, Callable[[Step], list[Event]]] = {
            "say": self._say,
            "tap": lambda step: self._turn(lambda: self.person.taps(step.text)),
            "answers": self._answer,
            "wait": self._wait,
        }
        return acts[step.act](step)

    def _turn(self, act: Callable[[], list[Event]]) -> list[Event]:
        """One message of the person, on the clock."""
        began = perf_counter()
        events = act()
        self.lived.seconds.append(perf_counter() - began)
        return events

    def _say(self, step: Step) -> list[Event]:
        message = typed(self.person.address, step.text, self.clock.now())
        message = replace(message, kind=step.kind, forwarded=step.forwarded)
        return self._turn(lambda: self.person.sends(message))

    def _answer(self, step: Step) -> list[Event]:
        """The first (second, ...) button of each question, until there is a plan; more than three are too many."""
        events: list[Event] = []
        for _ in range(_MOST_QUESTIONS):
            if self.person.shows_button(_GOOD):
                break
            if self._look().focus != "goal_question":
                raise DidNotHappenError("neither a plan nor a question before it")
            label = self._likely(int(step.text))
            events = self._turn(lambda label=label: self.person.taps(label))  # type: ignore[misc]  # bound at once
            self.clock.shift(_BETWEEN)
        if not self.person.shows_button(_GOOD):
            raise DidNotHappenError(f"no plan after {_MOST_QUESTIONS} answers")
        return events or [one for one in self.person.seen if one.get("rows")][-1:]

    def _likely(self, place: int) -> str:
        """One of the likely answers that are offered, the last where there are fewer."""
        rows: list[Any] = next((one["rows"] for one in reversed(self.person.seen) if one.get("rows")), [])
        labels = [str(choice["label"]) for row in rows for choice in row]
        likely = [label for label in labels if label not in _WAYS_OUT]
        if not likely:
            raise DidNotHappenError(f"no likely answer among {labels}")
        return likely[min(place, len(likely)) - 1]

    def _wait(self, step: Step) -> list[Event]:
        self.lived.transcript.append(f"… {step.text}")
        self.last = None  # after a while the same words are no repetition
        zone = self.before.zone
        words = step.text.removeprefix("until ")
        if step.text != words:
            near = self.clock.now().astimezone(zone).date()
            return self.person.waits_until(read_moment(words, near, zone))
        return self.person.waits_until(self.clock.now() + read_length(words))

    # ---------------------------------------------------------------- marks

    def _wish(self, step: Step) -> None:
        """Days and times that were agreed hold for every later version, until the plan is saved or dropped."""
        for one in step.expectations:
            match one.name:
                case "plan not on":
                    self.wishes.not_on |= read_days(one.value)
                case "plan only on":
                    self.wishes.only_on = read_days(one.value)

    def _judge(self, step: Step, seen: Seen, events: Sequence[Event]) -> Iterator[Mark]:
        approved, alone = step.has("approves"), step.act == "wait"
        turn = hard_rules.Ruling(seen.before, seen.after, seen.now, approved, alone, self.wishes)
        yield from hard_rules.judge(turn)
        if approved or not seen.after.draft:
            self.wishes = hard_rules.Wishes()
        if alone:
            yield from hard_rules.judge_reminders(events, seen.after)
        else:
            yield _answered(events)
            yield from self._judge_words(step, seen)
        for one in step.expectations:
            detail = check(one.name, one.value, seen)
            rule = f"{one.name}: {one.value}".rstrip(": ")
            yield Mark(Kind.UNDERSTANDING, not detail, rule, detail, one.line)

    def _judge_words(self, step: Step, seen: Seen) -> Iterator[Mark]:
        shown = seen.after.draft.get("version") == 1 and not seen.before.draft
        spoken = tone.Spoken(step.text, seen.replies, plan=_GOOD in seen.labels)
        yield from tone.judge(spoken, self.last)
        if shown:
            yield from plan_quality.judge(seen.text, seen.after)
        self.last = spoken

    def gives_up(self, steps: Sequence[Step], why: str) -> None:
        """What could not be done, and everything expected of it and of what would have come after it."""
        self.lived.transcript.append(f"  × {why}")
        lost = [one for step in steps for one in step.expectations]
        tried = Mark(Kind.UNDERSTANDING, False, "can be done", why, steps[0].line, str(steps[0]))
        self.lived.marks += [
            tried,
            *(Mark(Kind.UNDERSTANDING, False, one.name, NOT_REACHED, one.line, tried.heard) for one in lost),
        ]

    def write(self, event: Event) -> None:
        """One event of the phone as lines of the transcript."""
        if event["kind"] == "inbound":
            at = says(self.clock.now(), self.before.zone)
            text = str(event["text"])
            self.lived.transcript.append(f"{at}  > {text if len(text) < 300 else text[:300] + ' …'}")
        elif event["kind"] == "message" and event.get("text"):
            buttons = " ".join(f"[{one['label']}]" for row in event.get("rows") or [] for one in row)
            lines = str(event["text"]).splitlines()
            if event.get("replaces"):
                lines = _result(str(event["text"])).splitlines()
            self.lived.transcript += [f"    {line}" for line in (*lines, buttons) if line]


def _seen(events: Sequence[Event], before: Snapshot, after: Snapshot, now: datetime) -> Seen:
    messages = [one for one in events if one["kind"] == "message"]
    replies = tuple(str(one["text"]) for one in messages if one.get("text") and not one.get("replaces"))
    edited = " ".join(
        _result(str(one["text"])) for one in messages if one.get("text") and one.get("replaces")
    )
    labels = tuple(
        str(choice["label"]) for one in messages for row in one.get("rows") or [] for choice in row
    )
    return Seen(replies, labels, before, after, now, edited)


def _result(edited: str) -> str:
    """What an older message was changed into: the choice below its own words, or new words in their place."""
    return edited.rpartition("\n\n")[2] if "\n\n✓" in edited else edited


def _answered(events: Sequence[Event]) -> Mark:
    """Nothing the person does is left without a word, or at least a changed message."""
    ok = any(one["kind"] == "message" for one in events)
    return Mark(Kind.HARD, ok, "never mute", "" if ok else "no reply at all")
