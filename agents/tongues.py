"""Messages in a language Flux does not speak: which one it is, and a polite answer in it and in English."""

from __future__ import annotations

import re
import unicodedata

from reminders.rules.when.tongues import tongue_of

_ASKS = re.compile(
    r"\b(?:do|can|could) you (?:speak|talk|understand|write)\b(?! (?:to|with|up|about))|\b(?:sprichst|sprechen sie|hablas|habla usted|parles|parlez|parli|falas?|konusuyor)\b",
    re.I,
)
_SORRY = {
    "German": "Deutsch kann ich leider noch nicht gut.",
    "Dutch": "Ik spreek helaas nog niet goed Nederlands.",
    "Spanish": "Lo siento, todavía no hablo bien español.",
    "French": "Désolé, je ne parle pas encore bien français.",
    "Italian": "Mi dispiace, non parlo ancora bene l'italiano.",
    "Portuguese": "Desculpe, ainda não falo bem português.",
    "Turkish": "Kusura bakma, Türkçem henüz iyi değil.",
}
# By the name Unicode gives a letter of the script.
_SCRIPTS = {
    "CYRILLIC": "Извините, я пока хорошо говорю только по-английски.",
    "GREEK": "Συγγνώμη, προς το παρόν μιλάω καλά μόνο αγγλικά.",
    "ARABIC": "عذرًا، لا أتحدث جيدًا إلا الإنجليزية حتى الآن.",
    "HEBREW": "סליחה, בינתיים אני מדבר היטב רק אנגלית.",
    "DEVANAGARI": "माफ़ कीजिए, अभी मैं केवल अंग्रेज़ी ठीक से बोलता हूँ।",
    "HIRAGANA": "すみません、今のところ英語しかうまく話せません。",
    "KATAKANA": "すみません、今のところ英語しかうまく話せません。",
    "HANGUL": "죄송합니다. 아직은 영어만 잘할 수 있습니다.",
    "CJK": "抱歉，我目前只能用英语交流。",
}
_ENGLISH = "I only speak English well so far"
REPLY = f"{_ENGLISH}, sorry. Could you say it in a few English words?"


def is_foreign(text: str) -> bool:
    """True when it asks for another language, uses another script, or its words are those of another language."""
    if _ASKS.search(text):
        return True
    return _other_script(text) is not None or tongue_of(text[:300], mixed=True) is not None


def sorry(text: str) -> str:
    """The answer to such a message: a word in its own language where we have one, then English."""
    own = _own_words(text)
    return f"{own}\n{_ENGLISH}. Could you say it in a few English words?" if own else REPLY


def reads_back(text: str) -> str:
    """What goes before a task that was made out all the same; empty for English."""
    own = _own_words(text)
    return f"{own} {_ENGLISH}; this is what I understood:" if own else ""


def _own_words(text: str) -> str:
    script = _other_script(text)
    if script is not None:
        return _SCRIPTS.get(script, "")
    tongue = tongue_of(text[:300], mixed=True)
    return _SORRY[tongue.name] if tongue else ""


def _other_script(text: str) -> str | None:
    """The script of most letters when it is not Latin; "OTHER" for one without words here."""
    letters = [letter for letter in text[:300] if letter.isalpha()]
    others = [letter for letter in letters if ord(letter) > 0x24F and _script(letter) != "LATIN"]
    if not letters or len(others) * 2 <= len(letters):
        return None
    kana = next((_script(one) for one in others if _script(one) in ("HIRAGANA", "KATAKANA")), None)
    found = kana or _script(others[0])
    return found if found in _SCRIPTS else "OTHER"


def _script(letter: str) -> str:
    name = unicodedata.name(letter, "OTHER")
    return (
        "LATIN"
        if name.startswith(("LATIN", "MATHEMATICAL", "FULLWIDTH LATIN"))
        else name.split()[0].split("-")[0]
    )
