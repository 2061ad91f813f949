"""`callcontrol check`: every mistake in a configuration folder at once, price lists included.

Warnings are of what is allowed and yet hardly meant; they refuse nothing and do not change the exit status.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from callcontrol.billing.exports.mistakes import mistakes_of_exports
from callcontrol.billing.tariffs.folder import mistakes, warnings
from callcontrol.commands.check_limits import limits_in_force, lines_of_limits
from callcontrol.config.loader import load
from callcontrol.config.problems import Problem
from callcontrol.config.settings import Settings
from callcontrol.edges import clock
from callcontrol.edges.config_folder import UnreadableFolder, read_folder
from callcontrol.edges.day_tables import HostDayTables
from callcontrol.edges.secret_sources import HostSecrets
from callcontrol.edges.speech.texts import silent
from callcontrol.kinds import KINDS

MISTAKES = 1
UNREADABLE = 2


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`check DIR [--json]`."""
    parser = subparsers.add_parser("check", help="show every mistake in a configuration folder", description=__doc__)
    parser.add_argument("folder", type=Path, metavar="DIR", help="the folder that holds callcontrol.yaml")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of lines for people")
    parser.add_argument("--limits", action="store_true", help="also which limits hold for each payer's calls outside")


def run(args: argparse.Namespace) -> int:
    """Print the mistakes, else what there is: 0 if all is well, 1 with mistakes, 2 if the folder cannot be read."""
    try:
        files = read_folder(args.folder)
    except UnreadableFolder as error:
        print(error, file=sys.stderr)
        return UNREADABLE
    loaded = load(files, KINDS, HostSecrets(), HostDayTables(files, clock.now()))
    problems = [*mistakes(files, loaded), *mistakes_of_exports(loaded)]
    sound = loaded if isinstance(loaded, Settings) and not problems else None
    warned = sorted([*warnings(files, sound, clock.now()), *silent(sound)]) if sound else []
    counts = _counts(sound) if sound else {}
    if args.json:
        found = {"problems": list(map(asdict, problems)), "warnings": list(map(asdict, warned)), "counts": counts}
        if args.limits and sound:
            found["limits"] = limits_in_force(sound)
        print(json.dumps(found, indent=2, ensure_ascii=False))
    else:
        said = (*map(str, problems), *(one.as_warning() for one in warned))
        limits = lines_of_limits(sound) if args.limits and sound else ()
        print(*said, *limits, *_summary(args.folder, problems, warned, counts), sep="\n")
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


def _summary(
    folder: Path, problems: Sequence[Problem], warned: Sequence[Problem], counts: Mapping[str, int]
) -> Iterator[str]:
    there_is = ", ".join(f"{count} {name}" for name, count in counts.items())
    if problems:
        yield f"{folder}: {counted(problems, 'mistake')}; the folder would be refused as a whole"
    elif warned:
        yield f"{folder}: no mistakes, {counted(warned, 'warning')}: {there_is}"
    else:
        yield f"{folder}: all is well: {there_is}"


def counted(found: Sequence[Problem], what: str) -> str:
    """`1 mistake`, `2 mistakes`."""
    return f"{len(found)} {what}{'s' if len(found) != 1 else ''}"
