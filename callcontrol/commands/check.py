"""`callcontrol check`: every mistake in a configuration folder at once, price lists included."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path

from callcontrol.config.loader import load
from callcontrol.config.problems import Problem
from callcontrol.config.settings import Settings
from callcontrol.daemon.configuration import mistakes
from callcontrol.edges.config_folder import UnreadableFolder, read_folder

MISTAKES = 1
UNREADABLE = 2


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`check DIR [--json]`."""
    parser = subparsers.add_parser("check", help="show every mistake in a configuration folder", description=__doc__)
    parser.add_argument("folder", type=Path, metavar="DIR", help="the folder that holds callcontrol.yaml")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of lines for people")


def run(args: argparse.Namespace) -> int:
    """Print the mistakes, else what there is: 0 if all is well, 1 with mistakes, 2 if the folder cannot be read."""
    try:
        files = read_folder(args.folder)
    except UnreadableFolder as error:
        print(error, file=sys.stderr)
        return UNREADABLE
    loaded = load(files)
    problems = mistakes(files, loaded)
    counts = _counts(loaded) if isinstance(loaded, Settings) and not problems else {}
    if args.json:
        print(json.dumps({"problems": [asdict(problem) for problem in problems], "counts": counts}, indent=2))
    else:
        for line in (*map(str, problems), *_summary(args.folder, problems, counts)):
            print(line)
    return MISTAKES if problems else 0


def _counts(settings: Settings) -> dict[str, int]:
    extensions = [extension for tenant in settings.tenants.values() for extension in tenant.extensions.values()]
    return {
        "tenants": len(settings.tenants),
        "numbers": sum(len(tenant.numbers) for tenant in settings.tenants.values()),
        "extensions": len(extensions),
        "rules": sum(rule is not None for extension in extensions for _, rule in extension.forward),
        "queues": sum(len(tenant.queues) for tenant in settings.tenants.values()),
        "agents": sum(len(tenant.agents) for tenant in settings.tenants.values()),
        "trunks": len(settings.trunks),
        "price lists": len(settings.tariff_files),
    }


def _summary(folder: Path, problems: list[Problem], counts: Mapping[str, int]) -> Iterator[str]:
    if problems:
        yield f"{folder}: {len(problems)} mistake{'s' if len(problems) > 1 else ''}; nothing of it would be taken over"
    else:
        yield f"{folder}: all is well: {', '.join(f'{count} {name}' for name, count in counts.items())}"
