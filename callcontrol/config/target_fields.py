"""Targets in the YAML: `extension:101`, `number:22 123 45 67`; and what was probably meant by what is none.

Which kinds there are is told by the context the values are read with: `{"forms": Forms}`.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import Annotated, Any

from pydantic import PlainValidator, ValidationInfo

from callcontrol.config.fields import described, number_in, refusal, region_for, text_in
from callcontrol.vocabulary.target import NAMED, BadTarget, Forms, Target

FORMS = "forms"
# In the pattern of a JSON schema: the words of all kinds, which `schema` puts in their place.
ANY_KIND = "<kind>"


def forms_in(info: ValidationInfo) -> Forms:
    """The kinds of target that may be written here."""
    context: dict[str, Any] = info.context or {}
    forms: Forms = context[FORMS]
    return forms


def read_target(value: object, info: ValidationInfo) -> Target:
    """The target a text means; numbers in it may be written as the tenant's country writes them."""
    if isinstance(value, Target):
        return value
    forms = forms_in(info)
    text = text_in(value, forms.right)
    word, _, name = text.partition(":")
    _, form = forms.by_word.get(word, (Target, NAMED))
    if word not in forms.by_word or (not form.national and name != name.strip()):
        meant = target_meant(text, forms)
        raise refusal(f"{text!r} is no target", f"did you mean {meant}?" if meant else forms.right)
    if form.national:
        text = f"{word}:{number_in(name, region_for(name, info)) or name}"
    try:
        return forms.read(text)
    except BadTarget as error:
        raise refusal(f"{value!r} is no target", str(error).removeprefix(f"{text!r}: ")) from None


def target_meant(text: str, forms: Forms) -> str:
    """What was probably meant by a text that is no target, "" if there is no telling."""
    word, colon, name = (part.strip() for part in text.partition(":"))
    if colon:
        near = [word] if word in forms.by_word else get_close_matches(word, forms.by_word, 1) or _shortened(word, forms)
        return f"{near[0]}:{name or '…'}" if near else ""
    kinds = forms.by_word.items()
    return next((f"{kind}:{word}" for kind, (_, form) in kinds if form.bare and form.bare.fullmatch(word)), "")


def _shortened(word: str, forms: Forms) -> list[str]:
    """`ext` is short for extension."""
    return [known for known in forms.by_word if len(word) >= 3 and known.startswith(word.lower())]


TargetText = Annotated[Target, PlainValidator(read_target), described("where a call goes", f"^{ANY_KIND}:.+$")]
