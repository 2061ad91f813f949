"""Kinds of values of mail: addresses, keys, and templates whose placeholders are all known.

A template is text with `$name` or `${name}` in it (`string.Template`); `$$` is a dollar. What is put in is never read
as a template again, so that nothing a caller sends can be one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from string import Template
from types import MappingProxyType
from typing import Annotated, Final

from pydantic import BeforeValidator

from callcontrol.config.fields import described, matching, plain_text, refusal, text_in
from callcontrol.config.secret import HIDDEN, NAMED, secret_schema
from callcontrol.vocabulary.mail import MailKind

# An address of RFC 5321 without quotes; letters beyond ASCII would need SMTPUTF8 all the way, which few servers have.
_LOCAL = r"[A-Za-z0-9!#%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#%&'*+/=?^_`{|}~-]+)*"
_DOMAIN = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)+"
_ADDRESS = re.compile(rf"({_LOCAL})@({_DOMAIN})")
MAX_LOCAL: Final = 64  # RFC 5321, 4.5.3.1.1
MAX_ADDRESS: Final = 254
MAX_SUBJECT: Final = 200
_SELECTOR = "[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?"

# What may stand in the templates of each kind.
PLACEHOLDERS: Final[Mapping[MailKind, tuple[str, ...]]] = MappingProxyType(
    {
        MailKind.VOICEMAIL: (
            "who", "number", "name", "when", "length", "box", "new", "call", "file", "transcript", "tenant",
        ),
        MailKind.MISSED: ("who", "number", "name", "when", "waited", "queue", "call", "tenant"),
        MailKind.DAILY: ("box", "day", "count", "new", "list", "tenant"),
        MailKind.LOCKED: ("who", "number", "name", "when", "box", "tenant"),
        MailKind.EMERGENCY: (
            "who", "number", "name", "when", "called", "extension", "place", "shown", "trunk", "answered", "ended",
            "tenant",
        ),
    }
)  # fmt: skip


def _read_address(value: object) -> str:
    right = "write one address in ASCII, such as anna@acme.example"
    text = text_in(value, right)
    match = _ADDRESS.fullmatch(text)
    if not match or len(match[1]) > MAX_LOCAL or len(text) > MAX_ADDRESS:
        raise refusal(f"{text!r} is no mail address", right)
    local, _, domain = text.rpartition("@")
    return f"{local}@{domain.lower()}"


def _read_key(value: object) -> str:
    right = "name the file of a private key in PEM form: {file: /path/of/a/key.pem}"
    text = text_in(value, right).strip()
    if not re.match(r"-----BEGIN (RSA )?PRIVATE KEY-----\n", text) or "-----END " not in text:
        raise refusal("this is no private key", right)
    return text + "\n"


def template_text(kind: MailKind, *, one_line: bool) -> Callable[[object], str]:
    """A validator of templates for mails of this kind: each placeholder is one of the kind's."""
    known = PLACEHOLDERS[kind]
    listed = ", ".join(f"${name}" for name in known)

    def check(value: object) -> str:
        text = plain_text(value) if one_line else text_in(value, "write a text")
        if one_line and not 0 < len(text) <= MAX_SUBJECT:
            raise refusal(f"a subject of {len(text)} characters", f"write 1 to {MAX_SUBJECT}")
        if re.search(r"[\x00-\x08\x0b-\x1f\x7f]", text.replace("\r\n", "\n")):
            raise refusal("a text with control characters", "write letters, signs and ends of lines")
        template = Template(text)
        if not template.is_valid():
            raise refusal("a $ stands before what is no name", f"write $$ for a dollar; names are {listed}")
        for name in template.get_identifiers():
            if name not in known:
                near = get_close_matches(name, known, 1)
                right = f"did you mean ${near[0]}?" if near else f"here are known: {listed}"
                raise refusal(f"the placeholder ${name} is unknown", right)
        return text

    return check


MailAddress = Annotated[str, BeforeValidator(_read_address), described("a mail address", "@")]
Selector = Annotated[
    str,
    BeforeValidator(matching(_SELECTOR, "{} is no selector of DKIM", "write letters, digits, . - as in mail2026")),
    described("a selector of DKIM"),
]
PrivateKey = Annotated[str, BeforeValidator(_read_key), NAMED, HIDDEN, secret_schema("a key, {file: …} or {env: …}")]
