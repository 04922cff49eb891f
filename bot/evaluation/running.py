"""Many conversations after each other on one throwaway installation, each with a person of its own who leaves at its end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlalchemy import delete

from bot.evaluation.living import Lived, live
from bot.evaluation.metering import Cost, MeteredModel
from bot.evaluation.script import Conversation
from bot.services import Services
from storage.tables import User


def run(services: Services, conversations: Iterable[Conversation]) -> Iterator[tuple[Lived, Cost]]:
    """Each as it ends. Only for a database in which nobody lives: everybody in it is deleted in between."""
    meter = MeteredModel(services.model)
    services.model = meter
    for conversation in conversations:
        before = meter.spent()
        lived = live(services, conversation)
        yield lived, meter.spent() - before
        everybody_leaves(services)


def everybody_leaves(services: Services) -> None:
    """So that the next conversation's time, which may be an earlier one, meets nobody else's reminders."""
    with services.database.service() as session:
        session.execute(delete(User))
