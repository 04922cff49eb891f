"""Tasks for a place, as rows: asked about in the chat, and chased once the place is reached."""

from __future__ import annotations

from datetime import datetime, timedelta

from reminders.places import arrive
from storage.tables import User
from storage.tasks import pending_between
from tests.reminders.conftest import Ladders

HOUR = timedelta(hours=1)


def test_it_is_asked_about_in_the_chat_and_nowhere_else(ladders: Ladders, owner: User, now: datetime) -> None:
    task = ladders.plan(
        owner, now + HOUR, now, title="Mail Tom", trigger_type="location", location_trigger="at_office"
    )
    ladders.run_until(now, now + 4 * HOUR, timedelta(minutes=10))
    assert ladders.telegram.texts() == ["Are you at the office yet? Mail Tom."] * 2
    assert [choice.label for choice in ladders.telegram.last().flat_choices] == [
        "Done",
        "Not yet",
        "Not today",
    ]
    assert (ladders.whatsapp.sent, ladders.call.sent) == ([], [])
    assert ladders.task(task.id).status == "pending"


def test_once_the_place_is_reached_it_is_chased_like_any_other(
    ladders: Ladders, owner: User, now: datetime
) -> None:
    home = ladders.plan(
        owner, now + HOUR, now, title="Keys", trigger_type="location", location_trigger="away_from_home"
    )
    office = ladders.plan(
        owner, now + HOUR, now, title="Mail Tom", trigger_type="location", location_trigger="at_office"
    )
    with ladders.database.service() as session:
        assert [task.id for task in arrive(session, owner.id, now, ["away_from_home"])] == [home.id]
    ladders.run_until(now, now + timedelta(minutes=3))
    assert ladders.telegram.texts() == ["Keys (30 min): it's time."]
    row = ladders.task(home.id)
    assert (row.trigger_type, row.location_trigger, row.scheduled_at) == ("time", "away_from_home", now)
    assert ladders.task(office.id).stage == "waiting"


def test_a_strangers_arrival_fires_nothing_of_the_owners(
    ladders: Ladders, owner: User, stranger: User, now: datetime
) -> None:
    ladders.plan(owner, now + HOUR, now, trigger_type="location", location_trigger="at_office")
    with ladders.database.session(stranger.id) as session:
        assert arrive(session, stranger.id, now) == []


def test_what_waits_for_a_place_takes_no_time_in_the_diary(
    ladders: Ladders, owner: User, now: datetime
) -> None:
    ladders.plan(owner, now + HOUR, now, trigger_type="location", location_trigger="at_office")
    with ladders.database.service() as session:
        assert pending_between(session, owner.id, now, now + 9 * HOUR) == []
