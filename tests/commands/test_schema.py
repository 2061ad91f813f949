"""`callcontrol schema` prints JSON."""

from __future__ import annotations

import json

import pytest

from callcontrol.commands import schema
from callcontrol.config.schema import schema as made
from callcontrol.kinds import KINDS
from tests.commands.command import run


@pytest.mark.parametrize(
    ("arguments", "which"), [((), "settings"), (("settings",), "settings"), (("tenant",), "tenant")]
)
def test_the_schema_asked_for(arguments: tuple[str, ...], which: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(schema, *arguments) == 0
    assert json.loads(capsys.readouterr().out) == made(which, KINDS)


def test_no_other(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        run(schema, "tariff")
    assert "invalid choice: 'tariff'" in capsys.readouterr().err
