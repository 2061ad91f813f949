"""`make fuzz ARGS="[TARGET …] [--seconds N] [--replay FILE]"`: atheris on each target for so long, one by one.

What breaks a target is kept in `.data/fuzz/TARGET/`, with the command that replays it; that needs no atheris.
Exit status: 0 nothing was found, 1 something was.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.fuzz.targets import CORPUS, TARGETS

FINDS = Path(".data") / "fuzz"
NEW_SEEDS = "new-seeds"  # what atheris found worth going on from, below a target's folder
LONGEST_BYTES = 4_096
HANGS_S = 20


def main(argv: Sequence[str] | None = None) -> int:
    """Fuzz, or replay."""
    parser = argparse.ArgumentParser(
        "python -m tests.fuzz", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"{', '.join(TARGETS)} (default: all)")
    parser.add_argument("--seconds", type=int, default=60, help="for each target (%(default)s)")
    parser.add_argument("--replay", type=Path, metavar="FILE", help="run one target on this file, once")
    args = parser.parse_args(argv)
    targets = args.targets or list(TARGETS)
    unknown = sorted(set(targets) - set(TARGETS))
    if unknown or (args.replay and len(targets) != 1):
        parser.error(f"targets are {', '.join(TARGETS)}; --replay takes one")
    if args.replay:
        TARGETS[targets[0]](args.replay.read_bytes())
        print(f"{args.replay}: nothing found")
        return 0
    return max(_fuzz(target, args.seconds) for target in targets)


def _fuzz(target: str, seconds: int) -> int:
    """One target in a process of its own: atheris ends the process it runs in."""
    folder = FINDS / target
    (folder / NEW_SEEDS).mkdir(parents=True, exist_ok=True)
    before = set(_finds(folder))
    print(f"== {target}: {seconds} s", flush=True)
    options = [
        f"-max_total_time={seconds}",
        f"-max_len={LONGEST_BYTES}",
        f"-timeout={HANGS_S}",
        f"-artifact_prefix={folder}/",
        "-print_final_stats=1",
        "-verbosity=0",
    ]
    seeds = [str(folder / NEW_SEEDS), str(CORPUS / target)]
    subprocess.run([sys.executable, "-m", "tests.fuzz.atheris_run", target, *options, *seeds], check=False)
    found = sorted(set(_finds(folder)) - before)
    for path in found:
        print(f'{path}: replay by  make fuzz ARGS="{target} --replay {path}"')
    return 1 if found else 0


def _finds(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.is_file()]


if __name__ == "__main__":
    sys.exit(main())
