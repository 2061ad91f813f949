"""What SIPp is told, as XML: phones that behave, callers that call, accounts that register.

One SIPp process plays all phones of a switch's side: its scenario begins by looking whom the INVITE is for, and goes on
at that phone's part. A part is chosen once more where a phone behaves differently call by call.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

from callcontrol.simulator.phones import Behaviour
from callcontrol.simulator.stories.story import PlacedCall
from tests.freeswitch.sounds import CALLER_HZ, PHONE_HZ, Sounds, voice_of

SDP = """
v=0
o=phone 1 1 IN IP[local_ip_type] [local_ip]
s=-
c=IN IP[media_ip_type] [media_ip]
t=0 0
m=audio [auto_media_port] RTP/AVP 8 101
a=rtpmap:8 PCMA/8000
a=rtpmap:101 telephone-event/8000
a=fmtp:101 0-15
a=ptime:20
a=sendrecv"""

VIA = "Via: SIP/2.0/[transport] [local_ip]:[local_port];branch="
# An INVITE's own, for its ACK and CANCEL have to say the same; its CSeq follows.
OWN_BRANCH = "z9hG4bK[pid]-[call_number]-"

# Of an answer to the message just received; a phone's own tag is the same in all of them.
ANSWER = """
[last_Via:]
[last_From:]
[last_To:];tag=[pid]-[call_number]
[last_Call-ID:]
[last_CSeq:]
Contact: <sip:phone@[local_ip]:[local_port]>"""

KEY_S = 0.25  # from one key to the next
REASONS = {180: "Ringing", 183: "Session Progress", 200: "OK", 486: "Busy Here", 487: "Terminated", 603: "Decline"}
FINAL_CODES = (400, 403, 404, 407, 408, 410, 480, 482, 484, 486, 487, 488, 500, 502, 503, 504, 600, 603, 604)
POLL_MS = 20  # how late an action that is due may come
UNTOLD = ("refers", "holds")


class CannotTell(ValueError):
    """A story says something SIPp phones cannot do; the message says what."""


def phones_scenario(phones: Mapping[str, Sequence[Behaviour]], otherwise: Behaviour, sounds: Sounds) -> str:
    """The scenario of all phones of one SIPp.

    Args:
        phones: behaviours, call by call, by the user part of the request's URI.
        sounds: what they say and press.
    """
    looks = [_look(f"^INVITE sip:{_literal(user)}@", f"is{i}") for i, user in _numbered(phones)]
    keeps = [
        '<ereg regexp="[0-9]+" search_in="hdr" header="CSeq:" assign_to="cseq"/>',
        '<ereg regexp=".*" search_in="hdr" header="From:" assign_to="from"/>',
        '<ereg regexp=".*" search_in="hdr" header="To:" assign_to="to"/>',
        '<ereg regexp="sip:[^>;]*" search_in="hdr" header="Contact:" assign_to="contact"/>',
    ]
    choices = [f'<nop next="phone{i}" test="is{i}"/>' for i, _ in _numbered(phones)]
    parts = [_part(i, phones[user], _voice_of_phone(user, sounds), sounds) for i, user in _numbered(phones)]
    counters = ",".join(["calls", *(f"calls{i}" for i, _ in _numbered(phones))])
    unused = ",".join(["from", "to", "contact", "cseq", *(f"is{i}" for i, _ in _numbered(phones))])
    return _scenario(
        f'<Global variables="{counters}"/>',
        f'<recv request="INVITE"><action>{"".join(looks + keeps)}</action></recv>',
        *choices,
        _behaviour("o", otherwise, _voice_of_phone("", sounds), sounds),
        *parts,
        _cancelled(),
        '<label id="over"/>',
        f'<Reference variables="{unused},{counters}"/>',
    )


def _look(pattern: str, variable: str) -> str:
    return f'<ereg regexp="{pattern}" search_in="msg" assign_to="{variable}"/>'


def _numbered(phones: Mapping[str, Sequence[Behaviour]]) -> Iterator[tuple[int, str]]:
    return enumerate(phones)


def _part(number: int, behaviours: Sequence[Behaviour], voice: Path, sounds: Sounds) -> str:
    """The calls of one phone: the first behaviour for its first call, the last for all that follow."""
    count = f'<add assign_to="calls{number}" value="1"/>'
    later = [
        f'<nop next="b{number}x{i}" test="later"><action>'
        f'<test assign_to="later" variable="calls{number}" compare="greater_than" value="{i}"/></action></nop>'
        for i in reversed(range(1, len(behaviours)))
    ]
    texts = [_behaviour(f"{number}x{i}", behaviour, voice, sounds) for i, behaviour in enumerate(behaviours)]
    return "\n".join((f'<label id="phone{number}"/>', f"<nop><action>{count}</action></nop>", *later, *texts))


def _voice_of_phone(user: str, sounds: Sounds) -> Path:
    """Accounts are called at `account.at.domain`, numbers at themselves."""
    return sounds.voice(voice_of(user.partition(".at.")[0], PHONE_HZ))


def _behaviour(name: str, behaviour: Behaviour, voice: Path, sounds: Sounds) -> str:
    for word in UNTOLD:
        if getattr(behaviour, word) is not None:
            raise CannotTell(f"{word}: SIPp phones do not do that yet")
    told = (*_before_answer(name, behaviour, voice), *_after_answer(name, behaviour, voice, sounds))
    return "\n".join((f'<label id="b{name}"/>', *told))


def _before_answer(name: str, behaviour: Behaviour, voice: Path) -> Iterator[str]:
    if behaviour.action == "silent":
        yield '<recv request="CANCEL" next="cancelled"/>'
        return
    if behaviour.ring_after_s >= 0:
        if behaviour.ring_after_s > 0:
            yield _cancel_within(behaviour.ring_after_s, f"r{name}")
        yield _answer(183, SDP) if behaviour.early_media else _answer(180)
    if behaviour.action == "never_answers":
        yield '<recv request="CANCEL" next="cancelled"/>'
        return
    if behaviour.after_s > 0:
        yield _cancel_within(behaviour.after_s, f"a{name}")
    if behaviour.refusal_code:
        yield _answer(behaviour.refusal_code)
        yield '<recv request="ACK" next="over"/>'
        return
    yield _answer(200, SDP)
    yield '<recv request="ACK"/>'
    yield _sound(voice)


def _after_answer(name: str, behaviour: Behaviour, voice: Path, sounds: Sounds) -> Iterator[str]:
    if behaviour.refusal_code or behaviour.action in ("silent", "never_answers"):
        return
    due = sorted((at_s + KEY_S * i, key) for at_s, keys in behaviour.digits for i, key in enumerate(keys))
    now_s = 0.0
    for number, (at_s, key) in enumerate(due):
        yield _bye_within(at_s - now_s, f"k{name}x{number}", f"e{name}")
        yield _sound(sounds.key(key))
        now_s = at_s
    if due:
        yield _bye_within(KEY_S, f"v{name}", f"e{name}")
        yield _sound(voice)
        now_s += KEY_S
    if behaviour.talk_s is not None:
        rest_s = max(behaviour.talk_s - now_s, 0.01)
        yield _bye_within(rest_s, f"t{name}", f"e{name}")
        yield _send(
            f"BYE [$contact] SIP/2.0\n{VIA}[branch]\nFrom:[$to];tag=[pid]-[call_number]\nTo:[$from]\n"
            "Call-ID: [call_id]\nCSeq: 1 BYE\nMax-Forwards: 70\nContent-Length: 0",
            retransmit=True,
        )
        yield '<recv response="200" next="over"/>'
    else:
        yield '<recv request="BYE"/>'
    yield f'<label id="e{name}"/>'
    yield _answer_bare(200)
    yield '<nop next="over"/>'


def _cancel_within(seconds: float, label: str) -> str:
    ms = round(seconds * 1000)
    return f'<recv request="CANCEL" next="cancelled" timeout="{ms}" ontimeout="{label}"/>\n<label id="{label}"/>'


def _bye_within(seconds: float, label: str, ended: str) -> str:
    ms = max(round(seconds * 1000), 1)
    return f'<recv request="BYE" next="{ended}" timeout="{ms}" ontimeout="{label}"/>\n<label id="{label}"/>'


def _cancelled() -> str:
    """The CANCEL is confirmed, then the INVITE is refused with 487; both branches are the same, so are Via and From."""
    refusal = ANSWER.replace("[last_CSeq:]", "CSeq: [$cseq] INVITE")
    return "\n".join(
        (
            '<label id="cancelled"/>',
            _answer_bare(200),
            _send(f"SIP/2.0 487 {REASONS[487]}{refusal}\nContent-Length: 0"),
            '<recv request="ACK" next="over"/>',
        )
    )


def _answer(code: int, body: str = "") -> str:
    if not body:
        return _send(f"SIP/2.0 {code} {REASONS.get(code, 'No')}{ANSWER}\nContent-Length: 0", retransmit=code >= 200)
    kind = "\nContent-Type: application/sdp\nContent-Length: [len]\n"
    return _send(f"SIP/2.0 {code} {REASONS[code]}{ANSWER}{kind}{body}", retransmit=code >= 200)


def _answer_bare(code: int) -> str:
    """To a request inside the call: its To has our tag already."""
    own = ANSWER.replace(";tag=[pid]-[call_number]", "")
    return _send(f"SIP/2.0 {code} {REASONS[code]}{own}\nContent-Length: 0")


def _sound(file: Path) -> str:
    """Begin to play; what was being played ends."""
    return f'<nop><action><exec play_pcap_audio="{escape(str(file))}"/></action></nop>'


# --- callers


def caller_scenario(call: PlacedCall, sounds: Sounds, *, longest_s: float, login: str = "") -> str:
    """One caller. Who and whom are SIPp keys (`-key`), for nothing in them is then read as anything else.

    What the switch says may come at any moment, so all of it is expected from the INVITE on (`global`); in between the
    caller looks at the clock.

    Args:
        login: what `authentication` says of a caller who has to prove who he is.
    """
    gives_up_s = call.hangup_after_s if call.hangup_after_s is not None else longest_s
    presses = sorted((at_s + KEY_S * i, key) for at_s, keys in call.presses for i, key in enumerate(keys))
    cseq, voice = "2" if login else "1", sounds.voice(voice_of(call.number, CALLER_HZ))
    return _scenario(
        _stamp("s", "u"),
        *(_challenged(call) if login else ()),
        _invite(cseq, call, f"\n{login}" if login else ""),
        *(f'<recv response="{code}" optional="global" next="wait"/>' for code in (100, 180, 183)),
        *(f'<recv response="{code}" optional="global" next="refused"/>' for code in FINAL_CODES),
        '<recv response="200" optional="global" rrs="true" next="answered"/>',
        '<recv request="BYE" optional="global" next="ended"/>',
        *_waiting("wait", [_late("s", "u", gives_up_s, "cancel")]),
        '<label id="cancel"/>',
        _cancel(cseq),
        '<recv response="200"/>',
        '<recv response="487" next="refused"/>',
        '<label id="answered"/>',
        _stamp("as", "au"),
        _in_dialogue("ACK", cseq),
        _sound(voice),
        *_talking(presses, gives_up_s, voice, sounds),
        '<label id="bye"/>',
        _in_dialogue("BYE", "7"),
        '<recv response="200" next="over"/>',
        '<label id="ended"/>',
        _answer_bare(200),
        '<nop next="over"/>',
        '<label id="refused"/>',
        _ack(cseq),
        '<label id="over"/>',
        '<Reference variables="s,u,as,au"/>',
    )


def _invite(cseq: str, call: PlacedCall, extra: str = "") -> str:
    who = '"[name]" <sip:[user]@[domain]>' if call.name else "<sip:[user]@[domain]>"
    privacy = ""
    if call.anonymous:
        privacy = f"\nPrivacy: id\nP-Asserted-Identity: {who}"
        who = '"Anonymous" <sip:anonymous@anonymous.invalid>'
    head = (
        f"INVITE sip:[dialled]@[domain] SIP/2.0\n{VIA}{OWN_BRANCH}{cseq}\nFrom: {who};tag=[pid]-[call_number]\n"
        f"To: <sip:[dialled]@[domain]>\nCall-ID: [call_id]\nCSeq: {cseq} INVITE\n"
        f"Contact: <sip:caller@[local_ip]:[local_port]>\nMax-Forwards: 70{privacy}{extra}"
    )
    return _send(f"{head}\nContent-Type: application/sdp\nContent-Length: [len]\n{SDP}", retransmit=True)


def _challenged(call: PlacedCall) -> tuple[str, ...]:
    return (
        _invite("1", call),
        '<recv response="100" optional="true"/>',
        '<recv response="407" auth="true"/>',
        _ack("1"),
    )


def _ack(cseq: str) -> str:
    """Of a refusal: it belongs to the INVITE's own transaction (RFC 3261, 17.1.1.3)."""
    return _in_transaction("ACK", cseq, "[last_To:]")


def _cancel(cseq: str) -> str:
    return _in_transaction("CANCEL", cseq, "To: <sip:[dialled]@[domain]>", retransmit=True)


def _in_transaction(method: str, cseq: str, to: str, *, retransmit: bool = False) -> str:
    return _send(
        f"{method} sip:[dialled]@[domain] SIP/2.0\n{VIA}{OWN_BRANCH}{cseq}\n[last_From:]\n{to}\n[last_Call-ID:]\n"
        f"CSeq: {cseq} {method}\nMax-Forwards: 70\nContent-Length: 0",
        retransmit=retransmit,
    )


def _talking(
    presses: Sequence[tuple[float, str]], gives_up_s: float, voice: Path, sounds: Sounds
) -> Iterator[str]:
    for number, (at_s, key) in enumerate(presses):
        looks = [_late("s", "u", gives_up_s, "bye"), _late("as", "au", at_s, f"press{number}")]
        yield from _waiting(f"p{number}", looks)
        yield f'<label id="press{number}"/>'
        yield _sound(sounds.key(key))
    if presses:
        over_s = presses[-1][0] + KEY_S
        yield from _waiting("voice", [_late("s", "u", gives_up_s, "bye"), _late("as", "au", over_s, "again")])
        yield f'<label id="again"/>\n{_sound(voice)}'
    yield from _waiting("talk", [_late("s", "u", gives_up_s, "bye")])


def _waiting(label: str, looks: Sequence[str]) -> Iterator[str]:
    """Look at the clock again and again; what ends it is expected elsewhere."""
    yield f'<label id="{label}"/>'
    yield f'<recv request="BYE" next="ended" timeout="{POLL_MS}" ontimeout="{label}look"/>'
    yield f'<label id="{label}look"/>'
    yield from looks
    yield f'<nop next="{label}"/>'


def _in_dialogue(method: str, cseq: str) -> str:
    return _send(
        f"{method} [next_url] SIP/2.0\n{VIA}[branch]\n[last_From:]\n[last_To:]\n[last_Call-ID:]\n"
        f"CSeq: {cseq} {method}\nMax-Forwards: 70\nContent-Length: 0",
        retransmit=method != "ACK",
    )


def _stamp(seconds: str, micros: str) -> str:
    return f'<nop><action><gettimeofday assign_to="{seconds},{micros}"/></action></nop>'


def _late(seconds: str, micros: str, after_s: float, label: str) -> str:
    """Go to the label once so much time has passed since the stamp."""
    return (
        f'<nop next="{label}" test="late"><action><gettimeofday assign_to="ns,nu"/>'
        f'<subtract assign_to="ns" variable="{seconds}"/><subtract assign_to="nu" variable="{micros}"/>'
        '<multiply assign_to="nu" value="0.000001"/><add assign_to="ns" variable="nu"/>'
        f'<test assign_to="late" variable="ns" compare="greater_than" value="{after_s}"/></action></nop>'
    )


def authentication(user: str, password: str) -> str:
    """What SIPp turns into a login; it reads no keys inside, so these must be plain words."""
    return f"[authentication username={user} password={password}]"


# --- registrations


def register_scenario() -> str:
    """REGISTER with a login; a line has account, domain, `[authentication …]`, user of the contact, expires."""

    def register(cseq: int, login: str) -> str:
        return _send(
            f"REGISTER sip:[field1] SIP/2.0\n{VIA}[branch]\nFrom: <sip:[field0]@[field1]>;tag=[pid]-[call_number]\n"
            f"To: <sip:[field0]@[field1]>\nCall-ID: [call_id]\nCSeq: {cseq} REGISTER\nExpires: [field4]\n"
            f"Contact: <sip:[field3]@[local_ip]:[contact_port]>\nMax-Forwards: 70{login}\nContent-Length: 0",
            retransmit=True,
        )

    return _scenario(
        register(1, ""),
        '<recv response="100" optional="true"/>',
        '<recv response="401" auth="true"/>',
        register(2, "\n[field2]"),
        '<recv response="100" optional="true"/>',
        '<recv response="200"/>',
    )


# --- XML


def _scenario(*parts: str) -> str:
    head = '<?xml version="1.0" encoding="UTF-8" ?>\n<scenario name="callcontrol">'
    return "\n".join((head, *parts, "</scenario>", ""))


def _send(message: str, *, retransmit: bool = False) -> str:
    delay = ' retrans="500"' if retransmit else ""
    return f"<send{delay}><![CDATA[\n{message.strip()}\n\n]]></send>"


def _literal(text: str) -> str:
    """Of a regular expression that matches this text only."""
    return escape(re.sub(r"([.+*\\\[\]^$()|?{}])", r"[\1]", text))


__all__ = ["CannotTell", "authentication", "caller_scenario", "phones_scenario", "register_scenario"]
