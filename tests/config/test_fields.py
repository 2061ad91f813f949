"""How texts are read: each kind of value, what it becomes, what is refused and what would be right."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from callcontrol.config import fields
from callcontrol.config.target_fields import FORMS, TargetText
from callcontrol.kinds import KINDS
from callcontrol.kinds.targets.announcement import AnnouncementTarget
from callcontrol.kinds.targets.group import GroupTarget
from callcontrol.kinds.targets.hangup import HangupTarget
from callcontrol.vocabulary.moment import instant_of
from callcontrol.vocabulary.target import ExtensionTarget, NumberTarget, QueueTarget, SipTarget

POLAND: Mapping[str, object] = {"region": "PL", "zone": "Europe/Warsaw"}


def read(kind: Any, text: object, context: Mapping[str, object] | None = POLAND) -> Any:
    return TypeAdapter(kind).validate_python(text, context={**(context or {}), FORMS: KINDS.forms})


def refused(kind: Any, text: object, context: Mapping[str, object] | None = POLAND) -> str:
    with pytest.raises(ValidationError) as caught:
        read(kind, text, context)
    return str(caught.value.errors()[0]["msg"])


@pytest.mark.parametrize(
    "text", ["+48 22 123 45 67", "0048221234567", "48221234567", "22 123 45 67", "(22) 123-45-67", "tel:+48221234567"]
)
def test_numbers_in_any_usual_writing(text: str) -> None:
    assert read(fields.E164, text) == "+48221234567"


def test_numbers_are_national_in_the_tenants_country() -> None:
    assert read(fields.E164, "030 901820", {"region": "DE"}) == "+4930901820"
    assert read(fields.E164, "+48221234567", {}) == "+48221234567"
    assert refused(fields.E164, "22 123 45 67", {}) == (
        "'22 123 45 67' is no phone number (no country is known here, so it must begin with +);"
        " write a full number, such as +48221234567"
    )


@pytest.mark.parametrize("text", ["112", "x", "", "+4822", "+48 22 123 45 67 890 12", "+48221234567\n+48600700800"])
def test_short_or_broken_numbers_are_none_to_be_owned(text: str) -> None:
    what = refused(fields.E164, text).partition(";")[0]
    assert re.search("is (no phone number|too (short|long) for a phone number of PL)$", what)


def test_prefixes_are_digits() -> None:
    assert [read(fields.Prefix, text) for text in ("48", "+4870", "")] == ["48", "4870", ""]
    for text in ("0048", "48 22", "x", "++48", "1" * 16):
        assert "is no prefix" in refused(fields.Prefix, text)


@pytest.mark.parametrize("text", ["true", "yes", "on", "True", "YES"])
def test_true(text: str) -> None:
    assert read(fields.Flag, text) is True


@pytest.mark.parametrize("text", ["false", "no", "off", "No"])
def test_false(text: str) -> None:
    assert read(fields.Flag, text) is False


def test_neither_true_nor_false() -> None:
    assert refused(fields.Flag, "1") == "'1' is neither true nor false; write true or false"


def test_names() -> None:
    assert read(fields.Identifier, "0123") == "0123"
    assert read(fields.Identifier, "104-app.x_y") == "104-app.x_y"
    for text in ("", "-a", ".a", "a b", "a" * 65, "zażółć", "a\n", "a/b", "$x"):
        assert "is no name" in refused(fields.Identifier, text)


def test_hosts_with_ports() -> None:
    for text in ("127.0.0.1:8021", "[::1]:8021", "fs1.example:1"):
        assert read(fields.HostPort, text) == text
    assert fields.host_and_port("[::1]:8021") == ("::1", 8021)
    assert fields.host_and_port("fs1.example:1") == ("fs1.example", 1)
    for text in ("127.0.0.1", ":8021", "host:0", "host:65536", "300.1.1.1:80", "[::zz]:1", "a b:1", "host:x"):
        assert "host:port, such as" in refused(fields.HostPort, text)


def test_sip_hosts_may_leave_the_port_out() -> None:
    assert read(fields.SipHost, "sip.carrier.example") == "sip.carrier.example"
    assert read(fields.SipHost, "192.0.2.1:5061") == "192.0.2.1:5061"
    for text in ("sip.carrier.example:0", "sip:carrier", "a;b", "1.2.3"):
        assert "such as sip.carrier.example" in refused(fields.SipHost, text)


def test_networks() -> None:
    assert read(fields.Network, "192.0.2.10") == "192.0.2.10/32"
    assert read(fields.Network, "192.0.2.0/24") == "192.0.2.0/24"
    assert "has host bits set" in refused(fields.Network, "192.0.2.10/24")


def test_domains_are_lower_case() -> None:
    assert read(fields.SipDomain, "ACME.Example") == "acme.example"
    for text in ("acme_example", "acme..example", "-acme", "a" * 64, "acme.example:5060", ""):
        assert "is no SIP domain" in refused(fields.SipDomain, text)


def test_zones() -> None:
    assert read(fields.ClockZone, "Europe/Warsaw") == "Europe/Warsaw"
    assert refused(fields.ClockZone, "Europe/Warsa") == "'Europe/Warsa' is no time zone; did you mean Europe/Warsaw?"
    for text in ("Europe", "../etc/passwd", "/etc/localtime", "", "Europe/Warsaw\n"):
        assert "is no time zone" in refused(fields.ClockZone, text)


def test_times_are_the_tenants_unless_they_say_otherwise() -> None:
    expected = instant_of(datetime(2026, 12, 24, 17, 0, tzinfo=UTC))
    assert read(fields.IsoMoment, "2026-12-24T18:00") == expected
    assert read(fields.IsoMoment, "2026-12-24 18:00:00") == expected
    assert read(fields.IsoMoment, "2026-12-24T19:00+02:00") == expected
    assert read(fields.IsoMoment, "2026-12-24T17:00Z") == expected


TIMES = {
    "tomorrow": "'tomorrow' is no time; write date and time, such as 2026-12-24T18:00 or 2026-12-24T18:00+01:00",
    "2026-12-24": "'2026-12-24' has no time of day; write 2026-12-24T00:00 if you mean the first moment of that day",
    "2026-10-25T02:30": "'2026-10-25T02:30' comes twice where the clocks of Europe/Warsaw change;"
    " add the offset you mean: 2026-10-25T02:30+02:00 or 2026-10-25T02:30+01:00",
    "2026-03-29T02:30": "'2026-03-29T02:30' does not exist where the clocks of Europe/Warsaw change;"
    " add the offset you mean: 2026-03-29T02:30+01:00 or 2026-03-29T02:30+02:00",
}


@pytest.mark.parametrize("text", TIMES)
def test_times_that_are_none_or_two(text: str) -> None:
    assert refused(fields.IsoMoment, text) == TIMES[text]


TARGETS = {
    "extension:101": ExtensionTarget("101"),
    "group:sales": GroupTarget("sales"),
    "queue:support": QueueTarget("support"),
    "number:+48600700800": NumberTarget("+48600700800"),
    "number: 600 700 800": NumberTarget("+48600700800"),
    "number:112": NumberTarget("112"),
    "sip:bob@example.com": SipTarget("bob@example.com"),
    "announcement:closed": AnnouncementTarget("closed"),
    "hangup:busy": HangupTarget("busy"),
}


@pytest.mark.parametrize("text", TARGETS)
def test_targets(text: str) -> None:
    assert read(TargetText, text) == TARGETS[text]
    assert read(TargetText, TARGETS[text]) == TARGETS[text]


KNOWN = "write one of " + ", ".join(f"{kind.word}:…" for kind in KINDS if kind.form is not None)
BAD_TARGETS = {
    "101": "'101' is no target; did you mean extension:101?",
    "sales": f"'sales' is no target; {KNOWN}",
    "ivr:sales": f"'ivr:sales' is no target; {KNOWN}",
    "extensions:101": "'extensions:101' is no target; did you mean extension:101?",
    "hangup:now": "'hangup:now' is no target; a call can be hung up with"
    " normal, busy, rejected, no_answer, unavailable, unallocated, congestion",
    "number:abc": "'number:abc' is no target; after number: comes"
    " digits in international form, such as number:+48600700800",
    "sip:bob": "'sip:bob' is no target; after sip: comes an address, such as sip:bob@example.com",
    "group:a b": "'group:a b' is no target; after group: comes a name of letters, digits, _ . -, such as group:sales",
}


@pytest.mark.parametrize("text", BAD_TARGETS)
def test_what_is_no_target(text: str) -> None:
    assert refused(TargetText, text) == BAD_TARGETS[text]


def test_a_target_is_one_text() -> None:
    assert refused(TargetText, {"extension": "101"}) == (f"a block of keys stands where one text belongs; {KNOWN}")
    assert refused(TargetText, None) == f"nothing is written here; {KNOWN}"


def test_folders_are_absolute() -> None:
    assert read(fields.Folder, "/var/lib/x-1.y") == "/var/lib/x-1.y"
    for text in ("var/lib", "/var/../etc", "/var/ lib", "/", "/a'b"):
        assert "is no folder" in refused(fields.Folder, text)


def test_shown_numbers() -> None:
    assert [read(fields.ShowText, text) for text in ("caller", "company", "22 123 45 67")] == [
        "caller",
        "company",
        "+48221234567",
    ]
    assert "cannot be shown" in refused(fields.ShowText, "me")


def test_texts_are_one_line() -> None:
    assert read(fields.Text, "p@ss: 'w$rd") == "p@ss: 'w$rd"
    assert refused(fields.Text, "a\nb") == "a text of several lines; write it in one line"
    assert "5000 characters" in refused(fields.Text, "x" * 5000)
