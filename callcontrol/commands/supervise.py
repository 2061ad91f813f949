"""`callcontrol supervise`: listen to a conversation, whisper, barge in, take over; show present and past listenings.

supervise start TENANT EXTENSION --phone 102   the phone of 102 rings, and then is at the conversation of EXTENSION
supervise mode TENANT PHONE MODE               that phone, at a conversation, goes on in another mode: whisper, …
supervise list [TENANT]                        supervisors who listen to a conversation now
supervise history TENANT                       who listened to whom, from when to when, how and why; the latest first

At the phone 1 to 4 change what is done: listen, whisper, barge in, take over. `supervision: rights:` of the tenant say
who may; they are looked at when the phone is picked up, at each of these keys, at `mode`, and all the while.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from callcontrol.commands.arguments import add_config, configuration_or_exit
from callcontrol.commands.media_ledger import check_tenant, ledger_of, note, say
from callcontrol.commands.overriding import add_by, said_by
from callcontrol.config.settings import Settings
from callcontrol.edges import clock
from callcontrol.edges.ledger.listenings import listenings_of
from callcontrol.edges.ledger.reader import NoLedger
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.usecases import supervision
from callcontrol.usecases.click_to_call import MOST_RING_S, RING_S
from callcontrol.usecases.refusals import Refused
from callcontrol.usecases.stores import live_state
from callcontrol.usecases.supervision import plain_listening
from callcontrol.vocabulary.moment import SECOND_US, Instant, text_of
from callcontrol.vocabulary.supervision import ListeningRecord, Mode, ModeSpan
from callcontrol.vocabulary.target import ExtensionTarget
from callcontrol.vocabulary.target import text_of as target_text

MOST: Final = 50
FAILED: Final = 1


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`supervise start|mode|list|history …`."""
    parser = subparsers.add_parser(
        "supervise",
        help="listen to a conversation, whisper, barge in, take over; show present and past listenings",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="|".join(_RUN))
    _add_start(verbs.add_parser("start", help="ring a phone, which then is at the conversation"))
    _add_mode(verbs.add_parser("mode", help="what a supervisor's phone does at a conversation from now on"))
    listing = verbs.add_parser("list", help="supervisors who listen to a conversation now")
    listing.add_argument("tenant", nargs="?", help="only this tenant's")
    _add_history(verbs.add_parser("history", help="past listenings: supervisor, conversation, reason"))
    for one in verbs.choices.values():
        add_config(one)
        one.add_argument("--json", action="store_true", help="one JSON object a line, times in UTC")


def _add_start(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("tenant")
    parser.add_argument("extension", help="whose conversation")
    parser.add_argument(
        "--phone", required=True, metavar="EXTENSION", help="the supervisor's extension, whose phone rings"
    )
    parser.add_argument("--mode", choices=[*Mode], default=Mode.LISTEN, help="what is done first (listen)")
    parser.add_argument("--reason", default="", help="the reason as text, recorded with the listening")
    parser.add_argument(
        "--ring", type=int, default=RING_S, metavar="SECONDS", help=f"how long ({RING_S}, up to {MOST_RING_S})"
    )


def _add_mode(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("tenant")
    parser.add_argument("phone", help="the supervisor's extension, or the id of the listening (`list --json`)")
    parser.add_argument("mode", choices=[*Mode])
    add_by(parser)


def _add_history(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("tenant")
    parser.add_argument("--by", metavar="EXTENSION", help="only what this supervisor did")
    parser.add_argument("--extension", help="only at conversations of this extension")
    parser.add_argument("--call", metavar="ID", help="only at this call")
    parser.add_argument("--limit", type=int, default=MOST, help=f"at most so many ({MOST})")


def run(args: argparse.Namespace) -> int:
    """Carry it out; 1 if it makes no sense, or a store does not answer."""
    settings = configuration_or_exit(args.config).settings
    try:
        if args.tenant is not None:
            check_tenant(args, settings)
        return _RUN[args.verb](args, settings)
    except (NoLedger, LiveStateError, Refused, ValueError) as error:
        print(error, file=sys.stderr)
        return FAILED


def _start(args: argparse.Namespace, settings: Settings) -> int:
    wanted = (args.extension, args.phone, Mode(args.mode), args.reason, args.ring)
    supervision.check(args.tenant, settings.tenants[args.tenant], *wanted)
    with live_state(settings) as pipeline:
        supervision.start(pipeline, args.tenant, *wanted)
    print(
        f"the phone of {args.phone} is at the conversation of {args.extension}, if that talks and the right allows it"
    )
    return 0


def _mode(args: argparse.Namespace, settings: Settings) -> int:
    with live_state(settings) as pipeline:
        wanted = (args.phone, Mode(args.mode), said_by(args))
        supervision.change_mode(pipeline, args.tenant, settings.tenants[args.tenant], *wanted)
    print(f"from now on: {args.mode.replace('_', ' ')}")
    return 0


def _list(args: argparse.Namespace, settings: Settings) -> int:
    names = [args.tenant] if args.tenant is not None else sorted(settings.tenants)
    with live_state(settings) as pipeline:
        found = [one for name in names for one in supervision.running(pipeline, name)]
    _show(args, settings, found, "no supervisor is at a conversation")
    return 0


def _history(args: argparse.Namespace, settings: Settings) -> int:
    with ledger_of(settings) as connection:
        found = listenings_of(
            connection,
            args.tenant,
            supervisor=_target(args.by),
            whom=_target(args.extension),
            call=args.call,
            most=args.limit,
        )
    _show(args, settings, found, "no supervisor has listened")
    return 0


def _target(extension: str | None) -> str | None:
    return None if extension is None else target_text(ExtensionTarget(extension))


def _show(args: argparse.Namespace, settings: Settings, found: list[ListeningRecord], otherwise: str) -> None:
    now = clock.now()
    for one in found:
        say(args, plain_listening(one), _said(one, ZoneInfo(settings.tenants[one.tenant].zone), now))
    if not found:
        note(otherwise)


def _said(one: ListeningRecord, zone: ZoneInfo, now: Instant) -> str:
    """`2026-11-30 20:15:02 extension:102 at extension:117, call …: listen 12 s; hung_up; why: coaching`."""
    whose = f"{one.whom} in queue:{one.queue}" if one.queue else one.whom
    spans = ", ".join(_span(span, one.whom, now) for span in one.spans) or "nothing was heard"
    end = one.how.value if one.how is not None else "goes on"
    why = f"; why: {one.reason}" if one.reason else ""
    return f"{text_of(one.began, zone)[:19]} {one.supervisor} at {whose}, call {one.call_id}: {spans}; {end}{why}"


def _span(span: ModeSpan, whom: str, now: Instant) -> str:
    elsewhere = "" if span.whom == whom else f" at {span.whom}"
    return f"{span.mode.value} {((span.ended or now) - span.began) / SECOND_US:.0f} s{elsewhere}"


_RUN: Final[Mapping[str, Callable[[argparse.Namespace, Settings], int]]] = MappingProxyType(
    {"start": _start, "mode": _mode, "list": _list, "history": _history}
)
