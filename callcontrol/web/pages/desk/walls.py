"""Links of walls: which there are, a new one, and one that is good no more."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from pydantic import Field, field_validator

from callcontrol.usecases.kiosks import DEFAULT_DAYS, LONGEST_NAME, MOST_DAYS
from callcontrol.usecases.live_queues import MOST_SHOWN
from callcontrol.vocabulary.rights import Kind, Thing, Verb, may
from callcontrol.web.api import kiosks
from callcontrol.web.operations import Asked, Given
from callcontrol.web.pages.page import Act, Done, Page, Shown
from callcontrol.web.pages.texts import N_, said


class NewForm(Given):
    """A new link."""

    name: str = Field(min_length=1, max_length=LONGEST_NAME)
    queues: list[str] = Field(min_length=1, max_length=MOST_SHOWN)
    days: int = Field(default=DEFAULT_DAYS, ge=1, le=MOST_DAYS)

    @field_validator("queues", mode="before")
    @classmethod
    def _as_list(cls, value: object) -> object:
        """A form that ticks one box sends a text."""
        return [value] if isinstance(value, str) else value


class RevokeForm(Given):
    """A link that is to be good no more."""

    kiosk: str = Field(max_length=64)


def _show(asked: Asked) -> Shown:
    return Shown("desk/walls.html", _values(asked))


def _values(asked: Asked, link: str = "") -> dict[str, Any]:
    settings = asked.services.tenant(asked.tenant)
    queues = {
        name: one.name or name
        for name, one in settings.queues.items()
        if may(asked.person, Verb.CHANGE, Kind.KIOSKS, Thing(asked.tenant, queue=name))
    }
    names = {name: one.name or name for name, one in settings.queues.items()}
    with kiosks.kiosks_of(asked) as found:
        return {"kiosks": found.all(), "queues": queues, "names": names, "link": link, "now": asked.services.now()}


def _add(asked: Asked) -> Done:
    form = asked.body
    given = kiosks.KioskGiven(name=form.name, queues=form.queues, days=form.days)
    answer = kiosks.add(replace(asked, body=given))
    told: Any = answer.body
    return Done(audit=answer.audit, shown=Shown("desk/walls.html", _values(asked, told.link)))


def _revoke(asked: Asked) -> Done:
    answer = kiosks.revoke(asked, asked.body.kiosk)
    return Done(said(N_("The link shows nothing any more.")), answer.audit)


WALLS: Final = Page(
    "walls",
    "/walls",
    N_("Walls"),
    (Verb.SEE, Kind.KIOSKS),
    "desk",
    _show,
    acts=(
        Act("add", NewForm, _add, (Verb.CHANGE, Kind.KIOSKS)),
        Act("revoke", RevokeForm, _revoke, (Verb.CHANGE, Kind.KIOSKS)),
    ),
)
