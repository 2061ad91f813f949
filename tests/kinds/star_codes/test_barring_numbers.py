"""Single numbers and prefixes that an extension blocks for itself by star code, with its PIN."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcontrol.control import commands as do
from callcontrol.control.box_events import PinChecked
from callcontrol.control.events import Stored
from callcontrol.edges.live_state.overrides import decode_override, encode_override
from callcontrol.kinds.star_codes.storing import CONFIRM, OFF, REFUSE
from callcontrol.routing.outgoing.checks import refusal
from callcontrol.routing.outgoing.dialling import Dialling
from callcontrol.vocabulary.barring import MOST_BARRED, Barring, admin_barring, barring_named, own_barring
from callcontrol.vocabulary.phone_number import first_digits
from callcontrol.vocabulary.pin import PinVerdict
from tests.control.story import Story
from tests.kinds.star_codes.test_barring import BARRING, PHONE, with_pin
from tests.routing.world import NOW, TENANT, facts

OF = own_barring("101")


def barred(numbers: tuple[str, ...] = (), prefixes: tuple[str, ...] = (), **more: object) -> Barring:
    return replace(Barring((), numbers, prefixes, "", None, "extension:101", NOW), **more)  # type: ignore[arg-type]  # kwargs of a test


def dial(code: str, before: Barring | None = None, tenant: str = BARRING) -> Story:
    overrides = {OF: before} if before is not None else {}
    return Story(replace(facts(code, tenant=tenant, caller=PHONE), overrides=overrides)).begin()


@pytest.mark.parametrize(
    ("code", "before", "numbers", "prefixes", "tone"),
    [
        ("*334*600700800#", None, ("+48600700800",), (), CONFIRM),
        ("*334*0049301234567", barred(("+48600700800",)), ("+48600700800", "+49301234567"), (), CONFIRM),
        ("#334*600700800#", barred(("+48600700800",), ("44",)), (), ("44",), OFF),
        ("*335*0044#", None, (), ("44",), CONFIRM),
        ("*335*70#", barred((), ("44",)), (), ("44", "4870"), CONFIRM),
        ("#335*+44#", barred((), ("44",)), (), (), OFF),
    ],
)
def test_numbers_are_blocked_and_allowed(
    code: str, before: Barring | None, numbers: tuple[str, ...], prefixes: tuple[str, ...], tone: str
) -> None:
    story = with_pin(dial(code, before))
    stored = story.command(do.StoreOverride)
    expected = barred(numbers, prefixes, at=story.facts.now) if numbers or prefixes else None
    assert (stored.of, stored.override) == (OF, expected)
    assert story.then(Stored("")).command(do.Play).file == tone


@pytest.mark.parametrize(
    ("code", "tenant", "heard"),
    [
        ("*334*112#", BARRING, "outgoing/en/no-such-number.wav"),  # emergency calls are never blocked
        ("*334*102#", BARRING, "outgoing/en/no-such-number.wav"),
        ("*334#", BARRING, "outgoing/en/no-such-number.wav"),
        ("*334*600700800#", TENANT, REFUSE),
    ],
)
def test_what_is_refused(code: str, tenant: str, heard: str) -> None:
    assert dial(code, tenant=tenant).command(do.Play).file == heard


def test_there_is_a_limit() -> None:
    full = barred(tuple(f"+486001000{n:02}" for n in range(MOST_BARRED)))
    story = dial("*334*600700800#", full)
    story = with_pin(story)
    assert not story.has(do.StoreOverride)
    assert story.command(do.Play).file == REFUSE


def test_asked_and_refused_in_words() -> None:
    known = dial("*#334#", barred(("+48600700800",), ("49",)))
    assert known.command(do.Play).file == CONFIRM
    assert dial("*#334#").command(do.Play).file == OFF
    for number, why in (("+48600700800", "+48600700800 is"), ("+49301", "numbers that begin with 49 are")):
        refused = refusal(Dialling(number, "extension:101"), known.facts)
        assert refused is not None
        assert refused.why == f"{why} blocked by extension:101 itself"
        assert refusal(Dialling(number, "extension:102"), known.facts) is None


def test_what_an_administrator_has_blocked_is_refused_with_the_reason() -> None:
    admins = barred(classes=("mobile",), by="jan (command)", reason="SIP password stolen")
    known = replace(facts(caller=PHONE), overrides={admin_barring("101"): decode_override(encode_override(admins))})
    refused = refusal(Dialling("+48600700800", "extension:101"), known)
    assert refused is not None
    assert refused.why == "mobile numbers are blocked for extension:101 by jan (command): SIP password stolen"
    assert refusal(Dialling("+48221111111", "extension:101"), known) is None


def test_without_the_right_pin_nothing_is_stored() -> None:
    story = dial("*334*600700800#")
    assert not story.then(PinChecked("101", PinVerdict.WRONG)).has(do.StoreOverride)


def test_a_barring_is_stored_and_read_back() -> None:
    kept = barred(("+48600700800",), ("44",), classes=("premium",), reason="x", until=NOW)
    assert decode_override(encode_override(kept)) == kept
    assert barring_named({OF: kept}, OF) is kept


@pytest.mark.parametrize(
    ("digits", "region", "found"),
    [
        ("0044", "PL", "44"), ("+44", "PL", "44"), ("600", "PL", "48600"), ("089", "DE", "4989"), ("0119", "US", "9"),
        ("", "PL", ""),
    ],
)  # fmt: skip
def test_first_digits_as_they_are_dialled(digits: str, region: str, found: str) -> None:
    assert first_digits(digits, region) == found
