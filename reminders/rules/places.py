"""Places that tasks wait for: "away_from_home", "at_office"; how they are said and asked about."""

from __future__ import annotations

import re

_TRIGGER = re.compile(r"(away_from|at)_(.+)")


def trigger_of(label: str, *, leaving: bool) -> str:
    """The trigger for reaching or leaving a place of that label."""
    name = re.sub(r"\W+", "_", label.strip().casefold()).strip("_")[:60]
    return f"{'away_from' if leaving else 'at'}_{name}"


def label_of(trigger: str) -> str:
    """home, of "away_from_home"."""
    found = _TRIGGER.fullmatch(trigger)
    return (found[2] if found else trigger).replace("_", " ")


def leaves(trigger: str) -> bool:
    return trigger.startswith("away_from_")


def when_words(trigger: str) -> str:
    """ "when you leave home", "when you are at the office"."""
    place = _named(label_of(trigger))
    return f"when you leave {place}" if leaves(trigger) else f"when you are {_at(place)}"


def question(trigger: str) -> str:
    """ "Are you leaving home?", "Are you at the office yet?"."""
    place = _named(label_of(trigger))
    return f"Are you leaving {place}?" if leaves(trigger) else f"Are you {_at(place)} yet?"


def _named(label: str) -> str:
    return label if label in ("home", "work", "school", "town") or label.istitle() else f"the {label}"


def _at(place: str) -> str:
    return place if place == "home" else f"in {place}" if place == "town" else f"at {place}"
