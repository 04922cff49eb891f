"""Words that no coach should answer with a plan: despair and emergencies get a fixed, safe reply."""

from __future__ import annotations

import re

_CRISIS = re.compile(
    r"\b(kill(?:ing)? my ?self|suicid\w*|end (?:my|it) (?:life|all)|want to die|wanna die|self[- ]?harm\w*"
    r"|hurt(?:ing)? my ?self|cut(?:ting)? my ?self|don'?t want to (?:live|be alive|exist)|no reason to live"
    r"|better off (?:dead|without me)|can'?t go on)\b",
    re.IGNORECASE,
)
_MEDICAL = re.compile(
    r"\b(chest pains?|heart attack|having a stroke|can'?t breathe|overdos\w+|unconscious|severe bleeding"
    r"|bleeding (?:a lot|badly|heavily)|seizure|anaphyla\w+|poisoned|coughing (?:up )?blood)\b",
    re.IGNORECASE,
)
_DANGEROUS_DIET = re.compile(
    r"\b(starv(?:e|ing) my ?self|stop eating|purg(?:e|ing)|500 calories a day|not eat(?:ing)? (?:for|anything))\b",
    re.IGNORECASE,
)

REPLIES = {
    "crisis": (
        "I'm really sorry you are carrying this. I'm a planning program and not able to help with it, but people are. "
        "Please call your local emergency number now (112 in Europe, 999 in the UK, 911 in the US), or a crisis line; "
        "findahelpline.com lists them by country. Is there somebody near you whom you could tell?"
    ),
    "medical": (
        "That sounds like something for a doctor, not for me. If it is happening now, please call your local emergency "
        "number (112 in Europe, 999 in the UK, 911 in the US). Is somebody with you?"
    ),
    "diet": (
        "I won't plan that: it could harm you. A doctor or a dietitian can find a way that is safe for you. "
        "Would a reminder to make that appointment help?"
    ),
}


def needs_care(text: str) -> str | None:
    """The key of the fixed reply these words call for, or None."""
    if _CRISIS.search(text):
        return "crisis"
    if _MEDICAL.search(text):
        return "medical"
    return "diet" if _DANGEROUS_DIET.search(text) else None
