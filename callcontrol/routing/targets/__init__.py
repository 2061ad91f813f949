"""One file per kind of target: `decide` says what happens when a call is sent there.

Kinds that ring also have `after`: what happens if the call was not answered. The registry below is the only list of
them; each answer is a Decision, or Onward to another target, which the router follows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from callcontrol.routing.facts import Facts
from callcontrol.routing.path import Path
from callcontrol.routing.plan import Decision, Onward, Ring, RingResult
from callcontrol.routing.targets import (
    announcement,
    emergency,
    escalating_list,
    extension,
    group,
    hangup,
    number,
    queue,
    sip,
    voicemail,
)
from callcontrol.vocabulary import target as kinds
from callcontrol.vocabulary.target import Target

Answer = Decision | Onward
Decide = Callable[[Any, Path, Facts], Answer]
After = Callable[[Any, Ring, RingResult, Facts], Answer]

DECIDE: dict[type[Target], Decide] = {
    kinds.ExtensionTarget: extension.decide,
    kinds.GroupTarget: group.decide,
    kinds.ListTarget: escalating_list.decide,
    kinds.QueueTarget: queue.decide,
    kinds.NumberTarget: number.decide,
    kinds.EmergencyTarget: emergency.decide,
    kinds.SipTarget: sip.decide,
    kinds.AnnouncementTarget: announcement.decide,
    kinds.VoicemailTarget: voicemail.decide,
    kinds.HangupTarget: hangup.decide,
}

AFTER: dict[type[Target], After] = {
    kinds.ExtensionTarget: extension.after,
    kinds.GroupTarget: group.after,
    kinds.ListTarget: escalating_list.after,
    kinds.NumberTarget: number.after,
    kinds.EmergencyTarget: emergency.after,
    kinds.SipTarget: sip.after,
}
