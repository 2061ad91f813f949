"""The pages of this area, in the order of navigation."""

from __future__ import annotations

from typing import Final

from callcontrol.web.pages.admin import (
    audit,
    exports,
    hours,
    money,
    people,
    platform,
    restrictions,
    settings,
    tokens,
    webhooks,
)
from callcontrol.web.pages.page import Page

PAGES: Final[tuple[Page, ...]] = (
    *hours.PAGES,
    *money.PAGES,
    *restrictions.PAGES,
    *exports.PAGES,
    *people.PAGES,
    *tokens.PAGES,
    *webhooks.PAGES,
    *audit.PAGES,
    *settings.PAGES,
    *platform.PAGES,
)
