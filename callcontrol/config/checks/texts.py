"""Prompts: that each is there in every language it is heard in, and that there is an engine for each text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from callcontrol.config.checks.places import did_you_mean, problem_at
from callcontrol.config.frozen import Frozen
from callcontrol.config.problems import Problem
from callcontrol.config.prompt import Prompt, Said
from callcontrol.config.settings import Settings, Tenant
from callcontrol.config.speech_settings import BUILT_IN
from callcontrol.config.yaml_reader import YamlPath
from callcontrol.vocabulary.language import Language


def voices_without_an_engine(settings: Settings) -> Iterator[Problem]:
    """Each voice names an engine there is."""
    known = (BUILT_IN, *settings.speech.engines)
    for language, voice in settings.speech.voices.items():
        if voice.engine not in known:
            right = did_you_mean(voice.engine, known, f"write `{voice.engine}:` below `speech.engines`")
            where = ("speech", "voices", language, "engine")
            yield problem_at(settings, where, f"engine {voice.engine} does not exist", right)


def engines_without_a_voice(settings: Settings) -> Iterator[Problem]:
    """A command in which the voice does not stand would speak every language alike."""
    for name, engine in settings.speech.engines.items():
        if not any("{voice}" in argument for argument in engine.command):
            where = ("speech", "engines", name, "command")
            yield problem_at(settings, where, "{voice} is in none of its arguments", "write it where the voice belongs")


def prompts_missing_a_language(settings: Settings) -> Iterator[Problem]:
    """Each prompt can be heard in every language of those who hear it."""
    for name, tenant in settings.tenants.items():
        for place, prompt in prompts_below(("tenants", name), tenant):
            missing = prompt.missing(_languages_of(place, tenant))
            if missing:
                what = f"it is not there in {', '.join(missing)}, which it is heard in"
                yield problem_at(settings, place, what, f"write `{missing[0]}: …` beside the others")


def _languages_of(place: YamlPath, tenant: Tenant) -> tuple[Language, ...]:
    """The languages in which the prompt at this place is heard: a queue's own, those of callers, or that of agents."""
    own = tenant.queues[place[3]].language if place[2] == "queues" else None
    if own is not None:
        return (own,)
    return (tenant.language,) if place[-1] == "whisper_name" or place[2] == "confirm" else tenant.spoken


def texts_in(settings: Settings) -> Iterator[tuple[YamlPath, Said]]:
    """Every text that is spoken, with the place of its prompt."""
    for name, tenant in settings.tenants.items():
        for place, prompt in prompts_below(("tenants", name), tenant):
            yield from ((place, said) for said in prompt.said)


def prompts_below(place: YamlPath, value: object) -> Iterator[tuple[YamlPath, Prompt]]:
    """Every prompt in these settings, with its place."""
    match value:
        case Prompt():
            yield place, value
        case Frozen():
            for field, written in type(value).model_fields.items():
                yield from prompts_below((*place, written.alias or field), getattr(value, field))
        case Mapping():
            for key, entry in value.items():
                yield from prompts_below((*place, str(key)), entry)
        case tuple():
            for index, entry in enumerate(value):
                yield from prompts_below((*place, str(index)), entry)
