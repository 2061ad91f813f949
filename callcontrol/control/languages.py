"""The language a caller is led in: chosen at arrival, changed by a key, kept as long as the call lasts."""

from __future__ import annotations

from callcontrol.control import commands as do
from callcontrol.control.call import Call
from callcontrol.control.commands import Command
from callcontrol.routing.facts import Facts
from callcontrol.routing.language import choice_at_arrival, number_remembered
from callcontrol.vocabulary.language import Language


def chosen_at_arrival(call: Call, facts: Facts) -> Call:
    """The call in the language chosen for it as it arrives; one that has a language, or was transferred, keeps what it
    has.
    """
    is_new = call.language is None and not facts.transferred and facts.tenant_name in facts.settings.tenants
    choice = choice_at_arrival(facts) if is_new else None
    return call if choice is None else call.speaking(choice.language, choice.why, facts.now, choice.source)


def chosen_by_key(
    call: Call, language: Language, why: str, facts: Facts, source: str = ""
) -> tuple[Call, Facts, tuple[Command, ...]]:
    """The caller has chosen a language: the call and the facts in it, and what is to be done so that it is remembered
    for the caller's next call, where the tenant says so.

    Args:
        why: the key and where it was pressed, for the trail. source: `file:line` where that key stands.
    """
    number, days = number_remembered(facts.tenant, call.led_party), facts.tenant.remember_language
    remember = (do.RememberLanguage(number, language, days),) if number else ()
    if language == call.language:
        return call, facts.led_in(language), remember
    return call.speaking(language, why, facts.now, source), facts.led_in(language), remember
