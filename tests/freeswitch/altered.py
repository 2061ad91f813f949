"""The daemon with other settings for a while."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import yaml

from tests.freeswitch.stage import RealStage

MAIN = "callcontrol.yaml"


@contextmanager
def altered(stage: RealStage, change: Callable[[str], str], file: str = MAIN) -> Iterator[None]:
    """The text of a file of its folder is changed so, and it starts anew; after it all is as before."""
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
    """A change of the main file that is one of its trunks: it is given each with its name."""

    def changed(text: str) -> str:
        settings = yaml.safe_load(text)
        for name, trunk in settings["trunks"].items():
            change(name, trunk)
        return yaml.safe_dump(settings, sort_keys=False, allow_unicode=True)

    return changed
