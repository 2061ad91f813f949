"""What a caller says by a key: in which language to be led, what the agent must know, how urgent it is, what it is
about.

Kinds whose callers press keys take `CallerChoice` into the settings of a key. Whatever kind it stands in, it is found
here by its class: the lanes of the tenant's queues follow from all of them (`lanes.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any

from pydantic import Field

from callcontrol.config.fields import DisplayName, Identifier, Whole
from callcontrol.config.frozen import Frozen
from callcontrol.config.prompt import PromptText
from callcontrol.vocabulary.demand import Skills, demand_text, merged
from callcontrol.vocabulary.language import Language

MAX_SKILLS = 32  # of an agent, in a demand, and of a key
MAX_LABELS = 256  # of a tenant
# What a tenant's callers can have asked for by keys, in whichever order they press them: each may be a lane of each
# queue.
MAX_COMBINATIONS = 64

Level = Annotated[int, Field(ge=1, le=10, description="how well, 1 to 10"), Whole]
Priority = Annotated[int, Field(ge=0, le=10, description="callers with a higher one are served first"), Whole]


class Label(Frozen):
    """What a call can be about."""

    name: DisplayName = Field(default="", max_length=64, description="name in tables; the key is its identity")
    whisper: PromptText | None = Field(
        default=None, description="what the agent hears of it before the caller is there; default: nothing"
    )


class CallerChoice(Frozen):
    """What a key says of the caller who presses it. It holds for the rest of the call."""

    language: Language | None = Field(default=None, description="the caller is led in this language from here on")
    skills: Mapping[Identifier, Level] = Field(
        default_factory=dict, max_length=MAX_SKILLS, description="what an agent of any queue must have for this caller"
    )
    priority: Priority = 0
    label: Identifier | None = Field(default=None, description="what the call is about: one of the tenant's `labels`")

    @property
    def described(self) -> str:
        """What it says, in words; "" if it says nothing."""
        said = (
            f"language {self.language}" if self.language else "",
            demand_text(self.skills),
            f"priority {self.priority}" if self.priority else "",
            f"label {self.label}" if self.label else "",
        )
        return ", ".join(one for one in said if one)


def choices_below(value: Any, place: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], CallerChoice]]:
    """Every choice in a setting, whatever kind it is of, with its place below that."""
    match value:
        case CallerChoice():
            yield place, value
        case Frozen():
            for field, written in type(value).model_fields.items():
                yield from choices_below(getattr(value, field), (*place, written.alias or field))
        case Mapping():
            for key, item in value.items():
                yield from choices_below(item, (*place, str(key)))
        case list() | tuple():
            for index, item in enumerate(value):
                yield from choices_below(item, (*place, str(index)))


def combinations(skills: Iterable[Skills]) -> dict[str, Skills]:
    """What callers can have demanded, by any of these or several together, by its written form; "" first. No more than
    one beyond MAX_COMBINATIONS.
    """
    found: dict[str, Skills] = {"": {}}
    for one in skills:
        for before in tuple(found.values()):
            both = merged(before, one)
            found.setdefault(demand_text(both), both)
            if len(found) > MAX_COMBINATIONS:
                return found
    return found
