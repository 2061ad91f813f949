"""Targets in the YAML: `extension:101`, `number:22 123 45 67`; and what was probably meant by what is none."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import Annotated, cast

from pydantic import PlainValidator, ValidationInfo

from callcontrol.config.fields import described, number_in, refusal, region_for, text_in
from callcontrol.vocabulary.target import KINDS, BadTarget, Target, target_from

_PATTERN = f"^({'|'.join(KINDS)}):.+$"


def read_target(value: object, info: ValidationInfo) -> Target:
    """The target a text means; numbers in it may be written as the tenant's country writes them."""
    if isinstance(value, tuple(KINDS.values())):
        return cast(Target, value)
    right = f"write one of {', '.join(f'{kind}:…' for kind in KINDS)}"
    text = text_in(value, right)
    kind, _, name = text.partition(":")
    if kind not in KINDS or (kind != "number" and name != name.strip()):
        meant = target_meant(text)
        raise refusal(f"{text!r} is no target", f"did you mean {meant}?" if meant else right)
    if kind == "number":
        text = f"number:{number_in(name, region_for(name, info)) or name}"
    try:
        return target_from(text)
    except BadTarget as error:
        raise refusal(f"{value!r} is no target", str(error).removeprefix(f"{text!r}: ")) from None


def target_meant(text: str) -> str:
    """What was probably meant by a text that is no target, "" if there is no telling."""
    kind, colon, name = (part.strip() for part in text.partition(":"))
    if colon:
        near = [kind] if kind in KINDS else get_close_matches(kind, KINDS, 1) or _shortened(kind)
        return f"{near[0]}:{name or '…'}" if near else ""
    if re.fullmatch("[0-9]{1,6}", kind):
        return f"extension:{kind}"
    if re.fullmatch(r"\+?[0-9][0-9 ()/-]{6,}", kind):
        return f"number:{kind}"
    return f"sip:{kind}" if "@" in kind else ""


def _shortened(kind: str) -> list[str]:
    """`ext` is short for extension."""
    return [known for known in KINDS if len(kind) >= 3 and known.startswith(kind.lower())]


TargetText = Annotated[Target, PlainValidator(read_target), described("where a call goes", _PATTERN)]
