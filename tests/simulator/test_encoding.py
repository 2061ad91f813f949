"""The bytes the simulator writes."""

import json

import pytest

from callcontrol.simulator import encoding


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("", "_undef_"),
        ("Jan Kowalski", "Jan%20Kowalski"),
        ("600100200@127.0.0.1:5060", "600100200%40127.0.0.1%3A5060"),
        ("a\r\nb", "a%0D%0Ab"),
        ("a','b}%{hostname}[x=y]|^^:&park()", "a','b%7D%25%7Bhostname%7D%5Bx%3Dy%5D%7C%5E%5E%3A%26park()"),
        ("100%", "100%25"),
        ("%41 stays", "%41%20stays"),  # two upper-case hex digits pass: the switch's double_encode=false
        ("%zz", "%25zz"),
        ("Zażółć", "Za%C5%BC%C3%B3%C5%82%C4%87"),
        ("INVITE, ACK", "INVITE,%20ACK"),
    ],
)
def test_percent(value: str, written: str) -> None:
    assert encoding.percent(value) == written


def test_plain_event_says_how_long_it_is() -> None:
    frame = encoding.plain_event({"Event-Name": "BACKGROUND_JOB", "Job-UUID": "j"}, "+OK ż\n")
    head, _, body = frame.partition(b"\n\n")
    assert head == b"Content-Length: %d\nContent-Type: text/event-plain" % len(body)
    assert body == "Event-Name: BACKGROUND_JOB\nJob-UUID: j\nContent-Length: 7\n\n+OK ż\n".encode()


def test_json_event_carries_its_body() -> None:
    frame = encoding.json_event({"Event-Name": "X"}, "text\n")
    assert json.loads(frame.partition(b"\n\n")[2]) == {"Event-Name": "X", "Content-Length": "5", "_body": "text\n"}


def test_bytes_that_are_no_utf8_go_out_as_they_came() -> None:
    name = b"J\xf6rg".decode("utf-8", "surrogateescape")
    assert b'"J\xf6rg"' in encoding.json_event({"Caller-Caller-ID-Name": name}, None)
    assert encoding.percent(name) == "J%F6rg"


@pytest.mark.parametrize("value", ["x", "", "a b", "%41", "100%", "ż", "a\x01b", "a\x02b", "a\tb", "a\x7fb", "v=0\r\n"])
def test_a_block_is_its_lines(value: str) -> None:
    """Blocks are encoded in one go; the odd ones line by line, with the same result."""
    headers = {"Event-Name": "X", "variable_a": value, "Unique-ID": "u-1"}
    written = encoding.plain_lines(headers).decode().split("\n")
    assert written == ["Event-Name: X", f"variable_a: {encoding.percent(value)}", "Unique-ID: u-1", "", ""]
