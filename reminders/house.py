"""What every session of one database may ask: this installation's settings for the ladder and for learning, and its bell."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from sqlalchemy.engine import Connection, Engine
from sqlalchemy.orm import Session

from reminders.rules.caps import Caps
from reminders.rules.ladder import Timing
from reminders.rules.patterns import Threshold
from storage.database import Database, on_commit

if TYPE_CHECKING:
    from reminders.wakeups import Wakeups


@dataclass(frozen=True)
class House:
    """What this installation has set, and its bell."""

    timing: Timing = field(default_factory=Timing)
    wakeups: Wakeups | None = None
    threshold: Threshold = field(default_factory=Threshold)
    caps: Caps = field(default_factory=Caps)


_houses: WeakKeyDictionary[Engine, House] = WeakKeyDictionary()


def attach(database: Database, house: House) -> None:
    """From now on sessions of this database plan with these settings and ring this bell."""
    _houses[database.engine] = _houses[database.lines] = house


def house_of(session: Session) -> House:
    """The settings attached to the session's database; the product's own defaults, and no bell, without any."""
    bound = session.get_bind()
    engine = bound.engine if isinstance(bound, Connection) else bound
    return _houses.get(engine) or House()


def wake_on_commit(session: Session, when: datetime | None) -> None:
    """Ask to be woken then, once this transaction has committed."""
    wakeups = house_of(session).wakeups
    if wakeups is not None and when is not None:
        on_commit(session, lambda: wakeups.wake_at(when, f"{when.timestamp():.0f}"))
