"""Kinds: one file for each, which declares all that the kind is; here they are listed.

A floor above the mechanisms (`config`, `routing`, `control`), which know no kind: they are given this registry.
"""

from __future__ import annotations

from typing import Final

from callcontrol.kinds.star_codes import STAR_CODES
from callcontrol.kinds.targets import (
    announcement,
    conference,
    duty,
    emergency,
    emergency_call_back,
    escalating_list,
    extension,
    group,
    hangup,
    hold_return,
    hours,
    intercom,
    menu,
    number,
    parking,
    parking_place,
    parking_return,
    queue,
    sequence,
    sip,
    survey,
    voicemail,
)
from callcontrol.routing.facts import RoutedKinds

KINDS: Final = RoutedKinds(
    targets=(
        extension.KIND,
        group.KIND,
        escalating_list.KIND,
        queue.KIND,
        menu.KIND,
        sequence.KIND,
        hours.KIND,
        duty.KIND,
        number.KIND,
        emergency.KIND,
        emergency_call_back.KIND,
        sip.KIND,
        announcement.KIND,
        survey.KIND,
        voicemail.KIND,
        parking.KIND,
        parking_place.KIND,
        parking_return.KIND,
        intercom.KIND,
        conference.KIND,
        hold_return.KIND,
        hangup.KIND,
    ),
    star_codes=STAR_CODES,
)
