"""Arguments several commands share, and how they tell a person what is wrong with the configuration."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from callcontrol.commands.config_argument import add_config, complain
from callcontrol.daemon.configuration import Configuration, Current, Refused, read_configuration
from callcontrol.edges.config_folder import UnreadableFolder

__all__ = ["add_config", "configuration_or_exit", "current_or_exit"]

Read = TypeVar("Read")


def configuration_or_exit(folder: Path) -> Configuration:
    """The configuration, or the end of the command with every mistake on standard error."""
    return _or_exit(lambda: read_configuration(folder))


def current_or_exit(path: Path) -> Current:
    """The configuration as it can be reloaded, or the end of the command likewise."""
    return _or_exit(lambda: Current(path))


def _or_exit(read: Callable[[], Read]) -> Read:
    try:
        return read()
    except (Refused, UnreadableFolder) as error:
        complain(error)
    raise SystemExit(2)
