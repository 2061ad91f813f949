"""`/settings`: what the YAML files say of the tenant, read-only, each setting with file and line."""

from __future__ import annotations

from dataclasses import asdict
from itertools import islice
from typing import Final

from pydantic import Field

from callcontrol.usecases.names import unknown
from callcontrol.usecases.refusals import NotThere
from callcontrol.usecases.written_settings import sections_of, written_of
from callcontrol.vocabulary.moment import text_of
from callcontrol.vocabulary.rights import Kind, Thing, Verb, may
from callcontrol.web.operations import Answer, Asked, Common, Operation, Told

MOST: Final = 2_000


class SettingsGiven(Common):
    """Which of them."""

    section: str = Field(default="", max_length=64, description="such as extensions; default: the first")
    name: str = Field(default="", max_length=64, description="one entry of the section, such as 101")


class SettingTold(Told):
    """A setting; `source`: file and line. A secret is told as …"""

    place: str
    value: str
    source: str


class SettingsTold(Told):
    """What is written in a section; `more`: there is more than is told, so name one entry."""

    in_force_since: str
    version: str
    sections: list[str]
    section: str
    settings: list[SettingTold]
    more: bool


def settings_told(asked: Asked) -> SettingsTold:
    """A section as it is in force."""
    if not may(asked.person, Verb.SEE, Kind.SETTINGS, Thing(asked.tenant)):
        raise PermissionError("settings")
    configuration, given = asked.services.configuration, asked.given
    sections = sections_of(configuration.settings, asked.tenant)
    section = given.section or next(iter(sections), "")
    if section and section not in sections:
        raise NotThere(unknown("section", section, sections), "section")
    found = list(islice(written_of(configuration.settings, asked.tenant, section, given.name), MOST + 1))
    if given.name and not found:
        raise NotThere(f"{section} has no entry {given.name}", "name")
    return SettingsTold(
        in_force_since=text_of(configuration.version.at),
        version=configuration.version.digest,
        sections=sections,
        section=section,
        settings=[SettingTold(**asdict(one)) for one in found[:MOST]],
        more=len(found) > MOST,
    )


def _show(asked: Asked) -> Answer:
    return Answer(settings_told(asked))


OPERATIONS: Final = (
    Operation(
        "get_settings",
        "GET",
        "/settings",
        "What the files say of the tenant, with file and line",
        (Verb.SEE, Kind.SETTINGS),
        _show,
        SettingsTold,
        SettingsGiven,
    ),
)
