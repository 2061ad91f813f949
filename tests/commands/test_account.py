"""`callcontrol account` against real stores, run as a person runs it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import orjson
import psycopg
import pytest
from redis import Redis

from callcontrol.commands import account, explain
from callcontrol.edges import clock
from callcontrol.vocabulary.moment import datetime_of
from tests.commands.call_centre import configured
from tests.commands.command import run

CREDIT = "\ncredit: {kind: postpaid, limit: '5.00'}\n"
Account = Callable[..., list[str]]


@pytest.fixture
def config(tmp_path: Path, ledger_database: str, redis_client: Redis, redis_url: str) -> str:
    """The example, whose tenant acme has an account with a limit."""
    redis_client.ping()
    folder = configured(tmp_path, redis_url, ledger_database)
    with (Path(folder) / "tenants" / "acme.yaml").open("a") as file:
        file.write(CREDIT)
    return folder


@pytest.fixture
def said(config: str, capsys: pytest.CaptureFixture[str]) -> Account:
    """What the command prints, which is to end well; with `fails` what it says then."""

    def say(verb: str, *words: str, fails: bool = False) -> list[str]:
        status = run(account, verb, "--config", config, *words)
        out, err = capsys.readouterr()
        assert status == int(fails), err
        return (err if fails else out).splitlines()

    return say


def top_up(said: Account, *more: str, amount: str = "10.00") -> list[str]:
    return said("top-up", "acme", "tenant", amount, "--why", "paid  in cash", "--by", "anna", *more)


def test_money_comes_in_with_a_receipt_and_counts_for_the_next_call(said: Account, redis_client: Redis) -> None:
    assert said("show", "acme", "tenant") == [
        "tenant: 0.00 PLN after 0 entries; may go down to -5.00 PLN; 0 calls have reserved 0.00 PLN; 5.00 PLN are left"
    ]
    receipt = "receipt 1 of tenant in acme: top-up of 10.00 PLN by anna (command): paid in cash; balance 10.00 PLN"
    assert top_up(said, "--key", "k1") == top_up(said, "--key", "k1") == [receipt]
    assert redis_client.hget("cc:{acme}:credit:account:tenant:PLN", "balance") == b"1000000000"
    assert said("correct", "acme", "tenant", "-2.505", "--why", "typing error", "--by", "anna") == [
        "receipt 2 of tenant in acme: correction by -2.505 PLN by anna (command): typing error; balance 7.495 PLN"
    ]
    assert said("hold", "acme", "tenant", "--why", "stolen password", "--by", "jan") == [
        "receipt 3 of tenant in acme: on hold by jan (command): stolen password; balance 7.495 PLN, on hold"
    ]
    assert "on hold: no new calls" in said("show", "acme", "tenant")[0]
    assert said("release", "acme", "tenant", "--why", "new password")[0].endswith("balance 7.495 PLN")


def test_explain_tells_what_a_call_has_to_pay_with(
    said: Account, config: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def explained() -> list[str]:
        assert run(explain, "--config", config, "--from", "acme/102", "--to", "600700800") == 0
        return [line for line in capsys.readouterr().out.splitlines() if "is paid by" in line]

    assert explained() == [
        "+48600700800 is paid by tenant: its balance is not known: Redis does not have it, and asks for it with a call"
    ]
    top_up(said)
    (told,) = explained()
    assert "it has 10 PLN, may go down to -5 PLN, 0 PLN of it reserved; the call could talk " in told


def test_every_entry_stands_in_the_statement(said: Account, ledger_database: str) -> None:
    top_up(said)
    top_up(said, amount="2.50")
    lines = said("statement", "acme", "tenant")
    assert [line.split("  ")[0] for line in lines] == ["1", "2"]
    assert lines[1].endswith("top_up  2.50 PLN  12.50 PLN  paid in cash (anna (command))")
    assert said("statement", "acme", "tenant", "--until", "2020-01-01") == []
    told = [orjson.loads(line) for line in said("statement", "acme", "tenant", "--json")]
    assert [(one["receipt"], one["amount"], one["balance"], one["why"]) for one in told] == [
        (1, "10.00000000", "10.00000000", "paid in cash"),
        (2, "2.50000000", "12.50000000", "paid in cash"),
    ]
    assert said("check") == said("check", "acme") == []
    with psycopg.connect(ledger_database) as connection:
        connection.execute("UPDATE account_entries SET amount = 3 WHERE number = 2")
    (fault,) = said("statement", "acme", "tenant", fails=True)
    assert fault.startswith("entry 2 leaves 12.50000000, where 10.00000000 and 3.00000000 would be right")


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("top-up", "acme", "tenant", "-1", "--why", "x"), "-1 takes money from the account: that is `callcontrol acc"),
        (("top-up", "acme", "tenant", "ten", "--why", "x"), "'ten' is no amount: write digits with a dot"),
        (("correct", "acme", "tenant", "0", "--why", "x"), "0 is no amount to enter: write one other than 0"),
        (("correct", "acme", "tenant", "0.000000001", "--why", "x"), "with 8 decimals at most"),
        (("top-up", "acme", "tenant", "90000001", "--why", "x"), "is too large for an account"),
        (("top-up", "acme", "tenant", "1", "--why", " "), "write a reason of at most 200 characters"),
        (("top-up", "acme", "extension:99", "1", "--why", "x"), "there is no account extension:99"),
        (("top-up", "acmee", "tenant", "1", "--why", "x"), "there is no tenant acmee: did you mean acme?"),
        (("check", "acmee"), "there is no tenant acmee: did you mean acme?"),
    ],
)
def test_what_makes_no_sense_is_refused(said: Account, words: tuple[str, ...], why: str) -> None:
    verb, *rest = words
    assert why in said(verb, *rest, fails=True)[0]


def test_a_key_belongs_to_one_entry(said: Account) -> None:
    top_up(said, "--key", "k1")
    assert "key 'k1' was given to entry 1" in top_up_fails(said)


def top_up_fails(said: Account) -> str:
    words = ("acme", "tenant", "11", "--why", "paid in cash", "--key", "k1")
    return said("top-up", *words, fails=True)[0]


def test_without_redis_it_is_entered_and_said_so(
    tmp_path: Path, ledger_database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    config = configured(tmp_path, "redis://127.0.0.1:1", ledger_database)
    words = ("--config", config, "acme", "extension:101", "1", "--why", "x", "--by", "anna")
    assert run(account, "top-up", *words) == 0
    out, err = capsys.readouterr()
    assert out.startswith("receipt 1 of extension:101 in acme: top-up of 1.00 PLN")
    assert "counts for calls within five minutes: Redis was not told" in err
    assert run(account, "show", "--config", config, "acme", "extension:101") == 0
    out, err = capsys.readouterr()
    assert out == "extension:101: 1.00 PLN after 1 entries; not used now: no such account is configured\n"
    assert "what is reserved is not known" in err


def test_without_postgres_the_key_is_told_with_which_to_try_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = configured(tmp_path, "redis://127.0.0.1:1", "postgresql://127.0.0.1:1/x")
    words = ("--config", config, "acme", "tenant", "1", "--why", "x", "--key", "k7")
    assert run(account, "top-up", *words) == 1
    assert "give the command again with --key k7: it is entered once" in capsys.readouterr().err


BUNDLE = "bundles: {talk: {minutes: 100, carry_over: 1, since: 2026-01}, all: {calls: 5, shared: yes}}\n"


def test_bundles_show_what_is_used_and_left_and_are_redone(
    said: Account, config: str, ledger_database: str, redis_client: Redis
) -> None:
    with (Path(config) / "tenants" / "acme.yaml").open("a") as file:
        file.write(BUNDLE)
    this = datetime_of(clock.now(), ZoneInfo("Europe/Warsaw"))
    month, before = f"{this:%Y-%m}", f"{this.replace(day=1) - timedelta(days=1):%Y-%m}"
    after = f"{this.replace(day=28) + timedelta(days=7):%Y-%m}"
    redis_client.hset(f"cc:{{acme}}:credit:counter:talk extension:101 {month}", mapping={"held": 310_000, "legs": 1})
    with psycopg.connect(ledger_database, autocommit=True) as ledger:
        insert = "INSERT INTO allowance_counters (tenant, name, holder, month, used) VALUES (%s, %s, %s, %s, %s)"
        for holder, name, at, used in (
            ("extension:101", "talk", month, 120),
            ("extension:101", "talk", before, 5999),
            ("tenant", "all", before, 3),
            ("tenant", "all", month, 2),
        ):
            ledger.execute(insert, ("acme", name, holder, at, used))
        try:
            assert said("bundles", "acme") == [
                f"all of tenant, {month}: 5 calls; 2 used, 0 reserved, 3 left; until the end of {month}",
                f"talk of extension:101, {before}: 6000 s; 5999 used, 0 reserved, 1 left;"
                f" until the end of {month}, carried over",
                f"talk of extension:101, {month}: 6000 s; 120 used, 31 reserved, 5849 left; until the end of {after}",
            ]
            told = orjson.loads(said("bundles", "acme", "--json")[2])
            assert {name: told[name] for name in ("used", "reserved", "left", "ends")} == {
                "used": "120.00000000", "reserved": "31.0000", "left": "5849.00000000", "ends": after,
            }  # fmt: skip
            assert run(account, "check", "--config", config, "acme") == 1  # no charge has used any of it
        finally:
            ledger.execute("DELETE FROM allowance_counters WHERE tenant = 'acme'")
