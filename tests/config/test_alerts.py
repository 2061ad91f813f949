"""Alerts see the first event: what they ask for exists, has those labels, and begins at 0 before anything happens.

Prometheus's own test of the rules is `promtool test rules deploy/prometheus/*_test.yaml` (`make check` runs it).
"""

from __future__ import annotations

import re
import subprocess
import sys
from typing import Any

import pytest
import yaml
from prometheus_client import REGISTRY

from callcontrol.config.yaml_reader import FASTEST_LOADER
from callcontrol.edges import meters, series
from callcontrol.jobs.reconcile import COUNTED
from callcontrol.supervisor.metrics import OfWorkers
from callcontrol.supervisor.views import View
from tests.config.example import EXAMPLE, ROOT, example
from tests.config.metrics_table import modules
from tests.config.test_deploy import METRIC, rules
from tests.config.test_limits_table import LABEL, table

# Every vector selector with its matchers, and whether it is asked how it grew.
SELECTOR = re.compile(r"(?P<name>callcontrol_[a-z_]+)(\{(?P<matchers>[^}]*)\})?(?P<range>\[[^]]*\])?")
MATCHER = re.compile(r'([a-z_]+)\s*=~?\s*"([^"]*)"')
# Prometheus's own, of every series it has scraped.
SCRAPED = {"instance", "job", "le"}


def labels_by_metric() -> dict[str, set[str]]:
    """Label names by the name a sample is asked for."""
    found: dict[str, set[str]] = {}
    for one in (one for declares in modules() for one in vars(declares).values()):
        if hasattr(one, "_labelnames"):
            name = one._name
            for asked in (name, f"{name}_total", f"{name}_bucket"):
                found[asked] = set(one._labelnames)
    for family in OfWorkers(View).collect():
        for asked in (family.name, f"{family.name}_total"):
            found[asked] = set(getattr(family, "_labelnames", ()))
    return found


def begun_in_a_process_of_its_own(prints: str) -> str:
    """What is there when the example's configuration has just come into force, without what other tests counted."""
    code = (
        f"import {', '.join(one.__name__ for one in modules())}\n"
        "from callcontrol.edges import meters, series\n"
        "from callcontrol.edges.config_folder import checked_folder\n"
        "from pathlib import Path\n"
        "from prometheus_client import REGISTRY, Counter\n"
        f"series.begin(checked_folder(Path({str(EXAMPLE)!r}))[0])\n"
        f"print({prints})"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=50)
    return done.stdout


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule["alert"])
def test_an_alert_asks_for_labels_its_metrics_have(rule: dict[str, Any]) -> None:
    known = labels_by_metric()
    of_rule = set(SCRAPED)
    for found in SELECTOR.finditer(rule["expr"]):
        own = known[found["name"]] | SCRAPED
        assert {label for label, _ in MATCHER.findall(found["matchers"] or "")} <= own
        of_rule |= own
    told = " ".join(rule["annotations"].values())
    assert set(re.findall(r"\$labels\.([a-z_]+)", told)) <= of_rule


def test_what_an_alert_asks_the_growth_of_begins_with_the_configuration() -> None:
    begun = begun_in_a_process_of_its_own("*[str(s) for m in REGISTRY.collect() for s in m.samples], sep='\\n'")
    asked = [found for rule in rules() for found in SELECTOR.finditer(rule["expr"]) if found["range"]]
    assert len(asked) > 5
    for found in asked:
        if found["name"] in ("callcontrol_worker_restarts_total", "callcontrol_config_reloads_total"):
            continue  # the supervisor shows them from the start
        wanted = [f"'{label}': '{value}'" for label, value in MATCHER.findall(found["matchers"] or "")]
        named = [line for line in begun.splitlines() if f"'{found['name']}'" in line]
        assert any(all(part in line for part in wanted) for line in named), found[0]


def test_every_counter_with_labels_begins_with_the_configuration() -> None:
    missing = begun_in_a_process_of_its_own(
        "[name for name, one in vars(meters).items() if isinstance(one, Counter) and one._labelnames"
        " and not one._metrics]"
    )
    # the example's switch names no folder of records of its own
    assert missing.strip() == "['reconciled_files_total']"


def test_a_switch_is_down_until_it_was_reached() -> None:
    began = begun_in_a_process_of_its_own("REGISTRY.get_sample_value('callcontrol_switch_up', {'switch': 'fs1'})")
    assert began.strip() == "0.0"


def test_limits_are_begun_by_the_names_of_their_table() -> None:
    named = {found[1] for row in table() if (found := LABEL.match(row.counted))}
    assert set(series.LIMITS) == named


def test_verdicts_are_those_the_job_counts() -> None:
    assert set(series.VERDICTS) == {verdict.value for verdict in COUNTED}


def test_every_alert_has_a_test_in_which_it_fires() -> None:
    texts = [file.read_text(encoding="utf-8") for file in (ROOT / "deploy" / "prometheus").glob("*_test.yaml")]
    fired = {
        found
        for text in texts
        for one in yaml.load(text, Loader=FASTEST_LOADER)["tests"]
        for check in one["promql_expr_test"]
        for sample in check["exp_samples"]
        for found in re.findall(r'alertname="([A-Za-z]+)"', sample["labels"])
    }
    assert fired == {rule["alert"] for rule in rules()}
    assert {name for text in texts for name in METRIC.findall(text)} <= set(labels_by_metric())


def test_a_configuration_that_comes_again_counts_on() -> None:
    series.begin(example())
    meters.unrated_total.labels("acme").inc()
    before = REGISTRY.get_sample_value("callcontrol_unrated_legs_total", {"tenant": "acme"})
    series.begin(example())
    assert REGISTRY.get_sample_value("callcontrol_unrated_legs_total", {"tenant": "acme"}) == before
