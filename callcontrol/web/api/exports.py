"""`/exports`: what is delivered of the tenant's rows, batch by batch, and delivering one of before once more."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final

from pydantic import Field

from callcontrol.edges.ledger.session import DictConnection
from callcontrol.jobs.exports.plans import Plan
from callcontrol.usecases.exports import batch_told, export_now, last_batches, plan_of, plans_for, resent, time_told
from callcontrol.usecases.refusals import NotThere
from callcontrol.vocabulary.rights import Kind, Verb
from callcontrol.vocabulary.sentence import says
from callcontrol.web.operations import Answer, Asked, Audit, Common, Given, Operation, Told

PAGE: Final = 50
MOST_DIGITS: Final = 9


class BatchesGiven(Common):
    """Which of them."""

    limit: int = Field(default=PAGE, ge=1, le=1_000, description="the last so many")


class NothingGiven(Given):
    """Nothing is said besides."""


class ExportTold(Told):
    """How an export stands; `waiting`: rows in no batch yet, since when; `unconfirmed` null: it has no receipts."""

    export: str
    what: str
    to: str
    timer: str
    ran_at: str
    waiting: int
    waiting_since: str
    unconfirmed: int | None
    trouble: str


class ExportsTold(Told):
    """The exports that deliver the tenant's rows and no others."""

    exports: list[ExportTold]


class BatchTold(Told):
    """A batch; `sums`: what its rows add up to, by column and currency or unit."""

    number: int
    closed_at: str
    rows: int
    sums: dict[str, dict[str, str]]
    file: str
    sha256: str
    delivered_at: str
    delivered_to: str
    confirmed_at: str
    confirmed_by: str
    receipt: str


class BatchesTold(Told):
    """The last batches of an export, in order."""

    export: str
    batches: list[BatchTold]


def export_told(connection: DictConnection, plan: Plan) -> ExportTold:
    """How it stands."""
    now = export_now(connection, plan)
    told: dict[str, Any] = {name: value for name, value in asdict(now).items() if name not in ("name", "tenants")}
    times = {name: time_told(getattr(now, name)) for name in ("ran_at", "waiting_since")}
    return ExportTold(**{"export": now.name, **told, **times})


def exports_told(asked: Asked) -> ExportsTold:
    """Those of the tenant."""
    with asked.services.own_ledger() as connection:
        plans = plans_for(asked.services.settings, asked.tenant).values()
        return ExportsTold(exports=[export_told(connection, plan) for plan in plans])


def _list(asked: Asked) -> Answer:
    return Answer(exports_told(asked))


def batches_told(asked: Asked) -> BatchesTold:
    """The last batches of the export of the address."""
    plan = plan_of(asked.services.settings, asked.path["export"], asked.tenant)
    with asked.services.own_ledger() as connection:
        batches = [BatchTold(**batch_told(one)) for one in last_batches(connection, plan.name, asked.given.limit)]
    return BatchesTold(export=plan.name, batches=batches)


def _batches(asked: Asked) -> Answer:
    return Answer(batches_told(asked))


def resent_batch(asked: Asked, number: str) -> tuple[BatchTold, Audit]:
    """A batch of the export of the address, delivered once more, and its audit."""
    plan = plan_of(asked.services.settings, asked.path["export"], asked.tenant)
    if not number.isdecimal() or len(number) > MOST_DIGITS:
        raise NotThere(says("%(name)s has no batch %(number)s", name=plan.name, number=number), "number")
    with asked.services.own_ledger() as connection:
        batch = resent(connection, asked.services.settings, plan, int(number))
    told = {"file": batch.file, "rows": batch.rows, "sha256": batch.sha256}
    audit = ("export: delivered once more", f"export {plan.name} batch {batch.number}", None, told)
    return BatchTold(**batch_told(batch)), audit


def _resend(asked: Asked) -> Answer:
    told, audit = resent_batch(asked, asked.path["number"])
    return Answer(told, audit=audit)


_SEE: Final = (Verb.SEE, Kind.EXPORTS)
OPERATIONS: Final = (
    Operation("list_exports", "GET", "/exports", "Exports, and how they stand", _SEE, _list, ExportsTold),
    Operation(
        "list_batches",
        "GET",
        "/exports/{export}/batches",
        "The last batches of an export",
        _SEE,
        _batches,
        BatchesTold,
        BatchesGiven,
    ),
    Operation(
        "resend_batch",
        "POST",
        "/exports/{export}/batches/{number}/deliveries",
        "Deliver a batch of before once more: the same bytes",
        (Verb.CHANGE, Kind.EXPORTS),
        _resend,
        BatchTold,
        body=NothingGiven,
    ),
)
