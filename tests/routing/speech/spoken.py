"""Sound files read back as text: what a listener hears."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import PurePath
from typing import Any

import yaml

from callcontrol.vocabulary.language import Language
from tests.tidy.tree import ROOT

SOUNDS = ROOT / "freeswitch-xml" / "sounds"


@cache
def _voices() -> Mapping[str, Any]:
    found: Mapping[str, Any] = yaml.safe_load((SOUNDS / "queue_prompts.yaml").read_text(encoding="utf-8"))
    return found


def texts(language: Language) -> Mapping[str, str]:
    """What each file of a language says, by its name without .wav."""
    found: Mapping[str, str] = _voices()[language]["texts"]
    return found


def said(language: Language, files: Sequence[str]) -> str:
    """The files one after the other, as one sentence without its full stop."""
    folders = {PurePath(file).parent.as_posix() for file in files}
    assert folders == {f"queue/{language}"}
    return " ".join(texts(language)[PurePath(file).stem] for file in files).removesuffix(".")
