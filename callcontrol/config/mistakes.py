"""Validation errors in admins' words: each becomes a Problem that names the line and says what would be right."""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from callcontrol.config.fields import UNJUDGED
from callcontrol.config.problems import Problem
from callcontrol.config.secret import is_secret
from callcontrol.config.settings import Frozen
from callcontrol.config.target_fields import target_meant
from callcontrol.config.yaml_reader import Document, YamlPath
from callcontrol.vocabulary.target import Forms

# pydantic's word for a bad key of a mapping, put behind the key itself.
_KEY = "[key]"


def problems_of(
    error: ValidationError, model: type[Frozen], file: str, document: Document, forms: Forms
) -> list[Problem]:
    """One Problem for each mistake in the document. `forms` are the targets that can be written."""
    found = [details for details in error.errors(include_url=False) if not _is_echo(details)]
    return [_problem(details, model, file, document, forms) for details in found]


def place_of(details: ErrorDetails) -> YamlPath:
    """The place of an error in the document's tree."""
    return tuple(str(step) for step in details["loc"] if step != _KEY)


def _is_echo(details: ErrorDetails) -> bool:
    """What another mistake explains: a list is called too short if all its items have mistakes of their own."""
    if details["type"] == UNJUDGED:
        return True
    written = details["input"]
    enough = isinstance(written, list | dict) and len(written) >= details.get("ctx", {}).get("min_length", 0)
    return details["type"] == "too_short" and enough


def _problem(details: ErrorDetails, model: type[Frozen], file: str, document: Document, forms: Forms) -> Problem:
    place = place_of(details)
    what, right = _words(details, model, place, forms)
    where = place[:-1] if details["type"] in ("missing", "extra_forbidden") else place
    return Problem(file, document.line(place), f"{'.'.join(where)}: {what}" if where else what, right)


def _words(details: ErrorDetails, model: type[Frozen], place: YamlPath, forms: Forms) -> tuple[str, str]:
    """What is wrong, what would be right. The types are pydantic's; `setting` is that of our own fields."""
    context: dict[str, Any] = details.get("ctx", {})
    written = details["input"]
    match details["type"]:
        case "setting":
            return str(context["what"]), str(context["right"])
        case "missing":
            return _missing(model, place)
        case "extra_forbidden":
            return f"unknown key `{place[-1]}`", _nearest(place[-1], known_keys(model, place[:-1]))
        case "literal_error" | "enum":
            return f"{_shown(written)} is not known here", f"write {context['expected']}"
        case "greater_than_equal":
            return f"{_shown(written)} is too small", f"write at least {context['ge']}"
        case "less_than_equal":
            return f"{_shown(written)} is too large", f"write at most {context['le']}"
        case "too_short" | "string_too_short":
            return _too_little(written, model, place, context["min_length"])
        case "too_long" | "string_too_long":
            return "too much is written here", f"at most {context['max_length']} are allowed"
        case "mapping_type" | "dict_type" | "model_type" | "model_attributes_type":
            if isinstance(written, str) and (secret := _secret_key(model, place)):
                return "a text stands where a block of keys belongs", f"write `{{{secret}: …}}`"
            return f"{_shown(written)} stands where a block of keys belongs", _example_of_keys(
                model, place, written, forms
            )
        case "tuple_type" | "list_type":
            return f"{_shown(written)} stands where a list belongs", "write lines that begin with `- `, or [a, b]"
        case _:
            return f"{_shown(written)}: {details['msg']}", "see `callcontrol schema`"


def _missing(model: type[Frozen], place: YamlPath) -> tuple[str, str]:
    described = describe(model, place)
    return f"`{place[-1]}` is missing", f"write `{place[-1]}: …`" + (f" ({described})" if described else "")


def _nearest(key: str, known: tuple[str, ...]) -> str:
    near = get_close_matches(key, known, 1)
    return f"did you mean `{near[0]}`?" if near else f"known here: {', '.join(known)}"


def _too_little(written: object, model: type[Frozen], place: YamlPath, least: int) -> tuple[str, str]:
    if isinstance(written, str):
        return "too little is written here", f"at least {least} is needed"
    key = _only_required(model, (*place, "0"))
    such_as = f", such as `- {{{key}: …}}`" if key else ""
    return "nothing is in it", f"write at least {least}{such_as}"


def _example_of_keys(model: type[Frozen], place: YamlPath, written: object, forms: Forms) -> str:
    known, key = known_keys(model, place), _only_required(model, place)
    if key and isinstance(written, str):
        meant = (target_meant(written, forms) if key == "target" else "") or written
        return f"write `{{{key}: {meant}}}`"
    if known:
        return f"write `key: value` lines below it, with {', '.join(known)}"
    if isinstance(written, list) and written and isinstance(written[0], str):
        return f"write a line for each below it: `{written[0]}: {'{}' if _can_be_empty(model, place) else '…'}`"
    return "write `name: …` lines below it"


def _secret_key(model: type[Frozen], place: YamlPath) -> str:
    """The key of a secret at this place, "" if there is none: what stands there instead may be the secret."""
    found = _type_at(model, place)
    fields = found.model_fields if isinstance(found, type) and issubclass(found, Frozen) else {}
    return next((name for name, field in fields.items() if is_secret(field)), "")


def _only_required(model: type[Frozen], place: YamlPath) -> str:
    """The key that must be written at this place, "" if there is none, or more than one."""
    required = _required_keys(_type_at(model, place))
    return required[0] if len(required) == 1 else ""


def _can_be_empty(model: type[Frozen], place: YamlPath) -> bool:
    """Whether an entry of this block may have nothing behind its name."""
    entry = _type_at(model, (*place, "name"))
    return isinstance(entry, type) and issubclass(entry, Frozen) and not _required_keys(entry)


def _required_keys(found: Any) -> list[str]:
    if not (isinstance(found, type) and issubclass(found, Frozen)):
        return []
    return [field.alias or name for name, field in found.model_fields.items() if field.is_required()]


def _shown(written: object) -> str:
    match written:
        case dict() | Mapping():
            return "a block of keys"
        case list() | tuple():
            return "a list"
        case None:
            return "nothing"
        case _:
            text = repr(written)
            return text if len(text) <= 80 else f"{text[:79]}…"


def known_keys(model: type[Frozen], place: YamlPath) -> tuple[str, ...]:
    """The keys that may be written at this place, () where names are free."""
    found = _type_at(model, place)
    return found.written_keys() if isinstance(found, type) and issubclass(found, Frozen) else ()


def describe(model: type[Frozen], place: YamlPath) -> str:
    """The sentence that describes the setting at this place."""
    owner = _type_at(model, place[:-1])
    if not (isinstance(owner, type) and issubclass(owner, BaseModel)):
        return ""
    field = next((f for name, f in owner.model_fields.items() if (f.alias or name) == place[-1]), None)
    return (field.description or "") if field else ""


def _type_at(annotation: Any, place: YamlPath) -> Any:
    """The type of the value at a place below a value of this type."""
    annotation = _unwrapped(annotation)
    if not place:
        return annotation
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        fields = {f.alias or name: f.annotation for name, f in annotation.model_fields.items()}
        return _type_at(fields.get(place[0]), place[1:])
    arguments = typing.get_args(annotation)
    inner = arguments[1] if typing.get_origin(annotation) is Mapping else arguments[0] if arguments else None
    return _type_at(inner, place[1:]) if inner is not None else None


def _unwrapped(annotation: Any) -> Any:
    """The type itself, without Annotated and `| None`."""
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        return _unwrapped(typing.get_args(annotation)[0])
    if origin in (typing.Union, types.UnionType):
        return _unwrapped(next(a for a in typing.get_args(annotation) if a is not type(None)))
    return annotation
