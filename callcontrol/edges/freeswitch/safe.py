"""Text from any source that may stand in a command. Everything here is a whitelist: what is not known to be harmless
is not sent.

A display name reaches us decoded: with line breaks, quotes, `}`, `:_:` and `${...}`, each of which means something to
the switch.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final, Self

from callcontrol.edges.freeswitch.failures import UnsafeText

SAFE_TEXT_CHARACTERS: Final = 80

_PUNCTUATION: Final = frozenset("._-+@#*()/&!?")
_PLAIN: Final = re.compile(r"(?:[A-Za-z0-9._+@#*()/&!?-]+(?: [A-Za-z0-9._+@#*()/&!?-]+)*)?")
_NUMBER: Final = re.compile(r"[+*#0-9]{1,32}")
# No dash in front: `uuid_transfer` would read an option.
_DESTINATION: Final = re.compile(r"[A-Za-z0-9_+*#][A-Za-z0-9_.+*#-]{0,63}")
_HOST: Final = (
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?){0,9}"
)
_DOMAIN: Final = re.compile(_HOST)
_PORT: Final = r"(?::(?:[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]))?"
_SIP_URI: Final = re.compile(rf"sips?:[A-Za-z0-9+*._-]{{1,64}}@{_HOST}{_PORT}(?:;transport=(?:udp|tcp|tls))?")
_WORD: Final = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_USER: Final = re.compile(r"[A-Za-z0-9_.+*#-]{1,64}")


class Safe(str):
    """Text reduced to letters and digits of any script, single blanks and `. _ - + @ # * ( ) / & ! ?`.

    It means nothing to the switch: not in a dial string, a variable, a header, a command. Whatever else stood there
    has become one blank; it begins and ends with neither, and has at most `characters` characters. Making one from
    itself changes nothing.
    """

    __slots__ = ()

    def __new__(cls, text: str, characters: int = SAFE_TEXT_CHARACTERS) -> Self:
        if len(text) <= characters and _PLAIN.fullmatch(text):
            return super().__new__(cls, text)
        # cut first: a caller chooses how long the text is; composing what is left only makes it shorter
        composed = unicodedata.normalize("NFC", text[: 4 * characters])
        kept = "".join(letter if _is_safe(letter) else " " for letter in composed)
        return super().__new__(cls, " ".join(kept.split())[:characters].rstrip())


def _is_safe(letter: str) -> bool:
    category = unicodedata.category(letter)
    return letter in _PUNCTUATION or category[0] == "L" or category in ("Nd", "Mn", "Mc")


def _whole(pattern: re.Pattern[str], what: str, text: str, example: str) -> str:
    if not pattern.fullmatch(text):
        raise UnsafeText(what=what, text=text[:200], why=f"write one such as {example}")
    return text


def dialable(number: str) -> str:
    """A number that may be dialled: 1 to 32 of `+ * # 0-9`.

    Raises:
        UnsafeText: it is anything else; the caller decides what happens then, nothing is cleaned here.
    """
    return _whole(_NUMBER, "number", number, "+48221234567")


def destination(text: str) -> str:
    """What a channel can be sent to in the dialplan: a number, or the name of an extension.

    Raises:
        UnsafeText: it is anything else.
    """
    return _whole(_DESTINATION, "destination", text, "+48221234567 or anna")


def sip_uri(text: str) -> str:
    """A SIP address `sip:user@host`, perhaps with a port and `;transport=udp|tcp|tls`; nothing else of RFC 3261.

    Raises:
        UnsafeText: it is anything else.
    """
    return _whole(_SIP_URI, "SIP address", text, "sip:anna@pbx.example.com:5060;transport=tcp")


def user_name(text: str) -> str:
    """The user part of an extension's SIP account.

    Raises:
        UnsafeText: it is none.
    """
    return _whole(_USER, "SIP user", text, "101")


def domain_name(text: str) -> str:
    """A SIP domain: a host name or an IPv4 address.

    Raises:
        UnsafeText: it is none.
    """
    return _whole(_DOMAIN, "SIP domain", text, "pbx.example.com")


def word(text: str) -> str:
    """The name of a profile, gateway or context of the switch.

    Raises:
        UnsafeText: it is none.
    """
    return _whole(_WORD, "name", text, "carrier-1")


def playable(file: str) -> str:
    """The file as an argument among others.

    Raises:
        UnsafeText: it holds what means something there.
    """
    if any(character in file for character in " ^'\"\n\r"):
        raise UnsafeText(what="file to be played", text=file[:200], why="blanks, quotes and ^ are syntax here")
    return file
