"""SIPp's scenario of a registration."""

import re

from tests.freeswitch.scenarios import register_scenario


def test_registering_is_one_challenge_and_its_answer() -> None:
    assert re.findall(r'response="(\d+)"', register_scenario()) == ["100", "401", "100", "200"]
