"""Arguments several commands share, and how they tell a person what is wrong with the configuration."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from callcontrol.daemon.configuration import Configuration, Refused, read_configuration
from callcontrol.edges.config_folder import UnreadableFolder

DEFAULT_CONFIG = "deploy/example"


def add_config(parser: argparse.ArgumentParser) -> None:
    """`--config DIR`."""
    parser.add_argument(
        "--config", type=Path, default=Path(DEFAULT_CONFIG), metavar="DIR", help="configuration folder (%(default)s)"
    )


def configuration_or_exit(folder: Path) -> Configuration:
    """The configuration, or the end of the command with every mistake on standard error."""
    try:
        return read_configuration(folder)
    except Refused as refused:
        for problem in refused.problems:
            print(problem, file=sys.stderr)
    except UnreadableFolder as error:
        print(error, file=sys.stderr)
    raise SystemExit(2)
