"""The books are redone by the media job: what does not add up is counted."""

from __future__ import annotations

import psycopg
import pytest
from prometheus_client import REGISTRY

from callcontrol.edges import clock
from callcontrol.jobs.media.account_watch import AccountWatch
from callcontrol.jobs.media.loops import OutOfReach
from callcontrol.vocabulary.moment import SECOND_US


def metric(name: str) -> float:
    return REGISTRY.get_sample_value(f"callcontrol_account_{name}") or 0.0


def test_what_does_not_add_up_is_counted(ledger_database: str) -> None:
    AccountWatch(ledger_database).step()
    before = metric("faults")
    with psycopg.connect(ledger_database, autocommit=True) as ledger:
        ledger.execute(
            "INSERT INTO allowance_counters (tenant, name, holder, month, used)"
            " VALUES ('watched', 'b', 't', '2026-11', 3)"
        )
        ledger.execute(
            "INSERT INTO accounts (tenant, account, currency, balance) VALUES ('watched', 'tenant', 'PLN', 5)"
        )
        try:
            assert not AccountWatch(ledger_database).step()
        finally:
            ledger.execute("DELETE FROM allowance_counters WHERE tenant = 'watched'")
            ledger.execute("DELETE FROM accounts WHERE tenant = 'watched'")
    assert metric("faults") - before == 2
    assert abs(metric("checked_timestamp_seconds") - clock.now() / SECOND_US) < 60


def test_a_ledger_that_is_away_is_tried_again() -> None:
    with pytest.raises(OutOfReach):
        AccountWatch("host=/nowhere dbname=x").step()
