"""Logs: one JSON object a line with the event's correlation id, and never a name, a number or what was said."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import structlog

from bot import simulated_call
from bot.clock import ManualClock
from bot.logs import bind_correlation, configure_logging
from bot.services import Services
from bot.simulation import next_event
from channels.messages import Address, InboundMessage
from channels.simulator import PhoneStore, tapped, typed
from tests.bot.conftest import Say

ME = Address("telegram", "sim:zebulon")
NUMBER = "+4915198765432"
CALL = Address("call", NUMBER)
PRIVATE = ("zebulon", "98765432", "clarinet", "rehearse", "knitting", "sesame")


@pytest.fixture
def lines() -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """What was logged so far, each line read as JSON."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    configure_logging("INFO", pretty=False)
    [ours] = root.handlers
    assert isinstance(ours, logging.StreamHandler)
    written = io.StringIO()
    ours.setStream(written)
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    root.handlers = handlers
    root.setLevel(level)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def test_a_whole_life_leaves_no_word_of_it_in_the_log(
    lines: Callable[[], list[dict[str, Any]]],
    services: Services,
    clock: ManualClock,
    phones: PhoneStore,
    say: Say,
) -> None:
    def write(words: str) -> None:
        say(typed(ME, words, clock.now()))

    for words in ("/start", "Start", "Zebulon", "6:30", "22:30", "Mon-Fri 9-17", "morning", "Berlin", "none"):
        write(words)
    write("knitting club every Thursday 19:00")
    write(NUMBER)
    write(code_sent_to(phones))
    write("WhatsApp and calls")
    write("skip")
    write("rehearse the clarinet tomorrow 18:00 for 20 minutes")
    write("ok")
    write("open sesame! " * 20)
    ring_through(services, clock)
    call = simulated_call.find(phones, [CALL], phones.events([CALL])[-1]["call_id"])
    assert call is not None
    for act, digits in (("answer", ""), ("digits", "1")):
        simulated_call.act(services, phones, call, act, digits, clock.now(), uuid4().hex)
    undo = next(event for event in reversed(phones.events([ME])) if event.get("rows"))
    say(tapped(ME, undo["rows"][0][0]["data"], undo["id"], clock.now()))

    logged = lines()
    events = {line["event"] for line in logged}
    assert {"inbound_stored", "inbound_handled", "replies_sent", "rung_sent", "turn_taken"} <= events
    everything = json.dumps(logged).casefold()
    assert [word for word in PRIVATE if word in everything] == []
    assert code_sent_to(phones) not in everything


def code_sent_to(phones: PhoneStore) -> str:
    return str(phones.events([Address("sms", NUMBER)])[-1]["text"].split()[0])


def ring_through(services: Services, clock: ManualClock) -> None:
    """Let every rung pass up to the call."""
    for _ in range(3):
        due = next_event(services)
        assert due is not None
        clock.move_to(max(due, clock.now()) + timedelta(seconds=1))
        services.dispatcher.run_due(clock.now())


def test_one_correlation_id_leads_from_the_door_to_the_last_write(
    lines: Callable[[], list[dict[str, Any]]], say: Say, text: Callable[..., InboundMessage]
) -> None:
    say(text("hello"))
    ids = {line["event"]: line.get("correlation_id") for line in lines()}
    assert ids["inbound_stored"]
    assert ids["inbound_stored"] == ids["inbound_handled"] == ids["replies_sent"] == ids["turn_taken"]


def test_an_error_is_logged_by_kind_and_place_without_its_text(
    lines: Callable[[], list[dict[str, Any]]],
) -> None:
    try:
        raise ValueError("Zebulon said sesame")
    except ValueError:
        structlog.get_logger("bot.test").exception("turn_failed", event_id="e1")
        logging.getLogger("some.library").exception("it broke")
    ours, theirs = lines()
    for line in (ours, theirs):
        assert line["error"] == "ValueError"
        assert line["at"][-1].startswith("test_logs.py:")
        assert "sesame" not in json.dumps(line)


def test_a_new_message_forgets_what_was_bound_for_the_last_one(
    lines: Callable[[], list[dict[str, Any]]],
) -> None:
    structlog.contextvars.bind_contextvars(user="u1")
    bind_correlation("second")
    structlog.get_logger("bot.test").info("here")
    [line] = lines()
    assert (line["correlation_id"], "user" in line) == ("second", False)


def test_libraries_that_log_addresses_with_tokens_stay_quiet(
    lines: Callable[[], list[dict[str, Any]]],
) -> None:
    logging.getLogger("httpx").info("GET https://api.example/bot123:secret/getMe")
    logging.getLogger("telegram.ext").info("an update with words")
    assert lines() == []
