"""A folder's files, as texts, -> Settings, or every Problem in all of them at once.

Mistakes are found in three passes that do not wait for each other: syntax of each file, its values, and what must fit
together. An entry with a mistake (one extension, one group …) is left out of the third pass, so that one typing error
neither hides others nor causes Problems where there are none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import ValidationError

from callcontrol.config.checks import problems_in
from callcontrol.config.corrections import corrected
from callcontrol.config.countries import country_meant
from callcontrol.config.day_tables import DAY_TABLES, DayTables
from callcontrol.config.fields import number_in, zone_named
from callcontrol.config.hours_fields import CALENDAR_FILE
from callcontrol.config.mistakes import place_of, problems_of
from callcontrol.config.problems import Problem
from callcontrol.config.secret import Secrets
from callcontrol.config.settings import Common, Frozen, Settings, Switch, Tenant
from callcontrol.config.target_fields import FORMS
from callcontrol.config.ways import AllKinds
from callcontrol.config.yaml_reader import Document, Tree, YamlPath, read
from callcontrol.vocabulary.language import DEFAULT_LANGUAGE, LANGUAGES, Language

MAIN_FILE = "callcontrol.yaml"
_TENANT_FILE = re.compile(r"tenants/([A-Za-z0-9_][A-Za-z0-9_.-]{0,63})\.yaml")
_TARIFF_FILE = re.compile(r"tariffs/([A-Za-z0-9_][A-Za-z0-9_.-]{0,63})\.(yaml|csv)")
# Used for the cross-checks of tenants when `callcontrol.yaml` cannot be read; such Settings never leave this file.
_UNREADABLE = Common(switches={"unreadable": Switch(password="unreadable")})

Model = TypeVar("Model", bound=Frozen)


@dataclass(frozen=True, slots=True)
class _Loaded(Generic[Model]):
    """A file's values as far as they can be used, and its Problems.

    Attributes:
        unread: what is left out whole because of mistakes of its own: nothing is to be said of what it holds.
    """

    value: Model | None
    problems: tuple[Problem, ...]
    unread: frozenset[YamlPath] = frozenset()


def load(
    files: Mapping[str, str], kinds: AllKinds, secrets: Secrets | None = None, day_tables: DayTables | None = None
) -> Settings | tuple[Problem, ...]:
    """Read `callcontrol.yaml` and `tenants/*.yaml`; of `tariffs/*` only the names matter here, and `day_tables` reads
    `calendars/*`.

    Args:
        files: text of each file by its path relative to the folder, with `/`.
        kinds: the kinds of target that may be written.
        secrets: looks up what is only named in the files; None: such a name is a Problem.
        day_tables: knows public holidays and calendars; None: what names them is a Problem.
    """
    context: dict[str, Any] = {
        FORMS: kinds.forms,
        **({"secrets": secrets} if secrets else {}),
        **({DAY_TABLES: day_tables} if day_tables else {}),
    }
    main = corrected(read(MAIN_FILE, files.get(MAIN_FILE, "")), Common, MAIN_FILE)
    documents = {
        file: corrected(read(file, text), kinds.tenant, file)
        for file, text in files.items()
        if _TENANT_FILE.fullmatch(file)
    }
    common = _validated(Common, MAIN_FILE, main, context) if MAIN_FILE in files else _main_is_missing()
    tenants = {file: _tenant(kinds.tenant, file, document, context) for file, document in documents.items()}
    settings = _together(common, tenants, files, _sources(main, documents))
    problems = [
        *_misnamed(files),
        *_doubled_tariffs(files),
        *common.problems,
        *(problem for loaded in tenants.values() for problem in loaded.problems),
        *problems_in(settings, kinds),
    ]
    return tuple(sorted(set(problems))) if problems else settings


def data_written_in(main: str) -> str:
    """`data` of a `callcontrol.yaml`, whatever else is wrong with it; "" where there is none."""
    tree = read(MAIN_FILE, main).tree
    written = tree.get("data") if isinstance(tree, dict) else None
    return written if isinstance(written, str) else ""


def tenant_of(file: str) -> str:
    """The name of the tenant whose file this is."""
    match = _TENANT_FILE.fullmatch(file)
    assert match, file
    return match[1]


def _main_is_missing() -> _Loaded[Common]:
    problem = Problem(MAIN_FILE, 1, "the file is missing", "write it, with `switches:` at least")
    return _Loaded(None, (problem,))


def _misnamed(files: Iterable[str]) -> Iterator[Problem]:
    for file in files:
        if file.startswith("tenants/") and not _TENANT_FILE.fullmatch(file):
            yield Problem(file, 1, "this file is no tenant's", "name it tenants/NAME.yaml (letters, digits, _ . -)")
        if file.startswith("tariffs/") and not _TARIFF_FILE.fullmatch(file):
            yield Problem(file, 1, "this file is no price list", "name it tariffs/NAME.yaml or tariffs/NAME.csv")
        if file.startswith("calendars/") and not CALENDAR_FILE.fullmatch(file):
            yield Problem(file, 1, "this file is no calendar", "name it calendars/NAME.ics (letters, digits, _ . -)")


def _doubled_tariffs(files: Iterable[str]) -> Iterator[Problem]:
    first: dict[str, str] = {}
    for file in sorted(files):
        match = _TARIFF_FILE.fullmatch(file)
        if match and first.setdefault(match[1], file) != file:
            yield Problem(
                file, 1, f"the price list {match[1]} is in {first[match[1]]} already", "keep one of the files"
            )


def _tenant(form: type[Tenant], file: str, document: Document, context: Mapping[str, Any]) -> _Loaded[Tenant]:
    own = _context(document)
    loaded = _validated(form, file, document, {**context, **own})
    repeated = tuple(_repeated_numbers(file, document, own["region"]))
    return _Loaded(loaded.value, (*loaded.problems, *repeated), loaded.unread)


def _context(document: Document) -> dict[str, str]:
    """What numbers, times and texts of this tenant are read with; a bad region or zone is a Problem of its own."""
    return {"region": _region(document), "zone": _zone(document), "language": _language(document)}


def _region(document: Document) -> str:
    """The country, the one that is probably meant, or "": then what depends on it is not judged."""
    written = document.tree.get("region") if isinstance(document.tree, dict) else None
    return country_meant(written) if isinstance(written, str) else ""


def _language(document: Document) -> Language:
    """The language of its texts that are written without one; a bad one is a Problem of its own."""
    written = document.tree.get("language") if isinstance(document.tree, dict) else None
    return next((known for known in LANGUAGES if known == written), DEFAULT_LANGUAGE)


def _zone(document: Document) -> str:
    written = document.tree.get("zone") if isinstance(document.tree, dict) else None
    sound = isinstance(written, str) and zone_named(written) is not None
    return str(written) if sound else "UTC"


def _validated(model: type[Model], file: str, document: Document, context: Mapping[str, Any]) -> _Loaded[Model]:
    if document.tree is None and document.problems:
        return _Loaded(None, document.problems)
    tree = {} if document.tree is None else document.tree
    try:
        return _Loaded(model.model_validate(tree, context=dict(context)), document.problems)
    except ValidationError as error:
        problems = (*document.problems, *problems_of(error, model, file, document, context[FORMS]))
        remaining, unread = _sound_part(tree, error)
        return _Loaded(_value_of(model, remaining, context), problems, unread)


def _sound_part(tree: Tree, error: ValidationError) -> tuple[Tree, frozenset[YamlPath]]:
    """The tree without the entries that have mistakes, and the sections that are left out whole."""
    if not isinstance(tree, dict):
        return None, frozenset()
    remaining = {key: dict(value) if isinstance(value, dict) else value for key, value in tree.items()}
    unread: set[YamlPath] = set()
    for details in error.errors():
        place = place_of(details)
        entries = remaining.get(place[0]) if place else None
        if isinstance(entries, dict) and len(place) > 1:
            entries.pop(place[1], None)
        elif place:
            remaining.pop(place[0], None)
            unread.add(place[:1])
    return remaining, frozenset(unread)


def _value_of(model: type[Model], tree: Tree, context: Mapping[str, Any]) -> Model | None:
    """The values, None if what is left is too little."""
    try:
        return model.model_validate(tree, context=dict(context)) if isinstance(tree, dict) else None
    except ValidationError:
        return None


def _repeated_numbers(file: str, document: Document, region: str) -> Iterator[Problem]:
    """Numbers claimed twice by one tenant in different writings; the same writing twice is refused by the reader."""
    first: dict[str, str] = {}
    for written in _children(document, "numbers"):
        number = number_in(written, region)
        if number is not None and first.setdefault(number, written) != written:
            line = document.line(("numbers", first[number]))
            what = f"numbers.{written}: the same number as {first[number]!r} in line {line}"
            yield Problem(file, document.line(("numbers", written)), what, "keep one of them")


def _children(document: Document, key: str) -> tuple[str, ...]:
    entries = document.tree.get(key) if isinstance(document.tree, dict) else None
    return tuple(entries) if isinstance(entries, dict) else ()


def _together(
    main: _Loaded[Common], tenants: Mapping[str, _Loaded[Tenant]], files: Iterable[str], sources: Mapping[YamlPath, str]
) -> Settings:
    common = main.value or _UNREADABLE
    shared = {name: getattr(common, name) for name in Common.model_fields}
    found = {tenant_of(file): loaded.value for file, loaded in tenants.items() if loaded.value is not None}
    tariffs = {match[1]: file for file in sorted(files) if (match := _TARIFF_FILE.fullmatch(file))}
    unread = main.unread if main.value else frozenset((name,) for name in shared)
    for file, loaded in tenants.items():
        unread |= {("tenants", tenant_of(file), *place) for place in loaded.unread}
    return Settings.model_construct(**shared, tenants=found, tariff_files=tariffs, sources=sources, unread=unread)


def _sources(main: Document, tenants: Mapping[str, Document]) -> dict[YamlPath, str]:
    """`file:line` of every key and list item; numbers stand there in their normal form, as in Settings."""
    sources = {place: f"{MAIN_FILE}:{line}" for place, line in main.lines.items() if place}
    for file, document in tenants.items():
        above, region = ("tenants", tenant_of(file)), _region(document)
        for place, line in document.lines.items():
            sources[above + _in_normal_form(place, region)] = f"{file}:{line}"
    return sources


def _in_normal_form(place: YamlPath, region: str) -> YamlPath:
    if len(place) < 2 or place[0] != "numbers":
        return place
    return ("numbers", number_in(place[1], region) or place[1], *place[2:])
