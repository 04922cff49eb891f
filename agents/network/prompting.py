"""From a question to the messages a network model gets, and from its words back to a validated answer."""

from __future__ import annotations

import json
import re
from functools import cache
from importlib.resources import files
from typing import Any

from pydantic import BaseModel, ValidationError

from agents.history import as_model_role
from agents.model import ModelRole, Question, Said, T
from agents.outputs import SAID_BY_PEOPLE
from agents.privacy.fencing import Fence, harmless
from agents.privacy.folding import visible
from agents.privacy.placeholders import Placeholders, mapped, strings
from storage.vocabulary import MessageRole

Message = dict[str, str]

_LONGEST_ANSWER = 100_000  # characters; more than max_tokens can ever be


class UnusableAnswer(Exception):  # noqa: N818 - it is an answer, not a fault of ours
    """What is wrong with the answer, in words that the model gets to read."""


@cache
def prompt_of(role: ModelRole) -> str:
    return files("agents").joinpath("prompts", f"{role.value}.md").read_text(encoding="utf-8").strip()


def messages_for(question: Question[T], placeholders: Placeholders) -> list[Message]:
    """System prompt with the schema, the talk so far, and the brief; whatever people wrote is fenced as data."""
    said = [mapped(one.text, _cleaned) for one in question.history]
    brief = mapped(question.brief.model_dump(mode="json", exclude_none=True), _cleaned)
    said, brief = placeholders.hide([said, brief])
    fence = Fence.around(strings([said, brief]))
    return [
        {"role": "system", "content": _system(question, fence)},
        *(_line(one, text, fence) for one, text in zip(question.history, said, strict=True)),
        {"role": "user", "content": f"The brief:\n{fence.hold(json.dumps(brief, ensure_ascii=False))}"},
    ]


def _system(question: Question[T], fence: Fence) -> str:
    schema = json.dumps(_schema(question.output), ensure_ascii=False)
    return (
        f"{prompt_of(question.role)}\n\nAnswer with one JSON object and nothing else. It must fit this JSON schema:\n{schema}\n\n"
        f"The data marks of this question are `{fence.opening}` and `{fence.closing}`. Words such as <name 1> stand for "
        "something you need not know: keep them as they are and make up no others."
    )


def _line(one: Said, text: str, fence: Fence) -> Message:
    """A line of the talk. Summaries are made of people's words, so they are fenced like them."""
    fenced = text if one.role is MessageRole.ASSISTANT else fence.hold(text)
    return {"role": as_model_role(one.role), "content": fenced}


def _cleaned(text: str) -> str:
    return harmless(visible(text))


def ask_again(messages: list[Message], answer: str, problem: str) -> list[Message]:
    """The same talk, the unusable answer in it, and exactly what was wrong."""
    text = f"That answer cannot be used: {problem}\nAnswer again with one JSON object that fits the schema, and nothing else."
    return [
        *messages,
        {"role": "assistant", "content": answer[:8_000] or "(empty)"},
        {"role": "user", "content": text},
    ]


def read_answer(text: str, question: Question[T], placeholders: Placeholders) -> T:
    """The validated answer. Raises UnusableAnswer with the exact problem."""
    data = placeholders.restore(_showable(find_json(text)))
    try:
        return question.output.model_validate(data, context={"from_model": True})
    except ValidationError as error:
        raise UnusableAnswer(placeholders.hide(_problems(error))) from error  # it quotes what was put back


# Control characters and lone surrogates, which no column takes; marks that hide text or turn its direction. Joiners stay: emoji need them.
_UNSHOWABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)


def _showable(data: Any) -> Any:
    match data:
        case str():
            return _UNSHOWABLE.sub("", data)
        case dict():
            return {key: _showable(value) for key, value in data.items()}
        case list():
            return [_showable(value) for value in data]
        case _:
            return data


def find_json(text: str) -> dict[str, Any]:
    """The largest JSON object in an answer, prose and code fences around it or not. Raises UnusableAnswer."""
    text = text[:_LONGEST_ANSWER].strip()
    decoder = json.JSONDecoder()
    best: dict[str, Any] | None = None
    longest, position, tries = 0, text.find("{"), 0
    while position != -1 and tries < 50:
        tries += 1
        try:
            found, end = decoder.raw_decode(text, position)
        except (ValueError, RecursionError):
            position = text.find("{", position + 1)
            continue
        if isinstance(found, dict) and end - position > longest:
            best, longest = found, end - position
        position = text.find("{", end)
    if best is None:
        raise UnusableAnswer("there is no complete JSON object in it.")
    return best


def _schema(output: type[BaseModel]) -> dict[str, Any]:
    """The output's JSON schema without titles and without what only people can say."""
    schema: dict[str, Any] = _plain(output.model_json_schema())
    return schema


def _plain(value: Any) -> Any:
    match value:
        case {"properties": dict() as properties, **rest}:
            kept = {name: _plain(one) for name, one in properties.items() if name not in SAID_BY_PEOPLE}
            return _plain(rest) | {"properties": kept}
        case dict():
            return {
                key: _plain(one)
                for key, one in value.items()
                if not (key == "title" and isinstance(one, str))
            }
        case list():
            return [_plain(one) for one in value]
        case _:
            return value


def _problems(error: ValidationError) -> str:
    lines = [
        f"{'.'.join(str(part) for part in problem['loc']) or 'the object'}: {problem['msg'].removeprefix('Value error, ')}"
        for problem in error.errors(include_url=False, include_context=False)[:8]
    ]
    return "; ".join(lines)
