"""Text that means nothing to the switch."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from callcontrol.edges.freeswitch.failures import UnsafeText
from callcontrol.edges.freeswitch.safe import Safe, dialable, domain_name, sip_uri, user_name, word


@pytest.mark.parametrize(
    ("written", "safe"),
    [
        ("Jan Kowalski", "Jan Kowalski"),
        ("Zażółć Gęślą", "Zażółć Gęślą"),
        ("Zaz\u0307o\u0301ł\u0107", "Zażółć"),
        ("李雷", "李雷"),
        ("हिन्दी", "हिन्दी"),
        ("+48 (22) 123-45-67 #1*", "+48 (22) 123-45-67 #1*"),
        ("Eve\n\napi system x", "Eve api system x"),
        ("${system(touch /tmp/x)}", "system(touch /tmp/x)"),
        ("a'b\"c`d", "a b c d"),
        ("[x=y]{z}|a,b:_:c<d>", "x y z a b _ c d"),
        ("  a   b  ", "a b"),
        ("a\u202eb\u200bc\x85d\u2028e\0f", "a b c d e f"),
        ("\\n^^;=%$", "n"),
        ("\ud800", ""),
        ("", ""),
    ],
)
def test_only_what_is_harmless_stays(written: str, safe: str) -> None:
    assert Safe(written) == safe


def test_it_has_a_length() -> None:
    assert Safe("a" * 200) == "a" * 80
    assert Safe("ab cd", 3) == "ab"
    assert len(Safe("\n" * 10_000_000 + "a")) <= 80


CHECKS: dict[Callable[[str], str], tuple[list[str], list[str]]] = {
    dialable: (
        ["+48221234567", "*21*5#", "0", "1" * 32],
        ["", "1" * 33, "12 3", "12a", "\uff11\uff12", "1\n", "+48-22", "1,2", "${x}"],
    ),
    sip_uri: (
        ["sip:anna@pbx.example.com", "sips:a.b+c@10.0.0.1:5061;transport=tls", "sip:+48221234567@h:65535"],
        [
            *("anna@h", "sip:h", "sip:a b@h", "sip:a@h:65536", "sip:a@h:0", "sip:a@h;x=y", "sip:a@h,sofia/x"),
            *("sip:a@-h", "sip:a@h?x", "sip:a@h\n", "sip:${x}@h", "sip:a@h;transport=sctp", "sip:a@[::1]"),
            *("SIP:a@h|b", "sip:a#b@h"),
        ],
    ),
    user_name: (["101", "anna.nowak", "*67#"], ["", "a@b", "a b", "a/b", "a%b", "a" * 65, "a\n"]),
    domain_name: (
        ["pbx.example.com", "lab", "10.0.0.1"],
        ["", "a..b", "-a", "a_b", "a b", "a/b", "a" * 64, "a.", "a\n"],
    ),
    word: (["internal", "carrier-1", "a.b_c"], ["", "a/b", "a b", "a,b", "a\n", "ä"]),
}


@pytest.mark.parametrize(("check", "text"), [(check, text) for check, (good, _) in CHECKS.items() for text in good])
def test_what_is_right_passes_unchanged(check: Callable[[str], str], text: str) -> None:
    assert check(text) == text


@pytest.mark.parametrize(("check", "text"), [(check, text) for check, (_, bad) in CHECKS.items() for text in bad])
def test_what_is_wrong_is_refused_with_an_example(check: Callable[[str], str], text: str) -> None:
    with pytest.raises(UnsafeText, match=r"write one such as|must not climb"):
        check(text)
