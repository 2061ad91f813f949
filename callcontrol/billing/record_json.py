"""Records as JSON bytes, for the spool. The names are those of the ledger's columns, declared in record.py; times stay
microseconds.

Writing never fails over what a text holds: a record that cannot be written is a lost call, so NUL characters and lone
surrogates, which neither JSON nor Postgres takes, become U+FFFD. Records of before there were queues have no `visits`,
those of before conversations were recorded no `segments`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import orjson

from callcontrol.billing.record import (
    CALLS,
    CHARGES,
    LEGS,
    OFFERS,
    QUEUE_VISITS,
    SEGMENTS,
    CallRecord,
    QueueVisit,
    RatedRecord,
)
from callcontrol.vocabulary.stored import TAG, Kind, Newer, read_tag

# Its version is `v`, which goes first; its tag, which records of before had not, says the same.
# Since version 2 there is the outcome `missed`, which a program of before cannot read.
RECORD: Final = Kind("Record", {1: lambda fields: fields})
VERSION: Final = RECORD.version
# What a record of this version begins with, as `to_json` writes it.
CURRENT: Final = b'{"v":%d,' % VERSION


class BadRecord(ValueError):
    """The bytes are no record of a version we know; the message says why."""


class NewerRecord(BadRecord):
    """A later version of this program wrote the record, and can read it."""


def to_json(record: RatedRecord) -> bytes:
    """One line of JSON; `from_json(to_json(r)) == r` but for characters that cannot be stored."""
    value = {
        "v": VERSION,
        TAG: RECORD.tag,
        "call": CALLS.to_json(record.call),
        "legs": [LEGS.to_json(leg) for leg in record.call.legs],
        "charges": [CHARGES.to_json(charge) for charge in record.charges],
        "visits": [_visit(visit) for visit in record.call.visits],
        "segments": [SEGMENTS.to_json(segment) for segment in record.call.segments],
    }
    try:
        data = orjson.dumps(value)
    except TypeError:  # a lone surrogate
        return orjson.dumps(_storable(value))
    return orjson.dumps(_storable(value)) if b"\\u0000" in data else data


def is_newer(data: bytes) -> bool:
    """Whether a later version of this program wrote the record; False also for what is no record at all."""
    if data.startswith(CURRENT):
        return False
    try:
        version = orjson.loads(data)["v"]
    except (ValueError, KeyError, TypeError):
        return False
    return isinstance(version, int) and version > VERSION


def call_of(data: bytes) -> str:
    """The id of the call that a record of any version is of, "" if it does not say."""
    try:
        return str(orjson.loads(data)["call"]["call_id"])
    except (ValueError, KeyError, TypeError):
        return ""


def from_json(data: bytes) -> RatedRecord:
    """Read a record back.

    Raises:
        NewerRecord: a later version wrote it.
        BadRecord: no JSON, or a field that is missing or of another kind.
    """
    try:
        value = orjson.loads(data)
        version = value.pop("v")
        if not isinstance(version, int) or isinstance(version, bool) or version < 1:
            raise BadRecord(f"record of version {version!r}")
        if read_tag(value.pop(TAG, RECORD.name))[0] != RECORD.name:
            raise BadRecord("it is of another kind")
        value = RECORD.current(value, version)
        call = _call_from(value["call"], value["legs"], value.get("visits", ()), value.get("segments", ()))
        return RatedRecord(call, tuple(CHARGES.from_json(charge) for charge in value["charges"]))
    except Newer as error:
        raise NewerRecord(str(error)) from error
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


def _visit(visit: QueueVisit) -> dict[str, Any]:
    return {**QUEUE_VISITS.to_json(visit), "offers": [OFFERS.to_json(offer) for offer in visit.offers]}


def _call_from(
    value: Mapping[str, Any], legs: Iterable[Any], visits: Iterable[Any], segments: Iterable[Any]
) -> CallRecord:
    return CALLS.from_json(
        value,
        legs=tuple(LEGS.from_json(leg) for leg in legs),
        visits=tuple(_visit_from(visit) for visit in visits),
        segments=tuple(SEGMENTS.from_json(segment) for segment in segments),
    )


def _visit_from(value: Mapping[str, Any]) -> QueueVisit:
    return QUEUE_VISITS.from_json(value, offers=tuple(OFFERS.from_json(offer) for offer in value["offers"]))
