"""Several switches: each can be reached by the others, at a place of its own."""

from __future__ import annotations

from collections.abc import Iterator

from callcontrol.config.checks.places import nearest_source, problem_at, repeated
from callcontrol.config.problems import Problem
from callcontrol.config.settings import Settings


def switches_out_of_reach(settings: Settings) -> Iterator[Problem]:
    """A phone is rung through the switch it is registered at, whichever switch its caller is on."""
    if len(settings.switches) == 1:
        return
    for name, switch in settings.switches.items():
        if switch.sip is None:
            what = "the other switches cannot reach the phones registered here"
            right = f"write `sip:`, address and port of its profile {switch.profile}, such as 192.0.2.5:5060"
            yield problem_at(settings, ("switches", name), what, right)


def places_used_twice(settings: Settings) -> Iterator[Problem]:
    """One SIP address is one switch."""
    claims = [(s.sip, ("switches", name, "sip")) for name, s in settings.switches.items() if s.sip is not None]
    for sip, place, first in repeated(claims):
        what = f"{sip} is where {first[1]} is reached already ({nearest_source(settings, first)})"
        yield problem_at(settings, place, what, "write an address of its own")
