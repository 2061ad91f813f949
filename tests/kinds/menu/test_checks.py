"""Mistakes in menus, and what is hardly meant: each with its file and line."""

from __future__ import annotations

import pytest

from callcontrol.config.checks.warnings import warnings
from callcontrol.config.loader import load
from callcontrol.config.settings import Settings
from callcontrol.kinds import KINDS
from callcontrol.vocabulary.moment import Instant
from tests.config.folder import located
from tests.routing.world import MAIN, TENANT

LEADS_THERE = '"+48221234599": menu:a'


def _load(menus: str, number: str = LEADS_THERE) -> Settings | list[str]:
    written = TENANT.replace("numbers:\n", f"menus:\n{menus}\nnumbers:\n  {number}\n")
    written = written.replace("extensions:\n", "extensions:\n  '1': {}\n  '112': {dialled: no}\n")
    loaded = load({"callcontrol.yaml": MAIN, "tenants/acme.yaml": located(written), "tariffs/retail.yaml": ""}, KINDS)
    return loaded if isinstance(loaded, Settings) else [str(one).partition(": ")[2] for one in loaded]


def problems(menus: str, number: str = LEADS_THERE) -> list[str]:
    found = _load(menus, number)
    assert not isinstance(found, Settings)
    return found


def warned(menus: str, number: str = LEADS_THERE) -> list[str]:
    loaded = _load(menus, number)
    assert isinstance(loaded, Settings), loaded
    told = [str(one) for one in warnings(loaded, Instant(0))]
    assert all(one.startswith("tenants/acme.yaml:") or "menus" not in one for one in told)
    return [one.partition(": ")[2] for one in told if "menus." in one]


CLOSED = "is closed for ever: no call is taken there, nor sent on;"
QUEUE = (
    "hours:\n  x: {{week: {{}}}}\nqueues:\n  q: {{strategy: random, agents: [{{agent: anna}}], hours: x{}}}\n"
    "agents:\n  anna: {{extension: '101'}}\nsequences:\n  s: {{steps: [hours:x, extension:101]}}"
)


@pytest.mark.parametrize(
    ("also", "to", "is_closed"),
    [
        ("hours:\n  x: {week: {}, open: extension:101}", "hours:x", True),
        ("hours:\n  x: {week: {}, open: extension:101, closed: hangup:busy}", "hours:x", False),
        ("hours:\n  x: {week: {}, open: extension:101, reasons: {holiday: hangup:busy}}", "hours:x", False),
        ("hours:\n  x: {week: {mon: 08:00-16:00}, open: extension:101}", "hours:x", False),
        ("hours:\n  x: {week: {mon: 08:00-16:00}}", "hours:x", True),
        ("hours:\n  x: {week: {mon-sun: 00:00-24:00}, closed: extension:101}", "hours:x", True),
        ("hours:\n  x: {code: 1, may_set: ['101'], week: {}, open: extension:101}", "hours:x", False),
        ("hours:\n  x: {week: {}, special: {12-24: {hours: 08:00-12:00}}, open: extension:101}", "hours:x", False),
        ("hours:\n  x: {week: {}}\nsequences:\n  s: {steps: [hours:x]}", "sequence:s", True),
        ("hours:\n  x: {week: {}}\nsequences:\n  s: {steps: [hours:x, extension:101]}", "sequence:s", False),
        ("hours:\n  x: {week: {}, closed: sequence:s}\nsequences:\n  s: {steps: [hours:x]}", "sequence:s", True),
        (QUEUE.format(""), "queue:q", True),
        (QUEUE.format(", otherwise: hangup:busy"), "queue:q", False),
        (QUEUE.format(", overflow: {closed: sequence:s}"), "queue:q", False),
    ],
)
def test_a_way_out_that_is_closed_for_ever_is_none(also: str, to: str, is_closed: bool) -> None:
    loaded = _load(f"  a: {{prompt: a.wav, keys: {{1: extension:101, 2: '{to}'}}, silence: {{then: '{to}'}}}}\n{also}")
    found = [] if isinstance(loaded, Settings) else [one.partition(";")[0] + ";" for one in loaded]
    places = ("menus.a.keys.2.to", "menus.a.silence.then")
    assert [one for one in found if "closed for ever" in one] == [
        f"{place}: {to} {CLOSED}" for place in places if is_closed
    ]
    assert [one for one in found if "closed for ever" not in one and "loop" not in one] == []


@pytest.mark.parametrize(
    ("menus", "said"),
    [
        (
            "  a: {prompt: a.wav, keys: {1: again}}",
            "menus.a: no way out of menu:a: whatever is pressed, the caller stays there;"
            " let a key lead elsewhere, such as to an extension or a queue",
        ),
        (
            "  a: {prompt: a.wav, keys: {1: 'menu:b'}}\n  b: {prompt: b.wav, keys: {1: back}}",
            "menus.a: no way out of menu:a and menu:b: whatever is pressed, the caller stays there;"
            " let a key lead elsewhere, such as to an extension or a queue",
        ),
        (
            "  a: {prompt: a.wav, direct_dial: [101, 109]}",
            "menus.a.direct_dial.1: extension:109 does not exist; write extensions of this tenant's only",
        ),
        (
            "  a: {prompt: a.wav, keys: {101: hangup:busy}, direct_dial: [101]}",
            "menus.a.direct_dial.0: 101 is a key of this menu's (tenants/acme.yaml:27); remove one of them",
        ),
        (
            "  a: {prompt: a.wav, keys: {1: hangup:busy}, silence: {then: menu:b}}\n"
            "  b: {prompt: b.wav, keys: {1: hangup:busy}, silence: {then: menu:a}}",
            "menus.a.silence.then: a loop: menu:a -> menu:b -> menu:a; let one of them lead elsewhere",
        ),
        (
            "  a: {prompt: a.wav, keys: {1: bakc, 2: hangup:busy}}",
            "menus.a.keys.1.to: 'bakc' is nothing a key can do; did you mean back?",
        ),
        (
            "  a: {prompt: a.wav, keys: {1a: hangup:busy}}",
            "menus.a.keys.1a: '1a' cannot be pressed; write up to 16 of the keys 0 to 9, '*' and '#'",
        ),
        (
            "  a: {prompt: a.wav, keys: {1: hangup:busy}, direct_dial: everybody}",
            "menus.a.direct_dial: 'everybody' is nothing that can be dialled; write off, all, or a list",
        ),
        (
            "  a: {prompt: a.wav, keys: {1: hangup:busy}, first_key_s: 0}",
            "menus.a.first_key_s: 0 is too small; write at least 1",
        ),
        ("  a: {keys: {1: hangup:busy}}", "menus.a: `prompt` is missing"),
    ],
)
def test_a_mistake_is_told_with_its_place(menus: str, said: str) -> None:
    assert any(one.startswith(said) for one in problems(menus)), problems(menus)


def test_a_key_that_has_to_wait_says_how_long_and_for_whose_sake() -> None:
    menus = (
        "  a: {prompt: a.wav, keys: {1: hangup:busy, 2: hangup:busy, 21: hangup:busy}, direct_dial: [101, 102, 103]}"
    )
    right = "choose a key that nothing else begins with, if it is to act at once"
    assert warned(menus) == [
        f"warning: menus.a.keys.1: 1 waits 2 s because extensions 101, 102, 103 can be dialled; {right}".removeprefix(
            "warning: "
        ),
        f"menus.a.keys.2: 2 waits 2 s because 21 can be pressed; {right}",
    ]
    one = "  a: {prompt: a.wav, keys: {1: hangup:busy}, between_keys_s: 3, direct_dial: [102]}"
    assert warned(one) == [f"menus.a.keys.1: 1 waits 3 s because extension 102 can be dialled; {right}"]


def test_an_extension_that_no_phone_dials_makes_nobody_wait() -> None:
    """112 is not dialled by its name; 101 to 104 are, and so is 1, but for the key."""
    told = warned("  a: {prompt: a.wav, keys: {1: hangup:busy, 2: hangup:busy}, direct_dial: all}")
    assert [one.partition(";")[0] for one in told] == [
        "menus.a.keys.1: 1 is also an extension, which cannot be dialled here: the key comes first",
        "menus.a.keys.1: 1 waits 2 s because extensions 101, 102, 103 and 1 more can be dialled",
    ]


def test_a_menu_that_nothing_leads_to() -> None:
    menus = "  a: {prompt: a.wav, keys: {1: hangup:busy}}\n  b: {prompt: b.wav, keys: {1: 'menu:c', 2: hangup:busy}}"
    menus += "\n  c: {prompt: c.wav, keys: {1: 'menu:b', 2: hangup:busy}}"
    told = warned(menus)
    assert told == [
        f"menus.{name}: never reached: no number, rule or target leads to it; lead to menu:{name}" for name in "bc"
    ]


def test_back_where_no_menu_leads() -> None:
    told = warned("  a: {prompt: a.wav, keys: {'*': back, 1: hangup:busy}}")
    assert told == ["menus.a.keys.*: no menu leads here, so `back` is this menu again; write again"]


def test_a_menu_that_is_well_made_says_nothing() -> None:
    menus = "  a: {prompt: a.wav, keys: {1: 'menu:b', 2: hangup:busy}}\n"
    menus += "  b: {prompt: b.wav, keys: {1: back}}"
    assert warned(menus) == []
