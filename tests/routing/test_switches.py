"""Through which switch a phone is rung."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcontrol.config.settings import Switch
from callcontrol.routing import arrival
from callcontrol.routing.agents import agent_legs
from callcontrol.routing.explain import explain
from callcontrol.routing.facts import Facts
from callcontrol.routing.plan import Account, Peer, Ring
from tests.routing.queue_world import facts as queue_facts
from tests.routing.world import facts

SWITCHES = {f"fs{n}": Switch(password="secret", sip=f"192.0.2.{n}:5060") for n in (1, 2, 3)}
AT_2, AT_3 = Peer("fs2", "192.0.2.2:5060"), Peer("fs3", "192.0.2.3:5060")


def on_three(found: Facts, **registered: tuple[str, ...]) -> Facts:
    """The same facts, with three switches and these accounts (`_101`) registered where they say."""
    places = {user[1:]: names for user, names in registered.items()}
    settings = found.settings.model_copy(update={"switches": SWITCHES})
    return replace(found, settings=settings, registered={**found.registered, **places})


@pytest.mark.parametrize(
    ("places", "peer"),
    [
        (("fs1",), None),
        (("fs2", "fs1"), None),  # the caller's own switch needs no other
        (("fs2",), AT_2),
        (("fs3", "fs2"), AT_3),
        (("gone", "fs2"), AT_2),  # taken out of the YAML
        (("gone",), None),
    ],
)
def test_the_callers_own_switch_first_then_the_one_that_knows_the_phone(
    places: tuple[str, ...], peer: Peer | None
) -> None:
    assert on_three(facts(), _101=places).account("101") == Account("101", "acme.example", peer)


def test_a_phone_nobody_knows_anything_of_is_tried_on_the_callers_own_switch() -> None:
    found = replace(on_three(facts()), registered={})
    assert found.account("101") == Account("101", "acme.example")
    assert found.reachable_accounts("101") == ("101",)


def test_a_phone_that_is_registered_nowhere_is_offline() -> None:
    assert on_three(facts(), _101=()).reachable_accounts("101") == ()


def test_an_extension_rings_each_phone_where_it_is() -> None:
    found = on_three(facts("103"), **{"_103-desk": ("fs1",), "_103-app": ("fs2",)})
    phone = replace(found.caller, extension="101")
    decision = arrival.decide(replace(found, caller=phone))
    assert isinstance(decision.step, Ring)
    assert [leg.endpoint for leg in decision.step.legs] == [
        Account("103-desk", "acme.example"),
        Account("103-app", "acme.example", AT_2),
    ]
    assert "103-app@acme.example at fs2 for" in "\n".join(explain(replace(found, caller=phone)))


def test_an_offer_rings_the_agent_where_he_is() -> None:
    (leg,) = agent_legs("anna", "help", on_three(queue_facts(), _101=("fs2",))).legs
    assert leg.endpoint == Account("101", "acme.example", AT_2)
