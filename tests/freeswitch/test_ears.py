"""Reading a phone's log of SIP messages."""

from pathlib import Path

import pytest

from tests.freeswitch.ears import heard_by_caller, heard_by_phones, listening_ports, parties
from tests.freeswitch.reports import Reports

DASHES = "-" * 47
INVITE = """INVITE sip:101.at.acme.example@127.0.0.1:5070 SIP/2.0
From: "Anonymous" <sip:anonymous@anonymous.invalid>;tag=1
To: <sip:101.at.acme.example@127.0.0.1:5070>
Call-ID: one
CSeq: 7 INVITE
Diversion: <sip:+48221234567@acme.example>;reason=user-busy
Privacy: id

v=0
m=audio 4000 RTP/AVP 8 101"""


def answer(code: int, method: str = "INVITE", body: str = "") -> str:
    return f"SIP/2.0 {code} Whatever\nCall-ID: one\nCSeq: 7 {method}\n\n{body}"


def request(method: str, reason: str = "") -> str:
    return f"{method} sip:x@127.0.0.1 SIP/2.0\nCall-ID: one\nCSeq: 8 {method}\nReason: {reason}\n"


def log(folder: Path, *messages: tuple[str, str]) -> Path:
    file = folder / "messages"
    head = f"{DASHES} 2026-11-22 06:26:34.914829\nUDP message"
    file.write_text("\n".join(f"{head} {way} [1] bytes :\n\n{message}\n" for way, message in messages))
    return file


def test_a_retransmitted_invite_is_seen_once(tmp_path: Path) -> None:
    (invite,) = heard_by_phones(log(tmp_path, ("received", INVITE), ("received", INVITE)))
    assert (invite.who, invite.what) == ("101.at.acme.example", "invite")
    assert invite.detail == {
        "number": "anonymous",
        "name": "Anonymous",
        "Diversion": "<sip:+48221234567@acme.example>;reason=user-busy",
        "Privacy": "id",
    }


@pytest.mark.parametrize("method", ["CANCEL", "BYE"])
@pytest.mark.parametrize(
    ("reason", "what"),
    [('SIP;cause=200;text="Call completed elsewhere"', "answered_elsewhere"), ('Q.850;cause=16;text="X"', "hangup")],
)
def test_a_phone_hears_why_it_stops_ringing(method: str, reason: str, what: str, tmp_path: Path) -> None:
    file = log(tmp_path, ("received", INVITE), ("received", request(method, reason)))
    assert [h.what for h in heard_by_phones(file)] == ["invite", what]


def test_an_answer_alone_is_no_bridge(tmp_path: Path) -> None:
    file = log(tmp_path, ("received", INVITE), ("sent", answer(180)), ("sent", answer(200)))
    assert [h.what for h in heard_by_phones(file)] == ["invite", "ringing", "answered"]
    assert parties(file) == {"one": "101.at.acme.example"}


def event(name: str, uuid: str, **more: str) -> dict[str, str]:
    headers = {key.replace("_", "-") if key[0].isupper() else key: value for key, value in more.items()}
    return {"Event-Name": name, "Unique-ID": uuid, "Event-Date-Timestamp": "1000000", **headers}


def test_playbacks_and_bridges_are_taken_from_the_switchs_events() -> None:
    reports = Reports("/conf/sounds")
    reports.take(event("CHANNEL_CREATE", "a", variable_sip_call_id="one"))
    reports.take(event("PLAYBACK_START", "a", Playback_File_Path="/conf/sounds/queue/en/next.wav"))
    reports.take(event("PLAYBACK_STOP", "a", Playback_File_Path="tone_stream://%(1,1,1)"))
    reports.take(event("CHANNEL_CREATE", "b"))  # an outbound leg has its Call-ID only later
    reports.take(event("CHANNEL_ANSWER", "b", variable_sip_call_id="two"))
    reports.take(event("CHANNEL_BRIDGE", "a", Bridge_A_Unique_ID="a", Bridge_B_Unique_ID="b"))
    heard = [(h.who, h.what, h.detail) for h in reports.heard({"one": "caller-1", "two": "121"})]
    assert heard == [
        ("caller-1", "playback", {"file": "queue/en/next.wav"}),
        ("caller-1", "playback_end", {"file": "tone_stream://%(1,1,1)"}),
        ("caller-1", "bridged", {"with": "121"}),
        ("121", "bridged", {"with": "caller-1"}),
    ]
    assert [h.what for h in reports.heard({"two": "121"})] == ["bridged"]


def test_a_caller_sees_answers_but_no_challenge(tmp_path: Path) -> None:
    file = log(
        tmp_path,
        ("sent", INVITE),
        *(("received", answer(code)) for code in (100, 407, 183, 486)),
    )
    heard = list(heard_by_caller(file, "caller-1"))
    assert [(h.who, h.what, h.detail.get("code")) for h in heard] == [
        ("caller-1", "early_media", None),
        ("caller-1", "hangup", "486"),
    ]


def test_a_partys_rtp_port_is_taken_from_its_sdp(tmp_path: Path) -> None:
    file = log(tmp_path, ("received", INVITE), ("sent", answer(200, body="v=0\nm=audio 4444 RTP/AVP 8")))
    assert list(listening_ports(file)) == [("101.at.acme.example", 4444)]
