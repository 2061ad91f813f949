"""DKIM (RFC 6376): a mail that bears the signature of its sender's domain."""

from __future__ import annotations

from typing import Final

import dkim

from callcontrol.config.mail_settings import Dkim

# What a reader sees, and what keeps replies and repetitions apart; the body is signed as a whole.
SIGNED: Final = (
    b"from",
    b"to",
    b"reply-to",
    b"subject",
    b"date",
    b"message-id",
    b"mime-version",
    b"content-type",
    b"content-transfer-encoding",
    b"auto-submitted",
)


class CannotSign(Exception):
    """The key cannot sign; the message says why, without the key."""


def signed(message: bytes, settings: Dkim) -> bytes:
    """The mail with its signature before it. Servers on the way may fold or re-case headers: `relaxed` allows for that.

    Raises:
        CannotSign: the key is no usable RSA key.
    """
    try:
        header: bytes = dkim.sign(
            message,
            settings.selector.encode(),
            settings.domain.encode(),
            settings.key.encode(),
            canonicalize=(b"relaxed", b"relaxed"),
            include_headers=list(SIGNED),
        )
    except (dkim.DKIMException, ValueError) as error:
        raise CannotSign(f"the key of {settings.selector}._domainkey.{settings.domain} cannot sign: {error}") from None
    return header + message
