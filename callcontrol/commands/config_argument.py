"""`--config DIR` and the settings there, for commands that neither need nor want greenlets."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from callcontrol.config.loader import MAIN_FILE
from callcontrol.config.settings import Settings
from callcontrol.edges.config_folder import Refused, UnreadableFolder, checked_folder

VARIABLE = "CALLCONTROL_CONFIG"
INSTALLED = Path("/etc/callcontrol")
EXAMPLE = Path("deploy/example")


def add_config(parser: argparse.ArgumentParser) -> None:
    """`--config DIR`."""
    parser.add_argument(
        "--config",
        type=Path,
        default=default_config(os.environ, INSTALLED),
        metavar="DIR",
        help=f"configuration folder; else ${VARIABLE}, {INSTALLED} or {EXAMPLE}, the first there is (%(default)s)",
    )


def default_config(environ: Mapping[str, str], installed: Path) -> Path:
    """The folder that is meant where none is named: that of the environment, of this host, of a checkout."""
    named = environ.get(VARIABLE)
    if named:
        return Path(named)
    return installed if (installed / MAIN_FILE).exists() else EXAMPLE


def settings_or_exit(folder: Path) -> Settings:
    """The settings, or the end of the command with every mistake on standard error."""
    return folder_or_exit(folder)[0]


def folder_or_exit(folder: Path) -> tuple[Settings, Mapping[str, str]]:
    """The settings and the files they stand in, or the end of the command with every mistake on standard error."""
    try:
        return checked_folder(folder)
    except (Refused, UnreadableFolder) as error:
        complain(error)
    raise SystemExit(2)


def complain(error: Refused | UnreadableFolder) -> None:
    """Every mistake on standard error."""
    for problem in error.problems if isinstance(error, Refused) else (error,):
        print(problem, file=sys.stderr)
