"""Sound files read back as text: what a listener hears."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import PurePath
from typing import Any

import yaml

from callcontrol.config.yaml_reader import FASTEST_LOADER
from callcontrol.vocabulary.language import Language
from tests.tidy.tree import ROOT

SOUNDS = ROOT / "freeswitch-xml" / "sounds"


@cache
def _voices(file: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = yaml.load((SOUNDS / file).read_text(encoding="utf-8"), Loader=FASTEST_LOADER)
    return found


@cache
def texts(language: Language) -> Mapping[str, str]:
    """What each file of a language says, by its name below the switch's sounds."""
    queue, spoken = (_voices(file)[language]["texts"] for file in ("queue_prompts.yaml", "spoken_prompts.yaml"))
    clips = {f"queue/{clip}": text for clip, text in queue.items()} | spoken
    return {f"{PurePath(clip).parent}/{language}/{PurePath(clip).name}.wav": text for clip, text in clips.items()}


def said(language: Language, files: Sequence[str]) -> str:
    """The files one after the other, as one sentence without its full stop."""
    return " ".join(texts(language)[file] for file in files).removesuffix(".")
