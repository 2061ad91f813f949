"""What keys of a menu say of the caller: language, skills, priority, label."""

from __future__ import annotations

from dataclasses import replace

from callcontrol.control import commands as do
from callcontrol.routing.explain import explain
from callcontrol.routing.facts import Facts
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.demand import CallerDemand
from callcontrol.vocabulary.trail import Demanded, LanguageChosen
from tests.config.folder import TENANT, problems, written
from tests.kinds.menu.story import MenuStory, known

MENUS = """
  main:
    prompt: {pl: pl/main.wav, en: en/main.wav}
    keys:
      1: {to: "queue:help", skills: {german: 2}, label: billing}
      2: {to: "menu:main", language: pl}
      3: {to: again, priority: 4}
  sub: {prompt: sub.wav, keys: {1: back, 2: hangup:busy}}
"""
MORE = """
languages: [pl]
remember_language: 7
labels: {billing: {whisper: billing.wav}}
"""
QUEUE = """
agents: {a: {extension: '104', skills: {german: 3}}}
queues:
  help: {agents: [{agent: a}]}
"""


def in_menu() -> MenuStory:
    story = MenuStory(knowing())
    return story.begin()


def knowing() -> Facts:
    return known(menus=MENUS, more=MORE.lstrip("\n"), queue=QUEUE)


def test_a_language_holds_from_the_next_prompt_on_and_is_remembered() -> None:
    story = in_menu()
    assert story.played == ["en/main.wav"]
    story.press("2")
    assert story.played == ["pl/main.wav"]
    assert story.command(do.RememberLanguage) == do.RememberLanguage("+48600700800", "pl", 7)
    (chosen,) = story.entries(LanguageChosen)
    assert (story.call.language, chosen.why) == ("pl", "key 2 of menu:main")
    assert chosen.source.startswith("tenants/acme.yaml:")


def test_what_keys_ask_for_adds_up_on_the_way_to_the_queue() -> None:
    story = in_menu().press("31").looked_up()
    assert story.call.demand == CallerDemand({"german": 2}, 4, "billing")
    ticket = story.command(do.JoinQueue).ticket
    assert (ticket.priority, [stage.demand for stage in ticket.stages]) == (4, ["german>=2"])
    assert [entry.why for entry in story.entries(Demanded)] == ["key 3 of menu:main", "key 1 of menu:main"]


def test_it_is_kept_by_the_next_worker() -> None:
    story = in_menu().press("23").taken_over()
    assert (story.played, story.call.language, story.call.demand) == (["pl/main.wav"], "pl", CallerDemand({}, 4))


def test_of_a_caller_who_shows_no_number_nothing_is_remembered() -> None:
    story = MenuStory(knowing())
    story.call = replace(story.call, caller=Caller("+48600700800", anonymous=True))
    story.begin().press("2")
    assert (story.call.language, story.has(do.RememberLanguage)) == ("pl", False)


def test_explain_says_it() -> None:
    told = "\n".join(explain(knowing()))
    assert "-> queue:help (key 1 of menu:main (german>=2, label billing))" in told
    assert "(key 2 of menu:main (language pl))" in told


def test_mistakes_have_their_line() -> None:
    menu = """menus:
  main:
    prompt: main.wav
    keys:
      1: {to: again, language: ru}
      2: {to: again, label: biling}
      3: {to: again, skills: {german: 2}}
labels: {billing: {}}
"""
    assert [one for one in written(*problems(TENANT + menu)) if ".keys." in one and "way out" not in one] == [
        "tenants/acme.yaml:15: menus.main.keys.1.language: callers are not led in ru; write `languages: [en, ru]`",
        "tenants/acme.yaml:16: menus.main.keys.2.label: label biling does not exist; did you mean billing?",
        "tenants/acme.yaml:17: menus.main.keys.3.skills.german: no agent has german 2; add the skill to an agent, or"
        " remove it",
    ]
