"""Slips of the thumb in the words that carry a request: "remnd me", "i wnat to lern"; names and titles stay as typed."""

from __future__ import annotations

import re
from functools import lru_cache

from agents.plans.edits.spelling import one_slip

# Long enough that one wrong letter leaves no doubt.
_WORDS = (
    "remind reminder reminders tomorrow tonight morning evening afternoon weekend schedule reschedule postpone monday tuesday wednesday thursday "
    "friday saturday sunday january february september october november december dentist doctor appointment meeting birthday groceries laundry "
    "spanish french german italian english japanese portuguese guitar piano violin running swimming cycling meditate exercise marathon reading"
)
_REAL_WORDS = (
    "remand remain remained remains remote reminded reminds mourning moaning warning evenings evenly cunning gunning ruining heading leading "
    "dreading germane trench meetings greeting meting doctors dentists schedules scheduled rescheduled postponed birthdays germany germans "
    "italians exercised exercises appointments tomorrows mondays tuesdays wednesdays thursdays fridays saturdays sundays weekends mornings "
    "afternoons guitars pianos violins violet"
)
_REAL = frozenset(_REAL_WORDS.split())
# Short words are only mended where the slip is no word of its own.
_SLIPS = {
    "wnat": "want", "watn": "want", "wnt": "want", "lern": "learn", "laern": "learn", "leanr": "learn", "learm": "learn",
    "teh": "the", "hte": "the", "mve": "move", "moev": "move", "mvoe": "move", "remnd": "remind", "remid": "remind", "rmind": "remind",
    "reminf": "remind", "reimnd": "remind", "chagne": "change", "cahnge": "change", "chnage": "change", "evry": "every", "eveyr": "every",
    "adn": "and", "loks": "looks", "looka": "looks", "cancle": "cancel", "cancell": "cancel", "delte": "delete", "shcedule": "schedule",
    "tomorow": "tomorrow", "thx": "thanks", "plase": "please", "pleae": "please", "hlep": "help", "waht": "what", "whta": "what",
    "wekk": "week", "todya": "today", "toady": "today", "agian": "again", "dotn": "don't", "cna": "can", "yse": "yes",
    "snoze": "snooze", "doen": "done", "dnoe": "done", "odne": "done", "moring": "morning", "evning": "evening", "runing": "running",
    "pasue": "pause", "puase": "pause", "gaol": "goal", "gola": "goal",
}  # fmt: skip
_KNOWN = frozenset(_WORDS.split())
_WORD = re.compile(r"(?<![\w@./'’-])[a-z]{2,}(?![\w@'’-]|\.\w)")


def spelled(text: str) -> str:
    """The text with such slips mended; words with a capital, and whatever is quoted, are somebody's own."""
    if any(mark in text for mark in '"“”') or len(text) > 600:
        return text
    return _WORD.sub(lambda found: _right(found[0]), text)


@lru_cache(maxsize=4096)
def _right(word: str) -> str:
    if word in _SLIPS:
        return _SLIPS[word]
    if len(word) < 6 or word in _KNOWN or word in _REAL:
        return word
    near = [known for known in _KNOWN if known[0] == word[0] and one_slip(word, known)]
    return near[0] if len(near) == 1 else word
