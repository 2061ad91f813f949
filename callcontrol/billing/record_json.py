"""Records as JSON bytes, for the spool. The names are those of the ledger's columns; times stay microseconds.

Writing never fails over what a text holds: a record that cannot be written is a lost call, so NUL characters and lone
surrogates, which neither JSON nor Postgres takes, become U+FFFD. Records of before there were queues have no `visits`,
those of before reconciliation no `reconciled`, those of before estimates gave their reason no `estimate`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

import orjson

from callcontrol.billing.record import (
    CallRecord,
    ChargeRecord,
    Direction,
    LegRecord,
    Note,
    PathEntry,
    RatedRecord,
    Recording,
)
from callcontrol.billing.visit_json import visit_from, visit_value
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.moment import Instant, instant_from, text_of
from callcontrol.vocabulary.outcome import Outcome

VERSION = 1


class BadRecord(ValueError):
    """The bytes are no record of a version we know; the message says why."""


def to_json(record: RatedRecord) -> bytes:
    """One line of JSON; `from_json(to_json(r)) == r` but for characters that cannot be stored."""
    value = {
        "v": VERSION,
        "call": _call(record.call),
        "legs": [_leg(leg) for leg in record.call.legs],
        "charges": [_charge(charge) for charge in record.charges],
        "visits": [visit_value(visit) for visit in record.call.visits],
    }
    try:
        data = orjson.dumps(value)
    except TypeError:  # a lone surrogate
        return orjson.dumps(_storable(value))
    return orjson.dumps(_storable(value)) if b"\\u0000" in data else data


def from_json(data: bytes) -> RatedRecord:
    """Read a record back.

    Raises:
        BadRecord: no JSON, another version, or a field that is missing or of another kind.
    """
    try:
        value = orjson.loads(data)
        if value["v"] != VERSION:
            raise BadRecord(f"record of version {value['v']!r}: this program knows {VERSION}")
        call = _call_from(value["call"], value["legs"], value.get("visits", ()))
        return RatedRecord(call, tuple(_charge_from(charge) for charge in value["charges"]))
    except (KeyError, TypeError, ValueError, ArithmeticError, AttributeError) as error:
        if isinstance(error, BadRecord):
            raise
        raise BadRecord(f"no record: {type(error).__name__}: {error}") from error


def _storable(value: Any) -> Any:
    """The value with every text such as JSON and Postgres can hold."""
    match value:
        case str():
            return value.encode("utf-8", "surrogatepass").decode("utf-8", "replace").replace("\0", "\ufffd")
        case list():
            return [_storable(item) for item in value]
        case Mapping():
            return {_storable(key): _storable(item) for key, item in value.items()}
        case _:
            return value


def _call(call: CallRecord) -> dict[str, object]:
    return {
        "tenant": call.tenant,
        "switch": call.switch,
        "call_id": call.call_id,
        "started_at": call.arrived,
        "answered_at": call.answered,
        "bridged_at": call.bridged,
        "ended_at": call.ended,
        "worker": call.worker,
        "caller_number": call.caller.number,
        "caller_name": call.caller.name,
        "caller_anonymous": call.caller.anonymous,
        "caller_extension": call.caller.extension,
        "dialled": call.dialled,
        "outcome": call.outcome,
        "answered_leg": call.answered_leg,
        "answered_by": call.answered_by,
        "path": [_path_entry(entry) for entry in call.path],
        "recordings": [{"at": text_of(r.at), "box": r.box, "path": r.path} for r in call.recordings],
        "notes": [{"at": text_of(note.at), "what": note.what} for note in call.notes],
        "estimated": call.estimated,
        "reconciled": call.reconciled,
    }


def _path_entry(entry: PathEntry) -> dict[str, object]:
    shown: dict[str, object] = {
        "at": text_of(entry.at),
        "target": entry.target,
        "why": entry.why,
        "source": entry.source,
    }
    if entry.passed:
        shown["passed"] = True
    return shown


def _leg(leg: LegRecord) -> dict[str, object]:
    return {
        "leg_id": leg.leg_id,
        "direction": leg.direction,
        "target": leg.to,
        "address": leg.address,
        "trunk": leg.trunk,
        "shown": leg.shown,
        "payer": leg.payer,
        "dialled_at": leg.dialled,
        "created_at": leg.created,
        "ringing_at": leg.ringing,
        "answered_at": leg.answered,
        "bridged_at": leg.bridged,
        "ended_at": leg.ended,
        "cause": leg.cause,
        "outcome": leg.outcome,
        "hung_up_by": leg.hung_up_by,
        "estimated": leg.estimated,
        "estimate": leg.estimate,
        "reconciled": leg.reconciled,
    }


def _charge(charge: ChargeRecord) -> dict[str, object]:
    return {
        "leg_id": charge.leg_id,
        "payer": charge.payer,
        "number": charge.number,
        "reason": charge.reason,
        "amount": _text(charge.amount),
        "currency": charge.currency,
        "tariff": charge.tariff,
        "tariff_version": charge.tariff_version,
        "prefix": charge.prefix,
        "destination": charge.destination,
        "counted_s": charge.counted_s,
        "free_s": charge.free_s,
        "billed_s": charge.billed_s,
        "step": charge.step,
        "fee": _text(charge.fee),
        "vat_percent": _text(charge.vat_percent),
        "parts": list(charge.parts),
        "formula": charge.formula,
        "estimate": charge.estimate,
    }


def _call_from(v: Mapping[str, Any], legs: Iterable[Any], visits: Iterable[Any]) -> CallRecord:
    caller = Caller(v["caller_number"], v["caller_name"], v["caller_anonymous"], v["caller_extension"])
    return CallRecord(
        call_id=v["call_id"],
        tenant=v["tenant"],
        switch=v["switch"],
        worker=v["worker"],
        caller=caller,
        dialled=v["dialled"],
        outcome=Outcome(v["outcome"]),
        answered_leg=v["answered_leg"],
        answered_by=v["answered_by"],
        arrived=Instant(v["started_at"]),
        answered=v["answered_at"],
        bridged=v["bridged_at"],
        ended=Instant(v["ended_at"]),
        path=tuple(_path_entry_from(entry) for entry in v["path"]),
        recordings=tuple(Recording(instant_from(r["at"]), r["box"], r["path"]) for r in v["recordings"]),
        notes=tuple(Note(instant_from(note["at"]), note["what"]) for note in v["notes"]),
        legs=tuple(_leg_from(leg) for leg in legs),
        estimated=v["estimated"],
        visits=tuple(visit_from(visit) for visit in visits),
        reconciled=v.get("reconciled", False),
    )


def _path_entry_from(v: Mapping[str, Any]) -> PathEntry:
    return PathEntry(instant_from(v["at"]), v["target"], v["why"], v["source"], v.get("passed", False))


def _leg_from(v: Mapping[str, Any]) -> LegRecord:
    return LegRecord(
        leg_id=v["leg_id"],
        direction=Direction(v["direction"]),
        to=v["target"],
        address=v["address"],
        trunk=v["trunk"],
        shown=v["shown"],
        payer=v["payer"],
        dialled=Instant(v["dialled_at"]),
        created=v["created_at"],
        ringing=v["ringing_at"],
        answered=v["answered_at"],
        bridged=v["bridged_at"],
        ended=v["ended_at"],
        cause=v["cause"],
        outcome=Outcome(v["outcome"]),
        hung_up_by=v["hung_up_by"],
        estimated=v["estimated"],
        reconciled=v.get("reconciled", False),
        estimate=v.get("estimate", ""),
    )


def _charge_from(v: Mapping[str, Any]) -> ChargeRecord:
    return ChargeRecord(
        leg_id=v["leg_id"],
        payer=v["payer"],
        number=v["number"],
        reason=v["reason"],
        amount=_decimal(v["amount"]),
        currency=v["currency"],
        tariff=v["tariff"],
        tariff_version=v["tariff_version"],
        prefix=v["prefix"],
        destination=v["destination"],
        counted_s=v["counted_s"],
        free_s=v["free_s"],
        billed_s=v["billed_s"],
        step=v["step"],
        fee=_decimal(v["fee"]),
        vat_percent=_decimal(v["vat_percent"]),
        parts=tuple(v["parts"]),
        formula=v["formula"],
        estimate=v.get("estimate", ""),
    )


def _text(number: Decimal | None) -> str | None:
    return None if number is None else format(number, "f")


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
