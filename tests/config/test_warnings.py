"""What is allowed and hardly meant is told; what can never be dialled is refused."""

from __future__ import annotations

import pytest

from callcontrol.billing.tariffs.folder import mistakes, warnings
from callcontrol.config.loader import load
from callcontrol.config.settings import Settings
from callcontrol.kinds import KINDS
from callcontrol.vocabulary.moment import instant_from
from tests.config.folder import MAIN, TENANT, files, located

NOW = instant_from("2026-11-29T12:00+01:00")
LIST = """\
tariff: retail
currency: PLN
versions:
  - valid_from: 2026-01-01
    prefixes:
      - {prefix: 4860, destination: Poland mobile, step: 60/1, price_per_minute: 0.29}
"""
SOUND = """\
switches: {fs1: {password: a long secret, cdrs: /var/log/freeswitch/json_cdr}}
trunks:
  a: {number: "+48221110000", addresses: [192.0.2.1], proxy: sip.a.example}
"""
RULE = "101: {{forward: {{busy: {{target: {}}}}}}}"


def folder(tenant: str = TENANT, main: str = SOUND, tariff: str = LIST) -> dict[str, str]:
    """A sound folder with a price list."""
    return files(tenant, main) | {"tariffs/retail.yaml": tariff}


def refused(texts: dict[str, str]) -> list[str]:
    """Its mistakes."""
    return [str(problem) for problem in mistakes(texts, load(texts, KINDS))]


def warned(texts: dict[str, str]) -> list[str]:
    """The warnings of a folder without mistakes."""
    settings = load(texts, KINDS)
    assert isinstance(settings, Settings)
    assert mistakes(texts, settings) == []
    return [problem.as_warning() for problem in warnings(texts, settings, NOW)]


def test_nothing_is_said_of_what_is_sound() -> None:
    assert refused(folder(TENANT.replace("101: {}", RULE.format("number:600 700 800")))) == []
    assert warned(folder()) == []


def test_a_rule_to_a_number_without_a_price_is_refused() -> None:
    tenant = TENANT.replace("101: {}", RULE.format("number:030 901820")) + "region: DE\n"
    assert refused(folder(tenant)) == [
        "tenants/acme.yaml:5: extensions.101.forward.busy.target: number:+4930901820 is never dialled:"
        " retail has no price for it (tenants/acme.yaml:3); add its prefix to the price list, or write another target"
    ]
    agent = TENANT + 'agents: {anna: {number: "+4930901820"}}\n'
    (told,) = refused(folder(agent))
    assert told.startswith("tenants/acme.yaml:11: agents.anna.number: number:+4930901820 is never dialled")


def test_a_price_in_any_version_is_enough() -> None:
    later = LIST.replace("4860", "4930") + LIST.partition("versions:\n")[2].replace("2026-01-01", "2099-01-01")
    assert refused(folder(TENANT.replace("101: {}", RULE.format("number:600700800")), tariff=later)) == []


def test_a_price_list_with_a_mistake_causes_no_others() -> None:
    tenant = TENANT.replace("101: {}", RULE.format("number:+4930901820"))
    found = refused(folder(tenant, tariff=LIST.replace("PLN", "x")))
    assert [line.partition(":")[0] for line in found] == ["tariffs/retail.yaml"]


PASSWORDS = {
    "''": "no password, so no phone can register here",
    "101": "the password is its own name: anyone who guesses it calls on the tenant's bill",
    "acme": "the password is its own name: anyone who guesses it calls on the tenant's bill",
    "1234": "a password of 4 characters: anyone who guesses it calls on the tenant's bill",
}


@pytest.mark.parametrize("password", PASSWORDS)
def test_phones_anybody_could_be(password: str) -> None:
    tenant = TENANT.replace("101: {}", f"101: {{endpoints: {{101: {{password: {password}}}}}}}")
    assert warned(folder(tenant)) == [
        f"tenants/acme.yaml:5: warning: extensions.101.endpoints.101: {PASSWORDS[password]};"
        " write a `password:` of 8 characters or more that no name gives away"
    ]


def test_switches_and_trunks_by_halves() -> None:
    assert warned(folder(main=MAIN.replace("secret", "ClueCon, cdrs: /cdrs"))) == [
        "callcontrol.yaml:1: warning: switches.fs1.password: ClueCon is the password every FreeSWITCH is delivered"
        " with; choose another one, here and in the switch's event_socket.conf.xml",
        "callcontrol.yaml:3: warning: trunks.a: no `addresses:`, so no call of this carrier is let in;"
        " write where its calls come from, such as [192.0.2.10]",
        "callcontrol.yaml:3: warning: trunks.a: no `proxy:`, so `callcontrol render` makes no gateway for it;"
        " write the carrier's SIP address, such as sip.x.example",
    ]


WINDOW = "101: {forward: {busy: {target: extension:102, until: 2020-06-01T00:00}}}"


def test_a_rule_of_the_past() -> None:
    assert warned(folder(TENANT.replace("101: {}", WINDOW))) == [
        "tenants/acme.yaml:5: warning: extensions.101.forward.busy.until: the rule is over and applies no more;"
        " remove it"
    ]
    assert warned(folder(TENANT.replace("101: {}", WINDOW.replace("2020", "2036")))) == []
    assert warned(folder(TENANT.replace("101: {}", WINDOW.replace("until", "on: no, until")))) == []


def test_a_price_list_of_the_future() -> None:
    assert warned(folder(tariff=LIST.replace("2026-01-01", "2099-01-01"))) == [
        "tenants/acme.yaml:3: warning: tariff: retail begins at 2098-12-31T23:00:00.000000Z: no number outside is"
        " dialled before; add a version that is valid now"
    ]


def test_a_digit_too_few() -> None:
    short = TENANT + '  "+482212345": extension:101\n'
    assert [line.partition(";")[0] for line in warned(folder(short))] == [
        "tenants/acme.yaml:11: warning: numbers.+482212345: +482212345 lies in no range of numbers that is known to be"
        " assigned"
    ]
    company = refused(folder(TENANT.replace('company_number: "+48221234567"', 'company_number: "+4822123456"')))
    assert [line.rpartition("; ")[2] for line in company] == ["did you mean +48221234567?"]


def test_a_number_of_another_tenant_is_nothing_to_warn_of() -> None:
    texts = folder(TENANT.replace("101: {}", RULE.format("number:+48600700800")))
    before = len(warned(texts))
    other = TENANT.replace("+48221234567", "+48600700800").replace("acme", "globex")
    texts["tenants/globex.yaml"] = located(other)
    assert len([one for one in warned(texts) if one.startswith("tenants/acme.yaml:")]) == before


def test_a_switch_whose_own_records_nobody_reads() -> None:
    (found,) = warned(folder(main=SOUND.replace(", cdrs: /var/log/freeswitch/json_cdr", "")))
    assert "no `cdrs:`, so calls that end while no worker listens are billed to their last sign of life only" in found
