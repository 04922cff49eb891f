"""Whether a message is in a language Flux does not speak: a guess by script and by the commonest small words."""

from __future__ import annotations

import re

_SMALL_WORDS = (
    # German, French, Spanish, Italian, Portuguese, Dutch, Polish, Turkish
    "ich möchte möchten will nicht und mit um uhr bitte morgen mein meine der die das ein eine für ist auf "
    "je veux voudrais demain pas et avec pour le les une mon ma est dans s'il vous "
    "quiero mañana por favor con para el los una mi es en yo tengo que "
    "voglio domani non per il gli una mio mia sono che "
    "quero amanhã não com meu minha preciso "
    "ik wil morgen niet het een mijn voor naar "
    "chcę jutro nie jest mam proszę "
    "yarın istiyorum için bir ve saat"
)
_SMALL = frozenset(_SMALL_WORDS.split())
_ENGLISH_WORDS = "i i'm my me the to a an and at on in for is of it you call want every with do not can tomorrow today remind"
_ENGLISH = frozenset(_ENGLISH_WORDS.split())
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_ASKS = re.compile(
    r"\b(?:do|can|could) you (?:speak|talk|understand|write)\b|\b(?:sprichst|hablas|parles|parli)\b", re.I
)

REPLY = "I only speak English well so far, sorry. Could you say it in a few English words?"


def is_foreign(text: str) -> bool:
    """True when it asks for another language, uses another script, or most of its small words are not English."""
    if _ASKS.search(text):
        return True
    words = [word.casefold() for word in _WORD.findall(text[:300])]
    letters = "".join(words)
    if letters and sum(ord(letter) > 0x24F for letter in letters) > len(letters) / 2:
        return True
    foreign = sum(word in _SMALL and word not in _ENGLISH for word in words)
    return foreign >= 2 and foreign > sum(word in _ENGLISH for word in words)
