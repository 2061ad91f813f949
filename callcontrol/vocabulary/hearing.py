"""That a person heard a kept sound file."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Final

import orjson

from callcontrol.vocabulary.media import storable
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.stored import Kind, Unreadable


class Way(StrEnum):
    """How it was heard. panel: the web panel; command: `callcontrol media fetch` and export."""

    PHONE = "phone"
    LINK = "link"
    COMMAND = "command"
    PANEL = "panel"


@dataclass(frozen=True, slots=True)
class Hearing:
    """One hearing, from its beginning.

    Attributes:
        who: `extension:101`, the address that a link was made for, the user who typed a command.
        address: network address of the browser, host of the command, id of the call from the phone.
    """

    tenant: str
    media_id: str
    at: Instant
    who: str
    way: Way
    address: str = ""


HEARD: Final = Kind("Hearing")


def to_json(hearing: Hearing) -> bytes:
    """One line of JSON, for the spool; `from_json(to_json(h)) == h`, but for characters that cannot be stored."""
    return orjson.dumps(HEARD.tagged({name: storable(value) for name, value in asdict(hearing).items()}))


def from_json(data: bytes) -> Hearing:
    """Read a hearing back; fields that are not known to this program are left out.

    Raises:
        Newer: a later version of this program wrote it.
        Unreadable: it is no hearing.
    """
    try:
        told = HEARD.read(orjson.loads(data))
        known = {f.name: told[f.name] for f in fields(Hearing) if f.name in told}
        return Hearing(**{**known, "way": Way(known["way"])})
    except (KeyError, TypeError, ValueError) as error:
        if isinstance(error, Unreadable):
            raise
        raise Unreadable(f"no hearing: {type(error).__name__}: {error}") from error
