"""The dialplan of the simulated switch: contexts, extensions, actions. The standard one equals `freeswitch-xml/`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from callcontrol.simulator.dial_string import separate

Action = tuple[str, str]
RINGBACK = "%(1000,4000,425)"
DEAD_MAN_S = 15
NOT_POSSIBLE = "tone_stream://%(330,30,950);%(330,30,1400);%(330,1000,1800);loops=2"
LAST_RESORT: tuple[Action, ...] = (
    ("pre_answer", ""),
    ("playback", NOT_POSSIBLE),
    ("hangup", "NORMAL_TEMPORARY_FAILURE"),
)
_TO_PHONE = "outbound_redirect_info=true,confirm_blind_transfer=true"
PEERS: tuple[Action, ...] = (
    ("export", "process_cdr=false"),
    ("set", "call_timeout=310"),
    ("set", "hangup_after_bridge=true"),
    ("set", "max_forwards=2"),
    ("set", f"ringback={RINGBACK}"),  # vars.xml sets it for every channel
    ("set", "continue_on_fail=true"),
    ("set", "deny_refer_requests=true"),
    ("set", "force_transfer_context=peers-transferred"),
    ("bridge", f"[{_TO_PHONE}]sofia/internal/${{destination_number}}%${{sip_req_host}}"),
    ("transfer", "${originate_disposition} XML peers-answered"),
)


ROOM_OF_PEERS: tuple[Action, ...] = (
    ("export", "process_cdr=false"),
    ("conference", "${sip_h_X-Callcontrol-Room}@callcontrol+flags{${sip_h_X-Callcontrol-Flags}}"),
    ("hangup", "NORMAL_CLEARING"),
)


@dataclass(frozen=True, slots=True)
class Extension:
    """Actions for the destination numbers `pattern` matches from the beginning to the end."""

    pattern: str
    actions: tuple[Action, ...]


@dataclass(slots=True)
class Dialplan:
    """Contexts with their extensions, first match wins."""

    contexts: dict[str, list[Extension]] = field(default_factory=dict)

    def route(self, context: str, destination: str) -> tuple[Action, ...] | None:
        """The actions for this destination; None when nothing matches."""
        for extension in self.contexts.get(context, ()):
            if re.fullmatch(extension.pattern, destination, re.DOTALL):
                return extension.actions
        return None

    def add(self, context: str, pattern: str, actions: Iterable[Action]) -> None:
        """Put an extension behind those the context has."""
        self.contexts.setdefault(context, []).append(Extension(pattern, tuple(actions)))


def standard(sockets: str, last_resort: Sequence[Action] = LAST_RESORT) -> Dialplan:
    """What `freeswitch-xml/` does with calls from carriers (`public`), other tenants (`on-net`), phones (`internal`)
    and other switches (`peers`), with those it makes itself because the daemon asked for them (`callcontrol`), and with
    channels that a phone has transferred (`transferred`), or left on hold (`held`).

    `sockets` is `host:port` or `host:port|host:port`; `last_resort` is what context `fallback` does when no daemon can
    be reached, or one took a call and did nothing for DEAD_MAN_S seconds. Phones do not ring each other there.
    """
    plan = Dialplan()
    for context in ("public", "on-net", "callcontrol"):
        plan.add(context, ".*", _guarded(sockets))
    of_phones = (
        "attended_transfer_no_copy=user_name,domain_name,sip_call_id",
        "confirm_blind_transfer=true",
        "execute_on_answer=",  # the account's own, for calls that it answers
        "hold_hangup_xfer_exten=held:XML:held",
    )
    plan.add("internal", ".*", _guarded(sockets, *of_phones))
    plan.add("replaced", "replaces", _guarded(sockets))
    for context in ("transferred", "held"):
        plan.add(context, ".*", _guarded(sockets, "cc_again=false"))
    plan.add("fallback", ".*", last_resort)
    plan.add("peers", "callcontrol-room-[0-9a-f-]{1,45}", ROOM_OF_PEERS)
    plan.add("peers", "[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}", PEERS)
    plan.add("peers", ".*", (PEERS[0], ("hangup", "UNALLOCATED_NUMBER")))
    plan.add("peers-transferred", ".*", (("blind_transfer_ack", "false"), ("sleep", "5000")))
    sent_on = ("redirect", "sip:${sip_redirect_contact_user_0}@${sip_req_host}")
    plan.add("peers-answered", "REDIRECTION_TO_NEW_DESTINATION", (sent_on,))
    plan.add("peers-answered", ".*", (("hangup", "${destination_number}"),))
    return plan


def _guarded(sockets: str, *said_first: str) -> tuple[Action, ...]:
    said = (
        *said_first,
        "cc_handed=true",
        "continue_on_fail=true",
        "hangup_after_bridge=true",
        "ignore_early_media=true",
        "sip_copy_custom_headers=false",
        "sip_ignore_remote_cause=true",
        "force_transfer_context=transferred",
        "uuid_bridge_continue_on_cancel=true",
        f"ringback={RINGBACK}",
        f"transfer_ringback={RINGBACK}",
    )
    hand_over = (
        ("sched_transfer", f"+{DEAD_MAN_S} fallback XML fallback"),
        ("socket", f"{sockets} async full"),
        ("sched_cancel", ""),
    )
    return (
        ("multiset", "^^~" + "~".join(said)),
        *hand_over,
        ("set", "cc_again=true"),
        *hand_over,
        ("transfer", "fallback XML fallback"),
    )


def inline(text: str) -> tuple[Action, ...]:
    """The dialplan `inline`: `app:argument,app2`, or `m:^:app:argument^app2` where commas stand in arguments
    (inline_dialplan_hunt in mod_dptools.c).
    """
    delimiter = ","
    if text.startswith("m:") and text[3:4] == ":":
        delimiter, text = text[2], text[4:]
    pairs = (one.partition(":") for one in separate(text, delimiter))
    return tuple((app.lstrip(" "), argument) for app, _, argument in pairs)


def bare(sockets: str, *after: Action) -> Dialplan:
    """Nothing but `socket`, and what follows it: the dialplan the captures were made with."""
    plan = Dialplan()
    for context in ("public", "internal", "default"):
        plan.add(context, ".*", (("socket", f"{sockets} async full"), *after))
    return plan
