"""Who a person has spoken of: names that were recognised for certain once stay known, also where no word around them tells."""

from __future__ import annotations

import re

from agents.privacy.folding import fold, visible
from agents.privacy.name_cues import PARTICLES
from agents.privacy.people import is_first_name, sure_names_in
from storage.tables import User
from storage.users import profile_of, save_profile

_LONGEST_TEXT = 2_000  # longer messages are answered, not read
_LONGEST_NAME = 60
_MOST = 150  # whom nobody has mentioned for long is forgotten first
_PARTS = re.compile(r"[\s_-]+")


def remember_people(user: User, text: str) -> None:
    """Keep the names of a message in the profile, where export shows them and erasure takes them along."""
    seen = visible(text[:_LONGEST_TEXT])
    named = [" ".join(seen[start:end].split()) for start, end in sure_names_in(seen)]
    named = [name for name in dict.fromkeys(named) if len(name) <= _LONGEST_NAME]
    if not named:
        return
    profile = profile_of(user)
    again = {fold(name) for name in named}
    people = [*named, *(name for name in profile.people if fold(name) not in again)][:_MOST]
    if people != profile.people:
        profile.people = people
        save_profile(user, profile)


def parts_of(name: str) -> tuple[str, ...]:
    """A name and those of its parts that name somebody by themselves."""
    parts = [part for part in _PARTS.split(name) if len(part) > 1 and fold(part) not in PARTICLES]
    return (name, *(part for part in parts if part[0].isupper() or is_first_name(fold(part))))
