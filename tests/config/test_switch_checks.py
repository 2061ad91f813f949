"""Several switches: what each must say of itself."""

from __future__ import annotations

import pytest

from tests.config.folder import TENANT, loaded, problems, written

FS1 = 'fs1: {address: "192.0.2.1:8021", password: secret'
FS2 = 'fs2: {address: "192.0.2.2:8021", password: secret'


def main_problems(*switches: str) -> list[str]:
    lines = "".join(f"  {switch}}}\n" for switch in switches)
    return [line.removeprefix("callcontrol.yaml:") for line in written(*problems(TENANT, f"switches:\n{lines}"))]


def test_the_only_switch_needs_no_sip_address() -> None:
    assert [switch.sip for switch in loaded(main=f"switches:\n  {FS1}}}\n").switches.values()] == [None]


def test_each_of_several_says_where_the_others_reach_it() -> None:
    assert main_problems(f'{FS1}, sip: "192.0.2.1:5060"', f"{FS2}, profile: phones") == [
        "3: switches.fs2: the other switches cannot reach the phones registered here; write `sip:`, address and port of"
        " its profile phones, such as 192.0.2.5:5060"
    ]


def test_two_switches_are_not_at_one_place() -> None:
    assert main_problems(f'{FS1}, sip: "192.0.2.1:5060"', f'{FS2}, sip: "192.0.2.1:5060"') == [
        "3: switches.fs2.sip: 192.0.2.1:5060 is where fs1 is reached already (callcontrol.yaml:2); write an address of"
        " its own"
    ]


@pytest.mark.parametrize(
    "sip", ["fs1.example:5060", "192.0.2.1", "[2001:db8::1]:5060", "192.0.2.1:0", "192.0.2.1:70000"]
)
def test_a_place_is_an_address_with_a_port(sip: str) -> None:
    (problem,) = main_problems(f'{FS1}, sip: "{sip}"')
    assert problem.startswith(f"2: switches.fs1.sip: {sip!r} ")
    assert problem.endswith("write an IPv4 address and a port, such as 192.0.2.5:5060")


def test_a_sound_pair_is_read() -> None:
    pair = f'switches:\n  {FS1}, sip: "192.0.2.1:5060"}}\n  {FS2}, sip: "192.0.2.2:5060"}}\n'
    assert [switch.sip for switch in loaded(main=pair).switches.values()] == ["192.0.2.1:5060", "192.0.2.2:5060"]
