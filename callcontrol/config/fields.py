"""Kinds of values in the YAML: how each text is read, what is refused, and what would be right.

Values arrive as text (see `yaml_reader`). Numbers written nationally and times without an offset are read with the
tenant's region and zone, which the loader hands over as context: `{"region": "PL", "zone": "Europe/Warsaw"}`.
Every validator also takes its own result, so that Settings can be made from values in code as well.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from difflib import get_close_matches
from typing import Annotated, Any
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BeforeValidator, PlainValidator, ValidationInfo, WithJsonSchema
from pydantic_core import PydanticCustomError

from callcontrol.config.countries import country_meant
from callcontrol.vocabulary.moment import Instant, instant_of
from callcontrol.vocabulary.phone_number import REGIONS, normalise, what_is_wrong_with

MAX_TEXT = 4096  # characters in one value
# The type of an error that is another one's echo: what is wrong is told where it is written.
UNJUDGED = "unjudged"

_IDENTIFIER = "[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}"
_LABEL = "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HOST = rf"(\[[0-9A-Fa-f:.]+\]|{_LABEL}(\.{_LABEL})*)"
_HOST_PORT = re.compile(rf"{_HOST}:([0-9]{{1,5}})")
_SIP_HOST = re.compile(rf"{_HOST}(:([0-9]{{1,5}}))?")
_DOMAIN = re.compile(rf"{_LABEL}(\.{_LABEL})*")
# A switch reads `'`, `,`, `{`, `$`, blanks … in the arguments of its applications as syntax, so no file name has them.
FILE = re.compile(r"/?[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)*")
TONES = re.compile(r"tone_stream://[A-Za-z0-9%(),;=.+-]+|silence_stream://[0-9]+(,[0-9]+)?")
_FOLDER = re.compile(r"(/(?!\.\.?(/|$))[A-Za-z0-9_.-]+)+/?")
_DISPLAY = re.compile(r"""[^"'<>{}\[\]$\\|^`\x00-\x1f]*""")
DIALLED_IN = "as dialled in "
_TRUE = frozenset({"true", "yes", "on"})
_FALSE = frozenset({"false", "no", "off"})


def refusal(what: str, right: str) -> PydanticCustomError:
    """The error of a validator: what is wrong, what would be right."""
    return PydanticCustomError("setting", "{what}; {right}", {"what": what, "right": right})


def _read_ipv4_port(value: object) -> str:
    right = "write an IPv4 address and a port, such as 192.0.2.5:5060"
    text = text_in(value, right)
    host, _, port = text.rpartition(":")
    try:
        ipaddress.IPv4Address(host)
    except ValueError:
        raise refusal(f"{text!r} is no IPv4 address with a port", right) from None
    if not re.fullmatch("[0-9]{1,5}", port) or not 0 < int(port) < 65_536:
        raise refusal(f"{text!r} has no port", right)
    return text


def host_and_port(text: str) -> tuple[str, int]:
    """The parts of a HostPort; brackets around an IPv6 address are gone."""
    host, _, port = text.rpartition(":")
    return host.strip("[]"), int(port)


def text_in(value: object, right: str) -> str:
    """The value as it was written, if it is one piece of text."""
    if value is None:
        raise refusal("nothing is written here", right)
    if not isinstance(value, str):
        raise refusal(f"{_form_of(value)} stands where one text belongs", right)
    if len(value) > MAX_TEXT:
        raise refusal(f"a text of {len(value)} characters", f"at most {MAX_TEXT} are read")
    return value


def _form_of(value: object) -> str:
    return "a block of keys" if isinstance(value, dict) else "a list" if isinstance(value, list) else repr(value)


def matching(pattern: str | re.Pattern[str], what: str, right: str) -> Callable[[object], str]:
    """A validator for texts that match as a whole; `what` may hold `{}` for the text."""
    compiled = re.compile(pattern)

    def check(value: object) -> str:
        text = text_in(value, right)
        if not compiled.fullmatch(text):
            raise refusal(what.format(repr(text)), right)
        return text

    return check


def plain_text(value: object) -> str:
    """One line of text."""
    text = text_in(value, "write a text")
    if re.search("[\x00-\x1f\x7f]", text):
        raise refusal("a text of several lines", "write it in one line")
    return text


def _read_flag(value: object) -> bool:
    if isinstance(value, bool):
        return value
    text = text_in(value, "write true or false").lower()
    if text in _TRUE | _FALSE:
        return text in _TRUE
    raise refusal(f"{value!r} is neither true nor false", "write true or false")


def _read_whole(value: object) -> int:
    if isinstance(value, int):
        return value
    text = text_in(value, "write a whole number")
    if not re.fullmatch("[0-9]{1,18}", text):
        raise refusal(f"{text!r} is no whole number", "write digits only, such as 20")
    return int(text)


def _checked_port(text: str, port: str, right: str) -> None:
    if not 1 <= int(port) <= 65_535:
        raise refusal(f"{text!r} has no port between 1 and 65535", right)


def _checked_host(text: str, host: str, right: str) -> None:
    """Names are taken as they are; what looks like an address must be one."""
    if host.startswith("[") or re.fullmatch("[0-9.]+", host):
        try:
            ipaddress.ip_address(host.strip("[]"))
        except ValueError:
            raise refusal(f"{text!r} has no valid address before its port", right) from None


def _read_host_port(value: object) -> str:
    right = "write host:port, such as 127.0.0.1:8021 or [::1]:8021"
    text = text_in(value, right)
    match = _HOST_PORT.fullmatch(text)
    if not match:
        raise refusal(f"{text!r} is no host:port", right)
    _checked_host(text, match[1], right)
    _checked_port(text, match[match.re.groups], right)
    return text


def _read_sip_host(value: object) -> str:
    right = "write a host, or host:port, such as sip.carrier.example:5060"
    text = text_in(value, right)
    match = _SIP_HOST.fullmatch(text)
    if not match:
        raise refusal(f"{text!r} is no SIP host", right)
    _checked_host(text, match[1], right)
    _checked_port(text, match[match.re.groups] or "5060", right)
    return text


def _read_network(value: object) -> str:
    right = "write an address or a network, such as 192.0.2.10 or 192.0.2.0/24"
    text = text_in(value, right)
    try:
        return str(ipaddress.ip_network(text))
    except ValueError as error:
        raise refusal(f"{text!r} is no network ({error})", right) from None


def _read_domain(value: object) -> str:
    right = "write a host name, such as acme.example"
    text = text_in(value, right)
    if len(text) > 253 or not _DOMAIN.fullmatch(text):
        raise refusal(f"{text!r} is no SIP domain", right)
    return text.lower()


def _read_region(value: object) -> str:
    right = "write the two capital letters of a country (ISO 3166), such as PL"
    text = text_in(value, right)
    if text not in REGIONS:
        meant = country_meant(text)
        raise refusal(f"{text!r} is no country of numbers", f"did you mean {meant}?" if meant else right)
    return text


def _read_zone(value: object) -> str:
    right = "write a name such as Europe/Warsaw"
    text = text_in(value, right)
    if zone_named(text) is None:
        near = get_close_matches(text, available_timezones(), 1)
        raise refusal(f"{text!r} is no time zone", f"did you mean {near[0]}?" if near else right)
    return text


def zone_named(text: str) -> ZoneInfo | None:
    """The time zone of this name, None if there is none."""
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}", text):
        return None
    try:
        return ZoneInfo(text)
    except (LookupError, ValueError, OSError):  # OSError: the name of a folder of zones
        return None


def _read_e164(value: object, info: ValidationInfo) -> str:
    right = "write a full number, such as +48221234567"
    text = text_in(value, right)
    region = region_for(text, info)
    number = number_in(text, region)
    if number is None or not number.startswith("+"):
        hint = "" if region else " (no country is known here, so it must begin with +)"
        raise refusal(f"{text!r} is {what_is_wrong_with(text, region)}{hint}", right)
    return number


def region_for(text: str, info: ValidationInfo) -> str:
    """The country to read a number in.

    Raises:
        PydanticCustomError: UNJUDGED, if it has to be known and its own mistake is told already.
    """
    region = _context(info, "region")
    if not region and "region" in (info.context or {}) and not text.lstrip().startswith(("+", "tel:+")):
        raise PydanticCustomError(UNJUDGED, "the tenant's country is not known")
    return region


def number_in(text: str, region: str) -> str | None:
    """The normal form of a number as the tenant may write it; region "" reads international forms only."""
    if not region and not text.lstrip().startswith(("+", "tel:+")):
        return None
    number = normalise(text, region)
    return str(number) if number is not None else None


def _read_trunk_numbers(value: object) -> str:
    right = "write e164, national, or `as dialled in` and a country, such as as dialled in PL"
    text = text_in(value, right)
    if text in ("e164", "national") or (text.removeprefix(DIALLED_IN) in REGIONS and text.startswith(DIALLED_IN)):
        return text
    raise refusal(f"{text!r} is no way of writing numbers", right)


def _read_prefix(value: object) -> str:
    right = 'write the first digits of numbers in international form, such as 48 or +4870; "" is every number'
    text = text_in(value, right)
    if not re.fullmatch(r"(\+?[1-9][0-9]{0,14})?", text):
        raise refusal(f"{text!r} is no prefix", right)
    return text.removeprefix("+")


def _read_show(value: object, info: ValidationInfo) -> str:
    text = text_in(value, "write caller, company or a number")
    if text in ("caller", "company"):
        return text
    number = number_in(text, region_for(text, info))
    if number is None or not number.startswith("+"):
        raise refusal(f"{text!r} cannot be shown", "write caller, company or a number of yours, such as +48221234567")
    return number


def _read_instant(value: object, info: ValidationInfo) -> Instant:
    if isinstance(value, int):
        return Instant(value)
    right = "write date and time, such as 2026-12-24T18:00 or 2026-12-24T18:00+01:00"
    text = text_in(value, right)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise refusal(f"{text!r} is no time", right) from None
    if re.fullmatch("[0-9-]{8,10}", text):
        raise refusal(f"{text!r} has no time of day", f"write {text}T00:00 if you mean the first moment of that day")
    if moment.tzinfo is None:
        moment = _in_zone(moment, text, zone_named(_context(info, "zone") or "UTC") or UTC)
    try:
        return instant_of(moment)
    except OverflowError:
        raise refusal(f"{text!r} is outside the calendar", right) from None


def _in_zone(moment: datetime, text: str, zone: tzinfo) -> datetime:
    """A wall-clock time as a moment, if the clocks of that zone show it exactly once."""
    first, second = moment.replace(tzinfo=zone, fold=0), moment.replace(tzinfo=zone, fold=1)
    if first.utcoffset() == second.utcoffset():
        return first
    right = f"add the offset you mean: {text}{_offset_of(first)} or {text}{_offset_of(second)}"
    exists = first.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == moment
    raise refusal(f"{text!r} {'comes twice' if exists else 'does not exist'} where the clocks of {zone} change", right)


def _offset_of(moment: datetime) -> str:
    return moment.isoformat()[-6:]


def _context(info: ValidationInfo, name: str) -> str:
    context: dict[str, str] = info.context or {}
    return context.get(name, "")


def described(description: str, pattern: str = "", *types: str) -> WithJsonSchema:
    """What an editor is told. To editors plain `101` and `+48…` are integers, so texts allow for that."""
    schema: dict[str, Any] = {"type": ["string", *types] if types else "string", "description": description}
    return WithJsonSchema(schema | ({"pattern": pattern} if pattern else {}))


Text = Annotated[str, BeforeValidator(plain_text), described("a text", "", "number", "boolean")]
# To YAML 1.2, which editors speak, yes and no are texts.
Flag = Annotated[bool, BeforeValidator(_read_flag), WithJsonSchema({"enum": [True, False, "yes", "no", "on", "off"]})]
# Stands behind the limits, `Annotated[int, Field(ge=1), Whole]`, so that the JSON Schema shows them.
Whole = BeforeValidator(_read_whole)
Identifier = Annotated[
    str,
    BeforeValidator(
        matching(_IDENTIFIER, "{} is no name", "write at most 64 letters, digits, _ . -, the first no dot or dash")
    ),
    described("a name of letters, digits, _ . -", f"^{_IDENTIFIER}$", "integer"),
]
DisplayName = Annotated[
    str,
    BeforeValidator(
        matching(_DISPLAY, "{} holds signs that phones and switches misread", "write letters, digits, blanks, . , - &")
    ),
    described("a name for people", "", "number"),
]
HostPort = Annotated[str, BeforeValidator(_read_host_port), described("host:port", ":[0-9]+$")]
Ipv4Port = Annotated[str, BeforeValidator(_read_ipv4_port), described("IPv4 address:port", ":[0-9]+$")]
SipHost = Annotated[str, BeforeValidator(_read_sip_host), described("host or host:port")]
Network = Annotated[str, BeforeValidator(_read_network), described("an address or a network in CIDR form")]
SipDomain = Annotated[str, BeforeValidator(_read_domain), described("a host name")]
Region = Annotated[str, BeforeValidator(_read_region), described("a country, two capital letters", "^[A-Z]{2}$")]
ClockZone = Annotated[str, BeforeValidator(_read_zone), described("a time zone, such as Europe/Warsaw")]
E164 = Annotated[str, BeforeValidator(_read_e164), described("a phone number in any usual writing", "", "integer")]
Prefix = Annotated[
    str, BeforeValidator(_read_prefix), described("first digits of a number", r"^(\+?[1-9][0-9]{0,14})?$", "integer")
]
TrunkNumbers = Annotated[
    str,
    BeforeValidator(_read_trunk_numbers),
    described("e164, national, or as dialled in a country", "^(e164|national|as dialled in [A-Z]{2})$"),
]
ShortDigits = Annotated[
    str,
    BeforeValidator(matching("[0-9]{2,6}", "{} is no short number", "write two to six digits, such as 112")),
    described("a short number", "^[0-9]{2,6}$", "integer"),
]
ShowText = Annotated[str, BeforeValidator(_read_show), described("caller, company or a number", "", "integer")]
IsoMoment = Annotated[Instant, PlainValidator(_read_instant), described("date and time in ISO form")]
Folder = Annotated[
    str,
    BeforeValidator(matching(_FOLDER, "{} is no folder", "write an absolute path of letters, digits, _ . - /")),
    described("an absolute folder"),
]
