"""What a star code is: its form, what it asks for, and what the README says of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from callcontrol.routing.facts import Facts
from callcontrol.routing.plan import Step


@dataclass(frozen=True, slots=True)
class Usage:
    """A row of the README's table: what is dialled, and what it does."""

    dialled: str
    does: str


@dataclass(frozen=True, slots=True)
class StarCode:
    """One star code, or a family that is read in one way.

    Attributes:
        form: all that is dialled. A trailing `#` may be missing: many phones send the number when it is pressed.
        who: who may use it, for the README; `decide` refuses all others.
        usages: its rows in the README.
        decide: the step that carries it out. A code that is refused is a step too, whose `rejected` says why in words.
    """

    form: re.Pattern[str]
    who: str
    usages: tuple[Usage, ...]
    decide: Callable[[re.Match[str], Facts], Step]
