"""Which box is meant: an extension's own one, and the one whose number is pressed."""

from __future__ import annotations

from callcontrol.config.settings import Tenant
from callcontrol.kinds.targets.voicemail.settings import BLOCK


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
    settings = BLOCK.of(tenant).get(box)
    people = (box, *settings.people) if settings is not None else (box,)
    numbers = (tenant.extensions[one].number for one in people if one in tenant.extensions)
    own = settings.from_outside if settings is not None else ()
    return (*people, *(number for number in numbers if number), *own, tenant.company_number)
