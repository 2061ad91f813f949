"""What must fit together about agents and queues: each check with the line and what would be right."""

from __future__ import annotations

import pytest

from callcontrol.config.settings import Settings
from tests.config.folder import MAIN, TENANT, loaded, problems, written

# lines 11 to 16 of the file
QUEUES = """\
agents:
  anna: {extension: 101, skills: {german: 3, russian: 5}}
  bob: {number: 600 700 800}
queues:
  help: {agents: [{agent: anna}, {agent: bob}]}
  sales: {agents: [{agent: anna}]}
"""


def told(text: str, main: str = MAIN) -> list[str]:
    """Problems of the tenant with this behind it, without the file's name."""
    return [line.removeprefix("tenants/acme.yaml:") for line in written(*problems(TENANT + text, main))]


def help_with(settings: str, more: str = "") -> list[str]:
    """Problems of the queue `help` with further settings, all in line 15."""
    return told(QUEUES.replace("{agent: bob}]", f"{{agent: bob}}], {settings}") + more)


def sound(settings: str, agents: str = "{agent: bob}]") -> Settings:
    """The Settings of the queue `help` with further settings."""
    return loaded(TENANT + QUEUES.replace("{agent: bob}]", f"{agents}, {settings}"))


def test_two_queues_may_share_an_agent() -> None:
    tenant = loaded(TENANT + QUEUES).tenants["acme"]
    assert [seat.agent for queue in tenant.queues.values() for seat in queue.agents] == ["anna", "bob", "anna"]


PLACES = [
    ("agents:\n  anna: {}\n", ["12: agents.anna: nowhere to ring; write `extension: …` or `number: …`"]),
    ("agents:\n  anna: {extension: 101, number: 600 700 800}\n", [
        "12: agents.anna.number: an extension and a number; keep one of them"
    ]),
    ("agents:\n  anna: {extension: 1011}\n", [
        "12: agents.anna.extension: extension 1011 does not exist; did you mean 101?"
    ]),
    ("agents:\n  anna: {extension: 999}\n", [
        "12: agents.anna.extension: extension 999 does not exist; write `999:` below `extensions:`"
    ]),
    ("agents:\n  anna: {extension: 101}\n  bob: {extension: 101}\n", [
        "13: agents.bob.extension: agent anna is rung there already (tenants/acme.yaml:12); give each agent another"
            " place"
    ]),
    ("agents:\n  anna: {number: 600 700 800}\n  bob: {number: +48600700800}\n", [
        "13: agents.bob.number: agent anna is rung there already (tenants/acme.yaml:12); give each agent another"
            " place"
    ]),
    ("agents:\n  anna: {number: 600 700 800, auto: yes}\n", [
        "12: agents.anna.auto: an external number never registers, so it cannot be active by itself; remove it: such"
            " an agent logs in by command"
    ]),
    ("hours: {office: {week: {mon: 08:00-09:00}}}\nagents:\n  anna: {extension: 101, hours: office, auto: yes}\n", [
        "13: agents.anna.auto: `hours` already says when the agent is active; keep one of them"
    ]),
    ("agents:\n  anna: {extension: 101, hours: office}\n", [
        "12: agents.anna.hours: opening hours office do not exist; write `office:` below `hours:`"
    ]),
    ("agents:\n  anna: {extension: 101, confirm: no}\n", [
        "12: agents.anna.confirm: only external numbers are asked to press 1; remove it"
    ]),
    ("blocked: [4860]\nagents:\n  anna: {number: 600 700 800}\n", [
        "13: agents.anna.number: number:+48600700800 is never dialled: prefix '4860' is blocked"
            " (tenants/acme.yaml:11); write another target, or block a longer prefix"
    ]),
    ("agents:\n  anna: {number: 22 123 45 67}\n", [
        "12: agents.anna.number: number:+48221234567 is a number of your own: the call would go out through a trunk and"
            " come back; write the `extension:` at which the agent is to be rung"
    ]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), PLACES)
def test_an_agent_has_a_place_of_his_own(text: str, expected: list[str]) -> None:
    assert told(text) == expected


def test_an_agents_number_needs_a_trunk() -> None:
    main = MAIN.replace('"+48221110000"', '"+48221110000", prefixes: [49]')
    assert told("agents:\n  anna: {number: 600 700 800}\n", main) == [
        "12: agents.anna.number: no trunk takes number:+48600700800; add its prefix to a trunk (here: a)"
    ]


def test_agents_of_two_tenants_may_have_extensions_of_one_name() -> None:
    globex = (
        'domain: g.example\ncompany_number: "+48221234568"\ntariff: retail\nextensions: {101: {}}\n'
        'agents: {anna: {extension: 101}}\nnumbers: {"+48221234568": extension:101}\n'
    )
    assert set(loaded(TENANT + QUEUES, globex=globex).tenants) == {"acme", "globex"}


def test_seats_have_agents() -> None:
    found = told(QUEUES.replace("{agent: bob}", "{agent: bobb}, {agent: zoe},\n    {agent: anna}"))
    assert found == [
        "15: queues.help.agents.1.agent: agent bobb does not exist; did you mean bob?",
        "15: queues.help.agents.2.agent: agent zoe does not exist; write `zoe:` below `agents:`",
        "16: queues.help.agents.3.agent: agent anna has a seat here already (tenants/acme.yaml:15); keep one of them",
    ]


def test_an_agent_with_a_mistake_of_his_own_still_has_his_seats() -> None:
    assert told(QUEUES.replace("number: 600", "numbr: 600")) == [
        "13: agents.bob: unknown key `numbr`; did you mean `number`?"
    ]


OFFICE = "hours:\n  office: {week: {mon-fri: '08:00-17:00'}}\n"

HALVES = {
    "overflow: {after: 30}": "overflow.after: without `waited` it does nothing; write `waited: …` too",
    "overflow: {waited: voicemail:box}": "overflow.waited: without `after` it does nothing; write `after: …` too",
    "overflow: {expected: 30}": "overflow.expected: without `busy` it does nothing; write `busy: …` too",
    "overflow: {busy: voicemail:box}": "overflow.busy: without `expected` it does nothing; write `expected: …` too",
    "callback: {opens: 08:00}": "callback: half an opening time: `closes` is missing; write `closes: …`",
    "callback: {closes: 08:00}": "callback: half an opening time: `opens` is missing; write `opens: …`",
    "callback: {opens: 20:00, closes: 08:00}": "callback.closes: it closes at 08:00, but opens at 20:00; write a later"
    " time of the same day",
    "callback: {opens: 08:00, closes: 08:00}": "callback.closes: it closes at 08:00, but opens at 08:00; write a later"
    " time of the same day",
    "at_closing: serve_out": "at_closing: without `hours` it never closes; write `hours: …` too",
    "overflow: {closed: voicemail:box}": "overflow.closed: without `hours` it never closes; write `hours: …` for the"
    " queue",
    "hours: office, at_closing: tell": "at_closing: nothing is played to callers: `announce.closing` is missing; write"
    " `announce: {closing: …}`",
    "hours: office, announce: {closing: a.wav}": "announce.closing: it is never played; write `at_closing: tell`, or"
    " remove it",
    "hours: office, at_closing: overflow": "at_closing: there is nowhere to send callers: `overflow.closed` is missing;"
    " write `overflow: {closed: …}`",
    "hours: ofice": "hours: opening hours ofice do not exist; did you mean office?",
    "callback: {hours: offices}": "callback.hours: opening hours offices do not exist; did you mean office?",
    "callback: {hours: office, opens: 08:00, closes: 17:00}": "callback.opens: both `hours` and times of day say when"
    " customers are called; keep one of them",
    "callback: {every: 60, expires: 60}": "callback.expires: given up after 60 s, before the first further attempt"
    " (60 s); write more than `every`, or `retries: 0`",
}


@pytest.mark.parametrize("settings", HALVES)
def test_halves_of_settings(settings: str) -> None:
    assert help_with(settings, OFFICE) == [f"15: queues.help.{HALVES[settings]}"]


@pytest.mark.parametrize(
    "settings",
    [
        "overflow: {full: voicemail:box, empty: hangup:busy}",
        "overflow: {length: 5}",
        "overflow: {after: 30, waited: voicemail:box, expected: 60, busy: queue:sales}",
        "callback: {opens: 08:00, closes: 20:00}",
        "callback: {opens: 00:00, closes: 24:00}",
        "callback: {retries: 0, every: 60, expires: 60}",
    ],
)
def test_what_is_no_half(settings: str) -> None:
    assert sound(settings).tenants["acme"].queues["help"].otherwise is None


DEMANDS = {
    "demands: [{skills: {german: 1}}]": "demands.0: no caller is named; write `dialled: …` or `caller: …`",
    "priorities: [{priority: 3}]": "priorities.0: no caller is named; write `dialled: …`, `caller: …` or"
    " `numbers: […]`",
    "demands: [{dialled: 22 123 45 68, skills: {german: 1}}]": "demands.0.dialled: +48221234568 is none of this"
    " tenant's numbers; did you mean +48221234567?",
    "priorities: [{dialled: 61 555 55 55, priority: 3}]": "priorities.0.dialled: +48615555555 is none of this tenant's"
    " numbers; add +48615555555 below `numbers:`",
    "demands: [{caller: +49, skills: {german: 4}}]": "demands.0.skills: no agent of the queue has german 4; add the"
    " skill to an agent, or end `relax:` with what is enough",
    "demands: [{caller: +49, skills: {german: 3, french: 1}, relax: [{after: 5, skills: {french: 1}}]}]": "demands.0"
    ".skills: no agent of the queue has german 3, french 1; add the skill to an agent, or end `relax:` with what is"
    " enough",
    "demands: [{caller: +4, skills: {german: 1}}, {caller: +49, skills: {russian: 1}}]": "demands.1: never asked: every"
    " caller it fits has a demand before it (tenants/acme.yaml:15); put it before that one",
    "demands: [{dialled: 22 123 45 67, skills: {german: 1}}, {dialled: 22 123 45 67, caller: 49, skills: {german: 2}}]":
    "demands.1: never asked: every caller it fits has a demand before it (tenants/acme.yaml:15); put it before that"
    " one",
    "demands: [{caller: '', skills: {german: 1}}, {dialled: 22 123 45 67, skills: {german: 2}}]":
    "demands.1: never asked: every caller it fits has a demand before it (tenants/acme.yaml:15); put it before that"
    " one",
    "demands: [{caller: +49, skills: {german: 3}, relax: [{after: 9, skills: {german: 1}}, {after: 9}]}]":
    "demands.0.relax.1.after: after 9 s, but the one before it comes after 9 s; write them in the order of time",
    "sticky: {first: 30}, overflow: {after: 30, waited: voicemail:box}": "sticky.first: never after 30 s: callers leave"
    " after 30 s (overflow.after); write less than 30",
    "tier_wait: 40, overflow: {after: 30, waited: voicemail:box}": "tier_wait: never after 40 s: callers leave after"
    " 30 s (overflow.after); write less than 30",
    "demands: [{caller: 49, skills: {german: 1}, relax: [{after: 31}]}], overflow: {after: 30, waited: voicemail:box}":
    "demands.0.relax.0.after: never after 31 s: callers leave after 30 s (overflow.after); write less than 30",
}  # fmt: skip


@pytest.mark.parametrize("settings", DEMANDS)
def test_demands_and_waits(settings: str) -> None:
    assert help_with(settings) == [f"15: queues.help.{DEMANDS[settings]}"]


@pytest.mark.parametrize(
    "settings",
    [
        "demands: [{caller: +49, skills: {german: 3, russian: 5}}]",
        "demands: [{caller: +49, skills: {chinese: 1}, relax: [{after: 5, skills: {chinese: 1}}, {after: 9}]}]",
        "demands: [{caller: +49, skills: {german: 9}, relax: [{after: 5, skills: {german: 3}}]}]",
        "demands: [{caller: +49, skills: {german: 1}}, {caller: +4, skills: {russian: 1}}]",
        "demands: [{dialled: 22 123 45 67, caller: 49, skills: {german: 1}}, {caller: +49, skills: {russian: 1}}]",
        "priorities: [{dialled: 22 123 45 67, priority: 1}, {numbers: [600 700 800], priority: 2}]",
        "sticky: {first: 29}, tier_wait: 29, overflow: {after: 30, waited: voicemail:box}",
    ],
)
def test_demands_and_waits_that_are_sound(settings: str) -> None:
    assert "help" in sound(settings).tenants["acme"].queues


def test_of_a_demand_nothing_is_said_while_an_agent_is_unknown() -> None:
    found = told(QUEUES.replace("{agent: bob}]", "{agent: bobb}], demands: [{caller: 49, skills: {chinese: 1}}]"))
    assert found == ["15: queues.help.agents.1.agent: agent bobb does not exist; did you mean bob?"]


LEADS = {
    "keys: {0: voicemail:bx, 1: callback}": "keys.0: voicemail:bx does not exist; did you mean box?",
    "overflow: {after: 3, waited: queue:hlp}": "overflow.waited: queue:hlp does not exist; did you mean help?",
    "overflow: {full: group:x}": "overflow.full: group:x does not exist; write `x:` below `groups:`",
    "overflow: {expected: 3, busy: list:x}": "overflow.busy: list:x does not exist; write `x:` below `lists:`",
    "overflow: {empty: extension:9}": "overflow.empty: extension:9 does not exist; write `9:` below `extensions:`",
    "otherwise: queue:nobody": "otherwise: queue:nobody does not exist; write `nobody:` below `queues:`",
    "otherwise: number:22 123 45 67": "otherwise: number:+48221234567 is a number of your own: the call would go out"
    " through a trunk and come back; write extension:101, where it leads",
}


@pytest.mark.parametrize("settings", LEADS)
def test_where_a_queue_leads(settings: str) -> None:
    assert help_with(settings) == [f"15: queues.help.{LEADS[settings]}"]


def test_what_leads_to_a_queue() -> None:
    assert told(QUEUES + "last_resort: queue:hepl\n") == [
        "17: last_resort: queue:hepl does not exist; did you mean help?"
    ]
    assert told(QUEUES + "groups:\n  g: {members: [queue:help]}\n") == [
        "18: groups.g.members.0: queue:help cannot ring as a member; write extension:…, number:… or sip:…, and anything"
        " else as `otherwise:`"
    ]


RIGHT = "let one of them lead elsewhere, or switch it off"
LOOPS = [
    ("otherwise: queue:help", "", ["15: queues.help.otherwise: a loop: queue:help -> queue:help"]),
    ("overflow: {full: queue:help}", "", ["15: queues.help.overflow.full: a loop: queue:help -> queue:help"]),
    ("overflow: {expected: 9, busy: queue:help}", "", [
        "15: queues.help.overflow.busy: a loop: queue:help -> queue:help"
    ]),
    ("otherwise: announcement:sorry", "announcements:\n  sorry: {file: a.wav, then: queue:help}\n", [
        "15: queues.help.otherwise: a loop: queue:help -> announcement:sorry -> queue:help"
    ]),
    ("overflow: {full: queue:late}", "  late: {agents: [{agent: anna}], otherwise: queue:help}\n", [
        "17: queues.late.otherwise: a loop: queue:late -> queue:help -> queue:late"
    ]),
    ("otherwise: queue:late", "  late: {agents: [{agent: anna}], otherwise: queue:help}\n", [
        "15: queues.help.otherwise: a loop: queue:help -> queue:late -> queue:help"
    ]),
]  # fmt: skip


@pytest.mark.parametrize(("settings", "more", "expected"), LOOPS)
def test_loops_without_a_wait(settings: str, more: str, expected: list[str]) -> None:
    assert help_with(settings, more) == [f"{line}; {RIGHT}" for line in expected]


@pytest.mark.parametrize(
    "settings",
    [
        "overflow: {after: 30, waited: queue:help}",
        "overflow: {empty: queue:help}",
        "keys: {1: queue:help}",
        "otherwise: queue:sales, overflow: {full: queue:sales}",
    ],
)
def test_what_is_no_loop(settings: str) -> None:
    assert "help" in sound(settings).tenants["acme"].queues


def test_a_chain_over_queues_has_the_hop_limit() -> None:
    text = QUEUES.replace("{agent: bob}]", "{agent: bob}], otherwise: queue:sales").replace(
        "sales: {agents: [{agent: anna}]", "sales: {agents: [{agent: anna}], otherwise: extension:101"
    )
    assert told(text, MAIN + "limits: {hops: 1}\n") == [
        "15: queues.help.otherwise: a chain of 2 forwardings, 1 are allowed: queue:help -> queue:sales ->"
        " extension:101; lead to the end of it directly, or raise limits.hops"
    ]
    assert "sales" in loaded(TENANT + text, MAIN + "limits: {hops: 2}\n").tenants["acme"].queues


def test_hours_that_end_before_an_agent_could_have_answered() -> None:
    (problem,) = help_with("ring: 60, callback: {opens: 23:59, closes: 24:00}")
    assert problem.endswith(
        "callback.closes: open for 60 s, and an agent's phone rings 60 s before the customer's; write longer hours"
    )


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ("wallboard: {waiting: {yellow: 5, red: 5}}", "red from 5 on, and yellow only from 5; write more than 5"),
        (
            "wallboard: {longest: {yellow: 60, red: 30}}",
            "red from 30 on, and yellow only from 60; write more than 60",
        ),
        (
            "wallboard: {service_level: {yellow: 60, red: 80}}",
            "red below 80 %, and yellow only below 60 %; write less than 60",
        ),
    ],
)
def test_red_is_worse_than_yellow(settings: str, told: str) -> None:
    (problem,) = help_with(settings)
    assert problem.endswith(told)
    assert problem.startswith("15: queues.help.wallboard.")
