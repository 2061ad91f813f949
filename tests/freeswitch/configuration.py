"""The example's configuration for the run: the same tenants and price lists, other ports, stores and carriers."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import yaml

from tests.freeswitch.switch import HOST, PASSWORD, Ports
from tests.tidy.tree import ROOT

PARTNER = "partner.example"
EXAMPLE = ROOT / "deploy" / "example"


def write_configuration(folder: Path, ports: Ports, *, redis: str, dsn: str) -> Path:
    """Write the folder and return it.

    The switch knows two daemons. No process listens at the first one's port, so every call fails over to the second.
    """
    shutil.copytree(EXAMPLE, folder)
    file = folder / "callcontrol.yaml"
    settings = yaml.safe_load(file.read_text(encoding="utf-8"))
    here = f"{HOST}:{ports.daemon}"
    recordings = folder.parent / "recordings"
    recordings.mkdir()
    settings |= {
        "listen": here,
        "http": f"{HOST}:{ports.http}",
        "data": str(folder.parent / "data"),
        "recordings": str(recordings),
        "busy_lamps": True,
        "redis": {"url": redis},
        "postgres": {"dsn": dsn},
        "switches": {
            "fs1": {
                "address": f"{HOST}:{ports.event_socket}",
                "password": PASSWORD,
                "daemons": [f"{HOST}:{ports.nobody}", here],
            }
        },
    }
    for tenant in (folder / "tenants").glob("*.yaml"):
        tenant.write_text(here_not_there(tenant.read_text(encoding="utf-8"), ports), encoding="utf-8")
    for name, port in (("carrier-a", ports.carrier_a), ("carrier-b", ports.carrier_b)):
        settings["trunks"][name]["proxy"] = f"{HOST}:{port}"
    file.write_text(yaml.safe_dump(settings, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return folder


def here_not_there(text: str, ports: Ports) -> str:
    """The text with the partner's SIP addresses on this host, because no name server knows the partner's domain."""
    return text.replace(PARTNER, f"{HOST}:{ports.partner}")


def render(folder: Path, into: Path, switch: str = "fs1") -> None:
    """`callcontrol render`, as an admin runs it."""
    command = [sys.executable, "-m", "callcontrol", "render", str(folder), "--into", str(into), "--switch", switch]
    subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
