"""Return addresses: only ours are ours."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from callcontrol.config.mail_settings import Bounces
from callcontrol.edges.mail.return_address import mail_of, return_address

BOUNCES = Bounces.model_validate({"address": "bounces@acme.example", "secret": "a secret of some length"})
OTHER = Bounces.model_validate({"address": "bounces@acme.example", "secret": "another secret of length"})
MAIL = "0123456789abcdef01234567"


def test_the_mail_is_found_again() -> None:
    address = return_address(MAIL, BOUNCES)
    assert address.startswith(f"bounces+{MAIL}-")
    assert len(address.partition("@")[0]) <= 64
    assert mail_of(address, BOUNCES) == MAIL
    assert mail_of(address.upper(), BOUNCES) == MAIL


def test_what_is_forged() -> None:
    address = return_address(MAIL, BOUNCES)
    assert mail_of(address, OTHER) is None
    for forged in (
        address.replace("4567-", "4568-"),
        address.replace("acme", "acne"),
        address.replace("bounces+", "bounces"),
        address.replace("bounces+", "other+"),
        f"bounces+{MAIL}@acme.example",
        "bounces@acme.example",
        "",
    ):
        assert mail_of(forged, BOUNCES) is None, forged


@given(st.text(max_size=60))
@settings(max_examples=30)
def test_no_address_is_too_strange(local: str) -> None:
    assert mail_of(f"{local}@acme.example", BOUNCES) is None
