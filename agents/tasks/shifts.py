"""How a move was said: what moves, where to, or by how much; read by rules, so that a time is never guessed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from agents.turn import TurnContext
from reminders.rules.rhythm import to_utc
from reminders.rules.when import read_when

_BEFORE = re.compile(
    r"^\W*(?:(?:please|pls|can you|could you|can we|could we|let'?s|i need to|i want to|i have to|i'?d like to|i would like to|ok(?:ay)?|actually|sorry"
    r"|hmm+|oh|no|wait|well|so|and|then|also|now|hey|maybe|rather|just|better|instead)\b[,! ]*)+",
    re.I,
)
_STORY = re.compile(
    r"^.{2,160}?(?:[,;.!:\u2013\u2014-]+|\bso)\s+(?:(?:so|and|then|please|can you|could you|can we|let'?s|just|you can|i need to|i have to|i must)\b[,! ]*)*"
    r"(?=(?:move|re-?schedule|shift|postpone|push|delay|put off|bring forward|cancel|call off|skip|drop|clear|take off)\b)",
    re.I | re.S,
)
_ORDERS = re.compile(
    r"^\W*(?:move|re-?schedule|shift|postpone|push|delay|put|bring|pull|change|switch|swap|cancel|call|skip|drop|clear|take|remind|add|set|book|schedule)\b",
    re.I,
)
_VERB = re.compile(
    r"^(?P<verb>move|re-?schedule|shift|postpone|push|delay|put off|bring|pull|change|switch|set|make|put|do|have|defer|bump|slide|advance|start)\b\s*",
    re.I,
)
# "He comes at 9 after all, so make it 8:45": what led to it is not where it goes.
_REASON = re.compile(
    r"^(?!\W*(?:move|reschedule|push|shift|change|set|make|put|bring|please|can|could)\b).{4,120}?[,.;!]\s*(?:(?:so|then|please|can you|could you|better|let'?s|and)\b[, ]*)*"
    r"(?P<order>(?:make|move|set|change|push|shift|put|bring) (?:it|that|this) .{1,60})$",
    re.I,
)
_AMOUNT = (
    r"(?P<many>\d+(?:[.,]5)?|an?|half an?|one|two|three|four|five|six|ten|fifteen|twenty|thirty|forty-?five|a couple of|a few)"
    r"[ -]*(?P<unit>min(?:ute)?s?|h(?:(?:ou)?rs?)?|days?|weeks?|fortnight)\b"
)
_BY = (
    re.compile(rf"\b(?:(?:back|forward|forwards|out|on) )?(?:by|for) (?:another )?{_AMOUNT}(?: (?P<way>later|earlier|sooner|back|forwards?|up))?", re.I),
    re.compile(rf"\b{_AMOUNT} (?P<way>later|earlier|sooner|back|forwards?|ahead|up)\b", re.I),
    re.compile(rf"\b(?P<way>back|forwards?|up|out|ahead) {_AMOUNT}", re.I),
    re.compile(rf"\b{_AMOUNT}\W*$", re.I),
)  # fmt: skip
_MANY = {
    "a": 1.0, "an": 1.0, "half a": 0.5, "half an": 0.5, "one": 1.0, "two": 2.0, "three": 3.0, "four": 4.0, "five": 5.0, "six": 6.0,
    "ten": 10.0, "fifteen": 15.0, "twenty": 20.0, "thirty": 30.0, "fortyfive": 45.0, "forty-five": 45.0, "a couple of": 2.0, "a few": 3.0,
}  # fmt: skip
_EARLIER = re.compile(r"\b(?:earlier|sooner|forwards?|ahead|up)\b", re.I)
_BARE = re.compile(
    r"\b(?:a (?:bit|little)(?: bit)? )?(?P<way>earlier|sooner|later|forwards?|back)\b(?! today| this| in| on| at)\W*$",
    re.I,
)
_TO = re.compile(r"(?:\s|^)(?:to|until|till|onto|into|for)\s+(?!do\b)(?=\S)", re.I)
_AT = re.compile(r"(?:\s|^)(?=(?:at|on|in the|this|next|tomorrow|tonight|today|around|by)\b)", re.I)
_DAYTIME = re.compile(
    r"\b(?:morning|noon|lunch(?:time)?|afternoon|evening|night|tonight|later|weekend|week|day)\b", re.I
)
_INSTEAD = re.compile(r"\b(?:instead|rather)\b", re.I)
_FROM_NOW = re.compile(r"\b(?:from now on|in future|going forward|always|every time)\b", re.I)
_THOSE = re.compile(r"^(?:all|both|every|each)\b.+\bto\b", re.I)
_SWAP = re.compile(r"^(?:swap|switch|exchange)\s+(?P<one>.+?)\s+(?:and|with|for)\s+(?P<two>.+)$", re.I)
_NEEDS = re.compile(
    r"^(?P<source>.{2,60}?) (?:needs?|has|have|ought|should|must|can|could)(?: to)? (?:be )?(?:move|moved|shift|shifted|change|changed|go|happen|rescheduled)"
    r" (?:to |until )?(?P<target>.+)$",
    re.I,
)
# "Can the long one be on Saturday?"
_CAN_BE = re.compile(
    r"^(?:can|could|may|might|should) (?P<source>(?!i\b|you\b|we\b|they\b|there\b).{2,60}?) be (?:moved |put |shifted )?(?:to )?(?P<target>(?!\w+ed\b|open\b|free\b|ok\b).+?)\W*$",
    re.I,
)
_UNABLE = re.compile(
    r"^(?:sorry,? )?i (?:can'?t|cannot|can not|won'?t(?: be able to)?|will not) (?:make|do|manage|go to|get to|fit in|fit)\b\s*(?P<what>.*)$",
    re.I,
)
# "I can't run tomorrow": the task is the verb itself, and a day stands behind it.
_UNABLE_TO = re.compile(
    r"^(?:sorry,? )?i (?:can'?t|cannot|can not|won'?t(?: be able to)?|will not) (?P<what>[a-z][\w ]{1,40}? (?:on |this )?(?:today|tonight|tomorrow|(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b.*)$",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Shift:
    """By how much: calendar days and minutes, negative for earlier; `way` alone (+1, -1) when no amount was said."""

    days: int = 0
    minutes: int = 0
    way: int = 0

    def of(self, ctx: TurnContext, at: datetime) -> datetime:
        """Days keep the wall clock, minutes are as long as they are."""
        local = at.astimezone(ctx.zone).replace(tzinfo=None) + timedelta(days=self.days)
        return to_utc(local, ctx.zone) + timedelta(minutes=self.minutes)


@dataclass(frozen=True, slots=True)
class Move:
    """`source` says what moves, `target` where to; or `shift` says by how much."""

    source: str
    target: str = ""
    shift: Shift | None = None
    verb: str = ""


def says_unable(text: str) -> bool:
    """ "I can't make it tonight"."""
    found = _UNABLE.match(_core(text))
    return found is not None and bool(found["what"].strip())


def read_swap(text: str) -> tuple[str, str] | None:
    """ "Swap the run and yoga": the two that change places."""
    found = _SWAP.match(_core(text))
    return (found["one"], found["two"]) if found else None


def read_move(ctx: TurnContext, text: str) -> Move | None:
    """A wish to move something; None when the words are none."""
    reason = _REASON.match(text)
    said = _core(reason["order"] if reason else text)
    passive = _NEEDS.match(said)
    if passive and _timely(ctx, passive["target"]):
        return Move(passive["source"], _full(passive["target"]), verb="move")
    if (asked := _can_be(ctx, said)) is not None:
        return asked
    unable = _UNABLE.match(said) or _UNABLE_TO.match(said)
    if unable:
        return Move(re.sub(r"^it\b", "", _INSTEAD.sub(" ", unable["what"])).strip(), verb="can't")
    found = _VERB.match(said)
    verb = found["verb"].lower() if found else ""
    rest = re.sub(r"^(?:back|forwards?|off|up|out)\s+(?=\D)", "", said[found.end() :]) if found else said
    rest = (
        f"{rest} forward"
        if found and verb in ("bring", "pull") and "forward" in said and "forward" not in rest
        else rest
    )
    if not found and not any(sign.search(rest) for sign in (_INSTEAD, _FROM_NOW, _BY[1], _THOSE)):
        return None
    rest = " ".join(_FROM_NOW.sub(" ", _INSTEAD.sub(" ", rest)).split()).strip(" .!?,")
    by = read_shift(rest, verb)
    if by is not None:
        return Move(by[1], shift=by[0], verb=verb)
    source, target = _split(ctx, rest)
    if not target and verb in ("set", "make", "put", "do", "have", "start", "change", "switch"):
        return None
    return Move(source, target, verb=verb)


def _can_be(ctx: TurnContext, said: str) -> Move | None:
    found = _CAN_BE.match(said)
    if found is None:
        return None
    target = _INSTEAD.sub(" ", found["target"]).strip()
    by = read_shift(target)
    if by is not None and not by[1]:
        return Move(found["source"], shift=by[0], verb="move")
    return Move(found["source"], _full(target), verb="move") if _timely(ctx, target) else None


def read_shift(text: str, verb: str = "") -> tuple[Shift, str] | None:
    """By how much, and the words without it; "an hour later", "back a week", "by 30 minutes", or only "earlier"."""
    for number, pattern in enumerate(_BY):
        found = pattern.search(text)
        if found is None or (
            number == 3 and not verb.startswith(("postpone", "push", "delay", "shift", "bump", "defer"))
        ):
            continue
        rest = f"{text[: found.start()]} {text[found.end() :]}"
        way = f"{found[0]} {' '.join(re.findall(r'earlier|sooner|forward', rest, re.I))}"
        earlier = bool(_EARLIER.search(way)) and not verb.startswith("push")
        return _shift(found["many"], found["unit"], -1 if earlier else 1), _BARE.sub(" ", rest).strip()
    bare = _BARE.search(text)
    if bare is None:
        return None
    earlier = bool(_EARLIER.search(bare["way"])) and not verb.startswith("push")
    return Shift(way=-1 if earlier else 1), text[: bare.start()].strip()


def _shift(many: str, unit: str, way: int) -> Shift:
    words = " ".join(many.casefold().split())
    amount = _MANY[words] if words in _MANY else float(words.replace(",", "."))
    match unit[0].casefold():
        case "m":
            return Shift(minutes=way * round(amount), way=way)
        case "h":
            return Shift(minutes=way * round(amount * 60), way=way)
        case "d":
            return Shift(days=way * round(amount), way=way)
    weeks = 2.0 if unit.casefold() == "fortnight" else 1.0
    return Shift(days=way * round(amount * weeks * 7), way=way)


def _split(ctx: TurnContext, text: str) -> tuple[str, str]:
    """What moves and where to: at the last "to" before a time, else at the first "at", "on" or day."""
    for found in reversed(list(_TO.finditer(text))):
        target = _full(text[found.end() :])
        if _timely(ctx, target):
            return text[: found.start()], target
    for found in _AT.finditer(text):
        target = text[found.end() :]
        if _timely(ctx, target) and not re.match(
            r"\w+['’]s\b|(?:this|next|today|tomorrow)\b.*\b(?:and|to)\b", target
        ):
            return text[: found.start()], target
    if _timely(ctx, text) and len(text.split()) <= 2:
        return "", text
    bare = re.match(r"^(?P<source>it|that|this|them)\s+(?P<target>.+)$", text, re.I)
    target = _full(bare["target"]) if bare else ""
    return (bare["source"], target) if bare and _timely(ctx, target) else (text, "")


def _full(target: str) -> str:
    """ "7" as an hour, "the evening" as a part of the day."""
    if re.fullmatch(r"\d{1,2}", target):
        return f"at {target}"
    if re.fullmatch(r"(?:my |the )?(?:lunch(?: ?time| break)?|noon|midday)", target, re.I):
        return "at 12:30" if target.lower() not in ("noon", "midday") else "at 12:00"
    part = re.fullmatch(r"(?:the |an? |in the )?(?P<part>morning|afternoon|evening)s?", target, re.I)
    return f"in the {part['part']}" if part else target


def _timely(ctx: TurnContext, text: str) -> bool:
    reading = read_when(text, ctx.local_now, ctx.user.timezone)
    when = reading.when
    said = (when is not None and when.kind != "duration") or bool(reading.problem)
    return said or bool(_DAYTIME.search(text))


def without_story(text: str) -> str:
    """ "I'm in bed with a migraine, move everything today": only what shall happen to the diary."""
    return text if _ORDERS.match(_BEFORE.sub("", text)) else _STORY.sub("", text, count=1)


def _core(text: str) -> str:
    line = " ".join(without_story(text).split())
    return _BEFORE.sub("", line).strip(" .!?") or line
