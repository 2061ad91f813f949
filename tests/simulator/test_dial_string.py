"""Dial strings are read as the switch reads them."""

import pytest

from callcontrol.simulator.dial_string import Endpoint, ParseError, enterprise_parts, parse, read_variables, separate


def test_turns_and_legs() -> None:
    found = parse("{a=1,b='x, y'}[leg_timeout=2]sofia/internal/103%lab|[leg_timeout=4]user/1@lab,sofia/gateway/t/123")
    assert found.variables == {"a": "1", "b": "x, y"}
    assert found.turns == (
        (Endpoint("sofia/internal/103%lab", {"leg_timeout": "2"}),),
        (Endpoint("user/1@lab", {"leg_timeout": "4"}), Endpoint("sofia/gateway/t/123", {})),
    )


@pytest.mark.parametrize(
    ("text", "variables"),
    [
        ("a=1,b=2", {"a": "1", "b": "2"}),
        ("a='Doe, John'", {"a": "Doe, John"}),
        (r"a=Doe\, John", {"a": "Doe, John"}),
        ("^^:a=1,2:b=3", {"a": "1,2", "b": "3"}),
        ("a=,b", {"a": ""}),
        ("a=x=y", {"a": "x=y"}),
    ],
)
def test_variables(text: str, variables: dict[str, str]) -> None:
    assert read_variables(text) == variables


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("leg-ok tone_stream://%(400,100,700) aleg", ["leg-ok", "tone_stream://%(400,100,700)", "aleg"]),
        ("'a b'  c", ["a b", "c"]),
        ("{t='Doe, John'}user/1@lab &park()", ["{t=Doe, John}user/1@lab", "&park()"]),  # the quotes are gone: measured
    ],
)
def test_words(text: str, words: list[str]) -> None:
    assert separate(text, " ") == words


def test_a_brace_that_never_closes() -> None:
    with pytest.raises(ParseError, match="is not closed"):
        parse("{a=1 sofia/internal/1%lab")


def test_nothing_to_dial() -> None:
    with pytest.raises(ParseError, match="no endpoint"):
        parse("{a=1}")


def test_enterprise_anywhere_even_in_a_value() -> None:
    assert enterprise_parts("<x=1>user/a@b:_:user/c@d") == ["{x='1'}user/a@b", "{x='1'}user/c@d"]
    assert len(enterprise_parts("{name='a:_:b'}user/a@b")) == 2
