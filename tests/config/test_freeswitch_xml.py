"""What follows from the YAML for FreeSWITCH: well-formed, complete, and deaf to what stands in names and passwords."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from callcontrol.config.freeswitch_xml import FOLDERS, MARKER, render
from tests.config.example import example
from tests.config.folder import MAIN, TENANT, loaded

HOSTILE = """p"a's<s>&$${x}${y}`]]>--!"""


def rendered(tenant: str = TENANT, main: str = MAIN) -> dict[str, str]:
    return render(loaded(tenant, main), "fs1")


def params(element: ElementTree.Element) -> dict[str, str]:
    return {param.attrib["name"]: param.attrib["value"] for param in element.iter("param")}


def test_the_example_is_rendered_whole() -> None:
    files = render(example(), "fs1")
    assert sorted(files) == [
        "acl/callcontrol.xml",
        "dialplan/emergency/acme.xml",
        "dialplan/emergency/globex.xml",
        "directory/acme.xml",
        "directory/globex.xml",
        "music/callcontrol.xml",
        "peers/callcontrol.xml",
        "sip_profiles/external/carrier-a.xml",
        "sip_profiles/external/carrier-b.xml",
        "vars/callcontrol.xml",
    ]
    assert all(name.rpartition("/")[0] in FOLDERS for name in files)
    for text in files.values():
        assert text.splitlines()[0] == MARKER
        assert ElementTree.fromstring(text).tag == "include"


def test_every_account_is_a_user_with_its_password_and_tenant() -> None:
    tree = ElementTree.fromstring(render(example(), "fs1")["directory/acme.xml"])
    domain = tree.find("domain")
    assert domain is not None
    assert domain.attrib == {"name": "acme.example"}
    users = {user.attrib["id"]: user for user in domain.iter("user")}
    assert {"101", "104", "104-app", "106", "120"} <= set(users)
    variables = {v.attrib["name"]: v.attrib["value"] for v in users["104-app"].iter("variable")}
    assert params(users["104-app"]) == {"password": "example-only-104-app"}
    shown = {"number_shown_outside": "+48221234559", "emergency_location": "workshop"}
    replaced = {"execute_on_answer": "execute_extension replaced XML replaced"}  # of an INVITE with Replaces
    assert variables == {"user_context": "internal", "accountcode": "acme", "extension": "104", **shown, **replaced}


def test_an_account_without_password_lets_nobody_in() -> None:
    domain = ElementTree.fromstring(rendered()["directory/acme.xml"]).find("domain")
    assert domain is not None
    assert [params(user) for user in domain.iter("user")] == [{}, {}]
    assert params(domain)["allow-empty-password"] == "false"


def test_hostile_passwords_stay_text_for_both_readers() -> None:
    quoted = "'" + HOSTILE.replace("'", "''") + "'"
    files = rendered(
        TENANT.replace("101: {}", f"101: {{endpoints: {{101: {{password: {quoted}}}}}}}"),
        MAIN.replace("secret", quoted).replace(
            '"+48221110000"', f'"+48221110000", proxy: sip.example, username: {quoted}, password: {quoted}'
        ),
    )
    # what we mean to be replaced stands there, and nothing of theirs
    ours = ("${domain_name}", "${plain_target}", "${number_shown_outside}", "$${not_possible}")
    for text in files.values():
        for meant in ours:
            text = text.replace(meant, "")
        assert "${" not in text
    tree = ElementTree.fromstring(files["directory/acme.xml"])
    assert next(params(user) for user in tree.iter("user")) == {"password": HOSTILE}
    gateway = params(ElementTree.fromstring(files["sip_profiles/external/a.xml"]))
    assert (gateway["username"], gateway["password"]) == (HOSTILE, HOSTILE)
    lines = files["vars/callcontrol.xml"].splitlines()
    line = next(line for line in lines if "event_socket_password" in line)
    # the pre-processor takes what stands between the second pair of quotation marks, as it is
    assert line.count('"') == 4
    assert ElementTree.fromstring(line).attrib["data"] == f"event_socket_password={HOSTILE}"


def test_gateways() -> None:
    main = MAIN.replace(
        '"+48221110000"',
        '"+48221110000", gateway: gw1, proxy: "sip.example:5070", register: yes, username: u, password: p, ping: 30',
    )
    text = rendered(main=main)["sip_profiles/external/a.xml"]
    gateway = ElementTree.fromstring(text).find("gateway")
    assert gateway is not None
    assert gateway.attrib["name"] == "gw1"
    assert params(gateway) == {
        "proxy": "sip.example:5070",
        "username": "u",
        "password": "p",
        "register": "true",
        "caller-id-in-from": "true",
        "extension-in-contact": "true",
        "context": "public",
        "retry-seconds": "30",
        "ping": "30",
    }


def test_a_trunk_without_proxy_is_somebody_elses_gateway() -> None:
    files = rendered()
    assert not [name for name in files if name.startswith("sip_profiles/")]
    assert "sofia/gateway/a/$1" in files["dialplan/emergency/acme.xml"]


def test_without_a_daemon_emergency_calls_leave_as_they_do_with_one() -> None:
    b, c = "{shows: any, number: '+48222220000', gateway: gw}", "{number: '+48333330000', emergency: no}"
    main = f"{MAIN}  b: {b}\n  c: {c}\n"
    tenant = TENANT.replace("  101: {}", '  101: {number: "+48221234567"}') + "emergency_numbers: ['5555']\n"
    tree = ElementTree.fromstring(rendered(tenant, main)["dialplan/emergency/acme.xml"])
    domain, dialled = tree.iter("condition")
    assert domain.attrib == {"field": "${domain_name}", "expression": r"^acme\.example$"}
    assert dialled.attrib["field"] == "${plain_target}"
    for number in ("112", "997", "998", "999", "5555"):
        assert re.match(dialled.attrib["expression"], number)
    assert not any(re.match(dialled.attrib["expression"], number) for number in ("101", "1122", "996", "55555"))
    assert [a.attrib["data"] for a in tree.iter("action") if a.attrib["application"] == "bridge"] == [
        "[origination_caller_id_number=+48221110000,leg_progress_timeout=4,outbound_redirect_fatal=true]sofia/gateway/a/$1",
        "[origination_caller_id_number=${number_shown_outside},leg_progress_timeout=4,outbound_redirect_fatal=true]sofia/gateway/gw/$1",
    ]


def test_without_a_daemon_a_number_is_shown_as_the_trunk_writes_numbers() -> None:
    national = "{shows: any, number: '+493012345670', numbers: national}"
    own = "{shows: own, number: '+48223330000', numbers: national}"
    main = f"{MAIN}  b: {national}\n  c: {own}\n"
    files = rendered(TENANT.replace("  101: {}", '  101: {number: "+48221234567"}'), main)
    bridges = [a.attrib["data"] for a in ElementTree.fromstring(files["dialplan/emergency/acme.xml"]).iter("action")]
    shown = [data.partition(",")[0].rpartition("=")[2] for data in bridges if "sofia/gateway" in data]
    assert shown == ["+48221110000", "${number_shown_outside_DE}", "223330000"]
    users = {u.attrib["id"]: u for u in ElementTree.fromstring(files["directory/acme.xml"]).iter("user")}
    variables = {v.attrib["name"]: v.attrib["value"] for v in users["101"].iter("variable")}
    assert variables["number_shown_outside"] == "+48221234567"
    assert variables["number_shown_outside_DE"] == "0048221234567"


def test_without_a_daemon_the_number_of_the_place_is_shown_through_a_trunk_that_shows_it() -> None:
    main = f"{MAIN}  b: {{shows: any, number: '+48222220000'}}\n"
    tenant = TENANT.replace("  101: {}", "  101: {location: plant}")
    tenant = tenant.replace("numbers:\n", 'numbers:\n  "+48221234500": extension:101\n')
    files = rendered(tenant + 'locations: {plant: {number: "+48221234500"}, hq: {number: "+48221234567"}}\n', main)
    tree = ElementTree.fromstring(files["dialplan/emergency/acme.xml"])
    gateways = {
        extension.attrib["name"]: [a.attrib["data"].rpartition("gateway/")[2] for a in extension.iter("action")][1:3]
        for extension in tree.iter("extension")
    }
    leave = "emergency calls of acme leave"
    order = ["b/$1", "a/$1"]
    assert gateways == {f"{leave} from plant": order, f"{leave} from hq": order, leave: ["a/$1", "b/$1"]}
    conditions = [c.attrib["field"] for c in next(tree.iter("extension")).iter("condition")]
    assert conditions == ["${domain_name}", "${emergency_location}", "${plain_target}"]
    users = {u.attrib["id"]: u for u in ElementTree.fromstring(files["directory/acme.xml"]).iter("user")}
    variables = {v.attrib["name"]: v.attrib["value"] for v in users["101"].iter("variable")}
    assert (variables["emergency_location"], variables["number_shown_outside"]) == ("plant", "+48221234500")


@pytest.mark.parametrize(
    ("switch", "hosts"),
    [
        ("{password: x}", "127.0.0.1:8084"),
        ("{password: x, daemons: [10.0.0.1:1, 10.0.0.2:2]}", "10.0.0.1:1|10.0.0.2:2"),
    ],
)
def test_calls_are_handed_to_the_daemons_in_order(switch: str, hosts: str) -> None:
    text = rendered(main=f"switches: {{fs1: {switch}}}")["vars/callcontrol.xml"]
    assert f'data="callcontrol_hosts={hosts}"' in text


def test_the_same_settings_give_the_same_bytes() -> None:
    assert render(example(), "fs1") == render(example(), "fs1")


SWITCHES = """\
switches:
  fs1: {address: "192.0.2.1:8021", password: secret, sip: "192.0.2.1:5060"}
  fs2: {address: "192.0.2.2:8021", password: secret, sip: "192.0.2.2:5062"}
  fs3: {address: "192.0.2.3:8021", password: secret, sip: "192.0.2.3:5060"}
"""


def test_a_switch_lets_the_others_in_and_itself_not() -> None:
    files = render(loaded(main=SWITCHES), "fs2")
    nodes = [node.attrib for node in ElementTree.fromstring(files["peers/callcontrol.xml"]).iter("node")]
    assert nodes == [
        {"type": "allow", "cidr": "192.0.2.1/32", "port": "5060"},
        {"type": "allow", "cidr": "192.0.2.3/32", "port": "5060"},
    ]
    assert 'data="internal_sip_port=5062"' in files["vars/callcontrol.xml"]


def test_the_only_switch_lets_no_switch_in() -> None:
    assert not [*ElementTree.fromstring(rendered()["peers/callcontrol.xml"])]
