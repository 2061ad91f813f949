"""Settings of a menu, and the inputs it takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal, cast

from pydantic import (
    BeforeValidator,
    Field,
    GetJsonSchemaHandler,
    PlainValidator,
    ValidationInfo,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import CoreSchema, PydanticCustomError

from callcontrol.config.choices import CallerChoice
from callcontrol.config.fields import Whole, described, matching, refusal, text_in
from callcontrol.config.frozen import Frozen
from callcontrol.config.kinds import Block
from callcontrol.config.prompt import PromptText
from callcontrol.config.settings import Tenant
from callcontrol.config.target_fields import ANY_KIND, TargetText, forms_in, read_target
from callcontrol.vocabulary.inputs import Inputs
from callcontrol.vocabulary.target import ExtensionTarget, Target

MAX_INPUTS = 100  # of a menu
MAX_DIALLED = 1_000  # extensions listed for direct dial
LONGEST_INPUT = 16  # keys

Move = Literal["back", "again"]
MOVES: tuple[Move, ...] = ("back", "again")
# Where an input leads: a target, the menu before this one, this menu once more.
Way = Target | Move

OFF: Literal["off"] = "off"
ALL: Literal["all"] = "all"


def _read_way(value: object, info: ValidationInfo) -> Way:
    if isinstance(value, str) and value in MOVES:
        return value
    if isinstance(value, str) and (near := get_close_matches(value, MOVES, 1, cutoff=0.75)):
        right = f"write {' or '.join(MOVES)}, or a target: {forms_in(info).words}"
        raise refusal(f"{value!r} is nothing a key can do", f"did you mean {near[0]}? {right}")
    try:
        return read_target(value, info)
    except PydanticCustomError as error:
        said = cast(dict[str, str], error.context)
        raise refusal(said["what"], f"{said['right']} (or write {' or '.join(MOVES)})") from None


def _read_direct_dial(value: object) -> Literal["off", "all"] | tuple[str, ...]:
    right = "write off, all, or a list of extensions such as [101, 102]"
    if isinstance(value, list | tuple):
        if len(value) > MAX_DIALLED:
            raise refusal(f"a list of {len(value)} extensions", f"write at most {MAX_DIALLED}, or all")
        return tuple(_read_extension(one) for one in value)
    text = text_in(value, right)
    if text in (OFF, "no", "false"):
        return OFF
    if text != ALL:
        raise refusal(f"{text!r} is nothing that can be dialled", right)
    return ALL


_read_extension = matching(f"[0-9]{{1,{LONGEST_INPUT}}}", "{} is no extension of digits", "write one such as 101")

KeyWay = Annotated[
    Way,
    PlainValidator(_read_way),
    described("where the call goes, or back, or again", f"^(({'|'.join(MOVES)})$|{ANY_KIND}:.+$)"),
]
Input = Annotated[
    str,
    BeforeValidator(
        matching(
            f"[0-9*#]{{1,{LONGEST_INPUT}}}",
            "{} cannot be pressed",
            f"write up to {LONGEST_INPUT} of the keys 0 to 9, '*' and '#', such as 1 or 42",
        )
    ),
    described("keys of a phone", f"^[0-9*#]{{1,{LONGEST_INPUT}}}$", "integer"),
]
DirectDial = Annotated[
    Literal["off", "all"] | tuple[str, ...],
    PlainValidator(_read_direct_dial),
    WithJsonSchema(
        {
            "description": "off, all, or a list of extensions",
            "anyOf": [
                {"enum": [OFF, ALL, "no", False]},
                {"type": "array", "items": {"type": ["string", "integer"]}, "maxItems": MAX_DIALLED},
            ],
        }
    ),
]
Tries = Annotated[int, Field(ge=1, le=10), Whole]


class Choice(CallerChoice):
    """What an input does: `1: queue:sales`, or `1: {to: queue:sales, label: orders}`."""

    to: KeyWay = Field(description="where the call goes: a target; back: the menu before this one; again: this one")

    @model_validator(mode="before")
    @classmethod
    def _short(cls, written: Any) -> Any:
        """A text stands for where the call goes."""
        return written if isinstance(written, dict | Choice) else {"to": written}

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """To editors: the short form or the whole one."""
        pattern = f"^(({'|'.join(MOVES)})$|{ANY_KIND}:.+$)"
        return {"anyOf": [{"type": "string", "pattern": pattern}, handler(schema)]}


class Failing(Frozen):
    """What follows where the caller makes no choice."""

    tries: Tries = Field(default=3, description="how often that may happen before the call goes on to `then`")
    prompt: PromptText | None = Field(default=None, description="what is heard first; then the menu is heard again")
    then: TargetText | None = Field(
        default=None, description="where the call goes in the end; default: what a sequence says next, else it ends"
    )


class Menu(Frozen):
    """A caller hears what there is to choose, and chooses by keys."""

    prompt: PromptText = Field(description="what there is to choose, heard until a key is pressed")
    keys: Mapping[Input, Choice] = Field(
        default_factory=dict, max_length=MAX_INPUTS, description="what is pressed, and where it leads"
    )
    direct_dial: DirectDial = Field(
        default=OFF,
        description="extensions that can be dialled here: off, all of the tenant's that phones reach by their name, or "
        "a list; never anything outside",
    )
    first_key_s: Annotated[int, Field(ge=1, le=60), Whole] = Field(
        default=5, description="seconds for the first key, from the end of the prompt"
    )
    between_keys_s: Annotated[int, Field(ge=1, le=10), Whole] = Field(
        default=2, description="seconds for the next key, where what was pressed may go on"
    )
    silence: Failing = Field(default=Failing(), description="nothing was pressed")
    wrong: Failing = Field(default=Failing(), description="something was pressed that leads nowhere")

    @cached_property
    def own_inputs(self) -> Inputs[Way]:
        """The prefix tree of its keys, and of the extensions it lists. A key comes before an extension."""
        listed = self.direct_dial if isinstance(self.direct_dial, tuple) else ()
        dialled: dict[str, Way] = {name: ExtensionTarget(name) for name in listed}
        return Inputs(dialled | {keys: choice.to for keys, choice in self.keys.items()})

    def inputs(self, tenant: Tenant) -> tuple[Inputs[Way], ...]:
        """Every input, as trees that were made once; what the first knows counts."""
        if self.direct_dial != ALL:
            return (self.own_inputs,)
        return self.own_inputs, cast(Inputs[Way], tenant.extensions_by_keys)


@dataclass(frozen=True, slots=True)
class MenuTarget(Target):
    """A menu: the caller chooses by keys."""

    kind: ClassVar[str] = "menu"


BLOCK = Block("menus", Menu, "menus: the caller chooses by keys")
