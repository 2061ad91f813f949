"""What must fit together: each check with the line and what would be right, and what it must leave alone."""

from __future__ import annotations

import pytest

from callcontrol.vocabulary.rule import RuleKind
from tests.config.folder import MAIN, TENANT, loaded, problems, written


def forwards(**rules: str) -> str:
    """The sound tenant with `forward:` of some extensions: forwards(_101="{busy: …}"); lines 5, 6, … in this order."""
    blocks = "".join(f"  {name[1:]}: {{forward: {forward}}}\n" for name, forward in rules.items())
    return TENANT.replace("  101: {}\n  102: {}\n", blocks)


def added(text: str, main: str = MAIN) -> list[str]:
    """Problems of the sound tenant (10 lines) with something added, without the file's name."""
    return [line.removeprefix("tenants/acme.yaml:") for line in written(*problems(TENANT + text, main))]


def ruled(**rules: str) -> list[str]:
    return [line.removeprefix("tenants/acme.yaml:") for line in written(*problems(forwards(**rules)))]


def test_targets_that_lead_nowhere() -> None:
    text = (
        "last_resort: voicemail:bx\n"
        "groups:\n  sales: {members: [extension:101, extension:105], otherwise: list:night}\n"
        "announcements:\n  closed: {file: a.wav, then: announcement:opened}\n"
    )
    assert added(text) == [
        "11: last_resort: voicemail:bx does not exist; did you mean box?",
        "13: groups.sales.members.1: extension:105 does not exist; write `105:` below `extensions:`",
        "13: groups.sales.otherwise: list:night does not exist; write `night:` below `lists:`",
        "15: announcements.closed.then: announcement:opened does not exist; write `opened:` below `announcements:`",
    ]
    assert ruled(_101="{busy: {target: group:nobody}}") == [
        "5: extensions.101.forward.busy.target: group:nobody does not exist; write `nobody:` below `groups:`"
    ]
    assert [p.what for p in problems(TENANT.replace("extension:101", "extension:109"))] == [
        "numbers.+48221234567: extension:109 does not exist"
    ]


def test_members_ring() -> None:
    text = (
        "groups:\n  sales: {members: [group:sales, voicemail:box]}\n"
        "lists:\n  night: {members: [{target: extension:101}, {target: hangup:busy}]}\n"
    )
    right = "write extension:…, number:… or sip:…, and anything else as `otherwise:`"
    assert added(text) == [
        f"12: groups.sales.members.0: group:sales is in itself; {right}",
        f"12: groups.sales.members.1: voicemail:box cannot ring as a member; {right}",
        f"14: lists.night.members.1.target: hangup:busy cannot ring as a member; {right}",
    ]


def test_blocked_numbers_are_no_targets() -> None:
    text = "blocked: [49,\n  4870]\nlast_resort: number:+48700123456\n"
    assert added(text) == [
        "13: last_resort: number:+48700123456 is never dialled: prefix '4870' is blocked (tenants/acme.yaml:12);"
        " write another target, or block a longer prefix"
    ]


def test_own_numbers_need_no_trunk() -> None:
    assert added("last_resort: number:22 123 45 67\n") == [
        "11: last_resort: number:+48221234567 is a number of your own: the call would go out through a trunk and come"
        " back; write extension:101, where it leads"
    ]


def test_numbers_no_trunk_takes() -> None:
    main = MAIN.replace('"+48221110000"', '"+48221110000", prefixes: [48]')
    text = "last_resort: number:+4930123456\n"
    assert added(text, main) == [
        "11: last_resort: no trunk takes number:+4930123456; add its prefix to a trunk (here: a)"
    ]
    assert [p.what for p in problems(TENANT + text, "switches: {fs1: {password: x}}")] == [
        "last_resort: no trunk takes number:+4930123456"
    ]
    # nothing can be said about trunks that could not be read
    assert [p.file for p in problems(TENANT + text, MAIN.replace("number", "numbr"))] == ["callcontrol.yaml"] * 2


def test_windows_without_time() -> None:
    found = ruled(
        _101="{busy: {target: extension:102, from: 2026-12-24T00:00, until: 2026-12-23T00:00}}",
        _102="{busy: {target: extension:101, from: 2026-12-24T00:00, until: 2026-12-24T00:00}}",
    )
    assert found == [
        "5: extensions.101.forward.busy.until: the rule ends before it begins; write a time after `from`",
        "6: extensions.102.forward.busy.until: the rule ends the moment it begins; write a time after `from`",
    ]


UNREACHED = [
    "{always: {target: voicemail:box}, busy: {target: extension:102}}",
    "{always: {target: voicemail:box, from: 2026-01-01T00:00, until: 2027-01-01T00:00},"
    " busy: {target: extension:102, from: 2026-01-01T00:00, until: 2026-06-01T00:00}}",
    "{always: {target: voicemail:box, until: 2027-01-01T00:00}, busy: {target: extension:102, until:"
    " 2027-01-01T00:00}}",
]
REACHED = [
    "{always: {target: voicemail:box, on: no}, busy: {target: extension:102}}",
    "{always: {target: voicemail:box}, busy: {target: extension:102, on: no}}",
    "{always: {target: voicemail:box, until: 2027-01-01T00:00}, busy: {target: extension:102}}",
    "{always: {target: voicemail:box, from: 2026-01-02T00:00}, busy: {target: extension:102, from: 2026-01-01T00:00}}",
]


@pytest.mark.parametrize("rules", UNREACHED)
def test_rules_never_reached(rules: str) -> None:
    assert ruled(_101=rules, _102="{}") == [
        "5: extensions.101.forward.busy: never reached: the always rule (tenants/acme.yaml:5) sends every call on"
        " before; remove one of them, or switch it off by `on: false`"
    ]


@pytest.mark.parametrize("rules", REACHED)
def test_rules_that_can_be_reached(rules: str) -> None:
    forward = loaded(forwards(_101=rules, _102="{}")).tenants["acme"].extensions["101"].forward
    assert forward.of(RuleKind.BUSY) is not None


def test_rules_to_themselves() -> None:
    assert ruled(_101="{busy: {target: extension:101}}") == [
        "5: extensions.101.forward.busy.target: extension:101 is forwarded to itself; write another target"
    ]
    assert ruled(_101="{always: {target: extension:101}}") == [
        "5: extensions.101.forward.always.target: extension:101 is forwarded to itself; write another target"
    ]


def test_loops_are_named_in_full_and_once() -> None:
    found = ruled(
        _101="{always: {target: extension:102}}",
        _102="{always: {target: group:g}}",
        _103="{always: {target: extension:101}}",
    )
    assert found == ["6: extensions.102.forward.always.target: group:g does not exist; write `g:` below `groups:`"]
    looped = forwards(_101="{always: {target: extension:102}}", _102="{always: {target: group:g}}") + (
        "groups:\n  g: {members: [sip:a@b.example], otherwise: announcement:a}\n"
        "announcements:\n  a: {file: a.wav, then: extension:101}\n"
    )
    assert written(*problems(looped)) == [
        "tenants/acme.yaml:5: extensions.101.forward.always.target: a loop: extension:101 -> extension:102 -> group:g"
        " -> announcement:a -> extension:101; let one of them lead elsewhere, or switch it off"
    ]


def test_a_loop_over_another_tenant_is_named_once() -> None:
    acme = forwards(_101='{always: {target: "number:+48225550001"}}')
    globex = GLOBEX.format(domain="globex.example", number="+48225550001").replace("hangup:busy", "extension:7")
    globex += 'extensions: {7: {forward: {always: {target: "number:+48221234567"}}}}\n'
    assert written(*problems(acme, globex=globex)) == [
        "tenants/acme.yaml:5: extensions.101.forward.always.target: a loop: extension:101 -> number:+48225550001 -> "
        "extension:7 of globex -> number:+48221234567 of globex -> extension:101; "
        "let one of them lead elsewhere, or switch it off"
    ]


def test_an_announcement_after_itself_is_a_loop() -> None:
    assert added("announcements:\n  a: {file: a.wav, then: announcement:a}\n") == [
        "12: announcements.a.then: a loop: announcement:a -> announcement:a;"
        " let one of them lead elsewhere, or switch it off"
    ]


NO_LOOPS = [
    {"_101": "{always: {target: extension:102}}", "_102": "{always: {target: extension:101, on: no}}"},
    {"_101": "{busy: {target: extension:102}}", "_102": "{busy: {target: extension:101}}"},
    {
        "_101": "{always: {target: extension:102, until: 2026-06-01T00:00}}",
        "_102": "{always: {target: extension:101, from: 2026-06-01T00:00}}",
    },
]


@pytest.mark.parametrize("rules", NO_LOOPS)
def test_what_is_no_loop(rules: dict[str, str]) -> None:
    assert "102" in loaded(forwards(**rules)).tenants["acme"].extensions


def test_chains_have_a_limit() -> None:
    main = MAIN + "limits: {hops: 2}\n"
    rules = {f"_{n}": f"{{always: {{target: extension:{n + 1}}}}}" for n in range(101, 104)} | {"_104": "{}"}
    assert written(*problems(forwards(**rules), main)) == [
        "tenants/acme.yaml:5: extensions.101.forward.always.target: a chain of 3 forwardings, 2 are allowed:"
        " extension:101 -> extension:102 -> extension:103 -> extension:104;"
        " lead to the end of it directly, or raise limits.hops"
    ]
    assert "104" in loaded(forwards(**rules), MAIN + "limits: {hops: 3}\n").tenants["acme"].extensions


def test_the_last_resort_stays() -> None:
    text = forwards(_101="{always: {target: extension:102}}", _102="{}") + "last_resort: extension:101\n"
    assert written(*problems(text)) == [
        "tenants/acme.yaml:11: last_resort: the last resort extension:101 is forwarded itself;"
        " write announcement:…, voicemail:…, hangup:… or an extension without an always rule"
    ]


GLOBEX = 'domain: {domain}\ncompany_number: "{number}"\ntariff: retail\nnumbers: {{"{number}": hangup:busy}}\n'


def test_a_number_has_one_tenant() -> None:
    globex = GLOBEX.format(domain="globex.example", number="+48221234567")
    assert written(*problems(globex=globex)) == [
        "tenants/globex.yaml:4: numbers.+48221234567: +48221234567 belongs to tenant acme already"
        " (tenants/acme.yaml:10); keep it in one of the two files"
    ]


def test_a_domain_has_one_tenant() -> None:
    globex = GLOBEX.format(domain="Acme.Example", number="+48221234568")
    assert written(*problems(globex=globex)) == [
        "tenants/globex.yaml:1: domain: the domain belongs to tenant acme already (tenants/acme.yaml:1);"
        " give each tenant a domain of its own"
    ]


def test_only_own_numbers_are_shown() -> None:
    text = TENANT.replace(
        "101: {}", "101: {number: 22 999 99 99, forward: {busy: {target: voicemail:box, show: 22 888 88 88}}}"
    )
    right = "write one of its numbers, or add {0} below `numbers:`"
    found = problems(text.replace('company_number: "+48221234567"', "company_number: 22 777 77 77"))
    assert written(*found) == [
        "tenants/acme.yaml:2: company_number: +48227777777 is shown to others, but is none of this tenant's numbers; "
        + right.format("+48227777777"),
        "tenants/acme.yaml:5: extensions.101.forward.busy.show: +48228888888 is shown to others, but is none of this"
        " tenant's numbers; " + right.format("+48228888888"),
        "tenants/acme.yaml:5: extensions.101.number: +48229999999 is shown to others, but is none of this tenant's"
        " numbers; " + right.format("+48229999999"),
    ]


def test_an_account_rings_for_one_extension() -> None:
    text = TENANT.replace("102: {}", "102: {endpoints: {desk: {}, 101: {}}}")
    assert written(*problems(text)) == [
        "tenants/acme.yaml:6: extensions.102.endpoints.101: SIP account 101 belongs to extension 101 already"
        " (tenants/acme.yaml:5); give it a name of its own, or ring both by a group"
    ]


def test_trunks_of_a_tenant() -> None:
    assert added("trunks: [a, aa, z,\n  a]\n") == [
        "11: trunks.1: there is no trunk aa; write it below `trunks:` in callcontrol.yaml",
        "11: trunks.2: there is no trunk z; write it below `trunks:` in callcontrol.yaml",
        "12: trunks.3: trunk a is named twice; keep one of them",
    ]


def test_price_lists_exist() -> None:
    assert written(*problems(TENANT.replace("retail", "retial"))) == [
        "tenants/acme.yaml:3: tariff: there is no price list retial; did you mean retail?"
    ]
    assert written(*problems(TENANT.replace("retail", "x"))) == [
        "tenants/acme.yaml:3: tariff: there is no price list x; write tariffs/x.yaml"
    ]


def test_prefixes_are_written_once() -> None:
    assert added("blocked: [4870,\n  +4870]\n") == [
        "12: blocked.1: prefix '4870' is written already (tenants/acme.yaml:11); keep one of them"
    ]
    main = MAIN.replace('0000"}', '0000", prefixes: [48, "", +48]}')
    assert [p.what for p in problems(main=main)] == [
        "trunks.a.prefixes.2: prefix '48' is written already (callcontrol.yaml:3)"
    ]


def test_trunks_may_share_a_prefix_to_stand_in_for_each_other() -> None:
    main = MAIN + '  b: {number: "+48221110001", prefixes: [48, ""]}\n  c: {number: "+48221110001", prefixes: [48]}\n'
    assert set(loaded(main=main).trunks) == {"a", "b", "c"}


MAIN_MISTAKES = [
    ('  b: {number: "+48221110001", gateway: a}\n', [
        "4: trunks.b.gateway: gateway a belongs to trunk a already (callcontrol.yaml:3); give each trunk a"
            " gateway of its own"
    ]),
    ('  b: {number: "+48221110001", register: yes, username: x}\n', [
        "4: trunks.b.register: the trunk shall register, but has no proxy, no password;"
        " write `proxy:`, `password:`, or `register: false`"
    ]),
    ("listen: 127.0.0.1:8021\nhttp: 127.0.0.1:8021\n", [
        "4: listen: 127.0.0.1:8021 is used by switches.fs1.address already (callcontrol.yaml:1); write an"
            " address of its own",
        "5: http: 127.0.0.1:8021 is used by switches.fs1.address already (callcontrol.yaml:1); write an address"
            " of its own",
    ]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), MAIN_MISTAKES)
def test_mistakes_of_the_main_file(text: str, expected: list[str]) -> None:
    assert written(*problems(main=MAIN + text)) == [f"callcontrol.yaml:{line}" for line in expected]


def test_an_emergency_number_never_reaches_an_extension() -> None:
    tenant = TENANT.replace("  102: {}\n", "  102: {}\n  112: {}\n  '5555': {}\n") + "emergency_numbers: [5555]\n"
    right = "give it another name; or write `dialled: no`, if it is to be rung in other ways only"
    reach = "phones that dial it never reach this extension"
    assert written(*problems(tenant)) == [
        f"tenants/acme.yaml:7: extensions.112: 112 is an emergency number of PL: {reach}; {right}",
        f"tenants/acme.yaml:8: extensions.5555: 5555 is an emergency number: {reach}; {right}",
    ]
    loaded(tenant.replace("112: {}", "112: {dialled: no}").replace("'5555': {}", "'5555': {dialled: no}"))


def test_no_rule_leads_to_an_emergency_number() -> None:
    what = "extensions.101.forward.always.target: number:112 is an emergency number: calls are not sent there"
    assert ruled(_101="{always: {target: number:112}}") == [f"5: {what}; write another target"]


def test_every_tenant_has_a_trunk_for_emergency_calls_or_says_that_it_has_none() -> None:
    main = MAIN.replace('"+48221110000"', '"+48221110000", emergency: no')
    what = "its phones cannot call emergency numbers: no trunk of this tenant carries them"
    right = "add a trunk (without `emergency: no`), or write `emergency: no`, if these phones have no line out"
    assert written(*problems(main=main)) == [f"tenants/acme.yaml:1: trunks: {what}; {right}"]
    loaded(TENANT + "emergency: no\n", main)


def test_places_of_phones() -> None:
    places = "locations:\n  hq: {number: +48221234599}\n  shop: {number: +48221234567}\nlocation: hg\n"
    tenant = TENANT.replace("  102: {}\n", "  102: {location: shop, endpoints: {102: {location: roof}}}\n") + places
    assert written(*problems(tenant)) == [
        "tenants/acme.yaml:6: extensions.102.endpoints.102.location: there is no location roof; write roof below"
        " `locations:`, with its number",
        "tenants/acme.yaml:12: locations.hq.number: +48221234599 is shown to others, but is none of this tenant's"
        " numbers; did you mean +48221234567?",
        "tenants/acme.yaml:14: location: there is no location hg; write hg below `locations:`, with its number",
    ]


def test_extensions_notified_of_an_emergency_are_inside() -> None:
    tenant = TENANT + "emergency_calls: {tell: [extension:101, 'number:+48600100100', extension:109]}\n"
    assert written(*problems(tenant)) == [
        "tenants/acme.yaml:11: emergency_calls.tell.1: number:+48600100100 cannot be told of an emergency call; write"
        " extensions, or groups of them",
        "tenants/acme.yaml:11: emergency_calls.tell.2: extension:109 does not exist; write `109:` below `extensions:`",
    ]


def test_rules_of_trunks_and_of_numbers_shown() -> None:
    rules = "trunk_rules: [{trunks: [z]}]\nshown_rules: [{queues: [hlep], show: +48600100100}, {show: company}]\n"
    assert written(*problems(TENANT + rules)) == [
        "tenants/acme.yaml:11: trunk_rules.0.trunks.0: z is no trunk of this tenant; write one of the tenant's trunks",
        "tenants/acme.yaml:12: shown_rules.0.queues.0: there is no queue hlep; write hlep below `queues:`",
        "tenants/acme.yaml:12: shown_rules.0.show: +48600100100 is shown to others, but is none of this tenant's"
        " numbers; write one of its numbers, or add +48600100100 below `numbers:`",
    ]


def test_folders_of_sound_files() -> None:
    main = MAIN + (
        "media:\n  storage: /var/lib/freeswitch/recordings/kept\n"
        "  folders: {fs1: /mnt/one, fs2: /mnt/one/}\n"
        "  s3: {endpoint: 'https://s3.example', bucket: media, key: a, secret: b}\n"
    )
    found = {line.removeprefix("callcontrol.yaml:").partition(": ")[2] for line in written(*problems(TENANT, main))}
    inside = "/var/lib/freeswitch/recordings/kept is inside recordings"
    of_its_own = "give each switch a folder of its own"
    assert found == {
        f"media.storage: {inside}, from where files are moved; write a folder elsewhere",
        "media.folders.fs2: there is no switch fs2; write one of fs1",
        f"media.folders.fs2: the folder belongs to switch fs1 already (callcontrol.yaml:6); {of_its_own}",
        "media.s3: files are moved to a folder and to `s3`; write `storage:` or `s3:`",
    }
