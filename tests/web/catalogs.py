"""The catalogs of the panel: what texts there are, by area; and the files brought up to date.

python -m tests.web.catalogs     # adds texts that are new, untranslated, and drops those that are gone
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.pofile import write_po

from callcontrol.vocabulary.language import DEFAULT_LANGUAGE, LANGUAGES
from callcontrol.web.pages.page import AREAS
from callcontrol.web.pages.texts import LOCALE, catalog

WEB = LOCALE.parent
# Where what is said of a wish that makes no sense may stand.
SPEAKING = tuple(WEB.parent / name for name in ("usecases", "web", "edges", "jobs"))
KEYWORDS = {"_": None, "N_": None, "says": None, "gettext": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}
METHODS = {".py": "python", ".html": "jinja2.ext:babel_extract"}
OPTIONS = {"trimmed": "true", "silent": "false", "newstyle_gettext": "true", "extensions": "jinja2.ext.do"}
CHANGING = re.compile(r'"(Project-Id|Report-Msgid|POT-|PO-|Last-T|Language-Team|Generated)')
TRANSLATED = tuple(language for language in LANGUAGES if language != DEFAULT_LANGUAGE)


def area_of(path: Path) -> str:
    """The area of a file: its folder's, `common` where that is none."""
    folder = path.parent.name
    return folder if folder in AREAS else AREAS[0]


def texts() -> Mapping[str, dict[tuple[str, str], Message]]:
    """The texts of each area, by context and English; those of `common` are not told again by others."""
    found: dict[str, dict[tuple[str, str], Message]] = {area: {} for area in AREAS}
    pages = [*(WEB / "pages").rglob("*.py"), *(WEB / "templates").rglob("*.html")]
    spoken = [path for folder in SPEAKING for path in folder.rglob("*.py") if "says(" in path.read_text()]
    for path in sorted({*pages, *spoken}):
        for message in messages_of(path):
            found[area_of(path)].setdefault(key_of(message), message)
    for area in AREAS[1:]:
        found[area] = {key: message for key, message in found[area].items() if key not in found[AREAS[0]]}
    return found


def messages_of(path: Path) -> Iterator[Message]:
    """The texts of a file."""
    for _, text, _, context in extract_from_file(METHODS[path.suffix], path, KEYWORDS, options=OPTIONS):
        yield Message(text, context=context)


def key_of(message: Message) -> tuple[str, str]:
    """What a text is known by: its context, and its English, in the singular."""
    english = message.id if isinstance(message.id, str) else message.id[0]
    return message.context or "", str(english)


def path_of(language: str, area: str) -> Path:
    """A catalog's file."""
    return LOCALE / language / f"{area}.po"


def updated(language: str, area: str, wanted: Mapping[tuple[str, str], Message]) -> Catalog:
    """The catalog with all its texts and no others, translations kept."""
    before = {key_of(message): message for message in catalog(path_of(language, area)) if message.id}
    made = Catalog(locale=language, domain=area, fuzzy=False, header_comment=f"# callcontrol: {area}, {language}")
    for key, message in sorted(wanted.items()):
        known = before.get(key)
        made.add(message.id, known.string if known else None, context=message.context)
    return made


def write_all() -> None:
    """All files."""
    for area, wanted in texts().items():
        for language in TRANSLATED:
            path = path_of(language, area)
            path.parent.mkdir(parents=True, exist_ok=True)
            if wanted or path.exists():
                path.write_text(written(updated(language, area, wanted)), encoding="utf-8")


def written(made: Catalog) -> str:
    """The file, without lines that are others each time it is written."""
    content = io.BytesIO()
    write_po(content, made, width=10_000, no_location=True)
    return "".join(line for line in content.getvalue().decode().splitlines(keepends=True) if not CHANGING.match(line))


if __name__ == "__main__":
    write_all()
