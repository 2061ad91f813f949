"""What is built as a dial string is read by the switch as what was meant, or is refused; likewise each command."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from callcontrol.edges.freeswitch.commands import BgApi, Execute
from callcontrol.edges.freeswitch.dial_string import (
    LEGS_LIMIT,
    AtPeer,
    DialLeg,
    Endpoint,
    Gateway,
    Registered,
    SipUri,
    dial_string,
)
from callcontrol.edges.freeswitch.failures import EventSocketError, UnsafeText
from callcontrol.edges.freeswitch.safe import Safe
from tests.edges.freeswitch.dial_parser import bridge, originate_command
from tests.fuzz.pieces import Pieces

NAMES = ("a", "origination_caller_id_name", "sip_h_X-a", "group_confirm_file", "A", "a b", "")
PLAIN = (
    *("101", "trunk", "sip:anna@h.example:5070;transport=tls", "+48600700800"),
    *("pbx.example.com", "192.0.2.5:5060", "x y"),
)


def check_dial_string(data: bytes) -> None:
    """Legs and variables chosen by the bytes: what is sent means what was meant."""
    pieces = Pieces(data)
    common = variables(pieces)
    legs = [DialLeg(endpoint(pieces), variables(pieces)) for _ in range(1 + pieces.number(3))]
    legs += [legs[0]] * pieces.choice((0, 0, 0, LEGS_LIMIT - len(legs), LEGS_LIMIT))
    try:
        text = dial_string(legs, common)
    except EventSocketError:
        assert any(is_doubtful(leg) for leg in legs) or is_strange(common) or len(legs) > LEGS_LIMIT
    else:
        check_meaning(legs, common, text)
    check_command(data.decode("utf-8", "replace"))


def variables(pieces: Pieces) -> dict[str, str]:
    """Up to three variables: values as they come, or made safe."""
    return {pieces.choice(NAMES): text(pieces) for _ in range(pieces.number(3))}


def text(pieces: Pieces) -> str:
    """A text of the fuzzer's, as it is or made safe."""
    return str(Safe(pieces.text())) if pieces.number(1) else pieces.text()


def endpoint(pieces: Pieces) -> Endpoint:
    """Any endpoint, of plain words or of the fuzzer's."""
    words = [pieces.choice(PLAIN) if pieces.number(1) else pieces.text() for _ in range(4)]
    match pieces.number(3):
        case 0:
            return Registered(*words[:3])
        case 1:
            return Gateway(words[0], words[1])
        case 2:
            return AtPeer(*words)
        case _:
            return SipUri(words[0], words[1])


def is_doubtful(leg: DialLeg) -> bool:
    """Whether a refusal may be this leg's fault: a sound endpoint without variables is never refused."""
    sound = (
        Registered("101", "pbx.example.com", "trunk"),
        AtPeer("101", "pbx.example.com", "trunk", "192.0.2.5:5060"),
        Gateway("trunk", "+48600700800"),
        SipUri("sip:anna@h.example:5070;transport=tls", "trunk"),
    )
    return leg.endpoint not in sound or is_strange(leg.variables)


def is_strange(found: Mapping[str, str]) -> bool:
    """Whether a refusal may be the variables' fault: safe texts under plain names never are."""
    plain_names = {"a", "origination_caller_id_name", "sip_h_X-a", "group_confirm_file"}
    return not set(found) <= plain_names or any(not value or Safe(value) != value for value in found.values())


def check_meaning(legs: Sequence[DialLeg], common: Mapping[str, str], text: str) -> None:
    """The switch reads it alike in both places, as just what was meant."""
    sent = Execute("bridge", text).wire() + BgApi(f"originate {text} &park()", "job").wire()
    assert sent.count(b"\n\n") == 2
    assert not set(b"\r\0") & set(sent)
    for dialled in (bridge(text), originate_command(f"{text} &park()")):
        assert (dialled.enterprise, dialled.alternatives) == (0, 1)
        assert dialled.variables == common
        assert [variables for variables, _ in dialled.legs] == [leg.variables for leg in legs]
        assert [target for _, target in dialled.legs] == [dial_string([DialLeg(leg.endpoint)], {}) for leg in legs]


def check_command(text: str) -> None:
    """A command is one command, or refused."""
    for command in (Execute("playback", text), BgApi(text, "job"), Execute(text), Execute("set", "a", text)):
        try:
            wire = command.wire()
        except UnsafeText:
            continue
        assert wire.count(b"\n\n") == 1
        assert wire.endswith(b"\n\n")
        assert not set(b"\r\0") & set(wire)
