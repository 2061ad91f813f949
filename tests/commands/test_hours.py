"""`callcontrol hours`: the state now, and a week with its reasons."""

from __future__ import annotations

import json
import re

import pytest

from callcontrol.commands import hours
from tests.commands.command import run
from tests.config.example import EXAMPLE

AT = ("--at", "2026-12-23T12:00")


def said(capsys: pytest.CaptureFixture[str], *words: str) -> list[str]:
    assert run(hours, "show", *words, "--config", str(EXAMPLE)) == 0
    return capsys.readouterr().out.splitlines()


def test_the_state_why_and_until_when(capsys: pytest.CaptureFixture[str]) -> None:
    line, known = said(capsys, "acme", "office", *AT)
    assert line.startswith("office: open (the week) until 2026-12-23 18:00 [tenants/acme.yaml:")
    assert line.endswith("] (Europe/Warsaw)")
    assert re.fullmatch(r"  holidays known to 20[0-9]{2}-12-31", known)


def test_a_week_with_its_reasons(capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "acme", "office", "--week", *AT)[2:] == [
        "  Wed 2026-12-23  08:00-18:00",
        "  Thu 2026-12-24  08:00-13:00  (special day: Christmas Eve)",
        "  Fri 2026-12-25  closed  (holiday: Christmas Day)",
        "  Sat 2026-12-26  closed  (holiday: Second Day of Christmas)",
        "  Sun 2026-12-27  closed  (special day: stock-taking)",
        "  Mon 2026-12-28  closed  (special day: stock-taking)",
        "  Tue 2026-12-29  closed  (special day: stock-taking)",
    ]


def test_the_same_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads("\n".join(said(capsys, "acme", "--week", "--json", "--at", "2026-12-27T12:00")))
    office, *others = found["hours"]
    assert [one["name"] for one in others] == ["round_the_clock", "meeting"]
    assert (found["tenant"], office["name"], office["open"]) == ("acme", "office", False)
    assert (office["why"], office["until"]) == ("special day: stock-taking", "2026-12-31T08:00:00.000000+01:00")
    assert office["week"][0] == {
        "day": "Sun 2026-12-27",
        "stretches": [{"start": "00:00", "end": "24:00", "open": False, "why": "special day: stock-taking"}],
    }


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("acmee",), "there is no tenant acmee: did you mean acme?"),
        (("acme", "ofice"), "there is no schedule ofice: did you mean office?"),
        (("acme", "--at", "soon"), "'soon' is no time: write one such as"),
    ],
)
def test_what_does_not_exist(words: tuple[str, ...], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(hours, "show", *words, "--config", str(EXAMPLE)) == 1
    assert told in capsys.readouterr().err
