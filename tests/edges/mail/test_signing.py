"""Signatures, verified as the receiving server does it."""

from __future__ import annotations

import base64

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from callcontrol.config.mail_settings import Dkim
from callcontrol.edges.mail.composition import compose
from callcontrol.edges.mail.signing import CannotSign, signed
from tests.edges.mail.samples import acme, mail


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def pem(key: rsa.RSAPrivateKey, form: serialization.PrivateFormat) -> str:
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()


def record(key: rsa.RSAPrivateKey) -> bytes:
    """What stands in DNS."""
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    public = key.public_key().public_bytes(serialization.Encoding.DER, form)
    return b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)


@pytest.mark.parametrize("form", [serialization.PrivateFormat.TraditionalOpenSSL, serialization.PrivateFormat.PKCS8])
def test_a_signature_holds_and_not_for_another_text(key: rsa.RSAPrivateKey, form: serialization.PrivateFormat) -> None:
    asked = []

    def dns(name: bytes, timeout: int = 5) -> bytes:
        asked.append(name)
        return record(key)

    settings = Dkim.model_validate({"domain": "acme.example", "selector": "mail2026", "key": pem(key, form)})
    message = signed(compose(mail(), acme(), "acme"), settings)
    assert dkim.verify(message, dnsfunc=dns)
    assert asked == [b"mail2026._domainkey.acme.example."]
    assert not dkim.verify(message.replace(b"1:05", b"1:06"), dnsfunc=dns)
    assert not dkim.verify(message.replace(b"To: anna", b"To: ola"), dnsfunc=dns)


def test_a_key_that_cannot_sign() -> None:
    broken = "-----BEGIN RSA PRIVATE KEY-----\nMIIB\n-----END RSA PRIVATE KEY-----"
    settings = Dkim.model_validate({"domain": "acme.example", "selector": "s", "key": broken})
    with pytest.raises(CannotSign, match=r"the key of s\._domainkey\.acme\.example cannot sign"):
        signed(b"From: a@acme.example\r\n\r\nx\r\n", settings)
