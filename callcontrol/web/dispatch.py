"""Carries out operations: guards, parameters, rights, the operation itself, its audit, the answer or the problem."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, Final

import orjson
from falcon import Request, Response, code_to_http_status

from callcontrol.edges import clock, web_meters
from callcontrol.edges.containment import note_fault
from callcontrol.edges.ledger import people
from callcontrol.edges.ledger.people import Act
from callcontrol.edges.live_state.web_answers import Kept, WebAnswers
from callcontrol.edges.web.keep_alive import IS_STREAM
from callcontrol.usecases.signing_in import From, SignedIn
from callcontrol.vocabulary.rights import NO_TENANT, Scope, scope_of
from callcontrol.web.guards import Guards, limited
from callcontrol.web.once import HEADER, Named, once
from callcontrol.web.operations import Answer, Asked, Audit, Operation, Told
from callcontrol.web.problems import CONTENT_TYPE, Problem, problem_of
from callcontrol.web.services import Services

log = logging.getLogger("callcontrol.web")

_METHODS: Final = {"GET": "on_get", "POST": "on_post", "PUT": "on_put", "DELETE": "on_delete"}
_NO_STORE: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


class Resource:
    """The operations of one address, as Falcon calls them."""

    def __init__(self, operations: Sequence[Operation], serve: Callable[..., None]) -> None:
        for operation in operations:
            setattr(self, _METHODS[operation.method], _bound(serve, operation))


def _bound(serve: Callable[..., None], operation: Operation) -> Callable[..., None]:
    def responder(request: Request, response: Response, **path: str) -> None:
        serve(operation, request, response, path)

    return responder


class Dispatch:
    """Carries out operations."""

    def __init__(self, services: Services, guards: Guards) -> None:
        self._services, self._guards = services, guards
        self._answers = WebAnswers(services.pipeline)

    def serve(self, operation: Operation, request: Request, response: Response, path: Mapping[str, str]) -> None:
        """Answer a request."""
        began = clock.monotonic()
        try:
            self._served(operation, request, response, path)
            refused = "none"
        except Exception as error:
            refused = tell(error, response)
        web_meters.requests_total.labels(refused).inc()
        web_meters.requests_seconds.labels(operation.name).observe(clock.monotonic() - began)

    def _served(self, operation: Operation, request: Request, response: Response, path: Mapping[str, str]) -> None:
        where = self._guards.admit(request)
        signed_in = self._guards.signed_in(request)
        body = _body(operation, request)
        asked = self._asked(operation, request, path, signed_in, where, body)
        key = request.get_header(HEADER)
        # Of a request with a password no digest is kept, of which it could be guessed.
        if operation.is_unsafe and key is not None and not operation.asks_password:
            named = Named(asked.tenant, asked.person.user_id, key, f"{request.method} {request.path}".encode() + body)
            kept, again = once(self._answers, named, lambda: _kept(self._done(operation, asked)), _as_kept(operation))
            _tell_kept(kept, again, response)
            return
        if operation.method == "POST":
            cure = f"send {HEADER}: a text of your own, another for each request"
            raise Problem(428, "key_needed", "an unsafe request names itself", field=HEADER, cure=cure)
        answer = self._done(operation, asked)
        if answer.content_type != "application/json":
            request.env[IS_STREAM]()
        tell_answer(answer, response)

    def _asked(
        self,
        operation: Operation,
        request: Request,
        path: Mapping[str, str],
        signed_in: SignedIn,
        where: From,
        body: bytes,
    ) -> Asked:
        if operation.right and scope_of(signed_in.person, *operation.right) is Scope.NONE:
            raise PermissionError(operation.name)
        if operation.asks_password and not self._guards.sign_ins.admits(f"login {signed_in.user.login}"):
            raise limited()
        given = operation.given.model_validate(params_of(request))
        tenant = signed_in.person.tenant
        if operation.right and operation.of_tenant:
            tenant = self._guards.tenant(signed_in, getattr(given, "tenant", None))
        read = None if operation.body is None else operation.body.model_validate(_json(body))
        if_match = request.get_header("If-Match") or ""
        key = request.get_header(HEADER) or ""
        return Asked(self._services, signed_in, tenant, where, path, given, read, if_match, key)

    def _done(self, operation: Operation, asked: Asked) -> Answer:
        answer = operation.carry_out(asked)
        looked = asked.person.tenant == NO_TENANT != asked.tenant and not answer.is_noted
        if answer.audit is not None or looked:
            note(asked, answer.audit or (f"looked: {operation.name}", asked.tenant, None, None))
        return answer


def note(asked: Asked, audit: Audit) -> None:
    """Note what was changed, or that an operator looked into a tenant."""
    what, object_, before, after = audit
    doer = asked.doer
    act = Act(asked.services.now(), doer.who, doer.through, doer.address, what, object_, before, after)
    with asked.services.people(asked.tenant) as connection:
        people.note_act(connection, act)


def problem_told(error: Exception) -> Problem:
    """What is wrong; what is our fault, or that of a store, is noted."""
    problem = problem_of(error)
    if problem is None:
        note_fault("web", "a request could not be answered", error)
        return Problem(500, "fault", "this is a fault of ours; it is noted", "fault")
    if problem.refused == "store":
        log.warning("a request could not be answered: %s", error)
    return problem


def tell(error: Exception, response: Response) -> str:
    """Answer with the problem; returns why it was refused, for the metric."""
    problem = problem_told(error)
    response.status = code_to_http_status(problem.status)
    response.content_type = CONTENT_TYPE
    response.data = orjson.dumps(problem.body())
    for name, value in {**_NO_STORE, **problem.headers}.items():
        response.set_header(name, value)
    return problem.refused


def params_of(request: Request) -> dict[str, Any]:
    """Each once: of two values no one knows which one is meant."""
    twice = [name for name, value in request.params.items() if isinstance(value, list)]
    if twice:
        raise Problem(400, "given_twice", f"{twice[0]} is given twice", field=twice[0], cure="give it once")
    return dict(request.params)


def _body(operation: Operation, request: Request) -> bytes:
    if operation.body is None:
        return b""
    if (request.content_type or "").partition(";")[0].strip() != "application/json":
        cure = "send Content-Type: application/json"
        raise Problem(415, "not_json", "the body is JSON", field="Content-Type", cure=cure)
    body: bytes = request.bounded_stream.read()
    return body


def _json(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Problem(400, "not_json", f"the body is no JSON: {error}") from error


def _kept(answer: Answer) -> Kept:
    assert isinstance(answer.body, Told)
    return Kept("", answer.status, answer.body.model_dump_json(), dict(answer.headers))


def _as_kept(operation: Operation) -> Callable[[Kept], Kept]:
    """What is kept of an answer, for the same request sent again. A secret is told once, and not kept."""
    return _told_before if operation.tells_secret else lambda kept: kept


def _told_before(kept: Kept) -> Kept:
    cure = "revoke it, and make another one"
    body = Problem(410, "told_before", "this is done already, and its secret was shown only once", cure=cure).body()
    return Kept(kept.request, 410, orjson.dumps(body).decode(), {})


def _tell_kept(kept: Kept, again: bool, response: Response) -> None:
    response.status = code_to_http_status(kept.status)
    response.content_type = "application/json" if kept.status < 400 else CONTENT_TYPE
    response.data = kept.body.encode()
    headers = {**_NO_STORE, **kept.headers, **({"Idempotency-Replayed": "true"} if again else {})}
    for name, value in headers.items():
        response.set_header(name, value)


def tell_answer(answer: Answer, response: Response) -> None:
    """Answer with it."""
    response.status = code_to_http_status(answer.status)
    response.content_type = answer.content_type
    for name, value in {**_NO_STORE, **answer.headers}.items():
        response.set_header(name, value)
    if isinstance(answer.body, Told):
        response.data = answer.body.model_dump_json().encode()
    elif answer.body is not None:
        response.stream = _begun(iter(answer.body))


def _begun(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The pieces, of which the first is there: what cannot begin is a problem, not half an answer."""
    return chain([next(pieces, b"")], pieces)
