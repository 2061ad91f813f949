"""What pages that are live have in common: ages that the browser counts on, words of states, where their stream is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from callcontrol.vocabulary.moment import SECOND_US, instant_from
from callcontrol.vocabulary.rights import NO_TENANT
from callcontrol.web.operations import PREFIX, Asked
from callcontrol.web.pages.texts import N_

STATES: Final[Mapping[str, str]] = {
    "ready": N_("ready"),
    "ringing": N_("ringing"),
    "reserved": N_("is about to ring"),
    "talking": N_("talking"),
    "wrap_up": N_("wrap-up"),
    "paused": N_("paused"),
    "elsewhere": N_("on another call"),
    "unreachable": N_("phone not there"),
    "logged_out": N_("logged out"),
}
# How a state looks: a class of `panel.css`.
LOOKS: Final[Mapping[str, str]] = {
    "ready": "good",
    "ringing": "warn",
    "reserved": "warn",
    "talking": "",
    "wrap_up": "",
    "paused": "warn",
    "elsewhere": "",
    "unreachable": "bad",
    "logged_out": "plain",
}


def live_values(asked: Asked) -> dict[str, Any]:
    """Values of every live page."""
    of_tenant = f"?tenant={asked.tenant}" if asked.person.tenant == NO_TENANT else ""
    return {
        "states": STATES,
        "looks": LOOKS,
        "age_s": age_of(asked),
        "moment": instant_from,
        "stream": f"{PREFIX}/live{of_tenant}",
        "of_tenant": of_tenant,
    }


def age_of(asked: Asked) -> Callable[[str], float]:
    """Seconds since a moment that is written as text."""
    now = asked.services.now()
    return lambda text: max(now - instant_from(text), 0) / SECOND_US
