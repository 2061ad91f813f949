"""How trunks write numbers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcontrol.config.loader import load
from callcontrol.config.settings import Settings
from callcontrol.kinds import KINDS
from callcontrol.routing import arrival
from callcontrol.routing.arrival import Directory
from callcontrol.routing.outgoing.trunks import as_sent
from callcontrol.routing.plan import TrunkNumber
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.phone_number import readings
from tests.config.folder import located
from tests.routing.test_extension import ring
from tests.routing.world import MAIN, TENANT, facts

GERMAN = TENANT.replace("tariff: retail", "tariff: retail\nregion: DE").replace(
    '"+48221234501": extension:101', '"+48221234501": extension:101\n  "+491771234567": extension:102'
)


def told(numbers: str, own: str = "+48221110000", tenant: str = TENANT) -> Settings:
    main = MAIN.replace('number: "+48221110000"', f'numbers: {numbers}, addresses: [192.0.2.0/24], number: "{own}"')
    loaded = load({"callcontrol.yaml": main, "tenants/acme.yaml": located(tenant), "tariffs/retail.yaml": ""}, KINDS)
    assert isinstance(loaded, Settings), loaded
    return loaded


@pytest.mark.parametrize(
    ("numbers", "own", "number", "sent"),
    [
        ("e164", "+48221110000", "+48600100100", "48600100100"),
        ("national", "+48221110000", "+48600100100", "600100100"),
        ("national", "+49301234567", "+491771234567", "01771234567"),
        ("national", "+49301234567", "+48600100100", "0048600100100"),
        ("as dialled in DE", "+48221110000", "+491771234567", "01771234567"),
        ("as dialled in US", "+48221110000", "+48600100100", "01148600100100"),
        ("as dialled in DE", "+48221110000", "19222", "19222"),
    ],
)
def test_a_number_is_sent_as_the_trunk_writes_it(numbers: str, own: str, number: str, sent: str) -> None:
    assert as_sent(number, told(numbers, own).trunks["a"]) == sent


def test_the_leg_is_dialled_so_and_priced_by_the_number() -> None:
    known = replace(facts("600100100", caller=Caller("101", extension="101")), settings=told("national"))
    leg = ring(arrival.decide(known)).legs[0]
    assert (leg.to, leg.endpoint) == ("number:+48600100100", TrunkNumber("a", "a", "600100100"))


@pytest.mark.parametrize(
    ("numbers", "shown"),
    [("e164", "+48221234500"), ("national", "221234500"), ("as dialled in DE", "0048221234500")],
)
def test_the_number_shown_is_written_as_the_trunk_writes_numbers(numbers: str, shown: str) -> None:
    settings = told(numbers)
    known = replace(facts("600100100", caller=Caller("101", extension="101")), settings=settings)
    assert ring(arrival.decide(known)).legs[0].shown.number == shown
    emergency = replace(facts("112", caller=Caller("101", extension="101")), settings=settings)
    assert ring(arrival.decide(emergency)).legs[0].shown.number == shown


@pytest.mark.parametrize("written", ["491771234567", "+491771234567", "00491771234567", "01771234567", "1771234567"])
@pytest.mark.parametrize("numbers", ["e164", "national", "as dialled in DE"])
def test_what_arrives_is_whichever_number_of_ours_it_may_be(written: str, numbers: str) -> None:
    directory = Directory(told(numbers, "+49301234567", GERMAN))
    trunk = directory.trunk_at("192.0.2.7")
    assert trunk is not None
    assert directory.owner_of(written, trunk) == ("acme", "+491771234567")
    assert directory.owner_of(written) == ("acme", "+491771234567")


@pytest.mark.parametrize("address", ["198.51.100.1", "", "nonsense"])
def test_an_address_of_no_trunk(address: str) -> None:
    assert Directory(told("e164")).trunk_at(address) is None


@pytest.mark.parametrize(
    ("text", "region", "e164", "first"),
    [
        ("491771234567", "DE", True, "+491771234567"),
        ("01771234567", "DE", False, "+491771234567"),
        ("01771234567", "DE", True, "+491771234567"),
        ("48221234567", "PL", True, "+48221234567"),
        ("221234567", "PL", True, "+48221234567"),
        ("0048221234567", "DE", True, "+48221234567"),
        ("112", "PL", True, "112"),
    ],
)
def test_the_likeliest_reading_comes_first(text: str, region: str, e164: bool, first: str) -> None:
    assert readings(text, region, e164=e164)[0].text == first


def test_both_readings_are_given_where_both_make_sense() -> None:
    assert {number.text for number in readings("491771234567", "DE", e164=False)} >= {"+491771234567"}
    assert readings("x", "PL", e164=True) == readings("1" * 80, "PL", e164=True) == ()
