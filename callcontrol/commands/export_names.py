"""The export that a command is about."""

from __future__ import annotations

import argparse
from pathlib import Path

from callcontrol.config.settings import Settings
from callcontrol.jobs.exports.plans import Plan
from callcontrol.usecases.exports import plan_of


def plan_named(args: argparse.Namespace, settings: Settings) -> Plan:
    """The export of this name.

    Raises:
        ValueError: the configuration has none.
    """
    return plan_of(settings, args.name)


def folder_named(text: str) -> Path:
    """A folder that is there.

    Raises:
        ValueError: it is not.
    """
    folder = Path(text)
    if not folder.is_dir():
        raise ValueError(f"there is no folder {folder}")
    return folder
