"""One row or more in every table, with the text that is hardest to copy; and every row of a database, to compare."""

from __future__ import annotations

import psycopg

OWNER = "00000000-0000-4000-8000-000000000001"
STRANGER = "00000000-0000-4000-8000-000000000002"
HARD = "tab\there, line\nthere, \\N and \\. and \"quotes\", 'more', {}, Zoë, 你好, 🏃, end\\"

# Valid at the first revision, and at every later one.
_FIRST = """
insert into users (id, email, created_at, profile, notification_preferences) values
    (%(owner)s, 'ada@example.org', '2026-01-01 10:00:00.123456+00', jsonb_build_object('name', %(hard)s::text), '{"a": null}'),
    (%(stranger)s, null, '2026-02-01 10:00+00', '{}', '{}');
insert into identities (user_id, channel, value, is_primary, created_at) values
    (%(owner)s, 'telegram', 'sim:owner', true, '2026-01-01+00'), (%(owner)s, 'whatsapp', '+1', false, '2026-01-02+00'),
    (%(stranger)s, 'telegram', 'sim:stranger', true, '2026-02-01+00');
insert into push_subscriptions (user_id, endpoint, p256dh, auth, user_agent) values
    (%(owner)s, 'https://push.example/1', 'p', 'a', null);
insert into link_codes (user_id, purpose, code_hash, expires_at, tries) values (%(owner)s, 'link', 'h', '2026-03-01+00', 3);
insert into goals (id, user_id, title, description, class_tags) values
    ('00000000-0000-4000-8000-00000000000b', %(owner)s, %(hard)s, '', array[%(hard)s, '', 'null', 'a,b']);
insert into goals (id, user_id, title, parent_goal_id) values
    ('00000000-0000-4000-8000-00000000000a', %(owner)s, 'a child with an earlier id', '00000000-0000-4000-8000-00000000000b');
insert into tasks (id, user_id, goal_id, title, scheduled_at, local_day, status, stage, wakes_at, shared_with_goal_ids) values
    ('00000000-0000-4000-8000-00000000000d', %(owner)s, '00000000-0000-4000-8000-00000000000a', %(hard)s,
        '2026-03-29 01:30+00', '2026-03-29', 'pending', 'waiting', '2026-03-29 01:20+00',
        array['00000000-0000-4000-8000-00000000000b']::uuid[]),
    ('00000000-0000-4000-8000-00000000000e', %(stranger)s, null, '', '9999-12-31 23:00+00', '1999-12-31', 'done', 'closed', null, '{}');
insert into tasks (id, user_id, title, scheduled_at, local_day, replaces_id) values
    ('00000000-0000-4000-8000-00000000000c', %(owner)s, 'moved', '2026-04-01+00', '2026-04-01', '00000000-0000-4000-8000-00000000000d');
insert into patterns (user_id, pattern_type, description, confidence, updated_at) values
    (%(owner)s, 'time_avoidance', %(hard)s, 0.1::float8 + 0.2::float8, '2026-03-01+00');
insert into conversations (id, user_id, langgraph_thread_id) values
    ('00000000-0000-4000-8000-00000000000f', %(owner)s, 'thread-owner'),
    ('00000000-0000-4000-8000-000000000010', %(stranger)s, 'thread-stranger');
insert into messages (conversation_id, role, content, created_at) values
    ('00000000-0000-4000-8000-00000000000f', 'user', %(hard)s, '2026-03-01+00'),
    ('00000000-0000-4000-8000-00000000000f', 'assistant', '', '2026-03-01 00:00:00.000001+00'),
    ('00000000-0000-4000-8000-000000000010', 'user', 'hello', '2026-03-01+00');
insert into inbound_events (seq, channel, external_id, sender, user_id, payload, received_at, correlation_id) values
    (7, 'telegram', '1', 'sim:owner', %(owner)s, jsonb_build_object('text', %(hard)s::text), '2026-03-01+00', 'c1'),
    (40, 'telegram', '2', 'sim:stranger', %(stranger)s, '[]', '2026-03-01+00', 'c2'),
    (41, 'telegram', '3', 'sim:nobody', null, '{}', '2026-03-01+00', 'c3');
insert into notification_log (task_id, channel, external_id, sent_at) values
    ('00000000-0000-4000-8000-00000000000d', 'push', 'push:1', '2026-03-01+00'),
    ('00000000-0000-4000-8000-00000000000e', 'push', null, '2026-03-01+00');
insert into dispatch_log (task_id, channel, rung, address, error) values
    ('00000000-0000-4000-8000-00000000000d', 'push', 'remind', '1', %(hard)s);
"""
_LATER = """
insert into pauses (user_id, first_day, last_day) values (%(owner)s, '2026-05-01', '2026-05-09');
insert into erasure_receipts (id, erased_at, asked_by, subject, counts) values
    ('00000000-0000-4000-8000-000000000011', '2026-01-05+00', 'person', repeat('a', 64), '{"tasks": 3}');
insert into provider_deletions (id, receipt_id, provider, kind, reference, due_at) values
    ('00000000-0000-4000-8000-000000000012', '00000000-0000-4000-8000-000000000011', 'twilio', 'message', 'SM1', '2026-01-06+00');
"""
_CHECKPOINTS = """
insert into checkpoints (thread_id, checkpoint_id, type, checkpoint, metadata) values
    ('thread-owner', '1', null, jsonb_build_object('said', %(hard)s::text), '{}'), ('thread-stranger', '1', null, '{}', '{}');
insert into checkpoint_blobs (thread_id, channel, version, type, blob) values
    ('thread-owner', 'c', '1', 'msgpack', '\\x00ff0a5c09'), ('thread-stranger', 'c', '1', 'empty', null);
insert into checkpoint_writes (thread_id, checkpoint_id, task_id, idx, channel, type, blob, task_path) values
    ('thread-owner', '1', 't', -1, 'c', 'msgpack', '', '~x');
"""


def fill_first(url: str) -> None:
    """Rows in all twelve tables of the first revision."""
    _run(url, _FIRST)


def fill(url: str) -> None:
    """Rows in every table of the newest revision, LangGraph's included."""
    _run(url, _FIRST + _LATER + _CHECKPOINTS)


def _run(url: str, statements: str) -> None:
    values = {"owner": OWNER, "stranger": STRANGER, "hard": HARD}
    with psycopg.connect(url, cursor_factory=psycopg.ClientCursor) as connection:
        connection.execute(statements.encode(), values)


def run(url: str, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url) as connection:
        cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


def every_row(url: str) -> dict[str, list[str]]:
    """Table -> its rows as text, in no order of importance; seen by a superuser."""
    with psycopg.connect(url) as connection:
        names = connection.execute(
            "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' order by 1"
        ).fetchall()
        found = {}
        for (name,) in names:
            rows = connection.execute(f"select t::text from {name} t".encode()).fetchall()
            found[name] = sorted(row for (row,) in rows)
        return found
