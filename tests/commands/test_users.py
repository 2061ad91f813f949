"""`callcontrol users`, run as a person runs it."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest

from callcontrol.commands import users
from tests.commands.call_centre import configured
from tests.commands.command import run

Told = Callable[..., tuple[int, str]]


@pytest.fixture
def told(tmp_path: Path, ledger_database: str, redis_url: str, capsys: pytest.CaptureFixture[str]) -> Told:
    config = configured(tmp_path, redis_url, ledger_database)
    main = Path(config) / "callcontrol.yaml"
    main.write_text(main.read_text() + f"\nweb: {{keys: [{'k' * 32}]}}\n")

    def tell(*words: str) -> tuple[int, str]:
        status = run(users, *words, "--config", config)
        said = capsys.readouterr()
        return status, said.out + said.err

    return tell


def test_a_person_is_added_changed_and_gone(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    added = (
        "--role",
        "supervisor",
        "--role",
        "agent",
        "--queue",
        "support",
        "--looks-after",
        "101",
        "--agent",
        "yvonne",
    )
    assert told("add", "acme", "ewa", *added)[0] == 0
    assert told("list", "acme") == (0, "acme: ewa  supervisor, agent  agent yvonne  looks after 101  queues support\n")
    monkeypatch.setattr("sys.stdin", io.StringIO("correct horse battery\n"))
    assert told("password", "ewa") == (0, "the password of ewa is set\n")
    assert told("change", "ewa", "--role", "subscriber", "--name", "Ewa N")[0] == 0
    assert told("list")[1] == "acme: ewa  (Ewa N)  subscriber  agent yvonne  looks after 101  queues support\n"
    status, said = told("second-factor", "ewa")
    assert status == 0
    assert said.count("\n  ") == 10
    assert told("second-factor", "ewa", "--remove")[0] == 0
    assert told("disable", "ewa") == (0, "ewa cannot sign in any more\n")
    assert "disabled" in told("list")[1]
    assert told("enable", "ewa")[0] == told("sign-out", "ewa")[0] == 0
    assert told("remove", "ewa") == (0, "ewa is gone\n")
    assert told("list") == (0, "there are no people\n")
    acts = [orjson.loads(line) for line in told("audit", "acme")[1].splitlines()]
    assert [act["what"] for act in acts][::-1][:3] == ["user added", "password set", "user changed"]
    assert acts[-3]["before"]["roles"] == ["supervisor", "agent"]


def test_a_token_is_told_once_and_revoked(told: Told) -> None:
    told("add", "acme", "crm", "--role", "subscriber")
    status, secret = told("token", "crm", "the CRM", "--right", "see:calls", "--days", "30")
    assert (status, secret[:4]) == (0, "cct_")
    row = orjson.loads(told("tokens", "crm")[1])
    assert (row["name"], row["rights"]) == ("the CRM", ["see:calls"])
    assert told("revoke", "crm", row["token_id"])[0] == 0
    assert told("revoke", "crm", row["token_id"])[0] == 1


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("add", "acme", "ewa", "--role", "king"), "there is no role king"),
        (("add", "nowhere", "ewa", "--role", "agent"), "there is no tenant nowhere"),
        (("change", "eva", "--name", "x"), "there is no user eva"),
        (("token", "eva", "x"), "there is no user eva"),
    ],
)
def test_what_makes_no_sense_is_refused(told: Told, words: tuple[str, ...], why: str) -> None:
    status, said = told(*words)
    assert status == 1
    assert why in said
