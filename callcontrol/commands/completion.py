"""`callcontrol completion SHELL`: what a shell has to know to complete commands and options.

callcontrol completion bash > /etc/bash_completion.d/callcontrol
callcontrol completion zsh > "${fpath[1]}/_callcontrol"
"""

from __future__ import annotations

import argparse

SHELLS = ("bash", "zsh", "tcsh")


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`completion bash|zsh|tcsh`."""
    parser = subparsers.add_parser(
        "completion",
        help="complete commands and options in a shell",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("shell", choices=SHELLS)


def run(args: argparse.Namespace) -> int:
    """Print the script; `args.whole` is the parser of all commands."""
    import shtab  # what no other command needs

    print(shtab.complete(args.whole, shell=args.shell))
    return 0
