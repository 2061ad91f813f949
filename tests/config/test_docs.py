"""What the documents say of commands, settings and files is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from callcontrol.__main__ import COMMANDS, main
from callcontrol.config.settings import Common, Tenant
from tests.config.example import EXAMPLE, ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
ON_A_HOST = (ROOT / "deploy" / "README.md").read_text(encoding="utf-8")
DOCUMENTS = {"README.md": README, "deploy/README.md": ON_A_HOST}


def test_the_first_look_is_what_one_sees(capsys: pytest.CaptureFixture[str]) -> None:
    shown = README.split("```\n$ callcontrol explain ")[1].split("\n```")[0].splitlines()
    main(["explain", "--config", str(EXAMPLE), "--from", "+48500100200", "--to", "22 123 45 78"])
    told = capsys.readouterr().out.splitlines()
    assert [line for line in shown[1:] if line.strip() != "…"] == [line for line in told if line in shown]


def test_every_command_has_a_row() -> None:
    rows = set(re.findall(r"^\| `callcontrol ([a-z-]+)", README, re.MULTILINE))
    assert set(COMMANDS) - {"demo"} <= rows  # which stands at the top


@pytest.mark.parametrize("name", DOCUMENTS)
def test_commands_that_are_named_exist(name: str) -> None:
    named = set(re.findall(r"(?:`|^ {4}|\s)callcontrol ([a-z]{3,})(?=[ `])", DOCUMENTS[name], re.MULTILINE))
    words = {"is", "and", "on", "takes", "answers", "decides", "check"}
    assert named - words <= set(COMMANDS)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_files_that_are_named_exist(name: str) -> None:
    folders = "deploy|systemd|prometheus|grafana|freeswitch-xml|tests"
    named = set(re.findall(rf"`((?:{folders})/[A-Za-z0-9_./-]+)`", DOCUMENTS[name]))
    assert len(named) > 2
    assert [one for one in named if not any((folder / one).exists() for folder in (ROOT, ROOT / "deploy"))] == []


def test_what_a_new_host_needs_is_told() -> None:
    sections = set(re.findall(r"^## (.+)$", ON_A_HOST, re.MULTILINE))
    assert sections >= {
        "Installing, command by command",
        "An existing FreeSWITCH",
        "Phones",
        "Firewall",
        "Encryption",
        "Clocks",
        "A second host",
        "Adding a tenant",
        "Hearing voicemails",
        "Backup",
        "Sizing",
        "Upgrading",
    }
    assert "beeps" in README
    assert "beeps" in ON_A_HOST


def test_ports_and_names_of_the_firewall_are_those_of_the_switch() -> None:
    variables = (ROOT / "freeswitch-xml" / "vars.xml").read_text(encoding="utf-8")
    section = ON_A_HOST.split("\n## Firewall\n")[1].split("\n## ")[0]
    for port, name in re.findall(r"^\| ([0-9]+) \(`([a-z_]+)`\)", section, re.MULTILINE):
        if name in Common.model_fields:
            assert str(Common.model_fields[name].default).endswith(f":{port}")
        else:
            assert f'data="{name}={port}"' in variables
    assert f"16384 to {re.findall('rtp_end_port=([0-9]+)', variables)[0]}" in section


def test_modules_an_existing_switch_needs_are_those_ours_loads() -> None:
    loaded = (Path(ROOT) / "freeswitch-xml" / "autoload_configs" / "modules.conf.xml").read_text(encoding="utf-8")
    section = ON_A_HOST.split("\n## An existing FreeSWITCH\n")[1].split("\n## ")[0]
    assert set(re.findall(r"`(mod_[a-z_]+)`", section)) == set(re.findall(r'module="(mod_[a-z_]+)"', loaded)) - {
        "mod_console",
        "mod_logfile",
    }


def test_what_a_tenant_must_say_is_told() -> None:
    section = ON_A_HOST.split("\n## Adding a tenant\n")[1].split("\n## ")[0]
    required = {name for name, field in Tenant.model_fields.items() if field.is_required()}
    assert required <= set(re.findall(r"`([a-z_]+):`", section))
