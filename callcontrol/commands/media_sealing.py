"""`callcontrol media keys` and `rewrap`: which keys the sealed files of a tenant need; all under the one in force."""

from __future__ import annotations

import argparse
from collections import Counter

from callcontrol.commands.arguments import configuration_or_exit
from callcontrol.commands.media_ledger import add_tenant, check_tenant, ledger_of, note, say
from callcontrol.edges.ledger.media_keys import keys_in_use, rewrap
from callcontrol.jobs.media.kept_files import ring_of
from callcontrol.vocabulary.moment import text_of

LOST = 1


def add_keys(parser: argparse.ArgumentParser) -> None:
    """`keys TENANT`."""
    add_tenant(parser)


def add_rewrap(parser: argparse.ArgumentParser) -> None:
    """`rewrap TENANT [--dry-run]`."""
    add_tenant(parser)
    parser.add_argument("--dry-run", action="store_true", help="say what would be done; change nothing")


def show_keys(args: argparse.Namespace) -> int:
    """Each key: how many files need it, whether it is there; 1 if one that is needed is not."""
    settings = configuration_or_exit(args.config).settings
    check_tenant(args, settings)
    ring = ring_of(settings, args.tenant)
    with ledger_of(settings) as connection:
        used = {one.key_id: one for one in keys_in_use(connection, args.tenant)}
    for key_id in sorted({*used, *ring.keys}):
        files = used[key_id].files if key_id in used else 0
        state = "in force" if key_id == ring.in_force else "there" if key_id in ring.keys else "MISSING"
        if key_id in ring.keys and key_id != ring.in_force and not files:
            state = "not needed: it may be taken out"
        last = f", the last of {text_of(used[key_id].last_at)}" if files else ""
        say(args, {"key": key_id, "files": files, "state": state}, f"{key_id}: {files} files{last}: {state}")
    if not used and not ring.keys:
        note(f"{args.tenant} seals nothing: media.keys and media.sealed_with")
    return LOST if used.keys() - ring.keys.keys() else 0


def rewrap_keys(args: argparse.Namespace) -> int:
    """Bring every data key over; the files are not touched. 1 if one could not be."""
    settings = configuration_or_exit(args.config).settings
    check_tenant(args, settings)
    ring = ring_of(settings, args.tenant)
    if not ring.in_force:
        raise ValueError(f"{args.tenant} has no key in force: write media.sealed_with")
    counts: Counter[str] = Counter()
    with ledger_of(settings) as connection:
        for one in rewrap(connection, ring, dry_run=args.dry_run):
            counts["failed" if one.trouble else "brought over"] += 1
            if one.trouble:
                note(f"{one.media_id}: {one.trouble}")
    dry = " (nothing was changed)" if args.dry_run else ""
    done, failed = counts["brought over"], counts["failed"]
    told = {"key": ring.in_force, "brought_over": done, "failed": failed}
    say(args, told, f"{done} brought over to {ring.in_force}, {failed} not{dry}")
    return LOST if failed else 0
