"""Errors as problem details (RFC 9457): what is wrong, in which field, and what would be right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as made_field
from typing import Any, Final

from pydantic import ValidationError

from callcontrol.billing.statements.document import NewerDocument
from callcontrol.edges.deliveries import DeliveryAway, OtherFile
from callcontrol.edges.ledger.accounts import EntryRefused
from callcontrol.edges.ledger.export_books import ExportBusy, ExportRefused
from callcontrol.edges.ledger.kept_connections import AllBusy
from callcontrol.edges.ledger.missed_cases import ActRefused
from callcontrol.edges.ledger.reader import NoLedger
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.edges.parquet import NoParquet
from callcontrol.edges.statement_pdf import NoTypst
from callcontrol.jobs.statements.closing import StatementRefused
from callcontrol.usecases.click_to_call import NotCalled
from callcontrol.usecases.refusals import ChangedMeanwhile, NotThere, Refused
from callcontrol.usecases.signing_in import NotSignedIn

CONTENT_TYPE: Final = "application/problem+json"
RETRY_S: Final = 5


@dataclass(eq=False)
class Problem(Exception):
    """What is answered instead of what was asked for.

    Attributes:
        code: a stable word for programs, also the end of `type`.
        refused: as `callcontrol_web_requests_total` counts it.
        field: the parameter or member that is wrong; "": none.
        cure: what would be right.
        headers: to go with it.
    """

    status: int
    code: str
    detail: str
    refused: str = "wrong"
    field: str = ""
    cure: str = ""
    headers: Mapping[str, str] = made_field(default_factory=dict)

    def body(self) -> dict[str, Any]:
        """Its members; those that say nothing are left out."""
        more = {"field": self.field, "cure": self.cure}
        return {
            "type": f"urn:callcontrol:problem:{self.code}",
            "title": self.code.replace("_", " "),
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
            **{name: text for name, text in more.items() if text},
        }


def problem_of(error: Exception) -> Problem | None:
    """What an error of a use case is to the client; None: it is a fault of ours."""
    match error:
        case Problem():
            return error
        case NotSignedIn():
            return _refusal(401, "not_signed_in", error, "signed_out", {"WWW-Authenticate": "Bearer"})
        case NotThere():
            return _refusal(404, "not_there", error)
        case ChangedMeanwhile():
            return _refusal(412, "changed_meanwhile", error)
        case NotCalled():
            return _refusal(409, "not_called", error)
        case ActRefused() | EntryRefused() | ExportRefused() | ExportBusy() | StatementRefused() | OtherFile():
            return Problem(409, "as_it_stands", error.args[0])
        case DeliveryAway():
            return Problem(502, "receiver_away", str(error), "store", cure="try again when the receiver answers")
        case NoTypst() | NoParquet() | NewerDocument():
            return Problem(501, "not_here", str(error))
        case Refused():
            return _refusal(400, "makes_no_sense", error)
        case ValidationError():
            return _of_fields(error)
        case PermissionError():
            return Problem(403, "not_allowed", "your roles do not allow this", "right", cure="ask your administrator")
        case AllBusy():
            busy = "too many requests read the history"
            again = {"Retry-After": str(RETRY_S)}
            return Problem(503, "busy", busy, "limited", cure=f"try again in {RETRY_S} seconds", headers=again)
        case NoLedger():
            return _away("the history cannot be read now")
        case LiveStateError():
            return _away("the live state cannot be reached now")
    return None


def _refusal(
    status: int, code: str, error: Refused, refused: str = "wrong", headers: Mapping[str, str] | None = None
) -> Problem:
    return Problem(status, code, error.what, refused, error.field, error.cure, headers or {})


def _of_fields(error: ValidationError) -> Problem:
    """The first mistake; a parameter that is not known is one, or a mistyped filter would show everything."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    name = ".".join(map(str, first["loc"]))
    if first["type"] == "extra_forbidden":
        return Problem(400, "unknown_parameter", f"there is no {name} here", field=name, cure="leave it out")
    return Problem(400, "makes_no_sense", f"{name}: {first['msg']}", field=name, cure=first["msg"])


def _away(what: str) -> Problem:
    cure = f"try again in {RETRY_S} seconds"
    return Problem(503, "store_away", what, "store", cure=cure, headers={"Retry-After": str(RETRY_S)})
