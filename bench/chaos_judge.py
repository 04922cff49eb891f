"""The verdict: what the ladder promised, what Postgres says became of it, and what the providers really heard."""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import psycopg

from bench.chaos_ledger import Entry, Ledger
from bench.chaos_people import Person
from bench.figures import Figure

# What must have been tried before an answer of this habit can have come; who ignores everything climbs to the end.
_BEGAN = {"taps": 1, "writes": 2, "presses": 3, "taps while it rings": 3, "ignores": 4}
_LADDER = (
    (("remind", "telegram"), ("remind", "push")),
    (("whatsapp", "whatsapp"),),
    (("call", "call"),),
    (("miss_note", "telegram"),),
)
_BLIND = ("telegram", "push")  # nobody can be asked what arrived there
_HONEST = ("skipped", "failed", "expired")
_ATTEMPTS = """
    select replace(d.id::text, '-', ''), replace(d.task_id::text, '-', ''), d.channel, d.rung, d.status, d.tries, d.reason
    from dispatch_log d where d.rung <> 'hang_up'
"""
_LEFT = """
    select (select count(*) from dispatch_log where status in ('pending', 'unknown')),
        (select count(*) from tasks where wakes_at is not null),
        (select count(*) from inbound_events where state in ('received', 'answered'))
"""


STARTING = 15.0  # seconds that a killed server and what stands on it take to be there again


@dataclass(frozen=True, slots=True)
class Attempt:
    id: str
    task: str
    channel: str
    rung: str
    status: str
    tries: int
    reason: str | None


@dataclass(frozen=True)
class Held:
    """An attempt that some worker held when one of them died."""

    died: float
    attempt: str
    task: str
    rung: str
    channel: str
    tries: int


@dataclass
class Case:
    """All that the verdict is made from."""

    people: Sequence[Person]
    due: Mapping[str, float]  # task -> when its first rung was due
    ledger: Ledger
    answered: Mapping[str, float]  # task -> when the answer was taken
    committed: Mapping[str, float]  # task -> when Postgres was first seen to know the answer
    held: Sequence[Held]
    ended_calls: Mapping[str, float]  # task -> when its call was ended
    attempts: list[Attempt] = field(default_factory=list)
    done: set[str] = field(default_factory=set)
    left: tuple[int, int, int] = (0, 0, 0)

    def read(self, connection: psycopg.Connection) -> None:
        self.attempts = [Attempt(*row) for row in connection.execute(_ATTEMPTS)]
        done = "select replace(id::text, '-', '') from tasks where status = 'done'"
        self.done = {row[0] for row in connection.execute(done)}
        self.left = left(connection)

    @property
    def steps(self) -> int:
        """(task, rung) pairs that were carried out or closed with a reason."""
        return len({(one.task, one.rung) for one in self.attempts if one.rung != "echo"})

    # ------------------------------------------------------------------ lost

    def lost(self) -> list[str]:
        """Rungs that were promised and neither arrived nor have an honest line in the trail."""
        rows: dict[tuple[str, str, str], list[Attempt]] = defaultdict(list)
        for one in self.attempts:
            rows[one.task, one.rung, one.channel].append(one)
        arrived = self.ledger.by_step()
        heard = {entry.about.attempt for entry in self.ledger.accepted()}
        found = []
        for person, rung, channel in self._promised():
            mine = rows.get((person.task, rung, channel), [])
            came = (person.task, rung, channel) in arrived or any(one.id in heard for one in mine)
            if not mine or not (came or all(_is_honest(one) for one in mine)):
                told = [(one.status, one.reason) for one in mine]
                found.append(f"{rung} by {channel}, task {person.task}: trail {told}")
        return found

    def _promised(self) -> Iterator[tuple[Person, str, str]]:
        for person in self.people:
            answered = person.task in self.answered or person.task in self.done
            began = _BEGAN[person.habit] if answered else len(_LADDER)
            for rungs in _LADDER[:began]:
                yield from ((person, rung, channel) for rung, channel in rungs)

    def not_sent(self) -> Counter[str]:
        """What was not sent, by reason: honest, and still worth reading."""
        heard = {entry.about.attempt for entry in self.ledger.accepted()}
        arrived = self.ledger.by_step()
        return Counter(
            f"{one.status}: {one.reason}"
            for one in self.attempts
            if one.status in _HONEST
            and one.id not in heard
            and (one.channel not in _BLIND or (one.task, one.rung, one.channel) not in arrived)
        )

    def answers_lost(self) -> list[str]:
        return [
            f"task {task} was answered and is not done" for task in self.answered if task not in self.done
        ]

    # ------------------------------------------------------------------ doubled

    def doubled(self, channel: str) -> list[str]:
        """More than one effect of one step at this provider. A push that names the same attempt is one on the screen."""
        found = []
        for (task, rung, where), entries in self._steps_at(channel).items():
            if where != channel or rung in ("reply", "echo", "hang_up"):
                continue
            effects = len({entry.about.attempt for entry in entries}) if channel == "push" else len(entries)
            found += [f"{rung} by {channel}, {task}: {len(entries)} times"] * (effects - 1)
        return found

    def repeats(self, channel: str) -> int:
        return sum(len(entries) - 1 for entries in self._steps_at(channel).values())

    def _steps_at(self, channel: str) -> dict[tuple[str, str, str], list[Entry]]:
        found: dict[tuple[str, str, str], list[Entry]] = defaultdict(list)
        for entry in self.ledger.accepted():
            about = entry.about
            if about.channel == channel and about.rung in ("remind", "whatsapp", "call", "miss_note"):
                found[about.address or about.task, about.rung, about.channel].append(entry)
        return found

    # ------------------------------------------------------------------ times

    def late(self) -> list[float]:
        """Seconds from due to the first request about each reminder."""
        first: dict[str, float] = {}
        for entry in self.ledger.entries:
            if entry.about.rung == "remind" and entry.about.task in self.due:
                first.setdefault(entry.about.task, entry.at - self.due[entry.about.task])
        return sorted(first.values())

    def picked_up(self, outages: Sequence[float], *, alone: bool) -> list[tuple[float, str]]:
        """Seconds from a worker's end to the next request about each step that was taken over from it.

        `alone`: of those workers that died while the servers under all of them stayed up.
        """
        tries = {one.id: one.tries for one in self.attempts}
        requests = self._requests()
        found = []
        for held in self.held:
            if tries.get(held.attempt, 0) < held.tries + 2:
                continue  # its worker lived, or the step was closed without being sent
            keys = ((held.attempt,), (held.task, held.rung, held.channel))
            after = [at for key in keys for at in requests[key] if at > held.died]
            if after and alone == (not any(held.died - STARTING < at < min(after) for at in outages)):
                found.append((min(after) - held.died, f"{held.rung} by {held.channel} {held.attempt}"))
        return sorted(found)

    def _requests(self) -> dict[tuple[str, ...], list[float]]:
        """When a provider heard of an attempt, or of a (task, rung, channel): sends, refused ones too, and look-ups."""
        heard: dict[tuple[str, ...], list[float]] = defaultdict(list)
        for entry in self.ledger.entries:
            heard[(entry.about.attempt,)].append(entry.at)
            heard[entry.about.task, entry.about.rung, entry.about.channel].append(entry.at)
        tasks = {one.number: one.task for one in self.people}
        for at, channel, number in self.ledger.looked_up:
            heard[tasks.get(number, ""), channel, channel].append(
                at
            )  # these rungs are called as their channels
        return heard

    def after_the_answer(self) -> list[tuple[float, str]]:
        """Seconds from the answer's commit to each ladder request that arrived later all the same."""
        tasks = {one.id: one.task for one in self.attempts}
        found = []
        for entry in self.ledger.entries:
            task = entry.about.task or tasks.get(entry.about.attempt, "")
            if entry.about.rung in ("echo", "reply", "hang_up") or task not in self.committed:
                continue
            late = entry.at - self.committed[task]
            if late > 0:
                found.append((late, f"{entry.about.rung} by {entry.about.channel}, task {task}"))
        return sorted(found)

    def hang_ups(self) -> list[float]:
        """Seconds from the answer's commit to the request that ends the ringing call."""
        return sorted(
            at - self.committed[task] for task, at in self.ended_calls.items() if task in self.committed
        )


def left(connection: psycopg.Connection) -> tuple[int, int, int]:
    """Attempts, tasks and messages that still wait for something."""
    row = connection.execute(_LEFT).fetchone()
    assert row is not None
    return int(row[0]), int(row[1]), int(row[2])


def _is_honest(one: Attempt) -> bool:
    return one.status in _HONEST and bool(one.reason)


def at_most(name: str, count: int, most: int, detail: str = "") -> Figure:
    return Figure(name, f"<= {most:,}" if most else "0", f"{count:,}{detail}", count <= most)


def spread(name: str, seconds: Sequence[float], most: float | None, *, of: str = "most") -> Figure:
    """A distribution in seconds. With `most`, its worst must keep to it, or its p50 where that is said."""
    measured = {"p50": 0.0, "p99": 0.0, "most": 0.0}
    if seconds:
        p99 = sorted(seconds)[int(len(seconds) * 0.99)]
        measured = {"p50": statistics.median(seconds), "p99": p99, "most": max(seconds)}
    words = ", ".join(f"{which} {value:.2f} s" for which, value in measured.items())
    target = "" if most is None else f"{of} <= {most:.0f} s"
    return Figure(name, target, f"{len(seconds)}: {words}", None if most is None else measured[of] <= most)
