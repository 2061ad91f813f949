"""The example's folder as the run needs it: the same tenants and price lists, other ports, stores and carriers."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import yaml

from tests.freeswitch.switch import HOST, PASSWORD, Ports
from tests.tidy.tree import ROOT

EXAMPLE = ROOT / "deploy" / "example"
NOWHERE = "127.0.0.1:9"  # a port nobody listens at


def write_configuration(folder: Path, ports: Ports, *, redis: str = "", dsn: str = "", spare_daemon: int = 0) -> Path:
    """Write the folder and return it. `spare_daemon`: the port of a second daemon the switch tries after the first."""
    shutil.copytree(EXAMPLE, folder)
    file = folder / "callcontrol.yaml"
    settings = yaml.safe_load(file.read_text(encoding="utf-8"))
    daemons = [f"{HOST}:{port}" for port in (ports.daemon, spare_daemon) if port]
    settings |= {"listen": daemons[0], "http": f"{HOST}:{ports.http}", "data": str(folder.parent / "data")}
    recordings = folder.parent / "recordings"
    recordings.mkdir()
    settings["recordings"] = str(recordings)
    settings["switches"] = {
        "fs1": {"address": f"{HOST}:{ports.event_socket}", "password": PASSWORD, "daemons": daemons}
    }
    if redis:
        settings["redis"] = {"url": redis}
    if dsn:
        settings["postgres"] = {"dsn": dsn}
    for name, port in (("carrier-a", ports.carrier_a), ("carrier-b", ports.carrier_b)):
        settings["trunks"][name]["proxy"] = f"{HOST}:{port}"
    file.write_text(yaml.safe_dump(settings, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return folder


def render(folder: Path, into: Path) -> None:
    """`callcontrol render`, as an admin runs it."""
    command = [sys.executable, "-m", "callcontrol", "render", str(folder), "--into", str(into)]
    subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
