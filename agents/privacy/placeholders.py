"""What must not leave the house: names, numbers, mails and addresses become placeholders on the way out and return on the way in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from agents.privacy.folding import fold, fold_with_places, visible
from agents.privacy.identifiers import Kind, Span, identifiers_in
from agents.privacy.people import is_word, names_in
from agents.privacy.streets import streets_in

_KINDS = r"(name|person|e-?mail|link|url|number|phone|place|address|text)"
_OPEN, _CLOSE = r"(?:<|&lt;|[⟨＜‹«〈\[{(])", r"(?:>|&gt;|[⟩＞›»〉\]})])"
# As we wrote it, and as models mangle it: "<Name 1>", "⟨name_1⟩", "<name 1's>", "NAME_1", "call name 1.".
_WRITTEN = re.compile(rf"{_OPEN}\s?{_KINDS}[\s_-]?(\d{{1,4}})(['’]s)?\s?{_CLOSE}(['’]s)?", re.IGNORECASE)
_BARE = re.compile(
    rf"(?<![\w<]){_KINDS}[_-](\d{{1,4}})(?!\w)|(?:(?<=call )|(?<=with )|(?<=and )|(?<=for )|(?<=meet )|(?<=visit )|(?<=from )|(?<=to ))name (\d{{1,4}})(?!\w)"
    r"|(?<![\w<])name (\d{1,4})(?=['’]s\b|[.,;!?]|$)",
    re.IGNORECASE,
)
_NOT_OURS = re.compile(r"[&<⟨＜‹«〈](?:lt;)?\s?(?:name|e-?mail|link|number|place|text)\s?\d", re.IGNORECASE)
_NEUTRAL = {
    "name": "someone",
    "person": "someone",
    "number": "the number",
    "phone": "the number",
    "link": "the link",
    "text": "",
}
_ELSE = {"e": "the e-mail", "u": "the link", "p": "the place", "a": "the place"}
_OUR_ID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
_PARTS = re.compile(r"[\W_]+")


class Placeholders:
    """The replacements of one question; the same value always has the same placeholder, however it is written."""

    def __init__(self, private: Iterable[str] = ()) -> None:
        self._values: list[str] = []  # the first is <... 1>
        self._known: dict[str, str] = {}  # value, folded and without what joins its parts -> placeholder
        self._given: set[str] = set()  # every placeholder that went out
        self._private: dict[str, tuple[Kind, str]] = {}  # word, folded -> what it is, and how it is spelt
        self._capital: set[str] = set()  # of these, only capitals are meant
        self._pattern: re.Pattern[str] | None = None
        for word in private:
            self._keep(word, _kind_of(word))

    def hide(self, data: Any) -> Any:
        """Any JSON-like value with its strings made safe; keys are ours and stay. A name one string gives away is hidden in all."""
        self._learn(data)
        return mapped(data, self._hide_text)

    def restore(self, data: Any) -> Any:
        """The same value with every placeholder turned back, once; one that was never given out becomes "someone"."""
        return mapped(data, self._restore_text)

    # ---------------------------------------------------------------- out

    def _hide_text(self, text: str) -> str:
        text = visible(text)
        spans = [*identifiers_in(text), *streets_in(text), *self._private_in(text)]
        spans += [
            Span(found.start(), _end_of_mark(text, found), Kind.TEXT) for found in _NOT_OURS.finditer(text)
        ]
        parts, done = [], 0
        for span in _united(spans):
            parts += [text[done : span.start], self._placeholder(span.kind, text[span.start : span.end])]
            done = span.end
        return "".join([*parts, text[done:]]) if parts else text

    def _private_in(self, text: str) -> list[Span]:
        if not self._private:
            return []
        if self._pattern is None:
            self._pattern = _any_of(self._private)
        folded, places = fold_with_places(text)
        for found in _OUR_ID.finditer(folded):
            folded = f"{folded[: found.start()]}{'-' * 36}{folded[found.end() :]}"
        spans = []
        for found in self._pattern.finditer(folded):
            start, end = places[found.start()], max(places[found.end()], places[found.start()] + 1)
            word = _joined(found[0])
            if word not in self._capital or not text[start].islower():
                spans.append(Span(start, end, self._private[word][0] if word in self._private else Kind.NAME))
        return spans

    def _keep(self, word: str, kind: Kind) -> None:
        word = visible(word).strip()
        key = _joined(fold(word))
        if len(key) < 2 or key in self._private:
            return
        self._private[key] = (kind, word)
        self._pattern = None
        if kind is Kind.NAME and is_word(word):
            self._capital.add(key)

    def _learn(self, data: Any) -> None:
        """Names that some words of `data` give away are hidden in all others too."""
        for text in strings(data):
            seen = visible(text)
            for start, end in names_in(seen):
                self._learn_name(seen[start:end])

    def _learn_name(self, name: str) -> None:
        """The whole name, and each of its parts: who is "Sarah Connor" once is "Sarah" later."""
        self._keep(name, Kind.NAME)
        for part in _PARTS.split(name):
            if len(part) > 1 and part[0].isupper():
                self._keep(part, Kind.NAME)

    def _placeholder(self, kind: Kind, value: str) -> str:
        key = _joined(fold(value)) or value
        if key not in self._known:
            self._values.append(self._private[key][1] if key in self._private else value)
            self._known[key] = f"<{kind} {len(self._values)}>"
            self._given.add(self._known[key])
        return self._known[key]

    # ---------------------------------------------------------------- in

    def _restore_text(self, text: str) -> str:
        parts, done = [], 0
        for found in _WRITTEN.finditer(
            text
        ):  # what stands between marks first; a value is never looked at again
            parts += [self._restore_bare(text[done : found.start()]), self._marked(found)]
            done = found.end()
        return "".join([*parts, self._restore_bare(text[done:])])

    def _marked(self, found: re.Match[str]) -> str:
        guessed = found[0][0] in "[({"  # "(number 1)" may be a model's own words
        value = self._value(found[2], found[1] if guessed else "")
        owns = found[3] or found[4] or ""
        if value is not None:
            return f"{value}{owns}"
        if guessed:
            return found[0]
        kind = found[1].lower()
        neutral = _NEUTRAL[kind] if kind in _NEUTRAL else _ELSE[kind[0]]
        first = (
            not found.string[: found.start()].strip() or found.string[: found.start()].rstrip()[-1] in ".!?"
        )
        return f"{neutral[:1].upper() if first else neutral[:1]}{neutral[1:]}{owns if neutral else ''}"

    def _restore_bare(self, text: str) -> str:
        return _BARE.sub(self._bare, text)

    def _bare(self, found: re.Match[str]) -> str:
        return self._value(found[2] or found[3] or found[4], found[1] or Kind.NAME) or found[0]

    def _value(self, number: str, kind: str = "") -> str | None:
        """What was hidden under this number; with `kind`, only if it was hidden as such."""
        place = int(number)
        if not 0 < place <= len(self._values):
            return None
        return self._values[place - 1] if not kind or f"<{kind.lower()} {place}>" in self._given else None


def _kind_of(word: str) -> Kind:
    if "@" in word:
        return Kind.EMAIL
    digits = sum(map(str.isdigit, word))
    if digits > 4 and digits > len(word) / 2:
        return Kind.NUMBER
    return Kind.PLACE if digits else Kind.NAME


def _joined(folded: str) -> str:
    """ "sarah  connor" and "sarah-connor" are one value."""
    return _PARTS.sub(" ", folded).strip()


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    """Every one of these words, longest first, however its parts are joined; never a piece of another word."""
    forms = sorted(words, key=len, reverse=True)
    bodies = [r"[\W_]{0,3}".join(map(re.escape, form.split())) for form in forms]
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(bodies)})(?![^\W_])")


def _end_of_mark(text: str, found: re.Match[str]) -> int:
    """A person may write what looks like a placeholder: all of it is hidden, its closing mark too."""
    closing = re.compile(rf"\d{{0,8}}(?:['’]s)?\s?(?:{_CLOSE})?").match(text, found.end())
    return closing.end() if closing else found.end()


def _united(spans: list[Span]) -> Iterator[Span]:
    """In order, and overlapping ones as one: of a stretch that is hidden for two reasons nothing may stay."""
    current: Span | None = None
    for span in sorted(spans, key=lambda one: (one.start, -one.end)):
        if current is not None and span.start < current.end:
            current = Span(current.start, max(current.end, span.end), current.kind)
            continue
        if current is not None:
            yield current
        current = span
    if current is not None:
        yield current


def strings(data: Any) -> Iterator[str]:
    """Every string of a JSON-like value, keys left out."""
    match data:
        case str():
            yield data
        case dict():
            for value in data.values():
                yield from strings(value)
        case list() | tuple():
            for value in data:
                yield from strings(value)


def mapped(data: Any, change: Callable[[str], str]) -> Any:
    """Any JSON-like value with its strings changed; keys stay."""
    match data:
        case str():
            return change(data)
        case dict():
            return {key: mapped(value, change) for key, value in data.items()}
        case list():
            return [mapped(value, change) for value in data]
        case _:
            return data
