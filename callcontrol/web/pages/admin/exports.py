"""Exports: how each stands, its batches, delivering one once more."""

from __future__ import annotations

from typing import Final

from pydantic import Field

from callcontrol.vocabulary.rights import Kind, Verb
from callcontrol.web.api.exports import BatchesGiven, batches_told, exports_told, resent_batch
from callcontrol.web.operations import Asked, Given
from callcontrol.web.pages.admin.words import values
from callcontrol.web.pages.page import Act, Done, Page, Shown
from callcontrol.web.pages.texts import N_, said

_SEE: Final = (Verb.SEE, Kind.EXPORTS)
_CHANGE: Final = (Verb.CHANGE, Kind.EXPORTS)


class ResendForm(Given):
    """A batch that is delivered once more."""

    number: str = Field(min_length=1, max_length=9)


def _list(asked: Asked) -> Shown:
    return Shown("admin/exports.html", values(exports=exports_told(asked).exports))


def _one(asked: Asked) -> Shown:
    told = batches_told(asked)
    (now,) = [one for one in exports_told(asked).exports if one.export == told.export]
    return Shown("admin/export.html", values(now=now, batches=list(reversed(told.batches))))


def _resend(asked: Asked) -> Done:
    batch, audit = resent_batch(asked, asked.body.number)
    return Done(
        said(N_("Batch %(number)s is delivered once more: %(rows)s rows."), number=batch.number, rows=batch.rows), audit
    )


PAGES: Final = (
    Page("exports", "/exports", N_("Exports"), _SEE, "admin", _list),
    Page(
        "export",
        "/exports/{export}",
        N_("Export"),
        _SEE,
        "admin",
        _one,
        acts=(Act("resend", ResendForm, _resend, _CHANGE),),
        given=BatchesGiven,
        is_listed=False,
    ),
)
