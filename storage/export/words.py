"""What each file of an export is, in plain words, and what is left out of it and why."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from textwrap import TextWrapper

from storage.personal import PERSONAL

# By the name of the file without its ending, in the order of the export.
WHAT = {
    "profile": "who you are to Flux: name, time zone, day rhythm, places, what you allowed, tokens used",
    "identities": "where Flux reaches you: chats and numbers, which one is first, when you last wrote from it",
    "push_subscriptions": "browsers that asked to be notified",
    "link_codes": "the one-time links and codes that were made for you: what for, when, and whether they were used",
    "pauses": "days on which Flux was asked to be quiet",
    "goals": "what you set out to reach, with the plan you agreed on",
    "patterns": "what Flux believes to have learned about when things work for you, and how sure it is",
    "tasks": "everything there was or is to do, one entry per date, with what became of it",
    "conversations": "your conversations with Flux; the words are in messages.json",
    "inbound_events": "every message and tap exactly as it arrived, with what Flux answered",
    "dispatch_log": "every attempt to reach you about a task: where, when, and what came of it",
    "notification_log": "what reached you about a task, and what you answered",
    "messages": "the words of your conversations, yours and Flux's",
    "commitments": "the fixed dates of your week; they are also a part of profile.json",
    "tasks_ics": "your tasks for any calendar program; without those that were cancelled or moved away",
    "conversation_state": "what Flux had in mind when the conversation paused: the open question, an unfinished plan",
    "readme": "this explanation",
    "manifest": "a list of all files with their sizes and checksums, and of what is left out and why",
}

_HIDDEN = {
    "link_codes.code_hash": "a one-way fingerprint of a secret code; nothing can be read from it",
    "push_subscriptions.auth": "a secret between your browser and Flux; whoever has it could answer in your name",
}
_SECRET = "a secret that could be used in your name"  # noqa: S105 - words about one
_ELSEWHERE = {
    "sign-ins and counters in Redis": "random keys and numbers that go by themselves within a week",
    "the phone simulator's screen, on installations for trying out": "copies of messages that were sent to you",
    "files Flux sent you, such as earlier exports": "not kept once they were sent",
}

_README = """\
YOUR DATA FROM FLUX
{moment:%A, %-d %B %Y, %H:%M} UTC

This is everything Flux keeps about you, as it was at that moment. It is
yours: read it, keep it, or take it to another service. But keep it to
yourself: if you ever asked for a key with /token, it stands in here too.

HOW TO READ IT

The .json files are plain text and open in any editor or browser. Most are
lists: one entry per thing, each with its fields by name. Times are in UTC
(+00:00), so they may be an hour or more away from your own clock; local_day
is the day by your clock. Long codes such as 3f2a0c1e-... are ids: where an
entry says goal_id, you find the goal with that id in goals.json.

tasks.ics can be opened with a calendar program.

START WITH

{start}

WHAT CAME AND WENT

{traffic}

HOW YOU ARE REACHED AND KNOWN

{access}

THE EXPORT ITSELF

{about}

WHAT IS NOT IN IT

{left_out}

Figures on the dashboard (streak, weeks, heatmap) are kept nowhere: they are
counted from tasks.json each time.

To see whether a file is complete, compare its SHA-256 checksum with the one
in manifest.json.
"""
_START = ("profile", "goals", "tasks", "messages", "patterns", "commitments", "tasks_ics")
_TRAFFIC = ("conversations", "conversation_state", "inbound_events", "dispatch_log", "notification_log")
_ACCESS = ("identities", "push_subscriptions", "link_codes", "pauses")
_ABOUT = ("readme", "manifest")
_NAMES = {"tasks_ics": "tasks.ics", "readme": "README.txt"}
_WRAP = TextWrapper(width=76, initial_indent="    ", subsequent_indent="    ")


def file_name(key: str) -> str:
    return _NAMES.get(key, f"{key}.json")


def left_out() -> list[dict[str, str]]:
    """What is stored and not handed out: whole tables, single columns, and what is no table at all."""
    tables = [{"what": one.name, "why": one.why_not} for one in PERSONAL if one.file is None]
    names = [f"{one.name}.{column}" for one in PERSONAL if one.file for column in one.hidden]
    columns = [{"what": name, "why": _HIDDEN.get(name, _SECRET)} for name in names]
    return tables + columns + [{"what": what, "why": why} for what, why in _ELSEWHERE.items()]


def readme(now: datetime) -> str:
    return _README.format(
        moment=now,
        start=_listed(_START),
        traffic=_listed(_TRAFFIC),
        access=_listed(_ACCESS),
        about=_listed(_ABOUT),
        left_out="\n".join(_entry(", ".join(names), why) for why, names in _by_reason().items()),
    )


def _by_reason() -> dict[str, list[str]]:
    reasons: dict[str, list[str]] = {}
    for one in left_out():
        reasons.setdefault(one["why"], []).append(one["what"])
    return reasons


def _listed(keys: Iterable[str]) -> str:
    return "\n".join(_entry(file_name(key), WHAT[key]) for key in keys)


def _entry(name: str, words: str) -> str:
    sentence = words if words.partition(" ")[0].endswith(".json") else words[0].upper() + words[1:]
    return f"{name}\n{_WRAP.fill(sentence)}."
