"""Which language a caller is led in, and which one an agent is spoken to in."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcontrol.config.language_settings import LanguageFor
from callcontrol.routing.explain import explain
from callcontrol.routing.facts import Facts
from callcontrol.routing.language import choice_at_arrival, number_remembered, number_to_ask, to_agent, to_caller
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.language import LANGUAGES, Language
from tests.routing.queue_world import HELP, RUSH, changed, facts, tenant

LANGUAGE_BLOCK = f"""
language: en
languages: [en, pl, ru]
language_for:
  - {{dialled: "{RUSH}", caller: "+7", language: ru}}
  - {{dialled: "{RUSH}", language: pl}}
  - {{caller: "+48", language: pl}}
remember_language: 30
"""
SPOKEN = tenant() + LANGUAGE_BLOCK

POLE, RUSSIAN, GERMAN = Caller("+48600700800"), Caller("+74951234567"), Caller("+4930123456")


def arriving(caller: Caller, dialled: str = HELP, written: str = SPOKEN) -> Facts:
    return facts(dialled, caller=caller, written=written)


@pytest.mark.parametrize(
    ("caller", "dialled", "language"),
    [
        (POLE, HELP, "pl"),
        (POLE, RUSH, "pl"),
        (RUSSIAN, HELP, None),
        (RUSSIAN, RUSH, "ru"),
        (GERMAN, RUSH, "pl"),
        (GERMAN, HELP, None),
        (replace(POLE, anonymous=True), HELP, None),
        (replace(POLE, anonymous=True), RUSH, "pl"),
        (Caller("101", extension="101"), HELP, None),
        (Caller(""), HELP, None),
    ],
)
def test_the_first_that_fits_counts(caller: Caller, dialled: str, language: Language | None) -> None:
    found = arriving(caller, dialled)
    choice = choice_at_arrival(found)
    assert (choice.language if choice else None) == language
    assert found.led_in(choice.language if choice else None).language == (language or "en")


def test_it_says_where_it_is_written() -> None:
    choice = choice_at_arrival(arriving(RUSSIAN, RUSH))
    assert choice is not None
    assert choice.why == "language_for 1"
    assert choice.source.startswith("tenants/acme.yaml:")


def test_what_was_chosen_before_goes_first() -> None:
    choice = choice_at_arrival(replace(arriving(POLE), remembered="ru"))
    assert choice is not None
    assert (choice.language, choice.why) == ("ru", "chosen by +48600700800 in an earlier call")


def test_what_is_not_spoken_any_more_is_forgotten() -> None:
    only_polish = tenant() + "language: pl\n"
    assert choice_at_arrival(replace(arriving(POLE, written=only_polish), remembered="ru")) is None


@pytest.mark.parametrize(
    ("found", "number"),
    [
        (arriving(POLE), POLE.number),
        (arriving(replace(POLE, anonymous=True)), ""),
        (arriving(Caller("101", extension="101")), ""),
        (arriving(POLE).led_in("ru"), ""),
        (replace(arriving(POLE), transferred=True), ""),
        (replace(arriving(POLE), tenant_name="no-such"), ""),
        (arriving(POLE, written=SPOKEN.replace("remember_language: 30\n", "")), ""),
    ],
)
def test_only_a_new_call_of_a_tenant_that_remembers_is_looked_up(found: Facts, number: str) -> None:
    assert number_to_ask(found) == number


def test_the_number_is_remembered_of_those_who_show_it() -> None:
    settings = arriving(POLE).tenant
    callers = (POLE, Caller("101", extension="101"), Caller("anonymous"))
    assert [number_remembered(settings, one) for one in callers] == [POLE.number, "", ""]


def test_a_queues_own_language_is_for_all_who_hear_it() -> None:
    found = arriving(POLE, written=changed("help", "wrap_up: 10", "language: ru") + LANGUAGE_BLOCK).led_in("pl")
    queues = found.tenant.queues
    assert (to_caller(queues["help"], found), to_agent(queues["help"], found.tenant)) == ("ru", "ru")
    assert (to_caller(queues["rush"], found), to_agent(queues["rush"], found.tenant)) == ("pl", "en")
    assert to_agent(None, found.tenant) == "en"


def test_explain_says_it() -> None:
    line = explain(arriving(RUSSIAN, RUSH))[0]
    assert line.startswith("-> language ru (language_for 1) [tenants/acme.yaml:")
    assert not explain(arriving(GERMAN))[0].startswith("-> language")


numbers = st.from_regex(r"\A\+[1-9][0-9]{5,14}\Z")
entries = st.builds(
    LanguageFor,
    dialled=st.none() | st.sampled_from([HELP, RUSH]),
    caller=st.none() | st.sampled_from(["", "4", "48", "7", "486"]),
    language=st.sampled_from(LANGUAGES),
)


@given(first=entries, second=entries, number=numbers | st.just(""), dialled=st.sampled_from([HELP, RUSH]))
def test_a_caller_who_matches_a_covered_entry_matches_the_covering_one(
    first: LanguageFor, second: LanguageFor, number: str, dialled: str
) -> None:
    if first.covers(second) and second.fits(number, dialled):
        assert first.fits(number, dialled)
