"""Diversion and History-Info."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcontrol.routing.diversion import diversion_header, history_info_header
from callcontrol.routing.path import Diversion, Path
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.rule import RuleKind
from callcontrol.vocabulary.target import ExtensionTarget
from tests.routing.world import facts

DIVERTED = Path(
    ExtensionTarget("101"),
    diversions=(Diversion("101", RuleKind.ALWAYS), Diversion("104", RuleKind.NO_ANSWER)),
)


def test_nothing_without_a_diversion() -> None:
    assert diversion_header(Path(ExtensionTarget("101")), facts()) == ""
    assert history_info_header(Path(ExtensionTarget("101")), facts()) == ""


def test_latest_diversion_first_with_the_true_reason() -> None:
    assert diversion_header(DIVERTED, facts()) == (
        "<sip:+48221234504@acme.example>;reason=no-answer,<sip:+48221234500@acme.example>;reason=unconditional"
    )


def test_history_in_order_with_the_cause_of_each_retargeting() -> None:
    assert history_info_header(DIVERTED, facts()) == (
        "<sip:+48221234500@acme.example?Reason=SIP%3Bcause%3D302>;index=1,"
        "<sip:+48221234504@acme.example?Reason=SIP%3Bcause%3D408>;index=1.1"
    )


@pytest.mark.parametrize(
    ("kind", "reason"),
    [("always", "unconditional"), ("busy", "user-busy"), ("no_answer", "no-answer"), ("unavailable", "unavailable")],
)
def test_each_rule_has_its_reason(kind: str, reason: str) -> None:
    path = replace(DIVERTED, diversions=(Diversion("101", RuleKind(kind)),))
    assert diversion_header(path, facts()).endswith(f";reason={reason}")


def test_privacy_goes_with_it() -> None:
    hidden = facts(caller=Caller("+48600700800", anonymous=True))
    assert diversion_header(DIVERTED, hidden).count(";privacy=full") == 2
