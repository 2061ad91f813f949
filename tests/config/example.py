"""The example configuration of the repository."""

from __future__ import annotations

from pathlib import Path

from callcontrol.config.settings import Settings
from callcontrol.edges.config_folder import load_folder

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "deploy" / "example"
FREESWITCH_XML = ROOT / "freeswitch-xml"


def example() -> Settings:
    """Its Settings."""
    found = load_folder(EXAMPLE)
    assert isinstance(found, Settings), "\n".join(map(str, found))
    return found
