"""How people speak of the plan itself: show it, drop it, one step back, the second version."""

from __future__ import annotations

import re

from agents.plans.replies import says_yes

_SHOW = re.compile(
    r"\b(?:show|see|what(?:'s| is| was)|where(?:'s| is)|repeat|full|whole|back to|return to|go on with|continue|resume|open|again)\b.*\b(?:plan|draft)\b(?! for)"
    r"|\W*(?:(?:so|ok|and|hi|hey|hello)\W+)*(?:where were we|where did we (?:stop|leave off)|what were we (?:doing|at))\W*"
    r"|\W*(?:(?:ok|so|and|now)\W+)?/?(?:the |my )?(?:plan|draft)\W*(?:please|again)?\W*|\W*(?:show|repeat) (?:it|that|me)(?: again)?\W*",
    re.I,
)
# "so, the plan: move 1 to the evening": what follows is about the draft, whatever was asked last.
ADDRESSED = re.compile(
    r"\W*(?:(?:so|ok(?:ay)?|and|now|back to|about|regarding|in|for)\W+)*(?:the|my) (?:plan|draft)\s*[:,;–-]\s*(?P<rest>.+)",
    re.I | re.S,
)
DROP = re.compile(
    r"\b(?:cancel|drop|forget|scrap|delete|discard|abandon)\b.*\b(?:plan|draft|whole thing)\b", re.I
)
UNDO = re.compile(
    r"\W*(?:(?:oops|sorry|wait|no|please|ok|can you|can we|could you|could we|let'?s|better|rather)\W+)*/?(?:undo|revert|go back|step back|back|take (?:it|that) back)\b(?! (?:to )?(?:my|the) plan\b)"
    r"(?: (?:it|that|this|the last (?:one|change|edit)|one step|last change|please|again|to (?:the )?(?:previous|last|old|earlier|former)(?: (?:one|version|plan))?|how it was|as it was))*\W*"
    r"|.*\b(?:the )?(?:previous|earlier|old|former|last) (?:version|one|plan) (?:was|is|looked) (?:better|nicer|right|good|fine)\b.*|.*\b(?:it was|was) better before\b.*|\W*as it was(?: before)?\W*|\W*(?:the )?previous(?: (?:one|version))?\W*",
    re.I,
)
REDO = re.compile(
    r"\W*(?:(?:no|wait|please|ok|sorry)\W+)*/?redo\b.{0,15}|\W*undo the undo\W*|.*\bforward again\b.*", re.I
)
VERSION = re.compile(
    r"\b(?:version|v\.?)\s?(?P<number>\d{1,2})\b|\b(?P<word>first|original|initial|second|third|fourth|latest|newest) (?:version|plan|draft)\b|\b(?P<one>first|original) one (?:was|is) (?:better|nicer|good)\b|\W*(?:(?:i(?:'d)?|let'?s)\W+)?(?:go with|take|use|prefer|back to) the (?P<nth>first|original|second|third|fourth)(?: one)?\W*$",
    re.I,
)
# "make it more fun": whatever it is, it is about the plan.
CHANGES_IT = re.compile(
    r"\b(?:make|change|move|turn|adapt|adjust|tweak|keep|leave) (?:it|this|that|them|everything|the plan)\b(?! (?:to )?(?:my|a|the) (?:list|calendar))",
    re.I,
)
_GIVES_UP = re.compile(
    r"\W*(?:(?:please|actually|ok|no|just)\b\W*)*(?:cancel|drop|forget(?: about)?|scrap|stop|delete)\b", re.I
)
_WORDS = re.compile(r"\w+")
VERSIONS = re.compile(r"\b(?:which|what|all|list|show)\b.*\bversions\b", re.I)
ORDINALS = {"first": 1, "original": 1, "initial": 1, "second": 2, "third": 3, "fourth": 4}


def drops_goal(text: str, title: str) -> bool:
    """ "Cancel guitar", "drop it": words that give up the goal of this title, and hold nothing else."""
    verb = _GIVES_UP.match(text)
    if verb is None:
        return False
    named = set(_WORDS.findall(text[verb.end() :].casefold())) - {
        "the",
        "my",
        "goal",
        "plan",
        "it",
        "this",
        "that",
    }
    return named <= set(_WORDS.findall(title.casefold()))


def names_plan(text: str) -> bool:
    """Words that speak of the draft while something else was asked last."""
    return shows_plan(text) or bool(ADDRESSED.fullmatch(text) or DROP.search(text)) or says_yes(text)


def shows_plan(text: str) -> bool:
    spoken = re.search(r"\b(?:plan|draft)\b", text, re.I)
    return (_SHOW.search(text) if spoken else _SHOW.fullmatch(text)) is not None
