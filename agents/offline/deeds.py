"""What a person says they did or did not do: "took my pills", "dishes done", "I didn't go to the gym"."""

from __future__ import annotations

import re

_WHO = r"(?:(?:ok(?:ay)?|yes|yep|yeah|so|well|sorry|finally|just)[, ]+)*(?:(?:i|we)(?:'?ve| have|'?d)? )?(?:just |already |finally |actually )*"
# Only forms that cannot be read as a plan: "read", "put", "cut" and "run" are the same today and yesterday.
_PAST = (
    r"(?:took|taken|went|gone|ran(?! out| late| into)|called|rang|phoned|texted|emailed|messaged|paid|bought|picked up|dropped off|sent|cleaned|washed|watered"
    r"|walked|fed|cooked|baked|wrote|written|studied|practi[sc]ed|swam|cycled|biked|meditated|stretched|booked|cancelled|did(?! (?:i|you|we|he|she|they|it)\b)|done|made|finished"
    r"|completed|submitted|posted|fixed|drank|ate|eaten|brushed|flossed|journaled|worked out|exercised|tidied|hoovered|vacuumed|ironed|folded"
    r"|packed|mowed|renewed|returned|signed|filed|printed|backed up|attended|visited|met|handed in|collected|turned in|hit the gym|got (?:it )?done)"
)
_DONE = re.compile(
    rf"^{_WHO}{_PAST}\b(?! (?:with (?:this|you|the) (?:app|bot|thing)|you\b|by\b|off\b))(?! (?:the )?(?:wrong|over)\b)"
    r"|^(?:the |my )?[\w' ]{2,30}?(?: is| are|'s)?(?: all)? (?:done|finished|completed|sorted|dealt with|ticked off)(?: now| already| too| for today)?\W*$"
    r"|^(?:mark|tick|check|cross)\b.{1,60}\b(?:as )?(?:done|completed?|finished|off)\b",
    re.I,
)
_NOT = r"(?:did ?n'?t|did not|have ?n'?t|have not|could ?n'?t|could not|never)"
_MISSED = re.compile(
    rf"^(?:(?:ok(?:ay)?|no|sorry|oops|ugh|argh|so|well)[, ]+)*(?:i )?(?:just |totally |completely |really )*(?:{_NOT} (?:manage|(?:get|got) (?:(?:round|around) )?to|make(?: it)?|made it|do(?:ne)?|go|gone|finish(?:ed)?|start(?:ed)?|call(?:ed)?|take|taken|even|end(?:ed)? up)\b"
    r"|(?:missed|skipped|forgot(?: about| to)?|failed|blew off|messed up)\b(?! you))(?!.*\b(?:remind|password|pin)\b)",
    re.I,
)
_AHEAD = re.compile(
    r"\b(?:tomorrow|next|will|going to|need to|have to|want to|please|remind|instead|later|tonight at)\b|\?\s*$",
    re.I,
)


def says_done(said: str) -> bool:
    """Whether the words tell of something finished; `said` is folded text."""
    return bool(_DONE.search(said)) and not _AHEAD.search(said) and not _MISSED.search(said)


def says_missed(said: str) -> bool:
    """Whether the words tell of something that was not done."""
    return bool(_MISSED.search(said)) and not _AHEAD.search(said)
