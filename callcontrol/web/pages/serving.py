"""Carries out pages as `dispatch.py` does operations: guards, parameters, rights, the page or the form, its audit.

A form that was done is answered by a redirect, so that loading the page again sends nothing twice; one that was refused
by its page, with what was typed. Sent twice (a double click), it is carried out once and answered alike.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final
from urllib.parse import parse_qsl, quote, urlsplit

from falcon import HTTP_303, HTTP_401, Request, Response, code_to_http_status
from pydantic import ValidationError

from callcontrol.edges import clock, web_meters
from callcontrol.edges.live_state.web_answers import Kept, WebAnswers
from callcontrol.edges.web.keep_alive import IS_STREAM
from callcontrol.usecases.signing_in import From, NotSignedIn, SignedIn
from callcontrol.vocabulary.rights import NO_TENANT
from callcontrol.web.dispatch import note, params_of, problem_told, tell_answer
from callcontrol.web.guards import Guards, limited
from callcontrol.web.once import Named, once
from callcontrol.web.operations import Answer, Asked, Audit
from callcontrol.web.pages.layout import Layout, here
from callcontrol.web.pages.page import CARRIED, Act, Page, Part, Shown
from callcontrol.web.pages.preferences import local_address, tenant_named
from callcontrol.web.pages.refused import refused_form
from callcontrol.web.problems import Problem
from callcontrol.web.services import Services

SIGN_IN: Final = "/sign-in"
MOST_FIELDS: Final = 500
# The second of two clicks waits so long for the first (seconds).
PATIENCE_S: Final = 10.0
_LOOK_S: Final = 0.1
_SAID: Final = "said"

Form = Mapping[str, Any]


class Serving:
    """Answers requests for pages."""

    def __init__(self, services: Services, guards: Guards, layout: Layout) -> None:
        self._services, self._guards, self._layout = services, guards, layout
        self._answers = WebAnswers(services.pipeline)

    def page(self, page: Page, request: Request, response: Response, path: Mapping[str, str]) -> None:
        """Show a page."""
        self._answered(page, request, response, lambda: self._show(page, request, response, path))

    def part(self, page: Page, part: Part, request: Request, response: Response, path: Mapping[str, str]) -> None:
        """Show a part of a page."""
        self._answered(page, request, response, lambda: self._show_part(page, part, request, response, path))

    def act(self, page: Page, act: Act, request: Request, response: Response, path: Mapping[str, str]) -> None:
        """Carry out a form."""
        self._answered(page, request, response, lambda: self._act(page, act, request, response, path))

    def home(self, request: Request, response: Response, _: Mapping[str, str]) -> None:
        """To the first page of who is signed in."""

        def go() -> None:
            self._guards.admit(request)
            response.status = HTTP_303
            response.location = self._layout.home(self._guards.signed_in(request).person)

        self._answered(None, request, response, go)

    def refuse(self, error: Exception, request: Request, response: Response, page: Page | None = None) -> str:
        """Answer with what is wrong; returns why it was refused, for the metric."""
        problem = problem_told(error)
        if isinstance(error, NotSignedIn):
            _to_sign_in(request, response)
            return problem.refused
        response.status = code_to_http_status(problem.status)
        for name, value in problem.headers.items():
            response.set_header(name, value)
        signed_in, tenant = self._still(request, problem)
        shown = Shown("common/problem.html", {"problem": problem})
        self._layout.show(request, response, shown, signed_in, page, tenant)
        return problem.refused

    def _still(self, request: Request, problem: Problem) -> tuple[SignedIn | None, str]:
        """Who is signed in, where that can be told: the page of an error has the navigation then."""
        if problem.status in (429, 503):
            return None, NO_TENANT
        try:
            signed_in = self._guards.signed_in(request)
            return signed_in, self._tenant(signed_in, request, {})
        except Exception as error:
            problem_told(error)
            return None, NO_TENANT

    def _answered(self, page: Page | None, request: Request, response: Response, carry_out: Callable[[], None]) -> None:
        began = clock.monotonic()
        try:
            carry_out()
            refused = "none"
        except Exception as error:
            refused = self.refuse(error, request, response, page)
        web_meters.requests_total.labels(refused).inc()
        name = "page home" if page is None else f"page {page.name}"
        web_meters.requests_seconds.labels(name).observe(clock.monotonic() - began)

    def _show(self, page: Page, request: Request, response: Response, path: Mapping[str, str]) -> None:
        asked = self._asked(page, request, path, {})
        shown = page.show(asked)
        self._note(asked, shown.audit or _look(page, asked))
        self._layout.show(request, response, shown, asked.signed_in, page, asked.tenant)

    def _show_part(self, page: Page, part: Part, request: Request, response: Response, path: Mapping[str, str]) -> None:
        asked = self._asked(replace(page, given=part.given), request, path, {})
        found = part.show(asked)
        self._note(asked, found.audit)
        if isinstance(found, Answer):
            request.env[IS_STREAM]()
            tell_answer(found, response)
        else:
            self._layout.show(request, response, found, asked.signed_in, page, asked.tenant)

    def _act(self, page: Page, act: Act, request: Request, response: Response, path: Mapping[str, str]) -> None:
        body = request.bounded_stream.read()
        form = form_of(request, body)
        asked = self._asked(page, request, path, form)
        if act.right is not None and not replace(page, right=act.right).is_for(asked.person):
            raise PermissionError(act.name)
        name = str(form.get("form") or act.name)
        own = {field: value for field, value in form.items() if field not in CARRIED}
        try:
            if act.asks_password and not self._guards.sign_ins.admits(f"login {asked.signed_in.user.login}"):
                raise limited()
            read = replace(asked, body=act.form.model_validate(own), key=str(form.get("once", "")))
            told: list[Shown] = []
            kept = self._once(read, request, body, act, told)
        except Exception as error:
            refused = refused_form(error, name, own, frozenset(act.form.model_fields))
            if refused is None:
                raise
            response.status = code_to_http_status(422)
            response.set_header("HX-Retarget", "body")
            self._layout.show(request, response, page.show(asked), asked.signed_in, page, asked.tenant, refused)
            return
        if told:
            self._layout.show(request, response, told[0], asked.signed_in, page, asked.tenant)
            return
        response.status = HTTP_303
        response.location = kept.headers["Location"]
        if _SAID in kept.headers:
            self._layout.notices.put(response, kept.headers[_SAID])

    def _once(self, asked: Asked, request: Request, body: bytes, act: Act, told: list[Shown]) -> Kept:
        if not asked.key:
            raise Problem(400, "key_needed", "a form names itself", field="once", cure="load the page again")
        # Of a form with a password no digest is kept, of which it could be guessed.
        if act.asks_password:
            return self._carried_out(asked, request, act, told)
        named = Named(asked.tenant, asked.person.user_id, asked.key, f"POST {request.path}".encode() + body)
        due = clock.monotonic() + PATIENCE_S
        while True:
            try:
                return once(self._answers, named, lambda: self._carried_out(asked, request, act, told))[0]
            except Problem as problem:
                if problem.code != "under_way" or clock.monotonic() > due:
                    raise
            time.sleep(_LOOK_S)

    def _carried_out(self, asked: Asked, request: Request, act: Act, told: list[Shown]) -> Kept:
        done = act.do(asked)
        self._note(asked, done.audit)
        told += [] if done.shown is None else [done.shown]
        headers = {"Location": done.to or here(request)}
        if done.said is not None:
            headers[_SAID] = self._layout.notices.written(done.said)
        return Kept("", 303, "", headers)

    def _asked(self, page: Page, request: Request, path: Mapping[str, str], form: Form) -> Asked:
        where = self._guards.admit(request)
        signed_in = self._guards.signed_in(request)
        tenant = self._tenant(signed_in, request, form) if page.of_tenant else signed_in.person.tenant
        if not page.is_for(signed_in.person):
            raise PermissionError(page.name)
        params = {name: value for name, value in params_of(request).items() if value != ""}
        try:
            given = page.given.model_validate(params)
        except ValidationError:
            if not form:
                raise
            # The form is not lost because its page cannot be shown as it was.
            given = page.given()
        return Asked(self._services, signed_in, tenant, where, path, given, None)

    def _tenant(self, signed_in: SignedIn, request: Request, form: Form) -> str:
        return self._guards.tenant(signed_in, tenant_named(request, signed_in, form))

    def _note(self, asked: Asked, audit: Audit | None) -> None:
        if audit is not None:
            note(asked, audit)


def form_of(request: Request, body: bytes) -> dict[str, Any]:
    """The fields of a form; one that stands several times is a list.

    Raises:
        Problem: it is no form.
    """
    if (request.content_type or "").partition(";")[0].strip() != "application/x-www-form-urlencoded":
        raise Problem(415, "not_a_form", "this is no form", field="Content-Type")
    found: dict[str, Any] = {}
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError as error:
        raise Problem(400, "not_a_form", f"this form cannot be read: {error}") from error
    for name, value in pairs:
        text = value.replace("\r\n", "\n").strip()
        if name in found:
            before = found[name] if isinstance(found[name], list) else [found[name]]
            found[name] = [*before, text]
        else:
            found[name] = text
    return found


def _look(page: Page, asked: Asked) -> Audit | None:
    """Each look of an operator into a tenant."""
    if asked.person.tenant == NO_TENANT != asked.tenant:
        return (f"looked: {page.name}", asked.tenant, None, None)
    return None


def _to_sign_in(request: Request, response: Response) -> None:
    """Sign in, and back to where one was."""
    back = here(request)
    current = request.get_header("HX-Current-URL")
    if current is not None:
        parts = urlsplit(current)
        back = local_address(f"{parts.path}?{parts.query}" if parts.query else parts.path)
    where = SIGN_IN if back == "/" or back.startswith(SIGN_IN) else f"{SIGN_IN}?back={quote(back, safe='')}"
    if request.get_header("HX-Request"):
        response.status = HTTP_401
        response.set_header("HX-Redirect", where)
        return
    response.status = HTTP_303
    response.location = where


def from_of(guards: Guards, request: Request) -> From:
    """Where an unsafe request without a session comes from; raises Problem where it comes from another site."""
    where = guards.admit(request)
    guards.check_origin(request)
    return where
