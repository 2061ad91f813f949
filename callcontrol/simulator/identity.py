"""Who a leg's INVITE says is calling: From, and the identity headers of sofia_glue_do_invite."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from callcontrol.simulator.profile import CallerProfile

NO_NAME = "_undef_"  # how the switch writes a name that is not there
_HOST = "127.0.0.1"
_FROM = re.compile(r'\s*(?:"(?P<name>[^"]*)"\s*)?<sips?:(?:(?P<user>[^@>;]*)@)?(?P<host>[^>;]*)')


@dataclass(frozen=True, slots=True)
class Identity:
    """A From header; an empty name is none."""

    user: str
    name: str = ""
    host: str = _HOST

    @property
    def address(self) -> str:
        return f"{self.user}@{self.host}" if self.user else self.host

    @property
    def header(self) -> str:
        shown = f'"{self.name}" ' if self.name else ""
        return f"{shown}<sip:{self.address}>"


def from_of(profile: CallerProfile, given: Mapping[str, str]) -> Identity:
    """What From says: `sip_force_full_from`, else number and name of the leg, hidden or not.

    Args:
        given: the leg's own variables, without prefix.
    """
    forced = _FROM.match(given.get("sip_force_full_from", ""))
    if forced is not None:
        return Identity(forced["user"] or "", forced["name"] or "", forced["host"])
    return Identity(profile.number, _name(profile))


def asserted(profile: CallerProfile, given: Mapping[str, str]) -> dict[str, str]:
    """The identity headers `sip_cid_type` asks for: `rpid` (also when it says nothing), `pid`, `none`."""
    match given.get("sip_cid_type", "rpid").lower():
        case "pid":
            return _asserted(profile, given)
        case "none":
            return {}
        case _:
            screen = "yes" if profile.screen else "no"
            return {"Remote-Party-ID": f"{_who(profile)};party=calling;screen={screen};privacy={_hidden(profile)}"}


def _asserted(profile: CallerProfile, given: Mapping[str, str]) -> dict[str, str]:
    found = {"P-Asserted-Identity" if profile.screen else "P-Preferred-Identity": _who(profile)}
    if profile.hide_number:
        found["Privacy"] = "id"
    elif given.get("sip_cid_suppress_privacy_none") != "true":
        found["Privacy"] = "none"
    return found


def _hidden(profile: CallerProfile) -> str:
    if profile.hide_number:
        return "full"
    return "name" if profile.hide_name else "off"


def _who(profile: CallerProfile) -> str:
    return Identity(profile.number, _name(profile)).header


def _name(profile: CallerProfile) -> str:
    return "" if profile.name.lower() == NO_NAME else profile.name
