"""The one wish in a message that says more: "fine, then I want to ...", "what I'd really like is to ...", a whole letter."""

from __future__ import annotations

import re

from agents.offline import lexicons as lex
from agents.offline.catalogue import tags_of
from reminders.rules.when.tokens import fold

_LONGEST = 2000
_SENTENCE = re.compile(r"(?<=[.!?;:\n])\s+|\n+")
_BEFORE = (
    r"\W*(?:(?:fine|ok(?:ay)?|yes|yeah|yep|no|nope|nah|sure|great|good|perfect|alright|right|deal|then|so|well|and|but|hm+|wait|sorry|oh|actually|instead|maybe|anyway|honestly|whatever"
    r"|true|thanks|thank you|i changed my mind|changed my mind|never ?mind|on second thoughts?|scrap that|forget (?:that|it))\b[\s,.!…:-]*)*"
)
_WANTS = (
    r"(?:(?:what|all|the thing) i(?:'?d| would|'?ll| do)?(?: really| actually| most| rather)* (?:like|want|love|need|wish for)(?: most)?(?: to do)? is(?: to)?"
    r"|(?:my|the|a) (?:new |real )?goal is(?: to)?|(?:can|could) you help me(?: to)?|help me(?: to)?"
    r"|i(?:'?d| would|'?m|'?ve)?(?: really| actually| still| just| finally| also| do)* (?:want|like|love|wish|hope|need|prefer|rather|dying|keen|been meaning)(?: to)?)"
)
_WISH = re.compile(rf"(?P<before>{_BEFORE})(?P<wants>{_WANTS})\s+(?P<deed>.+)", re.IGNORECASE | re.DOTALL)
_ORDERS = re.compile(
    r"\b(?:remind me|schedule|add|book|cancel|delete|move|reschedule)\b|\d ?[ap]m\b|\d:\d\d", re.IGNORECASE
)


def wish_of(text: str) -> str:
    """ "Fine. Then I want to eat more vegetables" -> "I want to eat more vegetables"; anything else as it was."""
    said = text.strip()
    if len(said) > _LONGEST or "\n" in said:
        return text
    parts = [part for part in _SENTENCE.split(said) if part.strip()]
    wishes = [wish for part in parts if (wish := _wish(part))] or ([wish] if (wish := _wish(said)) else [])
    if len(wishes) != 1 or (len(parts) > 1 and any(_ORDERS.search(part) for part in parts)):
        return text
    found = _WISH.match(said)
    plain = found is not None and not found["before"].strip() and len(parts) == 1
    return (
        text
        if plain and not re.match(r"\W*(?:what|all|the)\b", said, re.I) and "rather" not in said
        else wishes[0]
    )


def changes_mind(text: str) -> str:
    """ "Actually no, I'd rather learn to swim": the wish that takes the place of the one before; "" for other words."""
    found = _WISH.match(text.strip())
    turns = found is not None and re.search(
        r"\b(?:no|nope|nah|actually|instead|wait|sorry|rather|never ?mind|mind|scrap|forget|second)\b",
        f"{found['before']} {found['wants']} {found['deed'] if 'instead' in found['deed'] else ''}",
        re.I,
    )
    if found is None or not turns:
        return ""
    deed = found["deed"].strip(" .!").replace(" instead", "")
    known = len(deed.split()) <= 6 and tags_of(deed) != ["Other"]
    return _wish(text.strip()) or (f"I want to {deed}" if known else "")


def _wish(sentence: str) -> str:
    found = _WISH.match(sentence)
    if found is None:
        return ""
    deed = re.sub(r"^to\s+", "", found["deed"].strip())
    deed = re.sub(r"\s+instead\b", "", deed, flags=re.I).rstrip(" .!")
    return f"I want to {deed}" if lex.GOAL_DEEDS.match(" ".join(fold(deed).split())) else ""
