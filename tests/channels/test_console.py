"""The terminal: what is printed, and which button a typed number means."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from channels.console import ConsoleChannel
from channels.messages import Address, ChannelError, Choice, Document, InboundKind, OutboundMessage

NOW = datetime(2026, 3, 12, 6, 50, tzinfo=UTC)
ME = Address("console", "main")
BUTTONS = ((Choice("Looks good", "c:1:approve"),), (Choice("Cancel", "c:1:cancel"),))


@pytest.fixture
def printed() -> list[str]:
    return []


@pytest.fixture
def console(printed: list[str]) -> ConsoleChannel:
    return ConsoleChannel(printed.append)


def test_buttons_are_printed_as_numbers_and_a_number_taps_one(
    console: ConsoleChannel, printed: list[str]
) -> None:
    receipt = console.send(ME, OutboundMessage("Here is your plan.", BUTTONS), NOW)
    assert printed == ["Here is your plan.\n\n1 Looks good\n2 Cancel"]
    message = console.parse("main", " 2 ", NOW)
    assert (message.kind, message.choice, message.text) == (InboundKind.BUTTON, "c:1:cancel", "")
    assert (message.sender, message.message_ref) == (ME, receipt.external_id)


@pytest.mark.parametrize("line", ["3", "0", "-1", "1.5", "one", "half six", "١", "9" * 5000, "", "\x1b[2J"])
def test_everything_else_is_text(console: ConsoleChannel, line: str) -> None:
    console.send(ME, OutboundMessage("Here is your plan.", BUTTONS), NOW)
    message = console.parse("main", line, NOW)
    assert (message.kind, message.choice) == (InboundKind.TEXT, None)
    assert "\x1b" not in message.text


def test_a_number_without_buttons_is_text(console: ConsoleChannel) -> None:
    console.send(ME, OutboundMessage("Plan?", BUTTONS), NOW)
    console.send(ME, OutboundMessage("Well done."), NOW)
    assert console.parse("main", "1", NOW).text == "1"


def test_an_edited_result_leaves_the_buttons_on_show(console: ConsoleChannel) -> None:
    first = console.send(ME, OutboundMessage("Task", BUTTONS), NOW)
    console.send(ME, OutboundMessage("Next?", BUTTONS), NOW)
    edited = console.send(ME, OutboundMessage("Done 07:12", edits=first.external_id), NOW)
    assert edited == first
    assert console.parse("main", "1", NOW).choice == "c:1:approve"


def test_every_line_has_its_own_id(console: ConsoleChannel) -> None:
    assert console.parse("main", "hi", NOW).external_id != console.parse("main", "hi", NOW).external_id


def test_files_are_named_and_control_characters_are_not_printed(
    console: ConsoleChannel, printed: list[str]
) -> None:
    document = Document("week.ics", b"BEGIN", "text/calendar")
    console.send(ME, OutboundMessage("Your \x1b[31mweek\x07", document=document, photo=b"x"), NOW)
    assert printed == ["Your [31mweek\n[file week.ics, 5 bytes]\n[picture]"]


def test_a_terminal_cannot_be_asked_about_an_attempt(console: ConsoleChannel) -> None:
    with pytest.raises(ChannelError):
        console.find(ME, uuid4(), NOW)
