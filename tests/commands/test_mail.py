"""`callcontrol mail`: what a person sees of mails, and has done with them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
import pytest

from callcontrol.commands import mail as command
from callcontrol.edges import clock
from callcontrol.edges.ledger.mails import MailQueue
from callcontrol.edges.ledger.session import open_session
from callcontrol.vocabulary.mail import Answer, AttemptOutcome
from callcontrol.vocabulary.moment import Instant
from tests.commands.command import run
from tests.commands.test_reconcile import configured
from tests.edges.mail.samples import mail

Command = Callable[..., tuple[int, str]]


@pytest.fixture
def told(tmp_path: Path, ledger_database: str, redis_url: str, capsys: pytest.CaptureFixture[str]) -> Command:
    """Three mails (one deferred, one refused, one whose address is dead), and the command."""
    with open_session(ledger_database) as connection:

        @contextmanager
        def ready() -> Any:
            yield connection

        queue, now = MailQueue(ready), clock.now()
        queue.add([mail(f"{one}@example.org") for one in ("anna", "ola", "ewa")], now, Instant(now + 10**12))
        answers = {
            "anna": Answer(AttemptOutcome.DEFERRED, 451, "4.3.0 later"),
            "ola": Answer(AttemptOutcome.REFUSED, 550, "5.7.1 no"),
            "ewa": Answer(AttemptOutcome.REFUSED, 550, "5.1.1 no such mailbox", True),
        }
        while (claimed := queue.claim({"acme": 9}, "s1", now, now)) is not None and answers:
            queue.settle(claimed, answers.pop(claimed.mail.address.partition("@")[0]), now)
    config = configured(tmp_path, ledger_database, redis_url, fs1="")

    def carry_out(*arguments: str) -> tuple[int, str]:
        status = run(command, *arguments, "--config", config)
        said = capsys.readouterr()
        return status, said.out + said.err

    return carry_out


def id_of(name: str) -> str:
    return mail(f"{name}@example.org").mail_id


def test_what_there_is(told: Command) -> None:
    status, said = told("list", "--tenant", "acme")
    assert status == 0
    assert sorted(line.partition("voicemail:anna  ")[2] for line in said.splitlines()) == [
        "anna@example.org  queued: 451 4.3.0 later",
        "ewa@example.org  failed: 550 5.1.1 no such mailbox",
        "ola@example.org  failed: 550 5.7.1 no",
    ]
    assert len(told("list", "--state", "failed")[1].splitlines()) == 2
    assert told("list", "--address", "x@example.org") == (0, "No mail.\n")
    assert orjson.loads(told("list", "--address", "ola@example.org", "--json")[1])["mail_id"] == id_of("ola")


def test_one_mail(told: Command) -> None:
    status, said = told("show", id_of("anna")[:10])
    assert status == 0
    assert f"Message-ID <{id_of('anna')}@acme.example>, voicemail about c-3" in said
    assert "next attempt " in said
    assert "  deferred  451 4.3.0 later" in said
    assert told("show", "0")[0] == 1
    assert "is no mail: `callcontrol mail list` shows them" in told("show", "zzz")[1]


def test_sent_now(told: Command) -> None:
    status, said = told("retry", id_of("anna"), id_of("ola"), id_of("ewa"))
    assert status == 0
    assert said.splitlines() == [
        f"{id_of('anna')}: is sent now",
        f"{id_of('ola')}: is sent now",
        f"{id_of('ewa')}: stays: the address is dead; `callcontrol mail revive acme ewa@example.org` comes first",
    ]
    assert "ola@example.org  queued: 550 5.7.1 no" in told("list")[1]


def test_dead_addresses(told: Command) -> None:
    assert "acme  ewa@example.org  since " in told("addresses")[1]
    assert told("revive", "acme", "ewa@example.org") == (0, "ewa@example.org: mails are sent to it again\n")
    assert told("addresses", "--tenant", "acme") == (0, "No address is dead.\n")
    assert told("revive", "acme", "ewa@example.org")[0] == 1
    assert "is sent now" in told("retry", id_of("ewa"))[1]


def test_a_tenant_there_is_not(told: Command) -> None:
    assert told("list", "--tenant", "acmee") == (1, "there is no tenant acmee: did you mean acme?\n")
