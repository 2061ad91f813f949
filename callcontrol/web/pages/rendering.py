"""Templates to pages: for each language one environment, which escapes everything and knows no undefined value."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from falcon import Request, Response
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from callcontrol.vocabulary.language import LANGUAGES, Language
from callcontrol.web.assets import Assets, takes_gzip
from callcontrol.web.pages.preferences import THEMES
from callcontrol.web.pages.texts import NAMES, translations_of

# Nothing inline, nothing of others, no eval; `media-src` for messages and recordings.
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Vary": "Accept-Encoding, Accept-Language, Cookie, HX-Request",
}
# What is shorter is not compressed.
_SHORT_BYTES: Final = 1_000


class Renderer:
    """Makes pages of templates."""

    def __init__(self, assets: Assets) -> None:
        self._assets = assets
        self._environment = cache(self._made)

    def text(self, template: str, language: Language, values: Mapping[str, Any]) -> str:
        """The page."""
        return self._environment(language).get_template(template).render(values)

    def _made(self, language: Language) -> Environment:
        made = Environment(
            loader=PackageLoader("callcontrol.web"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
        )
        made.install_gettext_translations(translations_of(language), newstyle=True)  # type: ignore[attr-defined]  # of i18n
        made.globals |= {"asset": self._assets.address, "LANGUAGES": languages(), "THEMES": THEMES, "Markup": Markup}
        return made


def languages() -> Mapping[Language, str]:
    """All, as each calls itself."""
    return {language: NAMES[language] for language in LANGUAGES}


def answer_with(text: str, request: Request, response: Response) -> None:
    """The page as the answer, compressed where the browser takes that."""
    response.content_type = "text/html; charset=utf-8"
    for name, value in HEADERS.items():
        response.set_header(name, value)
    content = text.encode()
    if takes_gzip(request) and len(content) > _SHORT_BYTES:
        response.set_header("Content-Encoding", "gzip")
        content = gzip.compress(content, 5, mtime=0)
    response.data = content
