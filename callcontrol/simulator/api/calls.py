"""`originate`: dial a leg and do something with it once it has answered."""

from __future__ import annotations

from collections.abc import Callable

from callcontrol.simulator.channel import Channel
from callcontrol.simulator.dial_string import separate
from callcontrol.simulator.originate import originate as dial
from callcontrol.simulator.profile import CallerProfile
from callcontrol.simulator.session import Session, SwitchBase
from callcontrol.simulator.transfer import transfer

_USAGE = (
    "-USAGE: <call url> <exten>|&<application_name>(<app_args>) [<dialplan>] [<context>] [<cid_name>] [<cid_num>] "
    "[<timeout_sec>]\n"
)


def originate(switch: SwitchBase, argument: str) -> str:
    """`originate url extension|&app(argument) [dialplan [context [name [number [timeout]]]]]`"""
    words = separate(argument, " ")
    if not 2 <= len(words) <= 7:
        return _USAGE
    words += [""] * (7 - len(words))
    url, then, dialplan, context, name, number, timeout = ("" if word == "undef" else word for word in words)
    url = _with_caller_id(url, name, number)
    result = dial(switch, url, None, int(timeout) if timeout.isdigit() else 0)
    if result.leg is None:
        return f"-ERR {result.cause}\n"
    _go_on(switch, result.leg, then, dialplan or "XML", context or "default")
    return f"+OK {result.leg.uuid}\n"


def _with_caller_id(url: str, name: str, number: str) -> str:
    given = {"origination_caller_id_name": name, "origination_caller_id_number": number}
    pairs = ",".join(f"{variable}='{value}'" for variable, value in given.items() if value and variable not in url)
    return "{" + pairs + "}" + url if pairs else url


def _go_on(switch: SwitchBase, leg: Channel, then: str, dialplan: str, context: str) -> None:
    _flip_caller_id(leg.profile)
    leg.touch()
    leg.set("endpoint_disposition", "ANSWER" if leg.answered else "EARLY MEDIA")
    leg.hit_dialplan = True
    session = Session(switch, leg)
    if then.startswith("&"):
        app, _, argument = then[1:].rstrip(")").partition("(")
        session.start_with([(app, argument)])
        return
    transfer(leg, then, dialplan, context)
    session.start()


def _flip_caller_id(profile: CallerProfile) -> None:
    """An originated leg becomes a caller itself: who was called is now who calls."""
    profile.logical_direction = "outbound"
    profile.name, profile.callee_name = profile.callee_name, profile.name
    profile.number, profile.callee_number = profile.callee_number, profile.number


COMMANDS: dict[str, Callable[[SwitchBase, str], str]] = {"originate": originate}
