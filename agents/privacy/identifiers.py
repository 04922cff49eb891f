"""What identifies somebody besides a name: e-mails, links, numbers of phones and papers, streets, coordinates."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a placeholder stands for, as a model reads it."""

    NAME = "name"
    EMAIL = "e-mail"
    LINK = "link"
    NUMBER = "number"
    PLACE = "place"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Span:
    start: int
    end: int
    kind: Kind


# Times, dates, amounts and our own ids look like numbers of something, and a plan cannot do without them.
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_CLOCK = r"(?:[01]?\d|2[0-4])[:.h][0-5]\d"
_UNIT = (
    r"(?:k|m|km|kms|mi|miles?|metres?|meters?|cm|mm|ft|feet|kg|g|mg|lbs?|kcal|cal|calories|l|ml|litres?|liters?|steps?|words?|pages?|reps?|sets?|laps?"
    r"|min|mins|minutes?|h|hrs?|hours?|s|secs?|seconds?|days?|weeks?|months?|years?|times|x|%|percent|points?|euros?|eur|dollars?|usd|pounds|gbp|francs?"
    r"|chf|yen|rupees|inr|bucks|cents?|people|users?|items?|rpm|watts?|volts?|°c?)"
)
_HARMLESS = re.compile(
    rf"[0-9a-f]{{8}}-(?:[0-9a-f]{{4}}-){{3}}[0-9a-f]{{12}}"
    rf"|\d{{4}}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{{1,6}})?)?(?:Z|[+-]\d\d:?\d\d)?)?(?!\d)"
    rf"|(?<![\d.])(?:\d{{1,2}}\.?\s?[-–]\s?)?\d{{1,2}}[./-]\d{{1,2}}[./-](?:19|20)?\d\d(?![\d./-])"
    rf"|\b\d{{1,2}}(?:st|nd|rd|th|\.)? (?:of )?{_MONTH}\.?,?(?: (?:19|20)\d\d\b)?|\b{_MONTH}\.? \d{{1,2}}(?:st|nd|rd|th)?\b(?:,? (?:19|20)\d\d\b)?"
    rf"|(?<![\d.]){_CLOCK}(?:\s?[-–]\s?{_CLOCK})?(?![\d.])"
    rf"|\b(?:19|20)\d\d\s?[-–/]\s?(?:19|20)?\d\d\b(?![\d-])"
    rf"|\b(?:[01]\d|2[0-3])[0-5]\d\s?[-–]\s?(?:[01]\d|2[0-3])[0-5]\d\b(?!-)"
    rf"|[$€£¥₹]\s?\d[\d.,]*(?: \d{{3}})*"
    rf"|(?<![\d+])\d{{1,3}}(?:[., ']\d{{3}}){{1,4}}(?:[.,]\d{{1,2}})?\s?(?:[$€£¥₹]|{_UNIT}\b)"
    rf"|(?<![\d+])\d+(?:[.,]\d+)?\s?(?:[$€£¥₹]|{_UNIT}\b)",
    re.IGNORECASE,
)

_EMAIL = re.compile(
    r"[\w.+%-]{1,64}\s?@\s?[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}"
    r"|[\w.+-]{1,64}\s?[\[({]\s?at\s?[\])}]\s?[\w-]{1,63}(?:\s?(?:\.|[\[({]\s?dot\s?[\])}]|\sdot\s)\s?[\w-]{1,63}){1,3}"
    r"|(?:[\w-]{1,64} dot ){0,2}[\w.+-]{1,64} at [\w-]{1,63}(?: dot [\w-]{2,63}){1,3}",
    re.IGNORECASE,
)
_LINK = re.compile(
    r"\b(?:https?|ftp|tel|mailto|geo)://?\S{1,2000}|\b(?:tel|mailto|geo):\S{3,200}|\bwww\.\S{3,2000}"
    r"|\b(?:[a-z0-9-]{1,63}\.){1,4}[a-z]{2,10}/\S{1,2000}",
    re.IGNORECASE,
)
_HANDLE = re.compile(r"(?<![\w@.])@[\w][\w.]{1,60}|\b\w{2,32}#\d{4}\b")
_COORDINATES = re.compile(
    r"-?\d{1,3}\.\d{3,}(?:°?\s?[NSEW]\b|°)?\s?[,;/ ]\s?-?\d{1,3}\.\d{3,}(?:°?\s?[NSEW]\b|°)?"
    r"|\d{1,3}\s?°\s?\d{1,2}\s?['′’]\s?(?:\d{1,2}(?:\.\d+)?\s?[\"″”]?)?(?:\s?[NSEW]\b)?(?:[ ,]+\d{1,3}\s?°\s?\d{1,2}\s?['′’]\s?(?:\d{1,2}(?:\.\d+)?\s?[\"″”]?)?(?:\s?[NSEW]\b)?)?"
    r"|\b[23456789CFGHJMPQRVWX]{4,8}\+[23456789CFGHJMPQRVWX]{2,3}\b|///[a-z]+\.[a-z]+\.[a-z]+",
    re.IGNORECASE,
)
_IP = re.compile(
    r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])|\b(?:[0-9a-f]{1,4}:){4,7}:?[0-9a-f]{0,4}\b|\b(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}\b",
    re.I,
)
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b", re.IGNORECASE)
_ID = re.compile(
    r"(?<![\w-])(?=[\w-]{6,40}(?![\w-]))(?=[\w-]*[a-z])(?=(?:[\w-]*?\d){4})[a-z0-9_-]+", re.IGNORECASE
)
_SERIAL = re.compile(
    r"\d+[a-z]{2,}|[a-z]+-?(?:19|20)\d\d|(?:19|20)\d\d-?[qhw]\d{1,2}|[qhw]\d{1,2}-?(?:19|20)\d\d",
    re.IGNORECASE,
)  # 10000steps, covid-2020, 2026-q1: no ids
_NUMBERED = re.compile(
    r"\b(?:tel|telephone|phone|mobile|cell|call|ring|dial|text|sms|fax|whatsapp|number|nr|no|id|passport|account|customer|member|membership|insurance|policy"
    r"|tax|ssn|licen[cs]e|card|pin|code|booking|reference|ref|order|invoice|patient|case|serial|zip|postcode|plz|flat|room|apartment|apt|iban|bic|vin)\b"
    r"(?:\s?(?:number|no|nr|code|is|was|#|:|\.|=|at|me|on|in|=)){0,3}[\s:#.]{0,3}(?P<value>\+?(?=(?:[\w /.-]{0,3}?\d){4})[a-z]{0,4}\d[\d /.-]{2,24}\d(?!\w))",
    re.IGNORECASE,
)
_SECRET = re.compile(
    r"\b(?:password|passwort|passcode|passphrase|pwd|pin|cvc|cvv)\b(?:\s?(?:is|was|:|=|for \w+ is)){1,2}\s?(?P<value>\S{3,64})",
    re.IGNORECASE,
)
_PHONE = re.compile(r"(?<![\w.,])[+(]{0,2}\d(?:[ \t()../\\·–-]{0,3}\d){5,24}(?!\w)")
_DIGITS = range(7, 25)
_DOT = re.compile(r"\bdot\b|[\[({] ?at ?[\])}]", re.IGNORECASE)
_SAYS_SECRET = re.compile(r"\bpass|\bpwd\b", re.IGNORECASE)


def identifiers_in(text: str) -> list[Span]:
    """What to hide, in no order; stretches may overlap. Linear: every repetition has an end."""
    spans = _found(_EMAIL, text, Kind.EMAIL) if "@" in text or _DOT.search(text) else []
    if "/" in text or ":" in text or "www." in text.lower():
        spans += _found(_LINK, text, Kind.LINK)
    if "@" in text or "#" in text:
        spans += _found(_HANDLE, text, Kind.NAME)
    return (
        spans + _numbers_in(text, spans)
        if any(map(str.isdigit, text)) or _SAYS_SECRET.search(text)
        else spans
    )


def _numbers_in(text: str, before: list[Span]) -> list[Span]:
    spans = _found(_COORDINATES, text, Kind.PLACE)
    spans += _found(_IP, text, Kind.NUMBER) + _found(_IBAN, text, Kind.NUMBER)
    harmless = [found.span() for found in _HARMLESS.finditer(text)]
    bare = _blanked(text, [(span.start, span.end) for span in before + spans] + harmless)
    spans += _values(_SECRET, bare, Kind.TEXT) + _values(_NUMBERED, bare, Kind.NUMBER)
    spans += [span for span in _found(_PHONE, bare, Kind.NUMBER) if _is_number(text, span)]
    spans += [
        span for span in _found(_ID, bare, Kind.NUMBER) if not _SERIAL.fullmatch(text, span.start, span.end)
    ]
    return spans


def _found(pattern: re.Pattern[str], text: str, kind: Kind) -> list[Span]:
    return [Span(found.start(), found.end(), kind) for found in pattern.finditer(text)]


def _values(pattern: re.Pattern[str], text: str, kind: Kind) -> list[Span]:
    return [
        Span(*found.span("value"), kind) for found in pattern.finditer(text) if "\0" not in found["value"]
    ]


def _blanked(text: str, spans: list[tuple[int, int]]) -> str:
    """The text with these stretches made unreadable, everything else in its place."""
    characters = list(text)
    for start, end in spans:
        characters[start:end] = "\0" * (end - start)
    return "".join(characters)


def _is_number(text: str, span: Span) -> bool:
    return sum(map(str.isdigit, text[span.start : span.end])) in _DIGITS
