"""Finding the plan template for a goal, what the goal is about, and its tags."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from agents.offline.templates import Template
from agents.offline.templates_body import BODY
from agents.offline.templates_calm import CALM
from agents.offline.templates_life import GENERIC, LIFE
from agents.offline.templates_make import MAKE
from agents.offline.templates_mind import MIND
from agents.offline.templates_more import MORE
from agents.offline.templates_work import WORK

# From the most specific to the most general: the first one that matches is the plan.
_ORDER = (
    "quit screen parent event language exam business promotion job read write instrument code make swim run yoga walk weight strength sleep water eat meditate "
    "journal faith family money travel declutter volunteer focus plants home health learn"
)
_BY_KEY = {template.key: template for template in (*BODY, *CALM, *MIND, *MAKE, *WORK, *LIFE, *MORE)}
TEMPLATES = tuple(_BY_KEY[key] for key in _ORDER.split())
_GENERAL = frozenset(
    {"focus", "home", "health", "learn"}
)  # their tags count only when nothing specific matches

_LEAD = re.compile(
    r"^(?:(?:please|hi|hello|hey|ok|so|well|and|then|yes)[,! ]+)*"
    r"(?:(?:i|we)(?:'d|’d| would| really|'m|’m| am)*\s+(?:want|like|love|wish|need|plan|hope|trying|going|have|gonna|wanna)"
    r"(?: to)?|my (?:new |next |big )?(?:goal|dream|aim|plan|wish)(?: is| would be)?(?: to)?|goal:?|help me(?: to| with)?"
    r"|can you help me(?: to| with)?|could you help me(?: to| with)?|make (?:me )?a plan (?:to|for)|plan(?: for)?:?|let'?s)\s+",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"[,;]?\s+(?:for \d+ (?:min(?:ute)?s?|hours?)|(?:\w+|\d+) (?:times|days|x) (?:a|per|each) week|every (?:day|week|morning|evening|night)|daily|in the (?:morning|"
    r"evening|afternoon)s?|by (?:the end of )?\w+|this year|next year|in (?:a|an|\w+) (?:weeks?|months?|years?)|please|if possible)\s*$",
    re.IGNORECASE,
)


@lru_cache(maxsize=256)  # one goal is looked at by classifier, questions and planner within a minute
def find_template(goal: str) -> Template:
    """The template of a goal in the person's words; the generic one when none fits."""
    return next((template for template in TEMPLATES if template.regex.search(goal)), GENERIC)


def tags_of(goal: str) -> list[str]:
    """One to three tags, the specific ones first; ["Other"] when nothing is known about such a goal."""
    found = [template for template in TEMPLATES if template.regex.search(goal)]
    specific = [template for template in found if template.key not in _GENERAL] or found
    tags = list(specific[0].tags) if specific else ["Other"]
    tags += [template.tags[0] for template in specific[1:]]
    return list(dict.fromkeys(tags))[:3]


def core_of(goal: str) -> str:
    """What the goal is about, without its wish and its times: "I want to build a shed by May" -> "Build a shed"."""
    first = re.split(r"[.!?\n]", goal.strip(), maxsplit=1)[0].strip() or goal.strip()
    plain = without_times(_LEAD.sub("", " ".join(first.split())))
    plain = plain.strip(" ,;:-") or first
    if len(plain) > 48:
        plain = plain[:48].rsplit(" ", 1)[0]
    return plain[:1].upper() + plain[1:]


def without_times(words: str) -> str:
    """ "Read more every evening, twice a week" -> "Read more": how often and when is said of the plan, not of the goal."""
    while (shorter := _TAIL.sub("", words)) != words:
        words = shorter
    return words.strip(" ,;:-")


def thing_of(goal: str, template: Template) -> str:
    """What stands for {thing} in the template's texts."""
    if template is GENERIC:
        return core_of(goal) or template.thing
    named = next((found["thing"] for found in _naming(template, goal) if found["thing"]), "")
    if not named:
        return template.thing
    plain = _TAIL.sub("", " ".join(named.split())).strip(" '-")
    if len(plain) > 32:
        plain = plain[:32].rsplit(" ", 1)[0]
    return plain[:1].upper() + plain[1:]


def _naming(template: Template, goal: str) -> Iterator[re.Match[str]]:
    if "thing" in template.regex.groupindex:
        yield from template.regex.finditer(goal)
