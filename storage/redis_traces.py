"""Looking for what is left of somebody in Redis: the names and the values of all keys, of every type."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from storage.traces import Needles, Trace

if TYPE_CHECKING:
    from redis import Redis

_BATCH = 1000


def search_redis(redis: Redis, needles: Needles) -> tuple[int, list[Trace]]:
    """How many keys were looked at, and those that give the person away."""
    count, traces = 0, []
    for key in redis.scan_iter(count=_BATCH):
        count += 1
        family = key.split(b":")[0].decode(errors="replace")
        if needles.are_in(key):
            traces.append(Trace(f"Redis, name of a key of {family}"))
        found = sum(needles.are_in(_readable(value)) for value in _values(redis, key))
        if found:
            traces.append(Trace(f"Redis, {_type(redis, key)} of {family}", found))
    return count, traces


def forget_named(redis: Redis, needles: Needles) -> int:
    """Delete every key whose name carries the person's id, an id of theirs or one of their addresses."""
    gone = [key for key in redis.scan_iter(count=_BATCH) if needles.are_in(key)]
    for start in range(0, len(gone), _BATCH):
        redis.delete(*gone[start : start + _BATCH])
    return len(gone)


def _type(redis: Redis, key: bytes) -> str:
    kind: Any = redis.type(key)
    return str(kind.decode())


def _values(redis: Redis, key: bytes) -> Iterator[bytes]:
    """Everything a key holds. One that has gone meanwhile holds nothing."""
    client: Any = redis  # the library's own types mix its two modes
    match _type(redis, key):
        case "string":
            yield client.get(key) or b""
        case "hash":
            for pair in client.hgetall(key).items():
                yield from pair
        case "list":
            yield from client.lrange(key, 0, -1)
        case "set":
            yield from client.sscan_iter(key, count=_BATCH)
        case "zset":
            yield from (member for member, _ in client.zscan_iter(key, count=_BATCH))
        case "stream":
            for _, fields in client.xrange(key):
                for pair in fields.items():
                    yield from pair


def _readable(value: bytes) -> bytes:
    """RQ packs what a job is called with."""
    if not value.startswith(b"x"):
        return value
    try:
        return zlib.decompress(value)
    except zlib.error:
        return value
