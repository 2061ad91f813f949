"""Arguments several commands share, and how they tell a person what is wrong with the configuration."""

from __future__ import annotations

from pathlib import Path

from callcontrol.commands.config_argument import DEFAULT_CONFIG, add_config, complain
from callcontrol.daemon.configuration import Configuration, Refused, read_configuration
from callcontrol.edges.config_folder import UnreadableFolder

__all__ = ["DEFAULT_CONFIG", "add_config", "configuration_or_exit"]


def configuration_or_exit(folder: Path) -> Configuration:
    """The configuration, or the end of the command with every mistake on standard error."""
    try:
        return read_configuration(folder)
    except (Refused, UnreadableFolder) as error:
        complain(error)
    raise SystemExit(2)
