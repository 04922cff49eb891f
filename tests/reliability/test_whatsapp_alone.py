"""People whose only chat is WhatsApp, where buttons are numbered lines: each number means the line that it stands before."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import pytest
from sqlalchemy import delete, select

from storage.tables import Identity
from tests.reliability.fixtures_fallback import (  # noqa: F401 - `installation` is the fixture
    MINUTE,
    Flux,
    installation,
)


@pytest.fixture
def alone(flux: Flux) -> Flux:
    """Ann has written on WhatsApp a moment ago, and can be reached nowhere else."""
    with flux.services.database.service() as session:
        session.execute(delete(Identity).where(Identity.channel != "whatsapp"))
        session.scalars(select(Identity)).one().is_primary = True
    flux.writes_on_whatsapp("hello")
    flux.clock.move_to(flux.clock.now() + MINUTE)
    return flux


def lines(flux: Flux) -> list[str]:
    """The numbered lines of the newest message."""
    return flux.twilio.messages[-1].get("Body").partition("\n\n")[2].splitlines()


def answered(flux: Flux, number: str) -> str:
    flux.clock.move_to(flux.clock.now() + MINUTE)
    flux.writes_on_whatsapp(number)
    return flux.twilio.messages[-1].get("Body")


def missed(flux: Flux) -> UUID:
    task = flux.plan("Easy run", flux.clock.now() + 10 * MINUTE)
    flux.rings_until(flux.clock.now() + 80 * MINUTE)
    return task


@pytest.mark.parametrize(
    ("number", "label", "said"),
    [
        ("1", "I did it", "Done 11:22 - Easy run."),
        ("2", "Another time", "Easy run: these times are free."),
        ("3", "Skip it", "All right, Easy run (today 10:11) stays as it is."),
        ("4", "A smaller version", "Easy run, 15 min: these times are free."),
    ],
)
def test_a_number_below_the_note_about_a_miss_is_its_line(
    alone: Flux, number: str, label: str, said: str
) -> None:
    missed(alone)
    assert f"{number} {label}" in lines(alone)
    assert answered(alone, number).startswith(said)


@pytest.mark.parametrize(
    ("number", "label", "said"),
    [
        ("1", "Done", "Done 10:03 - Buy milk."),
        ("2", "Not yet", "I'll remind you of Buy milk again today 12:03."),
        ("3", "Not today", "Noted: not Buy milk this time."),
    ],
)
def test_a_number_below_a_question_about_a_place_is_its_line(
    alone: Flux, number: str, label: str, said: str
) -> None:
    begins = alone.clock.now() + MINUTE
    alone.plan("Buy milk", begins, trigger_type="location", location_trigger="shop")
    alone.at(begins)
    assert f"{number} {label}" in lines(alone)
    assert answered(alone, number).startswith(said)


def test_on_telegram_the_keys_answer_a_note_about_a_miss_too(flux: Flux) -> None:
    missed(flux)
    flux.clock.move_to(flux.clock.now() + MINUTE)
    assert flux.says("2").text.startswith("Easy run: these times are free.")


def test_on_telegram_a_key_is_for_the_reminder_that_is_still_open(flux: Flux, now: datetime) -> None:
    """Its buttons have no numbers, so nobody can mean a line of the note that came later."""
    yoga = flux.plan("Yoga", now + 75 * MINUTE)
    run = missed(flux)
    assert [flux.task(task).status for task in (yoga, run)] == ["pending", "missed"]
    assert "Easy run" in flux.telegram.messages[-1].text
    flux.says("1")
    assert [flux.task(task).status for task in (yoga, run)] == ["done", "missed"]
