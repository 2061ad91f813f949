"""All operations of the API, and its OpenAPI 3.1 document, which is made of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from callcontrol.web.api import (
    accounts,
    barring,
    calls,
    desk,
    exports,
    hours,
    kiosks,
    missed,
    phones,
    platform,
    profile,
    queues,
    reports,
    restrictions,
    rooms,
    settings,
    statements,
    supervision,
    tokens,
    users,
    webhooks,
)
from callcontrol.web.operations import PREFIX, Operation
from callcontrol.web.password_link import PATH as LINK
from callcontrol.web.password_link import LinkDone, LinkLooked, LinkSeenTold, LinkUsed
from callcontrol.web.sessions import PATH as SESSION
from callcontrol.web.sessions import SignInGiven

OPERATIONS: Final[tuple[Operation, ...]] = (
    *reports.OPERATIONS,
    *calls.OPERATIONS,
    *missed.OPERATIONS,
    *phones.OPERATIONS,
    *queues.OPERATIONS,
    *users.OPERATIONS,
    *tokens.OPERATIONS,
    *profile.OPERATIONS,
    *desk.OPERATIONS,
    *supervision.OPERATIONS,
    *rooms.OPERATIONS,
    *kiosks.OPERATIONS,
    *accounts.OPERATIONS,
    *statements.OPERATIONS,
    *exports.OPERATIONS,
    *restrictions.OPERATIONS,
    *barring.OPERATIONS,
    *settings.OPERATIONS,
    *platform.OPERATIONS,
    *webhooks.OPERATIONS,
    *hours.OPERATIONS,
)
VERSION: Final = "1"
_NAMES: Final = re.compile(r"\{([a-z]+)\}")
_REF: Final = "#/components/schemas/{model}"
_PROBLEM: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "a stable word for programs"},
        "detail": {"type": "string"},
        "field": {"type": "string", "description": "the parameter or member that is wrong"},
        "cure": {"type": "string", "description": "what would be right"},
    },
}


def document() -> dict[str, Any]:
    """The OpenAPI document."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in OPERATIONS:
        paths.setdefault(PREFIX + operation.path, {})[operation.method.lower()] = _operation(operation)
    paths[f"{PREFIX}/live"] = {"get": _LIVE}
    paths[f"{PREFIX}{LINK}"] = {"post": _LOOK, "put": _USE}
    paths[f"{PREFIX}{SESSION}"] = {"post": _SIGN_IN, "delete": _SIGN_OUT}
    about = "Call control: history, missed callers, forwarding rules, queues and agents. Times are ISO 8601 in UTC."
    return {
        "openapi": "3.1.0",
        "info": {"title": "callcontrol", "version": VERSION, "description": about},
        "paths": paths,
        "security": [{"token": []}, {"session": []}],
        "components": {
            "schemas": _schemas() | {"Problem": _PROBLEM},
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "session": {"type": "apiKey", "in": "cookie", "name": "__Host-callcontrol"},
            },
        },
    }


def _schemas() -> dict[str, Any]:
    models = [(model, "validation") for model in dict.fromkeys(_models())]
    _, made = models_json_schema(models, ref_template=_REF)  # type: ignore[arg-type]  # the mode is one of its words
    found: dict[str, Any] = made["$defs"]
    return found


def _models() -> Iterator[type[BaseModel]]:
    yield from (SignInGiven, LinkLooked, LinkUsed, LinkSeenTold, LinkDone)
    for operation in OPERATIONS:
        yield from (model for model in (operation.body, operation.answer) if model is not None)


def _operation(operation: Operation) -> dict[str, Any]:
    told: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "parameters": [*_path_parameters(operation), *_query_parameters(operation), *_header_parameters(operation)],
        "responses": {str(operation.status): _success(operation), "default": _problem()},
    }
    if operation.right:
        told["x-right"] = ":".join(operation.right)
    if operation.body is not None:
        content = {"application/json": {"schema": _ref(operation.body)}}
        told["requestBody"] = {"required": True, "content": content}
    return told


def _path_parameters(operation: Operation) -> Iterator[dict[str, Any]]:
    for name in _NAMES.findall(operation.path):
        yield {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


def _query_parameters(operation: Operation) -> Iterator[dict[str, Any]]:
    schema = operation.given.model_json_schema()
    for name, one in schema["properties"].items():
        about = {"description": one.pop("description")} if "description" in one else {}
        yield {"name": name, "in": "query", "required": name in schema.get("required", ()), **about, "schema": one}


def _header_parameters(operation: Operation) -> Iterator[dict[str, Any]]:
    if operation.is_unsafe:
        yield {
            "name": "Idempotency-Key",
            "in": "header",
            "required": operation.method == "POST",
            "schema": {"type": "string", "minLength": 1, "maxLength": 128},
            "description": "the same request with the same key is carried out once in 24 hours",
        }
    if operation.takes_version:
        needed = operation.version_needed
        yield {"name": "If-Match", "in": "header", "required": needed, "schema": {"type": "string"}}


def _success(operation: Operation) -> dict[str, Any]:
    if operation.answer is None:
        return {"description": operation.summary, "content": {operation.content_type: {}}}
    return {"description": operation.summary, "content": {"application/json": {"schema": _ref(operation.answer)}}}


def _problem() -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": "what is wrong", "content": {"application/problem+json": {"schema": schema}}}


def _ref(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": _REF.format(model=model.__name__)}


_SIGN_IN: Final[dict[str, Any]] = {
    "operationId": "sign_in",
    "summary": "Begin the session of a browser, by a cookie; programs have tokens",
    "security": [],
    "requestBody": {"required": True, "content": {"application/json": {"schema": _ref(SignInGiven)}}},
    "responses": {"204": {"description": "signed in"}, "default": _problem()},
}
_SIGN_OUT: Final[dict[str, Any]] = {
    "operationId": "sign_out",
    "summary": "The session ends",
    "responses": {"204": {"description": "signed out"}, "default": _problem()},
}
_LOOK: Final[dict[str, Any]] = {
    "operationId": "look_at_link",
    "summary": "Whose link it is by which a password is set, and whether a second factor is set with it",
    "security": [],
    "requestBody": {"required": True, "content": {"application/json": {"schema": _ref(LinkLooked)}}},
    "responses": {
        "200": {"description": "the link is good", "content": {"application/json": {"schema": _ref(LinkSeenTold)}}},
        "default": _problem(),
    },
}
_USE: Final[dict[str, Any]] = {
    "operationId": "use_link",
    "summary": "Set a password by a link, which is used up by it",
    "security": [],
    "requestBody": {"required": True, "content": {"application/json": {"schema": _ref(LinkUsed)}}},
    "responses": {
        "200": {"description": "the password is set", "content": {"application/json": {"schema": _ref(LinkDone)}}},
        "default": _problem(),
    },
}
_LIVE: Final[dict[str, Any]] = {
    "operationId": "live",
    "summary": "Queues and agents as they change: server-sent events `snapshot`, `change`, `beat`, `stale`, `end`",
    "description": "A snapshot comes first. After a break `Last-Event-ID` goes on where it was, or brings a new "
    "snapshot. `stale` says since when nothing is known; `beat` comes where nothing else did for 15 seconds.",
    "parameters": [
        {"name": "tenant", "in": "query", "required": False, "schema": {"type": "string"}},
        {"name": "Last-Event-ID", "in": "header", "required": False, "schema": {"type": "string"}},
    ],
    "responses": {"200": {"description": "events", "content": {"text/event-stream": {}}}, "default": _problem()},
    "x-right": "see:queues",
}
