"""One decorator for every JSON route: pydantic in, pydantic out, and the same models for the OpenAPI document."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from flask import Response, request
from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from web.errors import ApiError

Model = TypeVar("Model", bound=BaseModel)

# Postgres cannot store the zero character, and nobody types it.
Text = Annotated[str, AfterValidator(lambda text: text.replace("\0", ""))]


class Fields(BaseModel):
    """A body or an answer: types are meant as they are written, "5" is no number."""

    model_config = ConfigDict(strict=True)


@dataclass(frozen=True)
class Contract:
    """What a route takes and gives."""

    summary: str
    answer: type[BaseModel] | None
    body: type[BaseModel] | None
    query: type[BaseModel] | None
    status: int
    open: bool
    download: str | None = None  # the media type of a file, where the answer is one


def endpoint(
    summary: str,
    *,
    answer: type[BaseModel] | None = None,
    body: type[BaseModel] | None = None,
    query: type[BaseModel] | None = None,
    status: int = 200,
    open: bool = False,
    download: str | None = None,
) -> Callable[[Callable[..., BaseModel | Response | None]], Callable[..., Response]]:
    """Parse `body` and `query` into the view's arguments of these names and write its answer as JSON.

    `open` routes need no token. A view that returns None answers 204; one that hands out a file of the media type
    `download` returns the response itself.
    """

    def decorate(view: Callable[..., BaseModel | Response | None]) -> Callable[..., Response]:
        @functools.wraps(view)
        def wrapped(**arguments: Any) -> Response:
            if body is not None:
                arguments["body"] = read_body(body)
            if query is not None:
                arguments["query"] = _checked(
                    lambda: query.model_validate(request.args.to_dict(), strict=False)
                )
            result = view(**arguments)
            if result is None:
                return Response(status=204)
            if isinstance(result, Response):
                return result
            return Response(result.model_dump_json(), status, mimetype="application/json")

        wrapped.contract = Contract(summary, answer, body, query, status, open, download)  # type: ignore[attr-defined]  # read by web.openapi
        return wrapped

    return decorate


def read_body(model: type[Model]) -> Model:
    """The request's JSON as this model. Raises ApiError 415, 400 (not JSON) or 422 (wrong fields)."""
    if not request.is_json:
        raise ApiError(415)
    raw = request.get_data()
    return _checked(lambda: model.model_validate_json(raw))


def _checked(parse: Callable[[], Model]) -> Model:
    """Raises ApiError with the first field that does not fit."""
    try:
        return parse()
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        if first["type"] == "json_invalid":
            raise ApiError(400, "The body is not valid JSON.") from error
        field = ".".join(str(part) for part in first["loc"]) or "body"
        raise ApiError(422, f"{field}: {first['msg']}") from error
