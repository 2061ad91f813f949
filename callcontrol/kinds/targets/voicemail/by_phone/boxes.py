"""Which box is meant: an extension's own one, and the one whose number is pressed."""

from __future__ import annotations

from callcontrol.config.settings import Tenant
from callcontrol.kinds.targets.voicemail.settings import BLOCK, people_of, settings_of


def own_box(extension: str, tenant: Tenant) -> str:
    """The box of an extension, "" if it has none: the one of its name, else the first that names it as an owner."""
    boxes = BLOCK.of(tenant)
    if extension in boxes:
        return extension
    return next((name for name, box in boxes.items() if extension in box.people), "")


def box_at(number: str, tenant: Tenant) -> str:
    """The box that is pressed by this number, "" if there is none: its `number`, else its name."""
    boxes = BLOCK.of(tenant)
    named = next((name for name, box in boxes.items() if box.number == number), "")
    return named or (number if number in boxes else "")


def known_of(box: str, tenant: Tenant) -> tuple[str, ...]:
    """Numbers that others know of the box's owner: they make no PIN."""
    settings, people = settings_of(tenant, box), people_of(tenant, box)
    numbers = (tenant.extensions[one].number for one in people if one in tenant.extensions)
    pressed = settings.number or box
    return (pressed, *people, *filter(None, numbers), *settings.from_outside, tenant.company_number)
