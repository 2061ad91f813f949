"""Where Postgres is: libpq's connection string, `host=db dbname=callcontrol user=…` or `postgresql://user@host/dbname`.

What is said of a bad one never shows a value: it may be the password, or hold one.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import Annotated, Final

from pydantic import BeforeValidator

from callcontrol.config.fields import refusal, text_in
from callcontrol.config.secret import HIDDEN, NAMED, secret_schema

# The keywords libpq takes (PostgreSQL documentation, "Parameter Key Words").
_KEYWORDS: Final = """
    application_name channel_binding client_encoding connect_timeout dbname fallback_application_name
    gssdelegation gssencmode gsslib host hostaddr keepalives keepalives_count keepalives_idle
    keepalives_interval krbsrvname load_balance_hosts max_protocol_version min_protocol_version oauth_client_id
    oauth_client_secret oauth_issuer oauth_scope options passfile password port replication require_auth
    requirepeer requiressl scram_client_key scram_server_key service servicefile sslcert sslcertmode
    sslcompression sslcrl sslcrldir sslkey sslkeylogfile ssl_max_protocol_version ssl_min_protocol_version
    sslmode sslnegotiation sslpassword sslrootcert sslsni target_session_attrs tcp_user_timeout user
"""
KEYWORDS: Final = frozenset(_KEYWORDS.split())
_RIGHT: Final = (
    "write host=db.example port=5432 dbname=callcontrol user=callcontrol, or postgresql://user@host:5432/dbname"
)
_PAIR: Final = re.compile(r"\s*(?P<key>[A-Za-z_]+)\s*=\s*(?P<value>'(?:[^'\\]|\\.)*'|(?:[^\s'\\]|\\.)*)(?=\s|$)")
# Without a login there is no @ behind the hosts: it would be that of a password with a / or ? in it.
_URI: Final = re.compile(
    r"postgres(ql)?://((?P<login>[^@/?#\s]*)@|(?!.*@))(?P<hosts>[^@/?#\s]*)(/[^@/?#\s]*)?(\?(?P<query>[^#\s]*))?"
)
_BAD_PERCENT: Final = re.compile("%(?!(?!00)[0-9A-Fa-f]{2})")
_OPTIONS: Final = re.compile("(&?[A-Za-z_]+=[^&]*)*")
_HOST: Final = re.compile(r"([A-Za-z0-9._%-]*|\[[0-9A-Fa-f:.]+\])(:(?P<port>[0-9]+))?")


def _read_dsn(value: object) -> str:
    text = text_in(value, _RIGHT)
    check_dsn(text)
    return text


def check_dsn(text: str) -> None:
    """Refuse what libpq would refuse, before it does: it quotes what it does not understand, be it of the password.

    Raises:
        ValueError: it is no connection string; the message holds no value of it.
    """
    if re.match("postgres(ql)?:", text):
        _check_uri(text)
    elif text:
        _check_pairs(text)


def _check_pairs(text: str) -> None:
    at = 0
    while text[at:].strip():
        pair = _PAIR.match(text, at)
        if pair is None:
            raise refusal("this is no connection string of Postgres", _RIGHT)
        _check_keyword(pair["key"])
        if pair["key"] == "port":
            _check_ports(pair["value"].strip("'"))
        at = pair.end()


def _check_uri(text: str) -> None:
    found = _URI.fullmatch(text)
    if found is None or _BAD_PERCENT.search(text) or not _OPTIONS.fullmatch(found["query"] or ""):
        right = "write postgresql://user:password@host:5432/dbname; in a password write @ as %40, / as %2F, % as %25"
        raise refusal("this is no address of a Postgres", right)
    for part in found["hosts"].split(","):
        host = _HOST.fullmatch(part)
        if host is None:
            raise refusal("the host or the port of this address is none", _RIGHT)
        _check_ports(host["port"] or "")
    for option in filter(None, (found["query"] or "").split("&")):
        _check_keyword(option.partition("=")[0])


def _check_keyword(key: str) -> None:
    if key not in KEYWORDS:
        near = get_close_matches(key, KEYWORDS, 1)
        raise refusal(f"Postgres knows no {key}", f"did you mean {near[0]}?" if near else _RIGHT)


def _check_ports(text: str) -> None:
    """One port, or several hosts' by commas; left out: 5432."""
    for port in text.split(","):
        if port and not (port.isdigit() and 1 <= int(port) <= 65_535):
            raise refusal("the port is none", "write a number from 1 to 65535, such as port=5432")


PostgresDsn = Annotated[
    str, BeforeValidator(_read_dsn), NAMED, HIDDEN, secret_schema("libpq connection string, {file: …} or {env: …}")
]
