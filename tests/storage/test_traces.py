"""The search for what is left of somebody: it finds what was planted anywhere, and nothing that only looks alike."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest
from redis import Redis

from storage.database import Database
from storage.file_traces import blot_logs, search_files
from storage.personal import IMPERSONAL, PERSONAL
from storage.redis_traces import forget_named, search_redis
from storage.traces import Needles, find_traces, readable_tables

NEEDLES = Needles(
    UUID("11111111-2222-4333-8444-555555555555"),
    frozenset({UUID("aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee")}),
    frozenset({"+491701234567", "ann@example.org", "sim:ann", "40712"}),
)
_ID = "aaaaaaaabbbb4ccc8dddeeeeeeeeeeee"


@pytest.fixture
def planted(database: Database, database_url: str) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    with psycopg.connect(database_url, autocommit=True) as admin:
        admin.execute("""
            create table planted (
                "what's it" text, data jsonb, raw bytea, ids uuid[], number bigint, "a:b" text, at timestamptz default now()
            )
        """)
        admin.execute("grant select on planted to flux_service")
        yield admin
        admin.execute("drop table planted")


def found_in(database: Database) -> list[str]:
    with database.service() as session:
        return [str(trace) for trace in find_traces(session.connection(), NEEDLES)]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ('"what\'s it"', "to ANN@example.org with love"),
        ('"what\'s it"', f"job('{_ID}')"),
        ("data", f'{{"deep": [{{"number": "+491701234567"}}, "{NEEDLES.person}"]}}'),
        ("raw", b"\x82\xd9\x20" + _ID.encode() + b"\x00"),
        ("raw", b"\x00\x01" + NEEDLES.person.bytes + b"\xff"),
        ("raw", b"\xa7sim:ann\xa3"),
        ("ids", [UUID(_ID)]),
        ("number", 40712),
        ('"a:b"', "sim:ann"),
    ],
)
def test_a_trace_in_any_kind_of_column_is_found(
    database: Database, planted: psycopg.Connection[tuple[object, ...]], column: str, value: object
) -> None:
    assert found_in(database) == []
    planted.execute(f"insert into planted ({column}) values (%s)".encode(), (value,))
    name = column.strip('"')
    assert found_in(database) == [f"table planted, column {name} (1 x)"]


def test_what_only_looks_alike_is_no_trace(
    database: Database, planted: psycopg.Connection[tuple[object, ...]]
) -> None:
    for value in ("140712", "sim:anna", "x+4917012345678", "0" * 32, "joann@example.organic"):
        planted.execute('insert into planted ("what\'s it") values (%s)', (value,))
    assert found_in(database) == []


def test_every_table_of_people_is_searched(database: Database) -> None:
    with database.service() as session:
        names = {table for _, table in readable_tables(session.connection())}
    assert names >= {table.name for table in PERSONAL}
    assert names >= set(IMPERSONAL) - {"checkpoint_migrations"}


def test_a_trace_in_any_kind_of_key_is_found(redis: Redis) -> None:
    redis.set("harmless", "x")
    assert search_redis(redis, NEEDLES) == (1, [])
    redis.set(f"flux:session:{NEEDLES.person.hex}:abc", "{}")
    redis.set("a:1", f"to {_ID}")
    redis.hset("b:1", "+491701234567", "x")
    redis.hset("b:2", "x", "ann@example.org")
    redis.rpush("c:1", "x", _ID)
    redis.sadd("d:1", "sim:ann")
    redis.zadd("e:1", {str(NEEDLES.person): 1.0})
    redis.xadd("f:1", {"event": '{"to": "+491701234567"}'})
    redis.set("g:1", zlib.compress(_ID.encode()))
    count, traces = search_redis(redis, NEEDLES)
    assert count == 10
    assert sorted(str(trace) for trace in traces) == [
        "Redis, hash of b (1 x)",
        "Redis, hash of b (1 x)",
        "Redis, list of c (1 x)",
        "Redis, name of a key of flux (1 x)",
        "Redis, set of d (1 x)",
        "Redis, stream of f (1 x)",
        "Redis, string of a (1 x)",
        "Redis, string of g (1 x)",
        "Redis, zset of e (1 x)",
    ]
    assert forget_named(redis, NEEDLES) == 1


def test_a_log_is_blotted_in_place_while_others_write(tmp_path: Path) -> None:
    log = tmp_path / "worker.log"
    line = f"user={NEEDLES.person} to=+491701234567 task={_ID} other={uuid4()}\n"
    with log.open("a") as writer:
        writer.write(line)
        writer.flush()
        assert search_files([tmp_path], NEEDLES)[1][0].count >= 3
        assert blot_logs([tmp_path], NEEDLES) >= 3
        writer.write("and on it goes\n")
    assert search_files([tmp_path], NEEDLES) == (1, [])
    kept = log.read_text()
    assert len(kept) == len(line) + len("and on it goes\n")
    assert kept.endswith(line[-38:] + "and on it goes\n")


def test_the_raw_id_is_found_and_blotted_as_often_as_it_stands_there(tmp_path: Path) -> None:
    log = tmp_path / "worker.log"
    log.write_bytes(b"\x00".join([NEEDLES.person.bytes] * 3))
    assert search_files([tmp_path], NEEDLES)[1][0].count == 3
    assert blot_logs([tmp_path], NEEDLES) == 3
    assert search_files([tmp_path], NEEDLES) == (1, [])


def test_files_of_the_databases_are_left_to_them_and_others_are_only_told(tmp_path: Path) -> None:
    own = tmp_path / "servers" / "postgres"
    own.mkdir(parents=True)
    (own / "data.log").write_text(str(NEEDLES.person))
    (tmp_path / "notes.txt").write_text(str(NEEDLES.person))
    (tmp_path / "empty.log").touch()
    assert blot_logs([tmp_path], NEEDLES) == 0
    count, traces = search_files([tmp_path], NEEDLES)
    assert (count, [trace.place for trace in traces]) == (2, ["file notes.txt"])
