"""The forms a person's own name takes: its parts, and what friends make of it."""

from __future__ import annotations

from agents.privacy.folding import fold
from agents.privacy.name_cues import PARTICLES
from agents.privacy.people import is_first_name

_IRREGULAR = {
    "alexander": "alex sandy sasha xander lex",
    "alexandra": "alex sandra sasha lexi",
    "aleksandr": "sasha alex",
    "anthony": "tony",
    "catherine": "kate katie cathy kitty",
    "charles": "charlie chuck chas",
    "dorothy": "dot dottie dolly",
    "edward": "ed eddie ted teddy ned",
    "elizabeth": "liz lizzie beth betty betsy eliza libby lisa elsie",
    "francisco": "paco pancho curro",
    "giuseppe": "beppe peppe pino",
    "guadalupe": "lupe",
    "henry": "harry hank hal",
    "ignacio": "nacho",
    "james": "jim jimmy jamie",
    "johannes": "hannes hans jo",
    "john": "jack johnny jon",
    "jose": "pepe",
    "katharina": "kathi kati kate rina",
    "katherine": "kate katie kathy kitty",
    "lawrence": "larry laurie",
    "margaret": "maggie meg peggy greta rita",
    "maria": "mia mary mitzi",
    "mary": "molly polly",
    "michael": "mike mick mickey michi misha",
    "mikhail": "misha",
    "mohammed": "mo hamada",
    "patricia": "pat patty trish tricia",
    "richard": "dick rick ricky richie",
    "robert": "bob bobby rob robbie bert",
    "sarah": "sally sadie",
    "theodore": "ted teddy theo",
    "vladimir": "vova volodya",
    "william": "bill billy will willy liam",
}
_ENDINGS = ("", "i", "y", "ie", "a", "e", "o")


def forms_of(name: str) -> tuple[str, ...]:
    """The name, its parts of two letters and more, and its short forms; those from the list only where they are names."""
    parts = [part.strip(".,'’\"()") for part in name.replace("-", " ").split()]
    parts = [part for part in parts if len(part) > 1 and part[0].isalpha() and fold(part) not in PARTICLES]
    short = [one for part in parts for one in _short(fold(part))]
    return tuple(dict.fromkeys([name, *parts, *short]))


def shown_forms(name: str) -> tuple[str, ...]:
    """A name as a messenger shows it may be any words: the whole of it, and those of its parts that are first names."""
    return (name, *(part for part in name.split() if is_first_name(fold(part))))


def _short(key: str) -> list[str]:
    stems = [key[:length] for length in range(3, min(len(key), 6))]
    stems += [stem + stem[-1] for stem in stems]
    made = {f"{stem}{ending}" for stem in stems for ending in _ENDINGS} - {key}
    known = [one for one in made if is_first_name(one) and abs(len(one) - len(key)) < 6]
    return [one.capitalize() for one in [*_IRREGULAR.get(key, "").split(), *sorted(known)]]
