"""A tenant's provider: mistakes are told where they stand."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from callcontrol.config.sign_on_settings import SignOn

RIGHT = {"issuer": "https://login.example.com/realms/acme", "client_id": "callcontrol", "client_secret": "s3cret"}


@pytest.mark.parametrize("issuer", [RIGHT["issuer"], "http://127.0.0.1:9400", "http://localhost/x", "https://a.b:8443"])
def test_an_issuer_is_reached_by_tls_or_is_on_this_host(issuer: str) -> None:
    assert SignOn.model_validate(RIGHT | {"issuer": issuer}).issuer == issuer


@pytest.mark.parametrize(
    "given",
    [
        {"issuer": "http://login.example.com"},
        {"issuer": "http://127.0.0.1.evil.example"},
        {"issuer": "https://login.example.com/?x=y"},
        {"issuer": "https://me:word@login.example.com/"},
        {"issuer": "login.example.com"},
        {"roles": {"chiefs": ["operator"]}},
        {"roles": {"chiefs": ["king"]}},
        {"default_roles": ["operator"]},
        {"scopes": ["email"]},
        {"client_id": ""},
        {"colour": "red"},
    ],
)
def test_what_makes_no_sense_is_refused(given: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        SignOn.model_validate(RIGHT | given)


def test_the_secret_is_not_shown() -> None:
    assert "s3cret" not in repr(SignOn.model_validate(RIGHT))
