"""Requests that no one thought of, made of the OpenAPI document by schemathesis: each role is answered as it says."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from callcontrol.edges.web.keep_alive import IS_STREAM
from callcontrol.vocabulary.rights import NO_TENANT
from callcontrol.web.app import application
from tests.web.conftest import PEOPLE, Site

# `ANY_REQUESTS=200 pytest tests/web/test_any_request.py` looks further.
EXAMPLES: Final = int(os.environ.get("ANY_REQUESTS", "2"))
CHECKS: Final = (
    not_a_server_error,
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
# A stream does not end; what signs people in and out is no one's by a token.
ELSEWHERE: Final = frozenset({"live", "sign_in", "sign_out"})


def served(site: Site) -> Callable[..., Any]:
    """The application, as the server calls it."""
    app = application(site.services, site.guards, site.live)

    def called(environ: dict[str, Any], start: Callable[..., Any]) -> Any:
        return app({**environ, IS_STREAM: lambda: None}, start)

    return called


def faults(operation: Any, site: Site) -> Iterator[str]:
    """What is wrong with the answers to an operation, in words."""
    found: list[str] = []

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def each_role(case: Any) -> None:
        for login, (tenant, _, _) in PEOPLE.items():
            case.query = {**(case.query or {}), **({"tenant": "acme"} if tenant == NO_TENANT else {})}
            answer = case.call(headers=headers_of(site, login))
            try:
                case.validate_response(answer, checks=list(CHECKS))
            except Exception as error:
                found.append(f"{login}: {case.method} {case.formatted_path}: {error}")

    each_role()
    yield from found[:1]


def headers_of(site: Site, login: str) -> Mapping[str, str]:
    return {"Authorization": f"Bearer {site.tokens[login]}"}


def test_whatever_is_asked_is_answered_as_the_document_says(site: Site) -> None:
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", served(site), headers=headers_of(site, "admin"))
    operations = [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]
    assert len(operations) == len([*schema.get_all_operations()]) > 50
    wrong = [
        fault
        for operation in operations
        if operation.definition.raw["operationId"] not in ELSEWHERE
        for fault in faults(operation, site)
    ]
    if wrong:
        pytest.fail(f"{len(wrong)} operations:\n" + "\n\n".join(wrong))
