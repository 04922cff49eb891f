"""The books of a survival: what was killed, how long people waited, and whether anything was lost or doubled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import psycopg

from bench.figures import Figure
from bench.survival_phone import Event

Wait = tuple[float, str]  # seconds, and when that was

_TITLES = "select substring(lower(title) from 'errand [a-z]+') from tasks where title ilike '%errand%'"
_ATTEMPTS = (
    "select id::text, rung, channel, status, reason from dispatch_log where rung not in ('hang_up', 'echo')"
)
_ANSWER = 8.0  # seconds: a person still looks at the chat
_LIFE = 60.0


@dataclass
class Story:
    """What was done to whom, and what came of it."""

    kills: Counter[str] = field(default_factory=Counter)
    waits: list[Wait] = field(default_factory=list)  # until life went on
    chats: list[Wait] = field(default_factory=list)  # until a message written afterwards was answered
    troubles: list[str] = field(default_factory=list)
    doubled_replies: int = 0

    def note(self, seconds: float, when: str) -> None:
        self.waits.append((seconds, when))
        print(f"  {when}: {seconds:.1f} s", flush=True)


def audit(
    connection: psycopg.Connection, story: Story, errands: Sequence[str], seen: Sequence[Event], kinds: int
) -> list[Figure]:
    """What was asked for against what stands in the database, and that against what the phone showed."""
    titles = Counter(title for (title,) in connection.execute(_TITLES))
    attempts = connection.execute(_ATTEMPTS).fetchall()
    shown = Counter(event["attempt_id"] for event in seen if is_nudge(event))
    wanted = set(errands)
    lost = [row for row in attempts if row[3] == "dispatched" and not shown[row[0]]]
    silent = [row for row in attempts if row[3] != "dispatched" and not (shown[row[0]] or row[4])]
    doubled = [row for row in attempts if shown[row[0]] > 1]
    for row in (*lost, *silent, *doubled):
        print(f"  {row}")
    kills, replies = story.kills.total(), story.doubled_replies
    every_kind = len(story.kills) == kinds
    return [
        Figure("kills, every kind of process", f">= {kinds}", _words(story.kills), every_kind),
        _none("life that did not go on by itself", len(story.troubles)),
        _none("errands lost", len(wanted - set(titles))),
        _none("errands written down twice", sum(titles[one] > 1 for one in wanted)),
        Figure("answers said twice", f"<= {kills}", f"{replies}", replies <= kills),
        _none("reminders and calls lost", len(lost) + len(silent)),
        _none("reminders and calls doubled", len(doubled)),
        # A supervisor is started again by a person; whoever else is killed keeps nobody waiting long.
        _at_most("until a message was answered", [one for one in story.waits if _is_a_turn(one)], _ANSWER),
        _at_most("until one written later was", story.chats, _ANSWER),
        _at_most("until life went on", story.waits, _LIFE),
    ]


def is_nudge(event: Event) -> bool:
    """What the ladder sent: a message of an attempt, or a call that begins to ring."""
    is_new = event["kind"] == "message" and not event.get("replaces")
    rings = event["kind"] == "call" and event.get("state") == "ringing"
    return bool(event.get("attempt_id")) and (is_new or rings)


def _is_a_turn(wait: Wait) -> bool:
    return " during a " in wait[1] and not wait[1].startswith("supervisor")


def _at_most(name: str, waits: Sequence[Wait], target: float) -> Figure:
    seconds, when = max(waits, default=(0.0, "nothing was killed"))
    return Figure(name, f"<= {target:.0f} s", f"{seconds:.1f} s at most ({when})", seconds <= target)


def _none(name: str, count: int) -> Figure:
    return Figure(name, "0", str(count), count == 0)


def _words(counts: Counter[str]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.most_common())
