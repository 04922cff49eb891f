"""What a person's words or tap say about one task: done, on it, later, another day, not at all."""

from __future__ import annotations

import re
from dataclasses import dataclass
from uuid import UUID

from reminders.rules.answer_phrases import COMPILED, COURTESY_AFTER, COURTESY_BEFORE, EMOJI, KEYS
from storage.vocabulary import Answer

ACTIONS = frozenset({"done", "onit", "snooze", "resched", "missed", "undo", "move"})
_LONGEST = 80  # characters; whoever writes more is telling a story, not answering
_LONGEST_TAP = 64  # bytes, Telegram's limit for a button's payload


@dataclass(frozen=True, slots=True)
class TaskTap:
    """A tap on a button under a reminder. `version` is the task's version when the button was sent."""

    task_id: UUID
    version: int
    action: str
    argument: str = ""


_TAP = re.compile(r"t:([0-9a-f]{32}):(\d{1,9}):([a-z]{1,8})(?::([A-Za-z0-9._-]{1,16}))?", re.ASCII)


def format_tap(tap: TaskTap) -> str:
    """The payload of a button. Raises ValueError for an unknown action or an argument that does not fit."""
    data = f"t:{tap.task_id.hex}:{tap.version}:{tap.action}" + (f":{tap.argument}" if tap.argument else "")
    if len(data) > _LONGEST_TAP or tap.action not in ACTIONS or _TAP.fullmatch(data) is None:
        raise ValueError(f"not a payload of a task button: {data!r}")
    return data


def parse_tap(data: str) -> TaskTap | None:
    """The tap a payload stands for; None when it is not one of ours."""
    found = _TAP.fullmatch(data)
    if found is None or found[3] not in ACTIONS:
        return None
    return TaskTap(UUID(found[1]), int(found[2]), found[3], found[4] or "")


_MARKS = re.compile(r"[^\w\s']+")
_LATER_TODAY_MINUTES = "120"
_PUNCTUATION = " .,!?;:'\"()-"
_DRAWN_OUT = re.compile(r"([a-z])\1{2,}")  # "doneee"
_TYPOS = dict.fromkeys(("dne", "donr", "doen", "donw", "dome", "dun", "dona"), "done")
_TYPOS |= dict.fromkeys(("finshed", "finised", "finnished", "fnished"), "finished") | {
    "complted": "completed",
    "latr": "later",
}
_TAKES_BACK = re.compile(
    r"\b(?:but|not|n't|no|except|half|almost|nearly|some|partly|later|tomorrow|tonight|next|remind|instead|move|can|could|at|another|until|in|on \w+day|what|how|when|new)\b|\?|n't\b|\d"
)
_SNOOZE_FOR = re.compile(
    r"(\d{1,3}|five|ten|twenty|thirty|an?|half an) ?(?:more )?(m|h)"
    r"|(?:\bin|for|give me|gimme|another|snooze(?: it)?) (\d{1,3}|five|ten|twenty|thirty)\b()"
)
_WENT_WELL = re.compile(
    r"(?:(?:yes|yeah|yep|yup|y|aye|sure|of course)\b ?)?(?:(?:it |i )?(?:did|was|went)\b ?)?(?:(?:really |very |quite |pretty |so )?"
    r"(?:well|good|great|fine|ok|okay|alright|all right|fantastic|perfect|easy|smoothly|nice|super))?"
)
_DID_NOT = re.compile(
    r"(?:no|nope|nah|n|not really|sadly not|unfortunately not)(?: (?:it )?(?:did not|didn't|wasn't|did n't)(?: happen| work out)?)?"
    r"|it (?:didn't|did not)(?: happen| work out)?"
)
_ONLY_WHILE = re.compile(
    r"(?:in )?(\d{1,3}|five|ten|twenty|thirty|an?|half an) ?(?:m|mins?|minutes?|h|hrs?|hours?)"
)
_AMOUNTS = {"five": 5.0, "ten": 10.0, "twenty": 20.0, "thirty": 30.0, "a": 1.0, "an": 1.0, "half an": 0.5}


def parse_answer(text: str) -> Answer | None:
    """What a whole message answers to a reminder; None when it is anything else, or could be.

    "yes", "no" and "ok" alone answer a question, not a reminder, and stay None.
    """
    if len(text) > _LONGEST:
        return None
    if (by_sign := _sign(text)) is not None:
        return by_sign
    said = _said(text)
    if said in KEYS:
        return KEYS[said]
    said = " ".join(_TYPOS.get(word, word) for word in _DRAWN_OUT.sub(r"\1", said).split())
    bare = COURTESY_AFTER.sub("", COURTESY_BEFORE.sub("", said + " ").strip())
    found = _phrase(said) or _phrase(bare)
    if found is None and not bare:
        return _sign("".join(mark for mark in text if not mark.isalnum() and mark not in _PUNCTUATION))
    return found or _with_remark(text)


def parse_bare(text: str, *, asked_how: bool) -> Answer | None:
    """What few words mean right behind a reminder, where nothing else was asked: "1h"; yes and no to "how did it go?"."""
    said = COURTESY_AFTER.sub("", _said(text)) if len(text) <= _LONGEST else ""
    if not said:
        return None
    if asked_how and _WENT_WELL.fullmatch(said):
        return Answer.DONE
    if asked_how and _DID_NOT.fullmatch(said):
        return Answer.MISSED
    return Answer.SNOOZE if not asked_how and _ONLY_WHILE.fullmatch(said) else None


def _phrase(said: str) -> Answer | None:
    return next((answer for answer, known in COMPILED if said and known.fullmatch(said)), None)


def _with_remark(text: str) -> Answer | None:
    """ "Done, felt great": the answer, when the remark behind it takes nothing back."""
    parts = re.split(r"[,.!;]+| - ", text.casefold(), maxsplit=1)
    if len(parts) < 2 or _TAKES_BACK.search(parts[1]):
        return None
    first = _phrase(COURTESY_BEFORE.sub("", _said(parts[0]) + " ").strip())
    return first if first in (Answer.DONE, Answer.ON_IT, Answer.MISSED) else None


def snooze_argument(text: str) -> str:
    """How long a snooze in words is meant to last, as the argument of the snooze action; "" when not said."""
    said = _said(text)
    for word in ("tonight", "tomorrow"):
        if re.search(rf"\b{word}\b", said):
            return word
    if re.search(r"this evening|after (?:work|dinner)", said):
        return "tonight"
    if re.search(r"\blater (?:today|on)\b", said):
        return _LATER_TODAY_MINUTES
    found = _SNOOZE_FOR.search(said)
    if found is None:
        return "60" if re.search(r"\blater\b", said) else ""
    number = found[1] or found[3]
    amount = _AMOUNTS[number] if number in _AMOUNTS else float(number)
    return str(int(amount * (60 if found[2] == "h" else 1)))


def _said(text: str) -> str:
    plain = text.casefold().replace("’", "'").replace("‘", "'")
    return " ".join(_MARKS.sub(" ", plain).split())


def _sign(text: str) -> Answer | None:
    """The answer of a message that is only an emoji or a key, however often it is repeated."""
    marks = {mark for mark in text if not mark.isspace() and not _is_modifier(mark) and mark not in "!."}
    answers = {EMOJI.get(mark) for mark in marks}
    if len(answers) != 1:
        return None
    return answers.pop()


def _is_modifier(mark: str) -> bool:
    """Skin tones, joiners, gender signs and variation selectors change how an emoji looks, not what it says."""
    return mark in "\ufe0f\u200d\u2642\u2640\u20e3" or 0x1F3FB <= ord(mark) <= 0x1F3FF
