"""What operations are given fits what the daemon has: metrics in alerts exist, units name real commands."""

from __future__ import annotations

import configparser
import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import REGISTRY

from callcontrol.config.limits import Limits
from callcontrol.config.yaml_reader import FASTEST_LOADER
from callcontrol.supervisor.metrics import OfWorkers
from callcontrol.supervisor.timeouts import WorkerTimeouts
from callcontrol.supervisor.views import View
from tests.config import metrics_table
from tests.config.example import ROOT

DEPLOY = ROOT / "deploy"
METRIC = re.compile(r"callcontrol_[a-z_]+")


def rules() -> list[dict[str, Any]]:
    groups = yaml.load((DEPLOY / "prometheus" / "alerts.yaml").read_text(), Loader=FASTEST_LOADER)["groups"]
    return [rule for group in groups for rule in group["rules"]]


def sample_names() -> set[str]:
    """Names that /metrics can show, without their suffixes: the workers' and the supervisor's."""
    metrics_table.modules()
    found = {metric.name for metric in (*REGISTRY.collect(), *OfWorkers(View).collect())}
    return {name for base in found for name in (base, f"{base}_total", f"{base}_bucket")}


def test_every_metric_has_its_row_and_no_row_is_left_over() -> None:
    assert metrics_table.written() == metrics_table.table(), "python -m tests.config.metrics_table writes it anew"


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule["alert"])
def test_alerts_are_complete_and_ask_for_metrics_that_exist(rule: dict[str, Any]) -> None:
    assert rule["labels"]["severity"] in {"page", "ticket"}
    assert set(rule["annotations"]) == {"summary", "description"}
    assert set(METRIC.findall(rule["expr"])) <= sample_names()
    limits = re.findall(r'callcontrol_limit\{name="([a-z_]+)"\}', rule["expr"])
    assert set(limits) <= set(Limits.model_fields)


def test_the_dashboard_asks_for_metrics_that_exist() -> None:
    panels = json.loads((DEPLOY / "grafana" / "callcontrol.json").read_text())["panels"]
    asked = {name for panel in panels for target in panel["targets"] for name in METRIC.findall(target["expr"])}
    assert len(panels) == len({panel["id"] for panel in panels}) > 0
    assert asked <= sample_names()


def expressions() -> list[str]:
    panels = json.loads((DEPLOY / "grafana" / "callcontrol.json").read_text())["panels"]
    return [rule["expr"] for rule in rules()] + [target["expr"] for panel in panels for target in panel["targets"]]


def test_what_every_worker_shows_of_the_queues_is_counted_once() -> None:
    shared = re.compile(r"max by \([a-z, ]+\) \([^()]*\)")
    left = {name for expr in expressions() for name in METRIC.findall(shared.sub("", expr))}
    of_queues = {name for name in sample_names() if name.startswith(("callcontrol_queue_", "callcontrol_agents"))}
    # each worker has its own; one that finds another host's layout newer is enough
    assert left & of_queues == {"callcontrol_queue_operations_owed", "callcontrol_queue_layout_older"}


def test_selected_states_exist() -> None:
    asked = {state for expr in expressions() for state in re.findall(r'state="([a-z_]+)"', expr)}
    assert asked == {"active", "ready"}


def test_panels_do_not_cover_each_other() -> None:
    panels = json.loads((DEPLOY / "grafana" / "callcontrol.json").read_text())["panels"]
    cells = [
        (x, y)
        for at in (panel["gridPos"] for panel in panels)
        for x in range(at["x"], at["x"] + at["w"])
        for y in range(at["y"], at["y"] + at["h"])
    ]
    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < 24


def test_the_scrape_example_names_the_default_address() -> None:
    jobs = yaml.safe_load((DEPLOY / "prometheus" / "scrape.yaml").read_text())["scrape_configs"]
    assert [(job["job_name"], job["static_configs"]) for job in jobs] == [
        ("callcontrol", [{"targets": ["127.0.0.1:9464"]}])
    ]


@pytest.mark.parametrize("path", sorted((DEPLOY / "systemd").glob("*.service")), ids=lambda path: path.name)
def test_units_can_be_read(path: Path) -> None:
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[method-assign,assignment]  # the documented way to keep capitals
    unit.read_string(path.read_text())
    assert unit.sections() == ["Unit", "Service", "Install"]
    assert unit["Service"]["Restart"] == "always"


def test_the_daemon_has_time_to_drain() -> None:
    text = (DEPLOY / "systemd" / "callcontrol.service").read_text()
    stop_s = re.search(r"^TimeoutStopSec=([0-9]+)$", text, re.MULTILINE)
    assert stop_s
    assert int(stop_s[1]) > WorkerTimeouts(Limits().hung_s, Limits().drain_s).end_s
