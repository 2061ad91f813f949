"""The table of metrics in deploy/README.md, as the metrics are declared.

python -m tests.config.metrics_table     # writes it anew
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

from prometheus_client import REGISTRY

from callcontrol.supervisor.metrics import OfWorkers
from callcontrol.supervisor.views import View
from tests.tidy.tree import ROOT

PAGE = ROOT / "deploy" / "README.md"
HEAD = "| metric | labels | what it says |\n| --- | --- | --- |\n"
_ENDS = {"counter": "_total", "info": "_info"}


def modules() -> tuple[ModuleType, ...]:
    """Those that declare metrics of the workers and of the jobs."""
    folder = ROOT / "callcontrol" / "edges"
    return tuple(import_module(f"callcontrol.edges.{path.stem}") for path in sorted(folder.glob("*meters.py")))


def table() -> str:
    """A row for each metric of the workers and of the supervisor, by name."""
    modules()
    collectors = set(REGISTRY._names_to_collectors.values())
    declared = [(family, getattr(one, "_labelnames", ())) for one in collectors for family in one.collect()]
    declared += [(family, getattr(family, "_labelnames", ())) for family in OfWorkers(View).collect()]
    return "".join(
        sorted(
            f"| `{family.name}{_ENDS.get(family.type, '')}` | {', '.join(labels)} | {family.documentation} |\n"
            for family, labels in declared
            if family.name.startswith("callcontrol_")
        )
    )


def written() -> str:
    """What the page says."""
    return PAGE.read_text(encoding="utf-8").split(HEAD)[1].split("\n\n")[0] + "\n"


if __name__ == "__main__":
    PAGE.write_text(PAGE.read_text(encoding="utf-8").replace(HEAD + written(), HEAD + table()), encoding="utf-8")
