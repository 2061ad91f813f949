"""What the files say of the company: read-only, each setting with file and line."""

from __future__ import annotations

from typing import Final

from callcontrol.vocabulary.rights import Kind, Verb
from callcontrol.web.api.settings import SettingsGiven, settings_told
from callcontrol.web.operations import Asked
from callcontrol.web.pages.admin.words import values
from callcontrol.web.pages.page import Page, Shown
from callcontrol.web.pages.texts import N_


def _show(asked: Asked) -> Shown:
    return Shown("admin/settings.html", values(told=settings_told(asked), name=asked.given.name))


PAGES: Final = (
    Page(
        "settings",
        "/settings",
        N_("Settings in files"),
        (Verb.SEE, Kind.SETTINGS),
        "admin",
        _show,
        given=SettingsGiven,
    ),
)
