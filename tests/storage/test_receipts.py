"""Erasures across a restore: who was erased stays erased, and what is known about it is never lost."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from storage.restore import restore
from tests.storage.filled import OWNER, STRANGER, every_row, run

NOW = datetime(2026, 3, 11, 9, 0, tzinfo=UTC)


def _receipt(url: str, person: str, receipt: str) -> None:
    digest = hashlib.sha256(UUID(person).bytes).hexdigest()
    run(
        url,
        f"insert into erasure_receipts (id, erased_at, asked_by, subject) values ('{receipt}', '2026-03-12+00', 'person', '{digest}');"
        " insert into provider_deletions (receipt_id, provider, kind, reference, due_at)"
        f" values ('{receipt}', 'twilio', 'call', 'CA1', '2026-03-13+00')",
    )


def test_whoever_was_erased_since_the_backup_does_not_come_back(
    url: str, saved: Path, empty_url: str
) -> None:
    receipt = "00000000-0000-4000-8000-0000000000aa"
    run(url, f"delete from users where id = '{OWNER}'")
    _receipt(url, OWNER, receipt)
    restored = restore(url, saved, replace=True)
    assert restored.erased_again == 1
    assert run(url, "select id::text from users") == [(STRANGER,)]
    assert run(url, f"select state, reference from provider_deletions where receipt_id = '{receipt}'") == [
        ("pending", "CA1")
    ]
    rows = every_row(url)
    for trace in (OWNER, "thread-owner", "sim:owner", "ada@example.org"):
        assert not [name for name, found in rows.items() if any(trace in row for row in found)], trace
    for table in ("messages", "checkpoints", "checkpoint_blobs", "inbound_events", "tasks"):
        assert rows[table], f"the stranger's {table} are still there"


def test_what_is_known_about_erasures_before_and_in_the_backup_is_joined(url: str, saved: Path) -> None:
    """The provider has deleted since: that is not forgotten, and what only the backup knows comes back."""
    run(url, "update provider_deletions set state = 'done', reference = null, done_at = '2026-03-12+00'")
    run(url, "delete from users")
    _receipt(url, "00000000-0000-4000-8000-0000000000bb", "00000000-0000-4000-8000-0000000000aa")
    before = {table: every_row(url)[table] for table in ("erasure_receipts", "provider_deletions")}
    restored = restore(url, saved, replace=True)
    assert restored.erased_again == 0
    assert {table: every_row(url)[table] for table in before} == before
    run(url, "delete from erasure_receipts")
    restore(url, saved, replace=True)
    assert run(url, "select state from provider_deletions") == [("pending",)]
