"""Listening at a channel, in the language of the switch's event socket (mod_dptools.c, eavesdrop; switch_ivr_async.c,
switch_ivr_eavesdrop_session).

It runs on the supervisor's channel and takes no keys there (`eavesdrop_enable_dtmf=false`): with them a listener would
barge in by pressing 3. Without them the switch tells of no key either, for a key is told when something takes it
(switch_channel_dequeue_dtmf). So each key that means something is bound to an app, whose end tells which one it was
(bind_digit_action; a channel's bindings are looked at in every frame it reads, also while an app runs).

The leg that is listened to is that of the tenant's own person: `bleg` of `eavesdrop_whisper_*` is heard by the person
at that leg, `aleg` by the other party.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from callcontrol.control import supervise_commands as at_talk
from callcontrol.edges.freeswitch.commands import Command, Execute, ListenerOrder, set_variables
from callcontrol.vocabulary.supervision import KEYS, Mode

# The variable that the app of a key sets, and the realm of the bindings.
KEY: Final = "cc_key"
REALM: Final = "callcontrol"


@dataclass(frozen=True, slots=True)
class _Heard:
    """By whom the supervisor is heard: the two variables at the beginning, and the order in between."""

    whisper_aleg: bool
    whisper_bleg: bool
    order: str


_HEARD: Final = {
    Mode.LISTEN: _Heard(False, False, "0"),
    Mode.WHISPER: _Heard(False, True, "2"),
    Mode.BARGE: _Heard(True, True, "3"),
}
_END: Final = "*"


def listening_commands(command: at_talk.ListeningCommand, channel: str) -> Sequence[Command]:
    """What it is on the supervisor's channel.

    Raises:
        UnsafeText: something in it cannot be sent as what it is.
    """
    match command:
        case at_talk.BindKeys(on):
            clear = Execute("clear_digit_action", "all")
            return (clear, *_bindings()) if on else (clear,)
        case at_talk.Eavesdrop(app_id, leg, mode):
            return _variables(channel, mode), Execute("eavesdrop", leg, app_id)
        case at_talk.ChangeMode(mode):
            # also what a listening begins with that is not under way yet
            return _variables(channel, mode), ListenerOrder(channel, _HEARD[mode].order)
        case at_talk.StopListening():
            return (ListenerOrder(channel, _END),)


def key_bound(app: str, argument: str) -> str:
    """The key whose app has run, "" for any other app."""
    name, _, key = argument.partition("=")
    return key if app == "set" and name == KEY and key in KEYS else ""


def _bindings() -> tuple[Command, ...]:
    bind = (Execute("bind_digit_action", f"{REALM},{key},exec[i]:set,{KEY}={key}") for key in KEYS)
    return (*bind, Execute("digit_action_set_realm", REALM))


def _variables(channel: str, mode: Mode) -> Command:
    heard = _HEARD[mode]
    return set_variables(
        channel,
        {
            "eavesdrop_enable_dtmf": "false",
            "eavesdrop_whisper_aleg": str(heard.whisper_aleg).lower(),
            "eavesdrop_whisper_bleg": str(heard.whisper_bleg).lower(),
        },
    )
