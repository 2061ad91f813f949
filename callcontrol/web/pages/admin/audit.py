"""The audit: what was done, by whom, before and after."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

from callcontrol.vocabulary.rights import Kind, Verb
from callcontrol.web.api.reports import AuditGiven, acts_told
from callcontrol.web.operations import Asked
from callcontrol.web.pages.admin.words import values
from callcontrol.web.pages.page import Page, Shown
from callcontrol.web.pages.texts import N_

_PAGE: Final = 50


class AuditPage(AuditGiven):
    """The filters of the API, with a shorter page."""

    limit: int = _PAGE


def _show(asked: Asked) -> Shown:
    given = asked.given
    acts = acts_told(asked.with_given(given.model_copy(update={"limit": given.limit + 1})))
    page, behind = acts[: given.limit], acts[given.limit :]
    filters = {name: getattr(given, name) for name in ("since", "until", "who", "what", "object")}
    kept = {name: value for name, value in filters.items() if value}
    more = urlencode({**kept, "before": page[-1].audit_id}) if behind else ""
    return Shown(
        "admin/audit.html", values(acts=page, filters=filters, is_filtered=bool(kept), more=more, before=given.before)
    )


PAGES: Final = (Page("audit", "/audit", N_("Audit log"), (Verb.SEE, Kind.AUDIT), "admin", _show, given=AuditPage),)
