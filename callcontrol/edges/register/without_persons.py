"""The register's tables in which no person is."""

from __future__ import annotations

from typing import Final

from callcontrol.edges.register.places import Eraser, Period, TablePlace, columns

_OPERATOR: Final = "the operator"


def _without_persons(name: str, period: Period, its_columns: str) -> TablePlace:
    return TablePlace(name, _OPERATOR, period, columns(nothing=its_columns), eraser=Eraser.NONE)


WITHOUT_PERSONS: Final = (
    _without_persons("call_hours", Period.COUNTS, "tenant hour type outcome calls talks wait_ms talk_ms"),
    _without_persons("queue_hours", Period.COUNTS, "tenant hour queue how visits wait_ms"),
    # Of a closed month: sums by class of numbers and fees; names are those of the configuration.
    _without_persons(
        "statements",
        Period.COUNTS,
        "tenant number kind month currency corrects net vat gross to_in shape document sha256 closed_by closed_at"
        " written_in",
    ),
    _without_persons(
        "statement_lines",
        Period.COUNTS,
        "tenant number line section name label vat_percent prices quantity talk_s billed_s unit span exact amount vat"
        " written_in",
    ),
    _without_persons("fee_days", Period.COUNTS, "tenant per day names"),
    _without_persons("hours_to_count", Period.STATE, "tenant hour"),
    _without_persons("missed_progress", Period.STATE, "one read_to"),
    _without_persons("missed_days", Period.STATE, "tenant started_day after"),
    _without_persons("job_leases", Period.STATE, "name leased_by leased_until"),
    _without_persons("schema_version", Period.STATE, "version applied_at"),
    _without_persons("ledger_clusters", Period.STATE, "system_identifier origin since"),
    _without_persons("exports", Period.STATE, "export what tenants since opened_at ran_at failures retry_at trouble"),
    _without_persons(
        "export_batches",
        Period.COUNTS,
        "export number from_in to_in from_day to_day form file bytes sha256 rows manifest manifest_sha256 closed_at"
        " delivered_at delivered_to confirmed_at confirmed_by receipt_fault",
    ),
    _without_persons(
        "retired_months", Period.COUNTS, "tenant what month part rows sums archive sha256 began_at gone_at"
    ),
)
