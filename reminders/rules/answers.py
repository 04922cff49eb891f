"""What a person's words or tap say about one task: done, on it, later, another day, not at all."""

from __future__ import annotations

import re
from dataclasses import dataclass
from uuid import UUID

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
    if len(data) > _LONGEST_TAP or parse_tap(data) != tap:
        raise ValueError(f"not a payload of a task button: {data!r}")
    return data


def parse_tap(data: str) -> TaskTap | None:
    """The tap a payload stands for; None when it is not one of ours."""
    found = _TAP.fullmatch(data)
    if found is None or found[3] not in ACTIONS:
        return None
    return TaskTap(UUID(found[1]), int(found[2]), found[3], found[4] or "")


_KEYS = {
    "1": Answer.DONE,
    "2": Answer.RESCHEDULE,
    "3": Answer.MISSED,
    "4": Answer.ON_IT,
}
_EMOJI = {
    "👍": Answer.DONE,
    "✅": Answer.DONE,
    "✔": Answer.DONE,
    "☑": Answer.DONE,
    "💪": Answer.DONE,
    "👌": Answer.DONE,
    "🎉": Answer.DONE,
    "🏁": Answer.DONE,
    "🏃": Answer.ON_IT,
    "⏰": Answer.SNOOZE,
    "💤": Answer.SNOOZE,
    "😴": Answer.SNOOZE,
    "📅": Answer.RESCHEDULE,
    "👎": Answer.MISSED,
    "❌": Answer.MISSED,
    "✖": Answer.MISSED,
}
_IT = r"(?: (?:it|that|this|this one|that one|the task|mine|them|everything|all|all of it))?"
_NOW = r"(?: (?:now|already|just now|right now|today|this morning|tonight|earlier|yesterday|ages ago|an hour ago))?"
_WHILE = r"(?:a (?:bit|little|little bit|while|minute|min|moment|sec|second|few|few minutes)|(?:\d{1,3}|five|ten|twenty|thirty|an?|half an) ?(?:m|mins?|minutes?|h|hrs?|hours?|hour))"
_LATER_TODAY = (
    r"(?:tonight|later|later today|later on|this evening|this afternoon|after (?:work|lunch|dinner|school)|in "
    + _WHILE
    + ")"
)
_OTHER_DAY = r"(?:tomorrow|tmrw|another (?:day|time)|some other (?:day|time)|next week|a different (?:day|time)|(?:on )?(?:mon|tues|wednes|thurs|fri|satur|sun)day)"

# Each phrase must be the whole answer, once courtesies around it are taken off.
_PHRASES: tuple[tuple[Answer, str], ...] = (
    (
        Answer.SNOOZE,
        r"(?:not|no,? not) (?:yet|just yet|right now|now)|still (?:not done|haven't|have to|need to)|(?:i )?haven't(?: yet)?(?: done it)?(?: yet)?",
    ),
    (Answer.SNOOZE, r"(?:i'?m )?not (?:done|finished|ready)(?: yet)?"),
    (
        Answer.SNOOZE,
        r"(?:i'?ll |i will |will |gonna |i'?m going to )?(?:do"
        + _IT
        + " |get to it |start )?(?:"
        + _LATER_TODAY
        + "|soonish|a bit later)",
    ),
    (
        Answer.SNOOZE,
        r"snooze"
        + _IT
        + r"(?: (?:for |until |till |by )?(?:"
        + _WHILE
        + r"|tonight|tomorrow(?: morning)?|later))?",
    ),
    (
        Answer.SNOOZE,
        r"(?:ask|remind|ping|nudge|call|text|bug|try)(?: me)?(?: again| back)* (?:"
        + _LATER_TODAY
        + "|soon|tomorrow|tomorrow morning)",
    ),
    (
        Answer.SNOOZE,
        r"(?:remind me again|give me (?:a (?:sec|second|minute|min|moment)|"
        + _WHILE
        + r")|(?:one|1|just a|a) (?:sec|second|moment|minute|min)|hang on|hold on|wait(?: a (?:sec|minute|moment|bit))?|"
        + _WHILE
        + r" more|(?:\d{1,2}|five|ten) more minutes)",
    ),
    (
        Answer.RESCHEDULE,
        r"(?:please )?(?:re-?schedule|postpone|move|shift|push|change|delay|rearrange|re-?plan)"
        + _IT
        + r"(?: (?:back|please|to|for|until|till))*(?: "
        + _OTHER_DAY
        + ")?",
    ),
    (
        Answer.RESCHEDULE,
        r"(?:can we |could we |let'?s |i'?ll |i will |i'?d rather |rather )?(?:do"
        + _IT
        + " |try )?"
        + _OTHER_DAY
        + "(?: instead)?",
    ),
    (
        Answer.RESCHEDULE,
        r"(?:can'?t|cannot|can not) (?:do it |make it )?(?:now|right now|at (?:this|that) time)(?:,? (?:another|some other) time)?|bad time|not a good time|wrong time",
    ),
    (
        Answer.RESCHEDULE,
        r"(?:pick|find|need|give me) (?:me )?(?:another|a (?:new|different|better)) (?:time|day|slot)",
    ),
    (
        Answer.MISSED,
        r"(?:i )?(?:can'?t|cannot|can not|couldn'?t|won'?t|will not|didn'?t|did not)(?: (?:do|make|manage|get to|fit))?"
        + _IT
        + r"(?: in)?(?: (?:today|tonight|this time|this morning|this evening|anymore))?",
    ),
    (
        Answer.MISSED,
        r"(?:i )?(?:missed|skipped|skip|skipping|forgot|dropped|drop|blew|messed up|failed)(?: (?:about|to do))?"
        + _IT
        + r"(?: (?:today|tonight|for today|this time|again|completely))?",
    ),
    (
        Answer.MISSED,
        r"(?:no|nope),? (?:not today|can'?t|i can'?t(?: today)?|can'?t today|i didn'?t|didn'?t|i missed it)|not (?:today|tonight|this time|happening|gonna happen|going to happen|possible today)",
    ),
    (
        Answer.MISSED,
        r"(?:too|so|way too) (?:tired|busy|late|ill|sick)(?: today| tonight| for (?:it|that|this))?|(?:i'?m )?(?:sick|ill|unwell)(?: today)?|no (?:time|energy|chance|way)(?: today| tonight)?",
    ),
    (
        Answer.MISSED,
        r"(?:i )?ran out of time|(?:it )?(?:didn'?t|won'?t|isn'?t going to) happen(?: today)?|another miss|miss(?: it)?|give (?:it|this one) a miss|pass(?: today)?",
    ),
    (
        Answer.ON_IT,
        r"(?:i'?m |we'?re |already |just )*(?:on it|on my way|on the way|omw|at it|doing"
        + _IT
        + r"|starting(?: (?:it|now))*|started|heading (?:out|there)|going|going now|working on it|about to(?: start| do it)?|in progress|getting (?:ready|there|started)|there now|here|leaving)"
        + _NOW,
    ),
    (
        Answer.ON_IT,
        r"(?:i'?ll |i will |will |let me )(?:do it|do that|do this|start|go|get on it|be there|get going|get to it)(?: (?:right now|now|right away|straight away|immediately|asap|soon))?|(?:will|gonna|going to) do(?: it)?(?: now)?|wilco|roger(?: that)?|half ?way(?: (?:there|through))?|nearly (?:done|there|finished)|almost (?:done|there|finished)",
    ),
    (
        Answer.DONE,
        r"(?:i'?m |i am |i'?ve |i have |i |we |we'?ve |it'?s |it is |that'?s |that is |all |just |already |is |been |totally |finally |well |got |yes )*(?:done|finished|completed|complete|did|nailed|crushed|smashed|sorted|ticked off|checked off|wrapped up|handled|accomplished|managed|made)(?: and dusted)?"
        + _IT
        + "(?: off)?"
        + _NOW,
    ),
    (
        Answer.DONE,
        r"(?:just )?(?:got|taken) (?:it|that) (?:done|finished|sorted|over with|out of the way)|(?:taken|took) care of"
        + _IT
        + r"|been there,? done that|mission accomplished|mark (?:it|this|that)?(?: as)? ?(?:done|complete|completed)|tick (?:it|this|that)(?: off)?|check(?:ed)?|finito|yes i did(?: it)?|(?:i )?did (?:so|indeed)|all (?:sorted|set|finished)|back from (?:it|my run|the gym)",
    ),
)
_COMPILED = tuple((answer, re.compile(pattern)) for answer, pattern in _PHRASES)
_COURTESY_BEFORE = re.compile(
    r"^(?:(?:ok|okay|okey|kk|yes|yep|yeah|yup|ya|yea|aye|sure|hey|hi|oh|ah|well|so|sorry|thanks|thank you|thx|cool|great|right|alright|fine|argh|ugh|phew|woo|woohoo|yay|boom|damn|hmm|um|uh|please|actually|honestly|sadly|unfortunately|nah|look|i'?m afraid|flux|coach|dear|absolutely|totally|nope|no) )+"
)
_COURTESY_AFTER = re.compile(
    r"(?: (?:thanks|thank you|thx|ty|cheers|please|pls|sorry|i'?m afraid|mate|flux|coach|though|tho|haha|lol|yay|boom|phew|honestly|boss|sir|dude|ok|okay|promise|finally|at last|ta|for today|for now|yes|yep|friend|buddy))+$"
)
_MARKS = re.compile(r"[^\w\s']+")
_SNOOZE_FOR = re.compile(r"(\d{1,3}|five|ten|twenty|thirty|an?|half an) ?(m|h)")
_LATER_TODAY_MINUTES = "120"
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
    if said in _KEYS:
        return _KEYS[said]
    bare = _COURTESY_AFTER.sub("", _COURTESY_BEFORE.sub("", said + " ").strip())
    return next(
        (
            answer
            for phrase in (said, bare)
            for answer, known in _COMPILED
            if phrase and known.fullmatch(phrase)
        ),
        None,
    )


def snooze_argument(text: str) -> str:
    """How long a snooze in words is meant to last, as the argument of the snooze action; "" when not said."""
    said = _said(text)
    for word in ("tonight", "tomorrow"):
        if re.search(rf"\b{word}\b", said):
            return word
    if "this evening" in said:
        return "tonight"
    if re.search(r"\blater (?:today|on)\b|\bthis afternoon\b|\bafter (?:work|lunch|dinner|school)\b", said):
        return _LATER_TODAY_MINUTES
    found = _SNOOZE_FOR.search(said)
    if found is None:
        return ""
    amount = _AMOUNTS[found[1]] if found[1] in _AMOUNTS else float(found[1])
    return str(int(amount * (60 if found[2] == "h" else 1)))


def _said(text: str) -> str:
    plain = text.casefold().replace("’", "'").replace("‘", "'")
    return " ".join(_MARKS.sub(" ", plain).split())


def _sign(text: str) -> Answer | None:
    """The answer of a message that is only an emoji or a key, however often it is repeated."""
    marks = {mark for mark in text if not mark.isspace() and not _is_modifier(mark) and mark not in "!."}
    answers = {_EMOJI.get(mark) for mark in marks}
    if len(answers) != 1:
        return None
    return answers.pop()


def _is_modifier(mark: str) -> bool:
    """Skin tones, joiners, gender signs and variation selectors change how an emoji looks, not what it says."""
    return mark in "\ufe0f\u200d\u2642\u2640\u20e3" or 0x1F3FB <= ord(mark) <= 0x1F3FF
