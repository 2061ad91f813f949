"""What is said of a form that makes no sense: beside its fields, which keep what was typed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import ValidationError

from callcontrol.usecases.refusals import Refused
from callcontrol.vocabulary.sentence import Sentence
from callcontrol.web.pages.texts import N_
from callcontrol.web.problems import problem_of

# Use cases name fields as commands do.
_OPTION: Final = re.compile(r"^--[a-z-]+ ")
_MISSING: Final = N_("Please fill this in.")
_WORDS: Final = {
    "missing": _MISSING,
    "string_too_short": _MISSING,
    "too_short": _MISSING,
    "string_too_long": N_("This is too long."),
    "int_parsing": N_("Please write a whole number."),
    "decimal_parsing": N_("Please write a number."),
    "greater_than_equal": N_("This is too little."),
    "less_than_equal": N_("This is too much."),
}


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong with a field.

    Attributes:
        text: a text of the catalogs; "" where there is none.
        detail: what the use case says: in English, a `Sentence` where the catalogs have it.
        cure: what would be right, likewise.
    """

    text: str = ""
    detail: str = ""
    cure: str = ""


@dataclass(frozen=True, slots=True)
class RefusedForm:
    """A form that was refused.

    Attributes:
        form: which one of the page.
        fields: mistakes by field; of the form as a whole by "".
        typed: what was written in it.
    """

    form: str = ""
    fields: Mapping[str, Mistake] = field(default_factory=dict)
    typed: Mapping[str, Any] = field(default_factory=dict)

    def of(self, form: str, name: str) -> Mistake | None:
        """What is wrong with a field of a form."""
        return self.fields.get(name) if form == self.form else None

    def value(self, form: str, name: str, otherwise: Any) -> Any:
        """What was typed in a field, else what it held."""
        return self.typed.get(name, "") if form == self.form else otherwise


NOT_REFUSED: Final = RefusedForm()


def refused_form(error: Exception, form: str, typed: Mapping[str, Any], names: frozenset[str]) -> RefusedForm | None:
    """The form as it is shown again; None: the error is not about what was typed.

    Args:
        names: the form's fields: what is wrong with another one is said of the form as a whole.
    """
    if isinstance(error, ValidationError):
        return RefusedForm(form, dict(_of_field(one, names) for one in error.errors(include_url=False)), typed)
    problem = problem_of(error)
    if problem is None or problem.status not in (400, 404, 409, 412, 422):
        return None
    cure = error.cure if isinstance(error, Refused) else problem.cure
    detail = problem.detail if isinstance(problem.detail, Sentence) else _OPTION.sub("", problem.detail)
    mistake = Mistake("", detail, "" if cure in problem.detail else cure)
    return RefusedForm(form, {problem.field if problem.field in names else "": mistake}, typed)


def _of_field(one: Any, names: frozenset[str]) -> tuple[str, Mistake]:
    name = str(one["loc"][0]) if one["loc"] else ""
    return name if name in names else "", Mistake(_WORDS.get(one["type"], ""), str(one["msg"]))
