"""freeswitch-xml is one complete, sound configuration: every file is well-formed, every variable has a value."""

from __future__ import annotations

import re
import subprocess
import sys
import wave
from pathlib import Path
from xml.etree import ElementTree

import pytest

from callcontrol.config.confirm_settings import Confirm
from callcontrol.config.freeswitch_xml import render
from callcontrol.kinds.targets.voicemail import Voicemail
from tests.config.example import FREESWITCH_XML, example

FILES = sorted(FREESWITCH_XML.rglob("*.xml"))
# set by FreeSWITCH itself before it reads its configuration (switch_core.c)
CONTEXTS = ("public", "on-net", "internal", "callcontrol", "fallback")
BUILT_IN = {"local_ip_v4", "conf_dir", "log_dir"}
SET = re.compile(r'cmd="set" data="([a-z_0-9]+)=')
USED = re.compile(r"\$\$\{([a-z_0-9]+)\}")


def text_of(name: str) -> str:
    return (FREESWITCH_XML / name).read_text()


def params(name: str) -> dict[str, str]:
    tree = ElementTree.fromstring(text_of(name))
    return {param.attrib["name"]: param.attrib["value"] for param in tree.iter("param")}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(FREESWITCH_XML)))
def test_every_file_is_well_formed(path: Path) -> None:
    assert ElementTree.parse(path).getroot().tag in {"document", "include", "configuration", "profile"}


def test_every_variable_has_a_value_before_it_is_used() -> None:
    known = set(BUILT_IN)
    for line in (text_of("vars.xml") + text_of("vars/callcontrol.xml")).splitlines():
        assert set(USED.findall(line)) <= known, line
        known |= set(SET.findall(line))
    assert {name for path in FILES for name in USED.findall(path.read_text())} <= known


def test_the_rendered_part_is_that_of_the_example() -> None:
    wanted = render(example(), "fs1")
    assert {name: text_of(name) for name in wanted} == wanted


def test_the_event_socket_is_closed_to_guesses() -> None:
    assert not [path for path in FILES if "ClueCon" in path.read_text()]
    assert params("autoload_configs/event_socket.conf.xml") == {
        "nat-map": "false",
        "listen-ip": "$${event_socket_ip}",
        "listen-port": "$${event_socket_port}",
        "password": "$${event_socket_password}",
        "apply-inbound-acl": "callcontrol",
        "stop-on-bind-error": "true",
    }


def test_callers_cannot_have_commands_run() -> None:
    assert params("autoload_configs/switch.conf.xml")["api-expansion"] == "false"
    for context in ("public", "on-net", "internal", "callcontrol", "transferred"):
        assert "~sip_copy_custom_headers=false~" in text_of(f"dialplan/{context}.xml")


def test_a_return_in_a_transferred_call_is_no_further_transfer() -> None:
    tree = ElementTree.fromstring(text_of("dialplan/transferred.xml"))
    first = next(a.attrib["data"] for a in tree.iter("action"))
    assert "cc_again=false" in first.split("~")


def test_a_transferred_party_does_not_become_the_transferor() -> None:
    kept = next(w for w in text_of("dialplan/internal.xml").split("~") if w.startswith("attended_transfer_no_copy="))
    assert {"user_name", "domain_name"} <= set(kept.partition("=")[2].split(","))


def test_phones_prove_who_they_are_and_carriers_come_from_their_addresses() -> None:
    phones, carriers = params("sip_profiles/internal.xml"), params("sip_profiles/external.xml")
    assert (phones["auth-calls"], phones["accept-blind-auth"], phones["context"]) == ("true", "false", "internal")
    assert (carriers["apply-inbound-acl"], carriers["context"]) == ("trunks", "public")
    assert (carriers["disable-register"], carriers["disable-transfer"]) == ("true", "true")


@pytest.mark.parametrize("context", ["public", "on-net", "internal", "callcontrol", "transferred", "replaced"])
def test_calls_go_to_the_daemon_and_never_into_silence(context: str) -> None:
    tree = ElementTree.fromstring(text_of(f"dialplan/{context}.xml"))
    extension = next(e for e in tree.iter("extension") if e.attrib["name"] == "callcontrol")
    actions = [(a.attrib["application"], a.attrib.get("data", "")) for a in extension.iter("action")]
    assert actions[0][0] == "multiset"
    assert {"continue_on_fail=true", "hangup_after_bridge=true", "ignore_early_media=true"} <= set(
        actions[0][1].split("~")
    )
    # what our own channels are told by, once no worker knows them any more
    assert "cc_handed=true" in actions[0][1].split("~")
    # every REFER leads into a context of its own, whichever party is transferred
    assert "force_transfer_context=transferred" in actions[0][1].split("~")
    hand_over = [
        ("sched_transfer", "+$${dead_man_s} fallback XML fallback"),
        ("socket", "$${callcontrol_hosts} async full"),
        ("sched_cancel", ""),
    ]
    # the second time: the worker that had the call died, and what it had begun is over
    assert actions[1:] == [
        *hand_over,
        ("set", "cc_again=true"),
        *hand_over,
        ("transfer", "fallback XML fallback"),
    ]


def test_a_phones_invite_with_replaces_is_ours_before_it_takes_a_call_over() -> None:
    users = {u for p in FILES for u in ElementTree.parse(p).iter("user")}
    asked = [[v.attrib["value"] for v in u.iter("variable") if v.attrib["name"] == "execute_on_answer"] for u in users]
    assert {*map(tuple, asked)} == {("execute_extension replaced XML replaced",)}
    first = next(ElementTree.fromstring(text_of("dialplan/replaced.xml")).iter("extension"))
    assert [c.get("field") for c in first.iter("condition")] == ["${sip_replaces_call_id}", "destination_number"]
    assert [a.attrib["application"] for a in first.iter("action")] == ["transfer"]
    # all other calls are answered as before
    assert "~execute_on_answer=~" in text_of("dialplan/internal.xml")


def test_nobody_outside_reaches_the_context_of_calls_we_make() -> None:
    profiles = [params(f"sip_profiles/{name}.xml")["context"] for name in ("internal", "external", "on-net")]
    gateways = [params(path.relative_to(FREESWITCH_XML).as_posix()) for path in FILES if path.parent.name == "external"]
    users = {v.attrib["value"] for p in FILES for v in ElementTree.parse(p).iter("variable")}
    assert "callcontrol" not in {*profiles, *(gateway["context"] for gateway in gateways), *users}


def test_calls_between_tenants_stay_on_this_host_and_come_from_this_switch_alone() -> None:
    on_net = params("sip_profiles/on-net.xml")
    assert (on_net["sip-ip"], on_net["proxy"]) == ("127.0.0.1", "127.0.0.1:$${on_net_sip_port}")
    assert (on_net["auth-calls"], on_net["accept-blind-auth"], on_net["disable-register"]) == ("true", "false", "true")
    assert (on_net["context"], "apply-inbound-acl" in on_net) == ("on-net", False)
    named = [text_of(f"sip_profiles/{name}.xml") for name in ("internal", "external")]
    assert not [text for text in named if "on-net" in text]
    assert 'name="context" value="on-net"' not in "".join(p.read_text() for p in FILES if p.parent.name == "external")


def test_only_the_other_switches_reach_the_context_that_asks_nobody_for_a_password() -> None:
    internal, external = params("sip_profiles/internal.xml"), params("sip_profiles/external.xml")
    assert (internal["apply-inbound-acl"], internal["use-port-for-acl-check"]) == ("switches:peers", "true")
    acl = {n.attrib["name"]: n for n in ElementTree.fromstring(text_of("autoload_configs/acl.conf.xml")).iter("list")}
    assert acl["switches"].attrib["default"] == "deny"
    assert [include.attrib["data"] for include in acl["switches"]] == ["../peers/*.xml"]
    named = [internal["context"], external["context"], *(text_of(f"dialplan/{c}.xml") for c in CONTEXTS)]
    assert not [text for text in named if "peers" in text]


def test_a_transfer_to_a_call_that_the_switch_has_not_calls_nothing() -> None:
    assert params("sip_profiles/internal.xml")["channel-xml-fetch-on-nightmare-transfer"] == "true"
    (asked,) = [
        s for s in ElementTree.fromstring(text_of("freeswitch.xml")).iter("section") if s.get("name") == "channels"
    ]
    told = {p.attrib["name"]: p.attrib["value"] for p in asked.iter("param")}
    assert told == {"dial-prefix": "error/", "absolute-dial-string": "CALL_REJECTED"}


def test_a_phone_that_talks_by_way_of_another_switch_transfers_nothing() -> None:
    contexts = {c.attrib["name"]: c for c in ElementTree.fromstring(text_of("dialplan/peers.xml")).iter("context")}
    said = [a.attrib["data"] for a in contexts["peers"].iter("action") if a.attrib["application"] == "set"]
    assert {"deny_refer_requests=true", "force_transfer_context=peers-transferred"} <= {*said}
    first = next(contexts["peers-transferred"].iter("action"))
    assert first.attrib == {"application": "blind_transfer_ack", "data": "false"}


def test_a_call_of_another_switch_rings_a_phone_enters_a_room_or_ends() -> None:
    actions = [a.attrib for a in ElementTree.fromstring(text_of("dialplan/peers.xml")).iter("action")]
    applications = {
        "hangup",
        "set",
        "export",
        "bridge",
        "transfer",
        "redirect",
        "conference",
        "blind_transfer_ack",
        "sleep",
    }
    assert {a["application"] for a in actions} == applications
    # which room, and as what, says the switch of the caller, in words that mean nothing else (the conditions before)
    assert [a["data"] for a in actions if a["application"] == "conference"] == [
        "${conference_here}@callcontrol+flags{$1}"
    ]
    assert [a["data"] for a in actions if a["application"] == "bridge"] == [
        # `%`: registered here, or not at all
        "[outbound_redirect_info=true,confirm_blind_transfer=true]sofia/internal/${destination_number}%$1"
    ]
    # a 302 goes back to the switch that asked, and nowhere else
    assert [a["data"] for a in actions if a["application"] == "transfer"] == [
        "${originate_disposition} XML peers-answered"
    ]
    assert [a["data"] for a in actions if a["application"] == "redirect"] == ["sip:$1@${sip_req_host}"]
    assert actions[:2] == [
        {"application": "export", "data": "process_cdr=false"},
        {"application": "hangup", "data": "EXCHANGE_ROUTING_ERROR"},
    ]
    assert {"application": "hangup", "data": "UNALLOCATED_NUMBER"} in actions
    assert actions[-1] == {"application": "hangup", "data": "$1"}


def test_what_queues_play_has_its_modules() -> None:
    loaded = {e.attrib["module"] for e in ElementTree.fromstring(text_of("autoload_configs/modules.conf.xml"))[0]}
    assert {"mod_sndfile", "mod_tone_stream", "mod_local_stream"} <= loaded
    # park, bridge, playback; originate, uuid_bridge, uuid_broadcast, sched_hangup
    assert {"mod_dptools", "mod_commands"} <= loaded


def test_streams_of_music_have_one_to_stand_in_for_them() -> None:
    tree = ElementTree.fromstring(text_of("autoload_configs/local_stream.conf.xml"))
    assert [d.attrib["name"] for d in tree.iter("directory")] == ["default"]
    assert [include.attrib["data"] for include in tree.iter("X-PRE-PROCESS")] == ["../music/*.xml"]


def test_the_fallback_uses_only_what_a_pattern_has_found_harmless() -> None:
    tree = ElementTree.fromstring(text_of("dialplan/fallback.xml"))
    conditions = [c.attrib for c in tree.iter("condition")]
    # the first one only asks whether there is such a variable
    assert [c.get("expression") for c in conditions] == [".", "^([A-Za-z0-9_][A-Za-z0-9_.-]{0,63})$", None]
    dialled = [a.attrib["data"] for a in tree.iter("action") if a.attrib["application"] == "bridge"]
    assert dialled == ["[outbound_redirect_fatal=true]sofia/internal/$1%${domain_name}"]
    assert [include.attrib["data"] for include in tree.iter("X-PRE-PROCESS")] == ["emergency/*.xml"]
    assert [*tree.iter("action")][-1].attrib == {"application": "hangup", "data": "NORMAL_TEMPORARY_FAILURE"}


def test_every_default_prompt_is_there_and_can_be_made_again(tmp_path: Path) -> None:
    sounds = FREESWITCH_XML / "sounds"
    subprocess.run([sys.executable, sounds / "make_prompts.py", tmp_path], check=True, timeout=60)
    made = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.wav"))
    assert made == sorted([*Confirm().prompt.files("en"), *Voicemail().greeting.files("en")])
    for name in made:
        assert (tmp_path / name).read_bytes() == (sounds / name).read_bytes()
        with wave.open(str(sounds / name)) as file:
            assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 8000)
