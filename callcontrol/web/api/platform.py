"""`/platform/…`: all there is, for operators: tenants, switches, workers, exports, mails, health."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any, Final, Literal

from pydantic import Field

from callcontrol.edges.ledger.mail_history import MAX_MAILS, MailHistory, Row, WantedMails
from callcontrol.edges.ledger.platform import jobs_leased, ledger_version, mails_waiting
from callcontrol.edges.ledger.reader import NoLedger
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.usecases.exports import export_now, plans_for, time_told
from callcontrol.usecases.platform import (
    Check,
    Standing,
    SwitchNow,
    WorkerNow,
    checks_of_exports,
    checks_of_mails,
    checks_of_workers,
    switches_now,
    tenants_now,
    tried,
    workers_now,
)
from callcontrol.usecases.refusals import NotThere, Refused
from callcontrol.vocabulary.mail import MailState
from callcontrol.vocabulary.moment import HOUR_S, SECOND_US, Instant, text_of
from callcontrol.vocabulary.rights import Kind, Verb
from callcontrol.web.api.exports import ExportTold
from callcontrol.web.operations import Answer, Asked, Audit, Given, NoTenant, Operation, Told

PAGE: Final = 100


class MailsGiven(NoTenant):
    """Which mails."""

    tenant: str = Field(default="", max_length=64, description="only this tenant's")
    state: Literal["", "queued", "sending", "sent", "failed", "dead"] = ""
    address: str = Field(default="", max_length=320, description="only those to this address")
    limit: int = Field(default=PAGE, ge=1, le=MAX_MAILS)


class NothingGiven(Given):
    """Nothing is said besides."""


class TenantTold(Told):
    """A tenant that is configured, and how many calls go on."""

    name: str
    domain: str
    zone: str
    extensions: int
    queues: int
    agents: int
    calls: int


class TenantsTold(Told):
    """All tenants."""

    tenants: list[TenantTold]


class SwitchTold(Told):
    """A switch; `heard_at`: until when a worker heard everything it said, null: none has."""

    name: str
    address: str
    profile: str
    standing: str
    heard_at: str | None
    heard_by: int
    workers: int


class SwitchesTold(Told):
    """All switches."""

    switches: list[SwitchTold]


class WorkerTold(Told):
    """A worker; not `alive`: it fell silent, and its calls are taken over."""

    name: str
    host: str
    alive: bool
    version: int
    calls: int
    heard: dict[str, str]


class WorkersTold(Told):
    """All workers."""

    workers: list[WorkerTold]


class ExportOfAll(ExportTold):
    """An export of any tenants; null: of all."""

    tenants: list[str] | None


class AllExportsTold(Told):
    """All exports."""

    exports: list[ExportOfAll]


class MailTold(Told):
    """A mail, and what has become of it."""

    mail: str
    tenant: str
    kind: str
    source: str
    address: str
    state: str
    created_at: str
    due_at: str
    attempts: int
    reason: str


class MailsTold(Told):
    """Mails, the latest first; `waiting`: of all tenants."""

    waiting: int
    mails: list[MailTold]


class CheckTold(Told):
    """A part, and whether it does what it should: good, warn, away, unknown."""

    part: str
    standing: str
    detail: str


class JobTold(Told):
    """Work that one process at a time does; `over`: none does it at this moment."""

    name: str
    by: str
    until: str
    over: bool


class HealthTold(Told):
    """Each part; the worst first."""

    at: str
    version: str
    checks: list[CheckTold]
    jobs: list[JobTold]


def tenants_told(asked: Asked) -> TenantsTold:
    """All tenants."""
    services = asked.services
    return TenantsTold(tenants=[TenantTold(**asdict(one)) for one in tenants_now(services.settings, services.pipeline)])


def _workers(asked: Asked) -> list[WorkerNow]:
    return workers_now(asked.services.pipeline, asked.services.settings.tenants)


def switches_told(asked: Asked) -> SwitchesTold:
    """All switches."""
    found = switches_now(asked.services.settings, _workers(asked), asked.services.now())
    return SwitchesTold(switches=[_switch(one) for one in found])


def _switch(one: SwitchNow) -> SwitchTold:
    told = asdict(one) | {"standing": one.standing.value}
    return SwitchTold(**told | {"heard_at": None if one.heard_at is None else text_of(one.heard_at)})


def workers_told(asked: Asked) -> WorkersTold:
    """All workers."""
    return WorkersTold(workers=[_worker(one) for one in _workers(asked)])


def _worker(one: WorkerNow) -> WorkerTold:
    heard = {switch: text_of(at) for switch, at in one.heard.items()}
    return WorkerTold(
        name=one.name, host=one.host, alive=one.is_alive, version=one.version, calls=one.calls, heard=heard
    )


def all_exports_told(asked: Asked) -> AllExportsTold:
    """All exports."""
    with asked.services.own_ledger() as connection:
        found = [export_now(connection, plan) for plan in plans_for(asked.services.settings).values()]
    return AllExportsTold(exports=[_export(asdict(one)) for one in found])


def _export(one: dict[str, Any]) -> ExportOfAll:
    times = {name: time_told(one[name]) for name in ("ran_at", "waiting_since")}
    tenants = None if one["tenants"] is None else list(one["tenants"])
    return ExportOfAll(export=one.pop("name"), **one | times | {"tenants": tenants})


def mails_told(asked: Asked) -> MailsTold:
    """Mails of all tenants, or of one."""
    given = asked.given
    wanted = WantedMails(given.tenant or None, given.state or None, given.address or None, None, given.limit)
    with asked.services.own_ledger() as connection:
        waiting = mails_waiting(connection).mails
    with MailHistory(asked.services.own_dsn) as history:
        mails = [_mail(row) for row in history.mails(wanted)]
    return MailsTold(waiting=waiting, mails=mails)


def _mail(row: Row) -> MailTold:
    names = ("tenant", "kind", "source", "address", "state", "attempts", "reason")
    times = {name: row[name].isoformat() for name in ("created_at", "due_at")}
    return MailTold(mail=row["mail_id"], **{name: row[name] for name in names}, **times)


def looked_at_mails(asked: Asked) -> Audit:
    """That mails were looked at: they have addresses of people."""
    return (
        "looked: list_mails",
        "mails",
        None,
        {name: value for name, value in asked.given.model_dump().items() if value},
    )


def _mails(asked: Asked) -> Answer:
    return Answer(mails_told(asked), audit=looked_at_mails(asked))


def retried(asked: Asked, mail_id: str) -> tuple[MailTold, Audit]:
    """A mail that is sent now, and its audit."""
    now = asked.services.now()
    expires_at = Instant(now + asked.services.settings.mail.give_up_h * HOUR_S * SECOND_US)
    with MailHistory(asked.services.own_dsn) as history:
        found = history.beginning_with(mail_id)
        if len(found) != 1 or found[0]["mail_id"] != mail_id:
            raise NotThere(f"there is no mail {mail_id}", "mail")
        if not history.retry([mail_id], now, expires_at):
            raise Refused(_why_not(found[0]), "mail")
        (row,) = history.beginning_with(mail_id)
    return _mail(row), ("mail: sent again", f"mail {mail_id}", None, {"tenant": row["tenant"]})


def _retry(asked: Asked) -> Answer:
    told, audit = retried(asked, asked.path["mail"])
    return Answer(told, audit=audit)


def _why_not(row: Row) -> str:
    if row["state"] in (MailState.SENT, MailState.SENDING):
        return f"it stays: it is {row['state']}"
    return f"it stays: the address is dead; `callcontrol mail revive {row['tenant']} {row['address']}` comes first"


def health_told(asked: Asked) -> HealthTold:
    """Each part, the worst first."""
    services, jobs = asked.services, list[JobTold]()
    checks = list(_checks(asked, jobs))
    order = [Standing.AWAY, Standing.WARN, Standing.UNKNOWN, Standing.GOOD]
    told = [
        CheckTold(part=one.part, standing=one.standing.value, detail=one.detail)
        for one in sorted(checks, key=lambda one: order.index(one.standing))
    ]
    return HealthTold(at=text_of(services.now()), version=str(services.configuration.version), checks=told, jobs=jobs)


def _checks(asked: Asked, jobs: list[JobTold]) -> Iterator[Check]:
    services = asked.services
    redis = tried("Redis", lambda: _ping(asked), LiveStateError)
    yield redis
    if redis.standing is Standing.GOOD:
        workers = _workers(asked)
        yield from checks_of_workers(workers, switches_now(services.settings, workers, services.now()))
    ledger = tried("Postgres", lambda: _version(asked), NoLedger)
    yield ledger
    if ledger.standing is Standing.GOOD:
        with services.own_ledger() as connection:
            yield from checks_of_mails(mails_waiting(connection), services.now())
            yield from checks_of_exports(export_now(connection, one) for one in plans_for(services.settings).values())
            jobs += [_job(row) for row in jobs_leased(connection)]


def _ping(asked: Asked) -> str:
    asked.services.pipeline.ask("PING", timeout_s=1.0)
    return ""


def _version(asked: Asked) -> str:
    with asked.services.own_ledger() as connection:
        return f"ledger version {ledger_version(connection)}"


def _job(row: Row) -> JobTold:
    return JobTold(name=row["name"], by=row["leased_by"], until=row["leased_until"].isoformat(), over=row["is_over"])


_SEE: Final = (Verb.SEE, Kind.PLATFORM)


def _looking(name: str, path: str, summary: str, told: Any, model: type[Told]) -> Operation:
    def carry_out(asked: Asked) -> Answer:
        return Answer(told(asked))

    return Operation(name, "GET", f"/platform/{path}", summary, _SEE, carry_out, model, NoTenant, of_tenant=False)


OPERATIONS: Final = (
    _looking("list_tenants", "tenants", "Tenants, and how many calls go on", tenants_told, TenantsTold),
    _looking("list_switches", "switches", "Switches, and which workers hear them", switches_told, SwitchesTold),
    _looking("list_workers", "workers", "Workers, and the calls they have", workers_told, WorkersTold),
    _looking("list_all_exports", "exports", "Exports of all tenants", all_exports_told, AllExportsTold),
    _looking("get_health", "health", "Whether each part does what it should", health_told, HealthTold),
    Operation(
        "list_mails",
        "GET",
        "/platform/mails",
        "What has become of mails; each look is noted",
        _SEE,
        _mails,
        MailsTold,
        MailsGiven,
        of_tenant=False,
    ),
    Operation(
        "retry_mail",
        "POST",
        "/platform/mails/{mail}/attempts",
        "Send a mail now that failed, or waits",
        (Verb.CHANGE, Kind.PLATFORM),
        _retry,
        MailTold,
        NoTenant,
        NothingGiven,
        of_tenant=False,
    ),
)
