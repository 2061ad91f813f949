"""Dial strings for `bridge` and `originate`, built from values, never from text.

How the switch reads one (switch_ivr_originate.c, switch_event_create_brackets, switch_separate_string), and what
follows:

- It cuts at `:_:` anywhere, then takes `{...}` off the front, then cuts at `|`, then at `,`, then takes `[...]` off
  each piece. Brackets are counted without regard to quotes: none of `{ } [ ] |` can stand in a value, in any writing.
- Each cut also removes a layer of quotes, and `originate` as a command cuts at blanks before all of them. So only one
  layer can be there, and a comma inside it must be escaped all the same, or a later cut would take it.
  `'Doe\\, John'` is read alike in all four places (bridge or originate, `{}` or `[]`).
- An empty value is dropped, blanks at its ends are stripped, `$` and backslashes are expanded, `ARRAY::` begins several
  values: all these are refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from callcontrol.edges.freeswitch.failures import UnsafeText, reached
from callcontrol.edges.freeswitch.safe import dialable, domain_name, sip_uri, user_name, word
from callcontrol.vocabulary.fast_init import fast_init

LEGS_LIMIT: Final = 127  # MAX_PEERS is 128, and what is over it is read as part of the last one
VARIABLES_LIMIT: Final = 128
VALUE_CHARACTERS: Final = 1_024

_VARIABLE: Final = re.compile(r"[a-z][a-zA-Z0-9_-]{0,127}")
_FORBIDDEN: Final = re.compile(
    r"[\x00-\x1f\x7f'{}\[\]|$\\]|:_:|^\^\^|^ARRAY::|origination_nested_vars=true", re.IGNORECASE
)
_ADDRESS: Final = re.compile(r"[0-9]{1,3}(\.[0-9]{1,3}){3}:[0-9]{1,5}")


@fast_init
@dataclass(frozen=True, slots=True)
class Registered:
    """A phone registered at the switch."""

    user: str
    domain: str
    profile: str


@dataclass(frozen=True, slots=True)
class Gateway:
    """A number through a trunk."""

    name: str
    number: str


@dataclass(frozen=True, slots=True)
class SipUri:
    """A SIP address, reached from a profile."""

    uri: str
    profile: str


@dataclass(frozen=True, slots=True)
class AtPeer:
    """A phone registered at another switch, which is sent the INVITE: the phone's domain is that of its tenant.

    Attributes:
        profile: SIP profile the INVITE leaves by.
        sip: IPv4 address and port of the other switch.
    """

    user: str
    domain: str
    profile: str
    sip: str


Endpoint = Registered | AtPeer | Gateway | SipUri


@dataclass(frozen=True, slots=True)
class DialLeg:
    """One leg to ring, with variables of its own."""

    endpoint: Endpoint
    variables: Mapping[str, str] = field(default_factory=dict)


def dial_string(legs: Sequence[DialLeg], variables: Mapping[str, str]) -> str:
    """All legs at once, the first to answer wins; `variables` are those of every leg.

    Raises:
        UnsafeText: a name, number, address or value cannot be carried as what it is; or there is no leg.
        LimitReached: more legs or variables than the switch reads.
    """
    if not legs:
        raise UnsafeText(what="dial string", text="", why="it has no leg")
    if len(legs) > LEGS_LIMIT:
        raise reached("LEGS_LIMIT", LEGS_LIMIT, f"{len(legs)} legs in one dial string")
    return _variables("{", variables, "}") + ",".join(map(_leg, legs))


def _leg(leg: DialLeg) -> str:
    return _variables("[", leg.variables, "]") + _endpoint(leg.endpoint)


def _endpoint(endpoint: Endpoint) -> str:
    match endpoint:
        case Registered(user, domain, profile):
            return f"sofia/{word(profile)}/{user_name(user)}%{domain_name(domain)}"
        case AtPeer(user, domain, profile, sip):
            # `fs_path` is where it is sent, whatever its URI says (sofia_outgoing_channel in mod_sofia.c)
            return f"sofia/{word(profile)}/{user_name(user)}@{domain_name(domain)};fs_path=sip:{_peer(sip)}"
        case Gateway(name, number):
            return f"sofia/gateway/{word(name)}/{dialable(number)}"
        case SipUri(uri, profile):
            return f"sofia/{word(profile)}/{sip_uri(uri)}"


def _peer(sip: str) -> str:
    if not _ADDRESS.fullmatch(sip):
        raise UnsafeText(what="address of a switch", text=sip[:200], why="write one such as 192.0.2.5:5060")
    return sip


def _variables(opening: str, variables: Mapping[str, str], closing: str) -> str:
    if not variables:
        return ""
    if len(variables) > VARIABLES_LIMIT:
        raise reached("VARIABLES_LIMIT", VARIABLES_LIMIT, f"{len(variables)} variables")
    if not _are_distinct(tuple(variables)):
        raise UnsafeText(what="variables", text=" ".join(variables)[:200], why="the switch takes names without case")
    return opening + ",".join(f"{_variable(name)}={_value(name, text)}" for name, text in variables.items()) + closing


@lru_cache(VARIABLES_LIMIT)
def _are_distinct(names: tuple[str, ...]) -> bool:
    return len({name.lower() for name in names}) == len(names)


@lru_cache(VARIABLES_LIMIT)
def _variable(name: str) -> str:
    if not _VARIABLE.fullmatch(name):
        raise UnsafeText(what="variable", text=name[:200], why="a name begins with a-z, then letters, digits, _ and -")
    return name


def _value(name: str, text: str) -> str:
    if not text or text[0] == " " or text[-1] == " ":
        raise UnsafeText(
            what=f"value of {name}", text=text[:200], why="the switch drops an empty one, and blanks at its ends"
        )
    if len(text) > VALUE_CHARACTERS:
        raise reached("VALUE_CHARACTERS", VALUE_CHARACTERS, f"the value of {name}")
    if found := _FORBIDDEN.search(text):
        raise UnsafeText(
            what=f"value of {name}", text=text[:200], why=f"{found.group()!a} means something in a dial string"
        )
    if " " not in text and "," not in text:
        return text
    escaped = text.replace(",", "\\,")
    return f"'{escaped}'"
