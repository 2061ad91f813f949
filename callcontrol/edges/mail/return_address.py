"""Return addresses: each mail has one of its own, so that a report of its failure says which mail failed (VERP).

    bounces+0123456789abcdef01234567-0f1e2d3c4b5a6978@acme.example
            the mail's id            its signature

Without the secret no address can be made up, so a forged report marks no address as dead.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import Final

from callcontrol.config.mail_settings import Bounces

_SIGNATURE_DIGITS: Final = 16
_TAG = re.compile(r"([0-9a-f]{24})-([0-9a-f]{16})")


def return_address(mail_id: str, bounces: Bounces) -> str:
    """The address to which a report on this mail goes."""
    local, _, domain = bounces.address.rpartition("@")
    return f"{local}+{mail_id}-{_signature(mail_id, bounces)}@{domain}"


def mail_of(address: str, bounces: Bounces) -> str | None:
    """The mail a report to this address is about; None if the address is none of ours.

    Servers may change the case of what stands before the @.
    """
    local, _, domain = bounces.address.lower().rpartition("@")
    given, _, its_domain = address.lower().rpartition("@")
    tag = _TAG.fullmatch(given.removeprefix(f"{local}+"))
    if its_domain != domain or not given.startswith(f"{local}+") or tag is None:
        return None
    return tag[1] if hmac.compare_digest(tag[2], _signature(tag[1], bounces)) else None


def _signature(mail_id: str, bounces: Bounces) -> str:
    made = hmac.new(bounces.secret.encode(), mail_id.encode(), hashlib.sha256)
    return made.hexdigest()[:_SIGNATURE_DIGITS]
