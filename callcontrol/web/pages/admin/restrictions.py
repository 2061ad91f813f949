"""Restrictions: who may not call what outside for now, and why; and what was said before."""

from __future__ import annotations

from typing import Final

from callcontrol.vocabulary.restriction import Level
from callcontrol.vocabulary.rights import Kind, Verb
from callcontrol.web.api.restrictions import RestrictionsGiven, restrictions_told
from callcontrol.web.operations import Asked
from callcontrol.web.pages.admin.money import sees_more
from callcontrol.web.pages.admin.words import values
from callcontrol.web.pages.page import Page, Shown
from callcontrol.web.pages.texts import N_

LEVELS: Final = {
    Level.RELEASED.value: N_("may call: the limit waits"),
    Level.WARN.value: N_("people are told"),
    Level.ASK_PIN.value: N_("asks for the PIN"),
    Level.BLOCK_CLASS.value: N_("no such calls"),
    Level.BLOCK_OUTGOING.value: N_("no calls outside"),
}


def _show(asked: Asked) -> Shown:
    told = restrictions_told(asked).restrictions
    now = [one for one in told if one.in_force]
    past = [one for one in told if not one.in_force]
    return Shown("admin/restrictions.html", values(now=now, past=past, LEVELS=LEVELS))


PAGES: Final = (
    Page(
        "restrictions",
        "/restrictions",
        N_("Blocks and limits"),
        (Verb.SEE, Kind.ACCOUNTS),
        "admin",
        _show,
        given=RestrictionsGiven,
        fits=sees_more,
    ),
)
