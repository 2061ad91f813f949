"""Restrictions of payers: which numbers are refused for whom, which need a PIN; no emergency call knows them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcontrol.routing import arrival
from callcontrol.routing.facts import Facts
from callcontrol.routing.outgoing.checks import refusal
from callcontrol.routing.outgoing.dialling import Dialling
from callcontrol.routing.plan import Refuse, Ring, TrunkNumber
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.refusal_reason import RefusalReason
from callcontrol.vocabulary.restriction import (
    BY_HAND,
    Level,
    Restriction,
    by_payer,
    from_json,
    is_released,
    strictest,
    to_json,
)
from callcontrol.vocabulary.stored import Newer, Unreadable
from tests.routing.world import NOW, facts, rule

MOBILE, ABROAD = "+48600700800", "+4930123456"
LATER = Instant(NOW + 3_600_000_000)


def restriction(
    level: Level = Level.BLOCK_CLASS,
    classes: tuple[str, ...] = ("mobile",),
    *,
    payer: str = "extension:101",
    limit: str = "money_per_day/mobile",
    until: Instant | None = LATER,
    why: str = "50 PLN a day, 51.20 seen",
) -> Restriction:
    return Restriction("acme", payer, limit, level, classes, NOW, until, "limit", why)


def known(*restrictions: Restriction, dialled: str = MOBILE) -> Facts:
    found = facts(dialled, caller=Caller("101", extension="101"))
    return replace(found, restrictions=by_payer(restrictions))


def reason(found: Facts, number: str = MOBILE, payer: str = "extension:101", *, pin: bool = False) -> str:
    refused = refusal(Dialling(number, payer, has_pin=pin), found)
    return refused.reason if refused is not None else ""


@pytest.mark.parametrize(
    ("restrictions", "mobile", "abroad"),
    [
        ([], "", ""),
        ([restriction()], "limit_reached", ""),
        ([restriction(classes=())], "limit_reached", "limit_reached"),
        ([restriction(Level.BLOCK_OUTGOING)], "limit_reached", "limit_reached"),
        ([restriction(Level.WARN)], "", ""),
        ([restriction(Level.ASK_PIN)], "pin_needed", ""),
        ([restriction(Level.RELEASED)], "", ""),
        ([restriction(until=NOW)], "", ""),  # it is over
        ([restriction(payer="extension:102")], "", ""),
        ([restriction(payer="tenant")], "limit_reached", ""),  # the tenant as a whole
        ([restriction(Level.ASK_PIN), restriction(limit="other")], "limit_reached", ""),  # the strictest counts
        ([restriction(limit=BY_HAND)], "blocked", ""),
        ([restriction(Level.WARN, limit="other"), restriction(Level.ASK_PIN)], "pin_needed", ""),
    ],
)
def test_what_is_refused(restrictions: list[Restriction], mobile: str, abroad: str) -> None:
    found = known(*restrictions)
    assert (reason(found), reason(found, ABROAD)) == (mobile, abroad)


def test_the_pin_lets_through_what_asks_for_it_and_nothing_else() -> None:
    assert reason(known(restriction(Level.ASK_PIN)), pin=True) == ""
    assert reason(known(restriction()), pin=True) == RefusalReason.LIMIT_REACHED


def test_an_extension_is_no_tenant_as_a_whole_and_pays_for_itself() -> None:
    assert reason(known(restriction()), payer="tenant") == ""
    assert reason(known(restriction(payer="tenant")), payer="tenant") == RefusalReason.LIMIT_REACHED


def test_an_emergency_call_leaves_whatever_is_restricted() -> None:
    step = arrival.decide(known(restriction(Level.BLOCK_OUTGOING, payer="tenant"), dialled="112")).step
    assert isinstance(step, Ring)
    assert isinstance(step.legs[0].endpoint, TrunkNumber)


def test_a_blocked_extension_hears_so_and_the_trail_says_why() -> None:
    decision = arrival.decide(known(restriction()))
    assert isinstance(decision.step, Refuse)
    assert decision.step.said.endswith("outgoing/en/limit-reached.wav")
    assert [getattr(one, "why", "") for one in decision.why] == [
        "number dialled",
        "extension:101 is restricted and may not call them: 50 PLN a day, 51.20 seen",
    ]


def test_a_forward_of_a_restricted_extension_is_not_followed() -> None:
    found = facts(rules={"101": [rule("always", f"number:{MOBILE}")]})
    assert isinstance(arrival.decide(found).step, Ring)
    decision = arrival.decide(replace(found, restrictions=by_payer([restriction()])))
    assert any("is restricted" in getattr(one, "why", "") for one in decision.why)


def test_a_release_counts_for_its_limit_alone_until_its_end() -> None:
    released, other = restriction(Level.RELEASED), restriction(limit="other")
    assert is_released([released, other], released.limit, NOW)
    assert not is_released([released, other], "other", NOW)
    assert not is_released([released], released.limit, LATER)
    assert strictest([released, other], "mobile", NOW) == other


def test_what_is_stored_is_read_back_and_what_is_none_is_told() -> None:
    for one in (restriction(), restriction(Level.RELEASED, (), until=None)):
        assert from_json(to_json(one)) == one
    stored = to_json(restriction())
    assert from_json(stored.replace(b'"payer"', b'"later":1,"payer"')) == restriction()
    with pytest.raises(Newer):
        from_json(stored.replace(b'"Restriction"', b'"Restriction/2"'))
    for wrong in (b"[]", b"{}", stored.replace(b"block_class", b"ban"), stored.replace(b'"at"', b'"t"')):
        with pytest.raises(Unreadable):
            from_json(wrong)
