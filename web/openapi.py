"""The OpenAPI document, generated from the routes and their models, and a page that shows it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Flask, Response, current_app, jsonify, render_template
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema
from werkzeug.routing import Rule

from web.api.endpoint import Contract

blueprint = Blueprint("openapi", __name__)

_REF = "#/components/schemas/{model}"
_METHODS = ("GET", "POST", "PATCH", "PUT", "DELETE")
_ERROR = {
    "type": "object",
    "properties": {
        "error": {
            "type": "object",
            "properties": {name: {"type": "string"} for name in ("code", "message", "correlation_id")},
            "required": ["code", "message", "correlation_id"],
        }
    },
    "required": ["error"],
}


def contracts(app: Flask) -> Iterator[tuple[Rule, str, Contract]]:
    """Every documented route: its rule, method and contract, in order of path."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda one: one.rule):
        contract = getattr(app.view_functions[rule.endpoint], "contract", None)
        for method in _METHODS:
            if contract is not None and method in (rule.methods or ()):
                yield rule, method, contract


def document(app: Flask) -> dict[str, Any]:
    """The whole API as an OpenAPI 3.1 document."""
    routes = list(contracts(app))
    schemas = _schemas([contract for _, _, contract in routes])
    paths: dict[str, dict[str, Any]] = {}
    for rule, method, contract in routes:
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
        paths.setdefault(path, {})[method.lower()] = _operation(rule, contract)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Flux", "version": "1", "description": "A coach you talk to, over HTTP."},
        "paths": paths,
        "components": {
            "schemas": schemas | {"Error": _ERROR},
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
        "security": [{"bearer": []}],
    }


def _schemas(all_contracts: list[Contract]) -> dict[str, Any]:
    answers = {one.answer for one in all_contracts if one.answer}
    bodies = {one.body for one in all_contracts if one.body}
    wanted = [(model, "serialization") for model in sorted(answers, key=lambda model: model.__name__)]
    wanted += [(model, "validation") for model in sorted(bodies, key=lambda model: model.__name__)]
    _, definitions = models_json_schema(wanted, ref_template=_REF)  # type: ignore[arg-type]  # the literal type is lost in the list
    found: dict[str, Any] = definitions.get("$defs", {})
    return found


def _content(model: type[BaseModel]) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": _REF.format(model=model.__name__)}}}


def _operation(rule: Rule, contract: Contract) -> dict[str, Any]:
    done: dict[str, Any] = {"description": contract.summary}
    if contract.answer:
        done["content"] = _content(contract.answer)
    if contract.download:
        done["content"] = {contract.download: {"schema": {"type": "string", "format": "binary"}}}
    failed = {
        "description": "An error",
        "content": {"application/json": {"schema": {"$ref": _REF.format(model="Error")}}},
    }
    operation: dict[str, Any] = {
        "summary": contract.summary,
        "operationId": rule.endpoint.replace(".", "_"),
        "parameters": [*_path_parameters(rule), *_query_parameters(contract)],
        "responses": {str(contract.status): done, "default": failed},
    }
    if contract.body:
        operation["requestBody"] = {"required": True, "content": _content(contract.body)}
    if contract.open:
        operation["security"] = []
    return operation


def _path_parameters(rule: Rule) -> list[dict[str, Any]]:
    schema = {"type": "string", "format": "uuid"}
    return [
        {"name": name, "in": "path", "required": True, "schema": schema} for name in sorted(rule.arguments)
    ]


def _query_parameters(contract: Contract) -> list[dict[str, Any]]:
    if contract.query is None:
        return []
    schema = contract.query.model_json_schema()
    inlined = schema.get("$defs", {})
    return [
        {"name": name, "in": "query", "required": False, "schema": _inline(field, inlined)}
        for name, field in schema["properties"].items()
    ]


def _inline(schema: Any, definitions: dict[str, Any]) -> Any:
    """The same schema with its references replaced by what they point at."""
    match schema:
        case {"$ref": reference}:
            return definitions[reference.rsplit("/", 1)[-1]]
        case dict():
            return {key: _inline(value, definitions) for key, value in schema.items()}
        case list():
            return [_inline(value, definitions) for value in schema]
        case _:
            return schema


@blueprint.get("/openapi.json")
def machine_readable() -> Response:
    return jsonify(document(current_app))


@blueprint.get("/docs")
def human_readable() -> str:
    described = document(current_app)
    return render_template("docs.html", paths=described["paths"], schemas=described["components"]["schemas"])
