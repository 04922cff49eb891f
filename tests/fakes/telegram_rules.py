"""Checks calls against Telegram's own description of its methods: names, types, required fields and limits."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

SPEC: dict[str, Any] = json.loads((Path(__file__).parent / "data/telegram_bot_api.json").read_text())
CHECKS = {
    "Integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "String": lambda value: isinstance(value, str),
    "Boolean": lambda value: isinstance(value, bool),
    "InputFile": lambda value: isinstance(value, bytes),
}


def violation(method: str, fields: dict[str, Any]) -> str | None:
    """Why Telegram would refuse this call, or None."""
    spec = SPEC["methods"].get(method)
    if spec is None:
        return f"method {method} not found"
    return _violation(method, spec.get("fields", {}), fields)


def _violation(place: str, spec: dict[str, Any], fields: dict[str, Any]) -> str | None:
    for name, rule in spec.items():
        if rule["required"] and name not in fields:
            return f"{place}: {name} is required"
    for name, value in fields.items():
        if name not in spec:
            return f"{place}: unknown parameter {name}"
        if problem := _wrong(f"{place}.{name}", spec[name], value):
            return problem
    return None


def _wrong(place: str, rule: dict[str, Any], value: Any) -> str | None:
    problems = [_type_problem(place, kind, value) for kind in rule["types"]]
    if all(problems):
        return problems[0]
    size = _size(rule.get("unit"), value)
    if size is not None and not rule.get("min", 0) <= size <= rule.get("max", size):
        return f"{place}: {size} {rule['unit']} is out of range"
    return None


def _type_problem(place: str, kind: str, value: Any) -> str | None:
    if kind.startswith("Array of "):
        if not isinstance(value, list):
            return f"{place}: must be a list"
        inner = kind.removeprefix("Array of ")
        return next((p for item in value if (p := _type_problem(place, inner, item))), None)
    if kind in CHECKS:
        return None if CHECKS[kind](value) else f"{place}: must be {kind}"
    spec = SPEC["types"].get(kind)
    if spec is None:
        return f"{place}: {kind} is not in the extract"
    return _violation(place, spec["fields"], value) if isinstance(value, dict) else f"{place}: must be {kind}"


def _size(unit: str | None, value: Any) -> int | None:
    match unit:
        case "characters":  # counted in UTF-16 units, the stricter reading
            return len(value.encode("utf-16-le")) // 2
        case "bytes":
            return len(value.encode())
        case "items":
            return len(value)
        case "value":
            return int(value)
        case _:
            return None
