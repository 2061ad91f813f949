"""No name of a caller changes the command that is sent to the switch."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from callcontrol.edges.freeswitch.commands import Execute
from callcontrol.edges.freeswitch.dial_string import DialLeg, Endpoint, Gateway, Registered, SipUri, dial_string
from callcontrol.edges.freeswitch.failures import EventSocketError, UnsafeText
from callcontrol.edges.freeswitch.safe import Safe, dialable
from tests.fuzz.dial_strings import check_command, check_meaning

HOSTILE = [
    *(
        "\n\napi system x\n\n",
        "\r",
        "\0",
        "'",
        '"',
        "\\",
        "\\'",
        "${system(x)}",
        "$",
        "{",
        "}",
        "[",
        "]",
        "|",
        ",",
        ":_:",
    ),
    *(
        "^^",
        "^^;",
        "ARRAY::",
        "|:",
        "<",
        ">",
        "=",
        " ",
        "  ",
        "%0A",
        "\u2028",
        "\x85",
        "\x01",
        "\x02",
        "&park()",
        "sofia/",
    ),
]
anything = st.lists(st.one_of(st.sampled_from(HOSTILE), st.text(max_size=6)), max_size=6).map("".join)
names = st.from_regex(r"[a-z][a-zA-Z0-9_-]{0,10}", fullmatch=True)
carried = st.text(' ,=;<>"^%&#~:_()/aB1\u0119', min_size=1, max_size=12)  # means something elsewhere, not here
variables = st.dictionaries(names, st.one_of(carried, carried, carried, anything), max_size=3)
safe_variables = st.dictionaries(names, anything.map(Safe).filter(bool), max_size=4)
endpoints: st.SearchStrategy[Endpoint] = st.one_of(
    st.builds(
        Registered, st.from_regex(r"[0-9]{3,5}", fullmatch=True), st.just("pbx.example.com"), st.just("internal")
    ),
    st.builds(Gateway, st.just("trunk"), st.from_regex(r"\+?[0-9]{3,12}", fullmatch=True)),
    st.builds(SipUri, st.just("sip:anna@h.example:5070;transport=tls"), st.just("external")),
)
hostile_endpoints = st.one_of(
    st.builds(Registered, anything, anything, anything),
    st.builds(Gateway, anything, anything),
    st.builds(SipUri, anything, anything),
)


def legs_of(endpoint: st.SearchStrategy[Endpoint], values: st.SearchStrategy[Any]) -> st.SearchStrategy[list[DialLeg]]:
    return st.lists(st.builds(DialLeg, endpoint, values), min_size=1, max_size=4)


@given(legs_of(st.one_of(endpoints, endpoints, endpoints, hostile_endpoints), variables), variables)
def test_a_dial_string_is_read_as_it_was_meant_or_refused(legs: list[DialLeg], common: dict[str, str]) -> None:
    try:
        text = dial_string(legs, common)
    except EventSocketError:
        return
    check_meaning(legs, common, text)


@given(legs_of(endpoints, safe_variables), safe_variables)
def test_safe_text_is_never_refused(legs: list[DialLeg], common: dict[str, str]) -> None:
    assume(
        all(len({name.lower() for name in names}) == len(names) for names in (common, *(leg.variables for leg in legs)))
    )
    check_meaning(legs, common, dial_string(legs, common))


@given(anything)
def test_safe_text_is_harmless_and_stays_as_it_is(text: str) -> None:
    safe = Safe(text)
    assert Safe(safe) == safe
    assert len(safe) <= 80
    assert not set(safe) & set("\r\n\0'\"\\${}[]|,<>=^%;:`~\u2028\u2029\x85")
    assert safe == safe.strip()
    assert "  " not in safe
    Execute("set", f"name={safe}").wire()


@given(anything)
def test_a_command_is_one_command_or_refused(text: str) -> None:
    check_command(text)


@given(anything)
def test_a_number_is_one_or_refused(text: str) -> None:
    if 1 <= len(text) <= 32 and set(text) <= set("+*#0123456789"):
        assert dialable(text) == text
    else:
        with pytest.raises(UnsafeText):
            dialable(text)
