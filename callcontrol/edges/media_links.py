"""Links by which one person may hear one kept sound file until a moment: signed, so that they need no table.

A link is the text `TENANT, MEDIUM, made for, made at, good until`, its HMAC-SHA256 behind it, by itsdangerous. It can
be read by who has it, and not be changed. Of the keys the first signs; all are tried when a link is read, so a new
key is put in front and an old one taken out when its links have ended.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import orjson
from itsdangerous import BadData, Signer
from itsdangerous.encoding import base64_decode, base64_encode

from callcontrol.vocabulary.moment import Instant

PATH: Final = "/media"
MAX_TOKEN_CHARACTERS: Final = 2_000
_SALT: Final = "callcontrol link to a medium 1"


class BadLink(Exception):
    """This is no link that was signed here, or its key is gone."""


@dataclass(frozen=True, slots=True)
class Link:
    """Who may hear what, until when.

    Attributes:
        made_for: a mail address or the text of a target, as the hearing log shall name the person.
    """

    tenant: str
    media_id: str
    made_for: str
    made_at: Instant
    until: Instant


class LinkSigner:
    """Writes and reads links.

    Args:
        keys: secrets; the first signs.
        address: how browsers reach the server, without a slash at its end.
    """

    def __init__(self, keys: Sequence[str], address: str) -> None:
        self._address = address
        # itsdangerous signs by the last of the keys
        self._signer = Signer(list(reversed(keys)), salt=_SALT, key_derivation="hmac", digest_method=hashlib.sha256)

    def url_of(self, link: Link) -> str:
        """What is put into a mail."""
        return f"{self._address}{PATH}/{self.token_of(link)}"

    def token_of(self, link: Link) -> str:
        """The last part of the link's path: letters, digits, `-`, `_` and `.`."""
        parts = [link.tenant, link.media_id, link.made_for, link.made_at, link.until]
        return self._signer.sign(base64_encode(orjson.dumps(parts))).decode("ascii")

    def read(self, token: str) -> Link:
        """The link of a token; whether it has ended or was withdrawn is not looked at.

        Raises:
            BadLink: it was not signed here, by none of the keys.
        """
        if len(token) > MAX_TOKEN_CHARACTERS:
            raise BadLink("longer than any link")
        try:
            tenant, media_id, made_for, made_at, until = orjson.loads(base64_decode(self._signer.unsign(token)))
            return Link(tenant, media_id, made_for, Instant(made_at), Instant(until))
        except (BadData, ValueError, TypeError) as error:
            raise BadLink(f"not signed here: {type(error).__name__}") from None
