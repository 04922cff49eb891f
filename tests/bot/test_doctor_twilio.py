"""What `flux doctor` says about Twilio: the template to register is the one that is filled in."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from bot.cli.doctor import _configured
from bot.settings import Settings
from channels.whatsapp import TEMPLATE
from reminders.rules.rhythm import Rhythm
from reminders.wording import message
from storage.profile import Profile
from storage.tables import Task
from storage.vocabulary import Rung

NOW = datetime(2026, 3, 12, 6, 50, tzinfo=UTC)


def words(home: Path, template: str) -> str:
    settings = Settings(flux_home=home, secret_key="k" * 32, twilio_whatsapp_template_sid=template)
    return next(one.words for one in _configured(settings) if one.subject == "WhatsApp templates")


def test_the_doctor_prints_the_text_to_register_while_there_is_none(tmp_path: Path) -> None:
    assert f'register "{TEMPLATE}"' in words(tmp_path, "")
    assert TEMPLATE not in words(tmp_path, "HX1")


def test_a_reminder_fills_in_exactly_what_the_template_leaves_open() -> None:
    task = Task(
        id=UUID(int=1),
        title="Easy run",
        version=1,
        scheduled_at=NOW,
        duration_minutes=20,
        trigger_type="time",
    )
    said = message(Rung.WHATSAPP, task, Rhythm.of(Profile(), "UTC"), NOW, "whatsapp")
    holes = re.findall(r"\{\{(\d)\}\}", TEMPLATE)
    assert [int(hole) for hole in holes] == list(range(1, len(said.template) + 1))
    assert [choice.label.lower() in TEMPLATE.lower() for choice in said.flat_choices] == [True] * 4


def test_the_documentation_prints_the_same_text() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs/twilio.md").read_text()
    assert f"> {TEMPLATE}\n" in page
