"""Temporary changes of the daemon's settings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import yaml

from tests.freeswitch.stage import RealStage

MAIN = "callcontrol.yaml"


@contextmanager
def altered(stage: RealStage, change: Callable[[str], str], file: str = MAIN) -> Iterator[None]:
    """Change a file of the configuration folder and restart the daemon; undo both at the end of the block."""
    path = stage.config / file
    before = path.read_text(encoding="utf-8")
    stage.daemon.stop()
    path.write_text(change(before), encoding="utf-8")
    stage.daemon.start()
    try:
        yield
    finally:
        stage.daemon.stop()
        path.write_text(before, encoding="utf-8")
        stage.daemon.start()


def trunks(change: Callable[[str, dict[str, Any]], object]) -> Callable[[str], str]:
    """A change of the main file's trunks; `change` is called with the name and settings of each trunk."""

    def changed(text: str) -> str:
        settings = yaml.safe_load(text)
        for name, trunk in settings["trunks"].items():
            change(name, trunk)
        return yaml.safe_dump(settings, sort_keys=False, allow_unicode=True)

    return changed
