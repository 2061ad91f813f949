"""Running a command as the command line does."""

from __future__ import annotations

import argparse
from types import ModuleType


def run(module: ModuleType, *arguments: object) -> int:
    """Exit status of `callcontrol NAME ARGUMENTS…`; what it prints goes where pytest catches it."""
    parser = argparse.ArgumentParser("callcontrol")
    module.add(parser.add_subparsers(dest="command", required=True))
    name = module.__name__.rpartition(".")[2]
    status: int = module.run(parser.parse_args([name, *map(str, arguments)]))
    return status
