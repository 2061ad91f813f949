"""A tenant that sends mails, and mails to be sent."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from callcontrol.config.settings import Settings, Tenant
from callcontrol.edges.ledger.mails import new_mail
from callcontrol.vocabulary.language import Language
from callcontrol.vocabulary.mail import Mail, MailFacts, MailKind
from callcontrol.vocabulary.moment import Instant, instant_of
from tests.config.folder import TENANT, loaded

NOON = instant_of(datetime(2026, 11, 20, 12, 0, tzinfo=UTC))
SENDER = """\
mail:
  address: voicemail@acme.example
  name: Zażółć & Co.
  reply_to: office@acme.example
  per_minute: 100
"""
FACTS = MailFacts(
    place="anna", number="+48500100200", name="Łukasz Жук", at=NOON, length_ms=65_400, new=3, media_id="c-3"
)


def settings_with(
    mail: str = "", tenant: str = SENDER, server: str = "127.0.0.1:1", security: str = "none"
) -> Settings:
    """A folder whose server is `server`; `mail` is the rest of that block, in YAML's flow form."""
    rest = f", {mail}" if mail else ""
    main = f"switches: {{fs1: {{password: secret}}}}\nmail: {{server: '{server}', security: {security}{rest}}}\n"
    return loaded(f"{tenant}{TENANT}", main)


def acme(tenant: str = SENDER) -> Tenant:
    """The tenant."""
    return settings_with(tenant=tenant).tenants["acme"]


def mail(
    address: str = "anna@example.org",
    kind: MailKind = MailKind.VOICEMAIL,
    about: str = "c-3",
    language: Language = "en",
    facts: MailFacts = FACTS,
    **more: Any,
) -> Mail:
    """A mail of the tenant."""
    made = new_mail(
        "acme", kind, about, address, source="voicemail:anna", language=language, facts=facts, domain="acme.example"
    )
    return Mail(**{name: getattr(made, name) for name in Mail.__slots__} | {"created_at": NOON} | more)


def later(seconds: float) -> Instant:
    """So many seconds after noon."""
    return Instant(NOON + int(seconds * 1_000_000))
