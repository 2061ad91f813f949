"""Calls outside: what cannot be meant, and what is hardly meant."""

from __future__ import annotations

import pytest

from callcontrol.config.checks.warnings import warnings
from callcontrol.config.loader import load
from callcontrol.config.settings import Settings
from callcontrol.kinds import KINDS
from callcontrol.vocabulary.moment import Instant
from tests.config.folder import TENANT, files


@pytest.mark.parametrize(
    ("more", "what"),
    [
        ('outgoing: {prefixes: {"8": {trunk: b}}}', "outgoing.prefixes.8.trunk: this tenant has no trunk b"),
        ("outgoing: {prefix_needed: yes}", "outgoing.prefix_needed: there is no prefix to dial"),
        ("outgoing: {blocks: [{}]}", "outgoing.blocks.0: blocks nothing"),
        (
            "outgoing: {rights: [{classes: [all], during: office}]}",
            "outgoing.rights.0.during: there are no opening hours office",
        ),
        ("outgoing: {rights: [{classes: [abroad]}]}", "outgoing.rights"),
        ('outgoing: {prefixes: {"*9": {}}}', "'*9' is no prefix"),
        ("outgoing: {limits: [{classes: [all]}]}", "outgoing.limits.0: limits nothing"),
        ("outgoing: {limits: [{classes: [mobile], price_per_minute: dear}]}", "'dear' is no amount"),
        ("outgoing: {limits: [{classes: [mobile], connection_fee: -1}]}", "'-1' is out of range"),
        (
            "talk: 600\noutgoing: {limits: [{classes: [mobile], talk: 601}]}",
            "outgoing.limits.0.talk: conversations last 600 seconds at most (`talk`)",
        ),
        (
            "outgoing: {limits: [{classes: [all], talk: 9}, {classes: [mobile], talk: 9, connection_fee: 1}, "
            "{classes: [mobile], connection_fee: 2, talk: 3}]}",
            "outgoing.limits.2: entries before it say all of this for these classes",
        ),
    ],
)
def test_a_mistake_is_told_with_its_place(more: str, what: str) -> None:
    found = load(files(TENANT + more + "\n"), KINDS)
    assert not isinstance(found, Settings)
    assert any(what in str(problem) for problem in found), found


def test_limits_that_each_say_something_are_none() -> None:
    limits = "[{classes: [mobile], talk: 9}, {classes: [all], talk: 60, price_per_minute: unlimited}]"
    assert isinstance(load(files(TENANT + f"outgoing: {{limits: {limits}}}\n"), KINDS), Settings)


def test_an_extension_that_is_an_emergency_number_behind_a_prefix() -> None:
    found = load(files(TENANT.replace("102: {}", '9112: {}\noutgoing: {prefixes: {"9": {}}}')), KINDS)
    assert not isinstance(found, Settings)
    assert "9112 is the emergency number 112 behind the prefix 9" in str(found[0])


@pytest.mark.parametrize(
    ("extension", "what"),
    [
        ("{outgoing: {rights: [{classes: [premium]}], blocks: [{classes: [premium]}]}}", "always blocked by `blocks:`"),
        ("{outgoing: {rights: [{classes: [premium], pin: yes}]}}", "no voicemail box, whose PIN it is"),
        (
            '{outgoing: {rights: [{classes: [national]}]}, forward: {always: {target: "number:+48600700800"}}}',
            "no right to mobile numbers without a PIN",
        ),
    ],
)
def test_what_is_hardly_meant_is_a_warning(extension: str, what: str) -> None:
    found = load(files(TENANT.replace("102: {}", f"102: {extension}")), KINDS)
    assert isinstance(found, Settings), found
    assert any(what in str(problem) for problem in warnings(found, Instant(0)))
