"""The phones of the runs on a real switch, here without a switch: one process calls another."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from callcontrol.simulator.phones import Behaviour
from callcontrol.simulator.stories.story import PlacedCall
from tests.freeswitch.ears import heard_by_caller, heard_by_phones, read_messages
from tests.freeswitch.phones import Login, PhoneProcess, PhoneShop, display_name
from tests.freeswitch.sip.message import Login as Proof
from tests.freeswitch.sip.message import Message, answer_to, read
from tests.freeswitch.switch import free_ports

OVER_S = 20.0
QUICK = Behaviour("answers", after_s=0.1, talk_s=0.5)
PHONES = {
    "busy": Behaviour("busy", after_s=0.0),
    "moved": Behaviour("moved", after_s=0.0, to="105"),
    "silent": Behaviour("silent"),
    "trying": Behaviour("trying"),
    "rings": Behaviour("never_answers"),
    "holds": Behaviour("answers", after_s=0.0, holds=(0.1, 0.2), talk_s=1.0),
    "informs": Behaviour("answers", after_s=0.0, info=((0.1, "1"),), talk_s=0.5),
}
INVITE = b"INVITE sip:101@h SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z1\r\nTo: <sip:101@h>\r\nCSeq: 1 INVITE\r\n\r\nv=0"


@pytest.fixture
def shop(tmp_path: Path) -> PhoneShop:
    return PhoneShop(tmp_path, 9, {"101": Login("101", "acme.example", "secret")})


@pytest.fixture
def phones(shop: PhoneShop) -> Iterator[PhoneProcess]:
    (port,) = free_ports(1)
    running = shop.phones("phones", port, {user: (one,) for user, one in PHONES.items()}, QUICK)
    yield running
    running.stop()


def heard(shop: PhoneShop, phones: PhoneProcess, to: str, after_s: float = 1.5) -> tuple[list[str], list[str]]:
    """What the caller saw and what the phone did."""
    caller = shop.caller("caller", PlacedCall("500", to, hangup_after_s=after_s), phones.port, None)
    caller.finish(OVER_S)
    saw = [f"{h.what} {h.detail.get('code', '')}".rstrip() for h in heard_by_caller(caller.messages, "caller")]
    return saw, [h.what for h in heard_by_phones(phones.messages)]


def test_a_phone_rings_answers_and_hangs_up(shop: PhoneShop, phones: PhoneProcess) -> None:
    saw, did = heard(shop, phones, "117", 9.0)
    assert (saw, did) == (["ringing", "answered", "hangup"], ["invite", "ringing", "answered", "hung_up"])


@pytest.mark.parametrize(("to", "code"), [("busy", "486"), ("moved", "302")])
def test_a_phone_refuses(to: str, code: str, shop: PhoneShop, phones: PhoneProcess) -> None:
    saw, did = heard(shop, phones, to)
    assert (saw, did) == (["ringing", f"hangup {code}"], ["invite", "ringing", "refused"])


def test_a_phone_that_moves_its_callers_says_where_to(shop: PhoneShop, phones: PhoneProcess) -> None:
    heard(shop, phones, "moved")
    (said,) = (m for m in read_messages(phones.messages) if m.code == 302)
    assert said.headers["Contact"] == "<sip:105@127.0.0.1>"


@pytest.mark.parametrize(("to", "codes"), [("silent", [487]), ("trying", [100, 487]), ("rings", [180, 487])])
def test_a_phone_that_does_not_answer(to: str, codes: list[int], shop: PhoneShop, phones: PhoneProcess) -> None:
    heard(shop, phones, to, 1.2)
    said = [m.code for m in read_messages(phones.messages) if not m.received and m.method == "INVITE"]
    assert said == codes
    cancels = [m for m in read_messages(phones.messages) if m.received and m.method == "CANCEL"]
    assert len(cancels) == 1


def test_a_phone_holds_and_takes_back(shop: PhoneShop, phones: PhoneProcess) -> None:
    heard(shop, phones, "holds", 9.0)
    offers = [m.body for m in read_messages(phones.messages) if not m.received and m.start.startswith("INVITE ")]
    assert [body.strip().rpartition("a=")[2] for body in offers] == ["sendonly", "sendrecv"]


def test_a_phone_presses_keys_by_info(shop: PhoneShop, phones: PhoneProcess) -> None:
    heard(shop, phones, "informs", 9.0)
    (said,) = (m for m in read_messages(phones.messages) if m.start.startswith("INFO "))
    assert said.body.split() == ["Signal=1", "Duration=160"]


def test_a_message_is_read_as_it_was_written() -> None:
    message = read(INVITE)
    assert (message.user, message.method, message.cseq) == ("101", "INVITE", 1)
    assert (message.branch, message.body) == ("z1", "v=0")
    assert read(message.wire()) == message
    answer = answer_to(message, 180, "own")
    assert (answer.code, answer.get("To"), answer.get("via")) == (180, "<sip:101@h>;tag=own", message.get("Via"))


def test_a_password_is_proved_as_rfc_2617_says() -> None:
    proof = Proof("Mufasa", "h", "Circle Of Life").proof('Digest realm="r", nonce="n"', "INVITE", "sip:h")
    first, second = (hashlib.md5(t.encode()).hexdigest() for t in ("Mufasa:r:Circle Of Life", "INVITE:sip:h"))
    assert f'response="{hashlib.md5(f"{first}:n:{second}".encode()).hexdigest()}"' in proof


@pytest.mark.parametrize(
    ("name", "written"),
    [("Jan", "Jan"), ('a "b" \\c', 'a \\"b\\" \\\\c'), ("x\n\napi", "x%0A%0Aapi"), ("Żaneta", "Żaneta")],
)
def test_a_display_name_stays_one_quoted_string(name: str, written: str) -> None:
    assert display_name(name) == written


def test_an_answer_is_no_request() -> None:
    assert Message("SIP/2.0 200 OK", (("CSeq", "1 BYE"),)).method == "BYE"
