"""Accounts, statements and exports by the API: the amounts of the commands, entered once, and no number in whole."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from redis import Redis

from callcontrol.billing.record_json import to_json
from callcontrol.commands import account, export, statement
from callcontrol.edges.ledger.reader import connect
from callcontrol.edges.ledger.writer import LedgerWriter
from callcontrol.edges.live_state import keys
from callcontrol.edges.live_state.failures import StoreAway
from callcontrol.jobs.statements.closing import book_of, close
from callcontrol.vocabulary.moment import instant_from
from callcontrol.vocabulary.rights import Kind, Scope, Verb
from callcontrol.web.api import accounts as accounts_api
from tests.billing.trails import NOON, forwarded
from tests.commands.command import run
from tests.edges.ledger.samples import rated
from tests.web.conftest import Site, site_of

SAYS = """
credit: {kind: prepaid}
exports: {ours: {what: calls, format: csv, folder: FOLDER}}
"""
TOP_UP = {"kind": "top-up", "amount": "10.00", "why": "paid  in cash"}
TENANT = "/accounts/tenant/entries"


@pytest.fixture
def site(tmp_path: Path, redis_url: str, redis_client: Redis, ledger_database: str) -> Iterator[Site]:
    """acme has an account and an export of its own calls."""
    redis_client.ping()
    (tmp_path / "out").mkdir()

    def more(config: Path) -> None:
        with (config / "tenants" / "acme.yaml").open("a") as file:
            file.write(SAYS.replace("FOLDER", str(tmp_path / "out")))
        with (config / "callcontrol.yaml").open("a") as file:
            file.write(f"\ndata: {tmp_path / 'data'}\n")

    opened = site_of(tmp_path, redis_url, ledger_database, more)
    yield opened
    opened.stop()


def said(tmp_path: Path, capfd: Any, command: Any, *words: str) -> list[Any]:
    capfd.readouterr()
    assert run(command, *words, "--config", tmp_path / "conf", "--json") == 0
    return [orjson.loads(line) for line in capfd.readouterr().out.splitlines()]


def test_money_comes_in_once_and_counts_for_the_next_call(
    site: Site, tmp_path: Path, capfd: Any, redis_client: Redis
) -> None:
    made = site.ask("bills", "POST", TENANT, TOP_UP, key="a")
    assert (made.status_code, made.json["receipt"], made.json["balance"], made.json["why"]) == (
        *(201, 1, "10", "paid in cash"),
    )
    assert made.json["by"] == "bills, token test (api)"
    assert redis_client.hget(f"{keys.credit('acme')}:account:tenant:PLN", "balance") == b"1000000000"
    redis_client.flushdb()  # what was answered is forgotten; the books are not
    assert site.ask("bills", "POST", TENANT, TOP_UP, key="a").json["receipt"] == 1
    other = site.ask("bills", "POST", TENANT, TOP_UP | {"amount": "20"}, key="a")
    assert (other.status_code, other.json["code"]) in {(409, "as_it_stands"), (422, "key_used")}
    for kind in ("hold", "release"):
        done = site.ask("bills", "POST", TENANT, {"kind": kind, "why": "a stolen password"}, key=kind)
        assert done.json["on_hold"] is (kind == "hold")
    (told,) = [one for one in site.get("bills", "/accounts").json["accounts"] if one["account"] == "tenant"]
    (command,) = said(tmp_path, capfd, account, "show", "acme", "tenant")
    assert {name: told[name] for name in ("entries", "on_hold", "calls", "left")} == {
        "entries": command["entries"],
        "on_hold": command["on_hold"],
        "calls": command["calls"],
        "left": "10",
    }
    acts = [act["what"] for act in site.get("admin", "/audit").json["acts"]]
    assert acts[:3] == ["account: release", "account: hold", "account: top-up"]


def test_entries_are_told_the_latest_first_page_by_page_as_csv_and_by_the_command(
    site: Site, tmp_path: Path, capfd: Any
) -> None:
    for number in range(7):
        site.ask("bills", "POST", TENANT, TOP_UP | {"amount": f"{number + 1}.5"}, key=f"k{number}")
    pages, before = [], ""
    while True:
        page = site.get("admin", f"{TENANT}?limit=3{before}").json
        pages += page["entries"]
        if page["next"] is None:
            break
        before = f"&before={page['next']}"
    assert [entry["receipt"] for entry in pages] == [7, 6, 5, 4, 3, 2, 1]
    rows = list(csv.DictReader(io.StringIO(site.get("admin", f"{TENANT}.csv").text)))
    assert [{name: str(value) for name, value in entry.items()} for entry in pages] == rows
    command = said(tmp_path, capfd, account, "statement", "acme", "tenant")
    assert [(entry["receipt"], entry["amount"]) for entry in reversed(command)] == [
        (entry["receipt"], format(float(entry["amount"]), ".8f")) for entry in pages
    ]
    assert site.get("admin", f"{TENANT}?since=2099-01-01").json["entries"] == []


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"amount": "-1"}, "amount"),
        ({"amount": "ten"}, "amount"),
        ({"amount": "0"}, "amount"),
        ({"amount": "90000001"}, "amount"),
        ({"kind": "hold"}, "amount"),
        ({"kind": "gift"}, "kind"),
        ({"why": " "}, "why"),
    ],
)
def test_an_entry_that_makes_no_sense_names_its_field(site: Site, given: dict[str, str], field: str) -> None:
    refused = site.ask("bills", "POST", TENANT, TOP_UP | given, key="a")
    assert (refused.status_code, refused.json["field"]) == (400, field)


def test_a_person_with_read_access_to_an_account_cannot_enter_anything(site: Site) -> None:
    assert site.ask("admin", "POST", TENANT, TOP_UP, key="a").status_code == 403
    assert site.get("sub", TENANT).status_code == 404
    assert site.get("sub", "/accounts/extension:101/entries").status_code == 200
    assert site.get("sub", "/accounts/extension:103/entries").status_code == 404


def test_without_redis_balances_are_told_and_what_is_reserved_is_not(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise StoreAway("away")

    monkeypatch.setattr(accounts_api, "live_accounts", away)
    told = site.get("bills", "/accounts").json
    assert told["reserved_known"] is False
    assert (told["accounts"][0]["balance"], told["accounts"][0]["left"]) == ("0", None)


def test_numbers_called_are_masked_for_who_has_no_right_to_them(site: Site) -> None:
    write(site, 0)
    entries = {login: site.get(login, TENANT).json["entries"] for login in ("admin", "bills")}
    assert [one["called"] for one in entries["admin"]] == ["+48600700800"]
    assert [one["called"] for one in entries["bills"]] == ["+48******800"]
    assert entries["admin"][0]["amount"] == "-0.63"


def write(site: Site, *numbers: int) -> None:
    """Calls that the tenant's account pays."""
    writer = LedgerWriter(site.dsn, now=lambda: NOON)
    for number in numbers:
        record = rated(forwarded(number))
        charges = tuple(replace(charge, account="tenant") for charge in record.charges)
        assert writer.write([to_json(replace(record, charges=charges))]) == []
    writer.close()


def closed(site: Site) -> None:
    with connect(site.dsn) as connection:
        close(
            connection, book_of(site.services.settings, "acme"), "2026-11", instant_from("2026-12-02T00:00:00Z"), "me"
        )


def test_statements_are_those_of_the_command_in_each_form(site: Site, tmp_path: Path, capfd: Any) -> None:
    write(site, 0, 1)
    draft = site.get("bills", "/drafts/2026-11").json
    assert (draft["closed"], len(draft["documents"])) == (False, 1)
    closed(site)
    (row,) = site.get("bills", "/statements").json["statements"]
    (command,) = said(tmp_path, capfd, statement, "list", "acme")
    assert row == command
    kept = site.get("bills", "/statements/1")
    assert kept.headers["ETag"] == f'"{row["sha256"]}"'
    shown = "show", "acme", "2026-11", "--config", tmp_path / "conf"
    capfd.readouterr()
    assert run(statement, *shown, "--json") == 0
    assert capfd.readouterr().out == f"{kept.text}\n"
    assert run(statement, *shown, "--csv") == 0
    assert capfd.readouterr().out == site.get("bills", "/statements/1/csv").text
    pdf = site.get("bills", "/statements/1/pdf")
    assert pdf.content.startswith(b"%PDF-")
    assert pdf.headers["Content-Disposition"] == 'attachment; filename="acme-2026-11-000001.pdf"'
    assert site.get("bills", "/drafts/2026-11").json["closed"] is True
    for path, field in (("/statements/2", "number"), ("/statements/x/pdf", "number"), ("/drafts/soon", "month")):
        refused = site.get("bills", path)
        assert (refused.status_code in (400, 404), refused.json["field"]) == (True, field)


def test_an_export_is_looked_at_and_a_batch_delivered_once_more(site: Site, tmp_path: Path, capfd: Any) -> None:
    write(site, 0)
    name = "acme.ours"
    (waiting,) = site.get("bills", "/exports").json["exports"]
    assert (waiting["export"], waiting["waiting"], waiting["ran_at"]) == (name, 1, "")
    assert run(export, "run", name, "--config", tmp_path / "conf") == 0
    (told,) = site.get("bills", "/exports").json["exports"]
    (command,) = said(tmp_path, capfd, export, "list")
    assert {key: told[key] for key in ("export", "ran_at", "waiting", "timer", "to", "trouble")} == {
        key: command[key] for key in ("export", "ran_at", "waiting", "timer", "to", "trouble")
    }
    (batch,) = site.get("bills", f"/exports/{name}/batches").json["batches"]
    assert [batch] == said(tmp_path, capfd, export, "list", name)
    file = tmp_path / "out" / batch["file"]
    before = file.read_bytes()
    file.unlink()
    path = f"/exports/{name}/batches/1/deliveries"
    assert site.ask("admin", "POST", path, {}, key="a").status_code == 403
    again = site.ask("bills", "POST", path, {}, key="a")
    assert (again.status_code, again.json["sha256"]) == (200, batch["sha256"])
    assert file.read_bytes() == before
    assert site.ask("bills", "POST", f"/exports/{name}/batches/9/deliveries", {}, key="b").status_code == 409
    assert site.get("bills", "/exports/other/batches").status_code == 404
    file.write_text("something else")
    refused = site.ask("bills", "POST", path, {}, key="c")
    assert (refused.status_code, refused.json["code"]) == (409, "as_it_stands")


def test_bundles_are_told(site: Site) -> None:
    told = site.get("bills", "/bundles").json
    assert told["reserved_known"] is True
    assert told["bundles"] == []


def test_billing_may_what_an_admin_only_sees(site: Site) -> None:
    rights = {login: site.get(login, "/me").json["rights"] for login in ("bills", "admin")}
    change = f"{Verb.CHANGE}:{Kind.ACCOUNTS}"
    assert rights["bills"][change] == Scope.TENANT.name.lower()
    assert change not in rights["admin"]
