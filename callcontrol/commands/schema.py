"""`callcontrol schema`: the JSON Schema of the YAML files, for editors.

With the YAML language server, for instance, begin a tenant's file with
`# yaml-language-server: $schema=tenant.schema.json`.
"""

from __future__ import annotations

import argparse
import json

from callcontrol.config.schema import FILES, schema
from callcontrol.kinds import KINDS


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`schema [settings|tenant]`."""
    parser = subparsers.add_parser("schema", help="print the JSON Schema of the YAML files", description=__doc__)
    parser.add_argument(
        "which", nargs="?", choices=FILES, default="settings", help="callcontrol.yaml, or a tenant's file"
    )


def run(args: argparse.Namespace) -> int:
    """Print it."""
    print(json.dumps(schema(args.which, KINDS), indent=2, ensure_ascii=False))
    return 0
