"""Pages under a strict policy: nothing inline, nothing of others; assets have their licences."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.tidy.tree import PACKAGE

WEB = PACKAGE / "web"
FORBIDDEN = {
    "a handler": re.compile(r"\son[a-z]+\s*=", re.IGNORECASE),
    "a style": re.compile(r"\sstyle\s*=|<style", re.IGNORECASE),
    "a script of its own": re.compile(r"<script(?![^>]*\ssrc=)", re.IGNORECASE),
    "an address elsewhere": re.compile(r"""(?:src|href|action)\s*=\s*["']?(?:https?:)?//""", re.IGNORECASE),
    "evaluated": re.compile(r"hx-on|hx-vals\s*=\s*[\"']js:|\bjavascript:|\| *safe\b", re.IGNORECASE),
}


def offences(text: str) -> Iterator[str]:
    """What the policy would refuse, or what escapes nothing."""
    return (what for what, pattern in FORBIDDEN.items() if pattern.search(text))


def test_templates_have_nothing_inline() -> None:
    templates = sorted((WEB / "templates").rglob("*.html"))
    assert len(templates) > 5
    assert [(path.name, *found) for path in templates if (found := list(offences(path.read_text())))] == []


def test_scripts_evaluate_nothing_and_ask_no_one_else() -> None:
    for path in (WEB / "assets").glob("*.js"):
        if path.name != "htmx.min.js":
            assert not re.search(r"\beval\(|new Function|innerHTML|https?://", path.read_text()), path.name
    assert "https://" not in (WEB / "assets" / "panel.css").read_text()


def test_what_others_wrote_comes_with_its_licence() -> None:
    for path in (WEB / "assets").glob("*.min.*"):
        assert (path.parent / f"{path.name.partition('.')[0]}.LICENSE.txt").exists(), path.name


def test_the_measure_measures() -> None:
    for text in (
        '<a onclick="f()">',
        '<p style="color:red">',
        "<script>f()</script>",
        '<img src="https://x">',
        "{{ x | safe }}",
    ):
        assert list(offences(text)), text
    assert list(offences('<script src="/assets/x.js" defer></script><a href="/calls?since=1">one</a>')) == []
