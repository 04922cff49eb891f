"""Yes and no by rule: an approval is only ever the person's own plain words, never "ok but ..." and never a model's guess."""

from __future__ import annotations

import re


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_FILLER = _set(
    "ok okay k kk oh well hey hi and then so it is its thats that this the a an all i we you me us to for with of im "
    "am now just please pls thanks thank cheers flux very much really totally absolutely definitely exactly quite lets "
    "ooh oooh ohh wow yay haha whoa woohoo hooray let plan idea way by my on in have had be will ill be think feel like finally phew por favor bitte"
)
_YES = _set(
    "yes y yep yeah yup ya yea aye sure ok okay okey okie okeydokey k kk fine good great perfect agreed agree approved "
    "approve accept accepted deal confirmed confirm correct right works love lovely nice super awesome brilliant cool "
    "excellent wonderful fantastic sounds looks looking go ahead do done start save lock sold alright certainly "
    "definitely absolutely happy exactly amazing ready gladly lgtm sí si oui ja claro vale sim gut"
)
_YES_SIGNS = ("👍", "✅", "👌", "💯", "🙌", "✔")
_NO_SIGNS = ("👎", "❌", "✖", "🚫")
# Agreement that stands alone; "good", "go", "start" and their like need company or an unmistakable phrase.
_WEAK = _set("go ahead do done start save lock right looking looks sounds ready k nice cool")
_YES_PHRASES = (
    "go ahead", "go for it", "do it", "lets do it", "lets go", "lets start", "looks good", "sounds good", "looks great",
    "sounds great", "looks fine", "sounds fine", "looks right", "looks ok", "sounds ok", "im in", "count me in", "save it", "lock it in",
    "that works", "works for me", "good to go", "im happy with it", "why not", "all good", "of course", "start it", "im ready",
    "thats right", "looks perfect", "sounds perfect", "sounds like a plan", "thumbs up", "no changes", "nothing to change",
    "no change needed", "no complaints", "no problem", "cant wait", "im on board", "lets roll", "lets try it", "book it", "add it",
    "add them", "nice one", "looks nice", "sounds nice", "sounds cool", "looks cool",
)  # fmt: skip
_NO_PHRASES = (
    "forget it", "never mind", "nevermind", "drop it", "stop", "cancel", "cancel it", "cancel that", "scrap it", "not interested",
    "no thanks", "no thank you", "dont save", "dont do it", "leave it", "i changed my mind", "changed my mind", "not now",
    "abandon it", "abandon", "delete it", "throw it away", "discard", "discard it", "forget about it", "scrap that", "id rather not",
    "please dont", "absolutely not", "no way", "hell no", "not really", "cancel the plan", "drop the plan", "scrap the plan",
    "forget the plan", "stop it", "no plan", "not anymore", "not any more",
)  # fmt: skip
_NO = _set("no n nope nah nay never")
# Words after which a person has not decided yet: they are asked, never taken at a guess.
_HESITATION = re.compile(
    r"\W*(?:(?:ok(?:ay)?|yes|yeah|well|so|i)\W+)*(?:hm+|hmm+|mm+|um+|uh+|er+|ok(?:ay)?|ye(?:s|ah)|sure|right|maybe|perhaps|probably|possibly|not (?:sure|yet|yes)"
    r"|i (?:guess|think|suppose|don'?t know)(?: so)?|i'?m not sure|dunno|idk|guess so|think so|suppose so|so so|not bad|let me think.*|(?:i )?(?:need|want) to think.*"
    r"|i'?ll think.*|we'?ll see|tomorrow|not today|wait|hold on|(?:one|just a|a) (?:moment|sec(?:ond)?|minute)|moment|give me a (?:moment|minute|second)"
    r"|whatever|i don'?t (?:care|mind)|you (?:decide|choose|pick)|do what you think.*|up to you|(?:fine|good|ok(?:ay)?) i (?:guess|suppose)|good enough|if you (?:say|think) so|what do you (?:recommend|think|suggest|advise))(?:\W+(?:maybe|perhaps|tomorrow|later|tonight|today|so|yes|ok(?:ay)?|then|about (?:it|that)))*\W*",
    re.IGNORECASE,
)
_DOUBT = re.compile(
    r"\b(but|except|however|although|though|unless|if|instead|only|almost|nearly|maybe|perhaps|wait|hold on|hmm+|not|"
    r"don'?t|doesn'?t|isn'?t|can'?t|cannot|won'?t|never|no|change|move|make|swap|drop|remove|skip|add|easier|harder|"
    r"shorter|longer|earlier|later|fewer|less|more|rather|could|can|would|should|what|when|why|how|which|who|where)\b|\?"
)
_WORDS = re.compile(r"[^\W_]+")


def says_yes(text: str) -> bool:
    """Whether these words agree, wholly and without a condition, to what is on the table."""
    plain = _plain(text)
    if not plain:
        return _only_signs(text, _YES_SIGNS)
    if "?" in text or any(sign in text for sign in _NO_SIGNS):
        return False
    if plain in _YES_PHRASES:
        return True
    rest = plain
    for phrase in sorted(_YES_PHRASES, key=len, reverse=True):
        rest = re.sub(rf"\b{phrase}\b", "\x00", rest)
    if _DOUBT.search(rest):
        return False
    words = _WORDS.findall(rest)
    if any(word not in _YES and word not in _FILLER for word in words):
        return False
    return "\x00" in rest or any(word in _YES and word not in _WEAK for word in words)


def hesitates(text: str) -> bool:
    """Whether these words put the decision off ("hmm", "maybe tomorrow", "ok?"): neither a yes nor a no."""
    return not says_yes(text) and _HESITATION.fullmatch(text[:200]) is not None


def almost_yes(text: str) -> bool:
    """Friendly words that are no unmistakable yes ("nice", "go"): they are asked about."""
    words = _WORDS.findall(_plain(text))
    friendly = any(word in _YES and word not in ("done", "do", "k") for word in words)
    return friendly and "?" not in text and all(word in _YES or word in _FILLER for word in words)


def says_no(text: str) -> bool:
    """Whether these words turn it down altogether; a wish for a change is not a no."""
    plain = _plain(text)
    if not plain:
        return _only_signs(text, _NO_SIGNS)
    if plain in _NO_PHRASES:
        return True
    rest = plain
    for phrase in sorted(_NO_PHRASES, key=len, reverse=True):
        rest = re.sub(rf"\b{phrase}\b", "\x00", rest)
    words = _WORDS.findall(rest)
    if any(
        word not in _NO and word not in _FILLER and word not in ("sorry", "not", "today") for word in words
    ):
        return False
    return "\x00" in rest or bool(words and words[0] in _NO)


def _plain(text: str) -> str:
    """Lower case, without apostrophes and punctuation; "yesss" is "yes"."""
    said = re.sub(r"([^\W\d_])\1{2,}", r"\1", text.casefold())
    return " ".join(_WORDS.findall(said.replace("'", "").replace("’", "")))


def _only_signs(text: str, signs: tuple[str, ...]) -> bool:
    found = [character for character in text if not character.isspace() and character not in "!.️🏻🏼🏽🏾🏿"]
    return bool(found) and all(character in signs for character in found)
