"""Checks requests against Twilio's OpenAPI description: paths, known and required fields, patterns, enumerations."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

SPEC: dict[str, Any] = json.loads((Path(__file__).parent / "data/twilio_api.json").read_text())
LONGEST_BODY = 1600


def operation(method: str, path: str) -> tuple[str, dict[str, str]] | None:
    """The described operation a request is for, with the values of its path; None when there is none."""
    for name in SPEC["operations"]:
        verb, _, template = name.partition(" ")
        pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+?)", re.escape(template))
        found = re.fullmatch(pattern, path)
        if found and verb == method:
            return name, found.groupdict()
    return None


def violation(name: str, form: dict[str, list[str]], query: dict[str, str]) -> str | None:
    """Why Twilio would refuse the parameters of this operation, or None."""
    rules = SPEC["operations"][name]
    unknown = [field for field in query if field not in rules["query"]]
    if unknown:
        return f"unknown query parameter {unknown[0]}"
    schema = rules["form"] or {"properties": {}}
    for field in schema.get("required", []):
        if field not in form:
            return f"{field} is required"
    for field, values in form.items():
        if field not in schema["properties"]:
            return f"unknown parameter {field}"
        if problem := _wrong(field, schema["properties"][field], values):
            return problem
    return None


def _wrong(field: str, rule: dict[str, Any], values: list[str]) -> str | None:
    if rule.get("type") == "array":
        return next((p for value in values if (p := _wrong(field, rule["items"], [value]))), None)
    if len(values) != 1:
        return f"{field} is given {len(values)} times"
    value = values[0]
    if "enum" in rule and value not in rule["enum"]:
        return f"{field} is not one of {rule['enum']}"
    if "pattern" in rule and not re.fullmatch(rule["pattern"], value):
        return f"{field} does not match {rule['pattern']}"
    if rule.get("type") == "integer" and not re.fullmatch(r"-?\d+", value):
        return f"{field} is not a number"
    if rule.get("type") == "boolean" and value not in ("true", "false", "True", "False"):
        return f"{field} is not true or false"
    if rule.get("format") == "uri" and urlsplit(value).scheme not in ("http", "https"):
        return f"{field} is not a URL"
    return None


def message_problem(form: dict[str, list[str]]) -> tuple[int, str] | None:
    """Twilio's code and words for what the description cannot say about a message."""
    body = form.get("Body", [""])[0]
    if not (body or "ContentSid" in form or "MediaUrl" in form):
        return 21619, "A text message body or media urls must be specified."
    if "From" not in form and "MessagingServiceSid" not in form:
        return 21603, "A 'From' phone number is required."
    if len(body.encode("utf-16-le")) // 2 > LONGEST_BODY:
        return 21617, "The concatenated message body exceeds the 1600 character limit."
    return _number_problem(form["To"][0])


def call_problem(form: dict[str, list[str]]) -> tuple[int, str] | None:
    """The same for a call."""
    if "Url" not in form and "Twiml" not in form:
        return 21205, "Url is not a valid URL."
    return _number_problem(form["To"][0])


def _number_problem(number: str) -> tuple[int, str] | None:
    if re.fullmatch(r"(whatsapp:)?\+[1-9]\d{6,14}", number):
        return None
    return 21211, "Invalid 'To' Phone Number."
