"""What Sentry is told holds types, places and times, and not one word of anybody."""

from __future__ import annotations

import json

from bot.error_reports import without_addresses, without_words

WORDS = ("Zorblax", "2345678", "calendar/secret", "select")


def test_an_error_keeps_its_type_and_its_place() -> None:
    event = {
        "message": "call Zorblax",
        "exception": {
            "values": [{"type": "ValueError", "value": "'Zorblax' is no time", "stacktrace": {"frames": []}}]
        },
        "extra": {"rq-job": {"args": ["+49 151 2345678"]}},
        "request": {"url": "https://flux.example/calendar/secret.ics"},
        "user": {"id": "Zorblax"},
    }
    said = json.dumps(without_words(event, {}))
    assert "ValueError" in said and "stacktrace" in said
    assert not any(word in said for word in WORDS)


def test_a_trace_keeps_what_took_how_long() -> None:
    event = {
        "type": "transaction",
        "transaction": "calendar.feed",
        "request": {"url": "https://flux.example/calendar/secret.ics"},
        "extra": {"rq-job": {"args": ["+49 151 2345678"]}},
        "contexts": {"trace": {"op": "http.server", "data": {"url": "/calendar/secret.ics"}}},
        "spans": [
            {
                "op": "db",
                "description": "select 'Zorblax'",
                "data": {"db.params": "Zorblax"},
                "timestamp": 1.5,
            }
        ],
    }
    said = json.dumps(without_addresses(event, {}))
    assert "calendar.feed" in said and '"op": "db"' in said and "1.5" in said
    assert not any(word in said for word in WORDS)
