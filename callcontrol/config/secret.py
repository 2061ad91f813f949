"""Secrets: written in the YAML, or named there by where they are: `{file: /run/secrets/x}`, `{env: NAME}`.

To open files and read the environment is not the loader's: who calls it hands over `secrets` for that, in the context
of validation. A secret is a text like any other but for its repr: no settings that are printed whole show one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BeforeValidator, ValidationInfo, WithJsonSchema
from pydantic.fields import FieldInfo

from callcontrol.config.fields import MAX_TEXT, plain_text, refusal

Kind = Literal["file", "env"]
# The secret of this kind and name. Raises BadSecret.
Secrets = Callable[[Kind, str], str]

_RIGHT: Final = "write {file: /path/of/a/file} or {env: NAME_OF_A_VARIABLE}"


class BadSecret(Exception):
    """There is no such secret; says why, and what would be right, without any secret."""

    def __init__(self, what: str, right: str) -> None:
        super().__init__(f"{what}; {right}")
        self.what, self.right = what, right


class Secret(str):
    """A text that is not shown where settings are."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'…'"


def _named(value: object, info: ValidationInfo) -> object:
    """The secret itself, where it is named only."""
    if not isinstance(value, dict):
        return value
    kind: Kind = "file" if "file" in value else "env"
    name = value.get(kind)
    if len(value) != 1 or not isinstance(name, str) or not 0 < len(name) <= MAX_TEXT:
        raise refusal("this names no secret", _RIGHT)
    secrets: Secrets = (info.context or {}).get("secrets", _no_secrets)
    try:
        return secrets(kind, name)
    except BadSecret as error:
        raise refusal(error.what, error.right) from None


def _no_secrets(kind: Kind, name: str) -> str:
    raise BadSecret(f"{kind}: {name} cannot be looked up here", "write the secret itself")


def secret_schema(description: str, *types: str) -> WithJsonSchema:
    """What an editor is told of a secret."""
    named = [
        {"type": "object", "properties": {key: {"type": "string"}}, "required": [key], "additionalProperties": False}
        for key in ("file", "env")
    ]
    return WithJsonSchema({"description": description, "anyOf": [{"type": ["string", *types]}, *named]})


# For the end of an Annotated, behind the validators of its text.
NAMED: Final = BeforeValidator(_named)
HIDDEN: Final = AfterValidator(Secret)

SecretText = Annotated[
    str,
    BeforeValidator(plain_text),
    NAMED,
    HIDDEN,
    secret_schema("a text, {file: …} or {env: …}", "number", "boolean"),
]


def is_secret(field: FieldInfo) -> bool:
    """Whether a setting holds a secret."""
    return HIDDEN in field.metadata
