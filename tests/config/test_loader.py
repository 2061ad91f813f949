"""Files -> Settings with the place of everything, or every Problem of all files at once."""

from __future__ import annotations

import pytest

from callcontrol.config.loader import load
from callcontrol.config.settings import Settings
from callcontrol.kinds import KINDS
from callcontrol.kinds.targets import group, voicemail
from callcontrol.kinds.targets.voicemail import VoicemailTarget
from callcontrol.vocabulary.target import ExtensionTarget
from tests.config.folder import MAIN, TENANT, files, loaded, located, problems, written


def test_settings_hold_what_was_written_and_defaults() -> None:
    settings = loaded()
    tenant = settings.tenants["acme"]
    assert settings.switches["fs1"].address == "127.0.0.1:8021"
    assert settings.limits.hops == 8
    assert (tenant.domain, tenant.zone, tenant.company_number) == ("acme.example", "Europe/Warsaw", "+48221234567")
    assert tenant.numbers == {"+48221234567": ExtensionTarget("101")}
    assert tenant.extensions["101"].accounts("101") == ("101",)
    assert settings.tariff_files == {"retail": "tariffs/retail.yaml"}


def test_a_key_with_nothing_behind_it_is_not_written() -> None:
    settings = loaded(TENANT.replace("101: {}", "101:").replace("box: {}", "box: {max: }") + "groups:\nshow:\n")
    tenant = settings.tenants["acme"]
    boxes, groups = voicemail.BLOCK.of(tenant), group.BLOCK.of(tenant)
    assert (tenant.extensions["101"].ring, boxes["box"].max, groups) == (20, 180, {})


def test_everything_has_its_place() -> None:
    text = TENANT.replace('"+48221234567": extension', "22 123 45 67: extension") + (
        "lists:\n  night:\n    members:\n      - target: extension:101\n      - {target: extension:102}\n"
    )
    settings = loaded(text)
    places = [
        settings.source("switches", "fs1", "password"),
        settings.source("tenants", "acme"),
        settings.source("tenants", "acme", "extensions", "102"),
        settings.source("tenants", "acme", "numbers", "+48221234567"),
        settings.source("tenants", "acme", "lists", "night", "members", "1"),
        settings.source("tenants", "acme", "lists", "night", "members", "1", "target"),
        settings.source("limits", "hops"),
    ]
    assert places == [
        "callcontrol.yaml:1",
        "tenants/acme.yaml:1",
        "tenants/acme.yaml:6",
        "tenants/acme.yaml:10",
        "tenants/acme.yaml:15",
        "tenants/acme.yaml:15",
        "",
    ]


# What is added to the sound tenant's file (10 lines long) -> its Problems.
MISTAKES = [
    ("shw: company\n", ["11: unknown key `shw`; did you mean `show`?"]),
    ("colour: red\n", [
        "11: unknown key `colour`; known here: domain, zone, region, company_number, show, tariff, tariffs,"
        " bundles, volumes, last_resort, trunks, trunk_rules, shown_rules,"
        " blocked, outgoing, do_not_disturb, call_waiting, holding, on_net, emergency, emergency_numbers,"
        " emergency_calls, locations, location, talk,"
        " confirm, language, languages, language_for, mailboxes, remember_language, mail, labels, extensions, agents,"
        " pauses, queues, ageing, hours, numbers, media, recording, transfers, supervision, missed, credit, limits,"
        " exports,"
        " statements, retention, sign_on,"
        " groups, lists, menus, sequences, duties, announcements, surveys, voicemail, parking, conferences"
    ]),
    ("show: mine\n", ["11: show: 'mine' is not known here; write 'caller' or 'company'"]),
    ("talk: 0\n", ["11: talk: 0 is too small; write at least 1"]),
    ("talk: 99999\n", ["11: talk: 99999 is too large; write at most 86400"]),
    ("talk: 1.5\n", ["11: talk: '1.5' is no whole number; write digits only, such as 20"]),
    ("talk: [1]\n", ["11: talk: a list stands where one text belongs; write a whole number"]),
    ("confirm: yes\n", ["11: confirm: 'yes' stands where a block of keys belongs; write `key: value` lines"
        " below it, with on, prompt, wait, decline"]),
    ("groups: [a]\n", ["11: groups: a list stands where a block of keys belongs; write a line for each below it:"
        " `a: …`"]),
    ("pauses: []\n", ["11: pauses: a list stands where a block of keys belongs; write `name: …` lines below it"]),
    ("agents: [anna]\n", ["11: agents: a list stands where a block of keys belongs; write a line for each below it:"
        " `anna: {}`"]),
    ("agents: {101: {}}\n", ["11: agents.101: nowhere to ring; did you mean `extension: 101`?"]),
    ("groups: {g: {members: [101, 600700800]}}\n", [
        "11: groups.g.members.0: '101' is no target; did you mean extension:101?",
        "11: groups.g.members.1: '600700800' is no target; did you mean number:600700800?",
    ]),
    ("last_resort: ext:101\n", ["11: last_resort: 'ext:101' is no target; did you mean extension:101?"]),
    ("last_resort: 'voicemail: box'\n", [
        "11: last_resort: 'voicemail: box' is no target; did you mean voicemail:box?"
    ]),
    ("last_resort: anna@sip.example\n", [
        "11: last_resort: 'anna@sip.example' is no target; did you mean sip:anna@sip.example?"
    ]),
    ("agents: {a: {extension: 101}}\nqueues: {q: {agents: [a]}}\n", [
        "12: queues.q.agents.0: 'a' stands where a block of keys belongs; write `{agent: a}`"
    ]),
    ("queues: {q: {agents: []}}\n", [
        "11: queues.q.agents: nothing is in it; write at least 1, such as `- {agent: …}`"
    ]),
    ("agents: {a: {number: 22 123}}\n", [
        "11: agents.a.number: '22 123' is too short for a phone number of PL; write a full number, such as +48221234567"
    ]),
    ("blocked: 4870\n", ["11: blocked: '4870' stands where a list belongs; write lines that begin with `- `, or"
        " [a, b]"]),
    ("blocked:\n  - 4870\n  - 00\n", [
        "13: blocked.1: '00' is no prefix; write the first digits of numbers in international form, such as 48"
            " or +4870; \"\" is every number"
    ]),
    ("groups:\n  sales:\n    ring: 10\n", ["12: groups.sales: `members` is missing; write `members: …`"]),
    ("groups:\n  sales:\n    members: []\n", ["13: groups.sales.members: nothing is in it; write at least 1"]),
    ("groups:\n  s s: {members: [extension:101]}\n", [
        "12: groups.s s: 's s' is no name; write at most 64 letters, digits, _ . -, the first no dot or dash"
    ]),
    ("lists:\n  night:\n    members: [extension:101]\n", [
        "13: lists.night.members.0: 'extension:101' stands where a block of keys belongs;"
        " write `{target: extension:101}`"
    ]),
    ("announcements:\n  closed: {}\n", [
        "12: announcements.closed: `file` is missing; write `file: …`"
        " (sound file (absolute, or below the switch's sounds), tone_stream:// or silence_stream://,"
        " {say: text}, one of these for each language, or a list of them)"
    ]),
    ("announcements:\n  closed: {file: a.wav, after: group:x}\n", [
        "12: announcements.closed: unknown key `after`; known here: file, answer, whole, then"
    ]),
    ("last_resort: ivr:sales\n", [
        "11: last_resort: 'ivr:sales' is no target; write one of extension:…, group:…, list:…, queue:…, menu:…,"
        " sequence:…, hours:…, duty:…, number:…, sip:…, announcement:…, survey:…, voicemail:…, parking:…,"
        " conference:…, hangup:…"
    ]),
]  # fmt: skip


@pytest.mark.parametrize(("added", "expected"), MISTAKES)
def test_mistakes_of_a_tenant(added: str, expected: list[str]) -> None:
    assert written(*problems(TENANT + added)) == [f"tenants/acme.yaml:{line}" for line in expected]


def test_a_mistyped_key_without_a_value_is_told_too() -> None:
    found = problems(TENANT.replace("101: {}", "101: {forward: {no_answr: }}"))
    assert written(*found) == [
        "tenants/acme.yaml:5: extensions.101.forward: unknown key `no_answr`; did you mean `no_answer`?"
    ]


def test_missing_keys_have_the_line_of_what_they_belong_to() -> None:
    found = load(files() | {"tenants/acme.yaml": "# empty\n"}, KINDS)
    assert isinstance(found, tuple)
    assert written(*found) == [
        "tenants/acme.yaml:1: `company_number` is missing; write `company_number: …` (the number shown as the"
        " company's)",
        "tenants/acme.yaml:1: `domain` is missing; write `domain: …` (SIP domain its phones register with)",
        "tenants/acme.yaml:1: `region` is missing; write `region: …` (country of numbers written nationally, two"
        " capital letters such as PL)",
        "tenants/acme.yaml:1: `tariff` is missing; write `tariff: …` (price list: a file below `tariffs/`)",
        "tenants/acme.yaml:1: `zone` is missing; write `zone: …` (time zone of its hours and price periods, such as"
        " Europe/Warsaw)",
    ]


def test_what_only_the_loader_fills_cannot_be_written() -> None:
    found = problems(main=MAIN + "tenants: {}\nsources: {}\ntariff_files: {}\n")
    assert [(p.line, p.what) for p in found] == [
        (4, "unknown key `tenants`"),
        (5, "unknown key `sources`"),
        (6, "unknown key `tariff_files`"),
    ]


def test_aliases_of_python_names_are_no_keys() -> None:
    found = problems(TENANT.replace("101: {}", "101: {forward: {busy: {target: extension:102, from_: x}}}"))
    assert [p.what for p in found] == ["extensions.101.forward.busy: unknown key `from_`"]


def test_all_mistakes_of_all_files_come_at_once() -> None:
    bad = TENANT.replace("102: {}", "102: {ring: x}\n  103: {forward: {always: {target: extension:104}}}") + "x: 1\n"
    found = problems(bad, MAIN.replace("number", "numbr"), globex="domain: [x\n")
    assert [(p.file, p.line) for p in found] == [
        ("callcontrol.yaml", 3),
        ("callcontrol.yaml", 3),
        ("tenants/acme.yaml", 6),
        ("tenants/acme.yaml", 7),
        ("tenants/acme.yaml", 12),
        ("tenants/globex.yaml", 1),
    ]


def test_one_mistake_does_not_cause_others() -> None:
    found = problems(TENANT.replace("101: {}", "101: {rng: 5}"))
    assert [p.what for p in found] == ["extensions.101: unknown key `rng`"]
    assert [p.what for p in problems(main=MAIN.replace("password", "pasword"))] == [
        "switches.fs1: `password` is missing",
        "switches.fs1: unknown key `pasword`",
    ]


def test_the_same_number_in_two_writings() -> None:
    found = problems(TENANT + "  22 123 45 67: extension:102\n  0048 22 1234567: extension:102\n")
    assert written(*found) == [
        "tenants/acme.yaml:11: numbers.22 123 45 67: the same number as '+48221234567' in line 10; keep one of them",
        "tenants/acme.yaml:12: numbers.0048 22 1234567: the same number as '+48221234567' in line 10; keep one of them",
    ]


def test_files_have_names() -> None:
    misnamed = {"tenants/b c.yaml": "", "tenants/x.yml": "", "tariffs/y.txt": "", "tariffs/retail.csv": ""}
    found = load(files() | misnamed, KINDS)
    assert isinstance(found, tuple)
    assert written(*found) == [
        "tariffs/retail.yaml:1: the price list retail is in tariffs/retail.csv already; keep one of the files",
        "tariffs/y.txt:1: this file is no price list; name it tariffs/NAME.yaml or tariffs/NAME.csv",
        "tenants/b c.yaml:1: this file is no tenant's; name it tenants/NAME.yaml (letters, digits, _ . -)",
        "tenants/x.yml:1: this file is no tenant's; name it tenants/NAME.yaml (letters, digits, _ . -)",
    ]


def test_without_the_main_file_the_others_are_checked_all_the_same() -> None:
    found = load({"tenants/acme.yaml": located(TENANT.replace("tariff: retail\n", ""))}, KINDS)
    assert isinstance(found, tuple)
    assert [str(p).partition(";")[0] for p in found] == [
        "callcontrol.yaml:1: the file is missing",
        "tenants/acme.yaml:1: `tariff` is missing",
    ]


def test_a_folder_may_have_no_tenants_yet() -> None:
    found = load({"callcontrol.yaml": MAIN}, KINDS)
    assert isinstance(found, Settings)
    assert found.tenants == {}


def test_the_tenants_region_and_zone_read_its_numbers_and_times() -> None:
    text = """\
domain: globex.example
region: DE
zone: Europe/Berlin
company_number: 030 901820
tariff: retail
voicemail: {box: {}}
numbers: {030 901820: voicemail:box}
"""
    assert loaded(text).tenants["acme"].numbers == {"+4930901820": VoicemailTarget("box")}


@pytest.mark.parametrize(("written_as", "right"), {
    "Poland": "did you mean PL?",
    "pl": "did you mean PL?",
    "UK": "did you mean GB?",
    "Germny": "did you mean DE?",
    "Atlantis": "write the two capital letters of a country (ISO 3166), such as PL",
}.items())  # fmt: skip
def test_a_wrong_region_is_told_once_and_nothing_is_said_of_what_depends_on_it(written_as: str, right: str) -> None:
    national = TENANT.replace('"+48221234567": ', '"+48221234567": extension:101\n  22 123 45 68: ')
    found = [p for p in problems(national + f"region: {written_as}\n") if p.line == 12]
    assert [(p.what, p.right) for p in found] == [(f"region: {written_as!r} is no country of numbers", right)]


def test_no_country_and_no_zone_are_assumed() -> None:
    national = TENANT.replace('"+48221234567"', "020 7946 0000")
    found = load(files() | {"tenants/acme.yaml": national}, KINDS)
    assert isinstance(found, tuple)
    assert [p.what for p in found] == ["`region` is missing", "`zone` is missing"]


SECTIONS = {
    TENANT.replace("extensions:", "extension:"): "unknown key `extension`",
    TENANT.replace("numbers:", "number:"): "unknown key `number`",
    TENANT.replace("voicemail:", "voicemails:"): "unknown key `voicemails`",
    TENANT.replace("extensions:\n  101: {}\n  102: {}\n", "extensions: [101, 102]\n"): "extensions: a list stands"
    " where a block of keys belongs",
    TENANT.replace('numbers:\n  "+48221234567": extension:101', 'numbers: ["+48221234567"]'): "numbers: a list stands"
    " where a block of keys belongs",
}


@pytest.mark.parametrize("text", SECTIONS)
def test_a_section_with_a_mistake_causes_no_others(text: str) -> None:
    assert [p.what for p in problems(text)] == [SECTIONS[text]]


@pytest.mark.parametrize("main", [MAIN.replace("trunks:", "trunk:"), MAIN + "x: [\n"])
def test_a_mistake_in_the_main_file_causes_none_in_the_tenants(main: str) -> None:
    assert [p.file for p in problems(TENANT + "trunks: [a]\n", main)] == ["callcontrol.yaml"]
