"""`callcontrol barring` against a real Redis, run as a person runs it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from redis import Redis

from callcontrol.__main__ import main
from callcontrol.edges.live_state import keys
from callcontrol.edges.live_state.overrides import decode_override, encode_override
from callcontrol.vocabulary.barring import Barring, admin_barring, own_barring
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.override import CallBlocks, blocks_name
from tests.config import folder

EXAMPLE = Path(__file__).parents[2] / "deploy" / "example"
WHY = ("--reason", "SIP password stolen", "--by", "jan")


@pytest.fixture
def config(tmp_path: Path, redis_url: str, redis_client: Redis) -> str:
    tenant = folder.TENANT + "outgoing: {barring: yes}\n"
    for name, text in folder.files(tenant, f"{folder.MAIN}redis: {{url: '{redis_url}'}}\n").items():
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
    shutil.copy(EXAMPLE / "tariffs" / "retail.yaml", tmp_path / "tariffs")
    redis_client.ping()
    return str(tmp_path)


def barring(config: str, verb: str, *words: str) -> int:
    return main(["barring", verb, "--config", config, *words])


def stored(redis_client: Redis, name: str) -> Barring:
    value = redis_client.hget(keys.overrides("acme"), name)
    assert isinstance(value, bytes)
    found = decode_override(value)
    assert isinstance(found, Barring)
    return found


def test_blocked_shown_and_allowed_again(config: str, redis_client: Redis, capsys: pytest.CaptureFixture[str]) -> None:
    what = ("--class", "premium", "--number", "600 700 800", "--prefix", "+4870")
    assert barring(config, "block", "acme", "101", *what, *WHY) == 0
    blocked = "extension:101 is blocked until taken back: premium, +48600700800, +4870…"
    said = f"{blocked} (jan (command): SIP password stolen)\n"
    assert capsys.readouterr().out == said
    assert main(["barring", "acme", "--config", config]) == 0
    assert capsys.readouterr().out == said
    found = stored(redis_client, admin_barring("101"))
    assert (found.classes, found.numbers, found.prefixes) == (("premium",), ("+48600700800",), ("4870",))
    assert barring(config, "unblock", "acme", "101", "--prefix", "4870", *WHY) == 0
    assert stored(redis_client, admin_barring("101")).prefixes == ()
    assert barring(config, "unblock", "acme", "101", "--reason", "new password", "--by", "eva") == 0
    assert capsys.readouterr().out.endswith("extension:101 is not blocked any more (eva (command): new password)\n")


def test_what_an_extension_has_blocked_itself_is_allowed_and_who_did_it_stays(
    config: str, redis_client: Redis, capsys: pytest.CaptureFixture[str]
) -> None:
    at = Instant(1)
    own: dict[str, CallBlocks | Barring] = {
        blocks_name("101"): CallBlocks(("mobile",), None, "extension:101", at),
        own_barring("101"): Barring((), ("+48600700800",), (), "", None, "extension:101", at),
    }
    for name, value in own.items():
        redis_client.hset(keys.overrides("acme"), name, encode_override(value))
    assert barring(config, "show", "acme", "101") == 0
    assert capsys.readouterr().out == "extension:101 blocks itself: mobile, +48600700800\n"
    assert barring(config, "unblock", "acme", "101", "--own", "--reason", "PIN lost", "--by", "jan") == 0
    assert capsys.readouterr().out == "extension:101 is not blocked any more (jan (command): PIN lost)\n"
    assert barring(config, "show", "acme", "102") == 0
    assert capsys.readouterr().out == "nothing is blocked by hand\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("block", "acme", "101", *WHY), "what is to be blocked? write --class, --number or --prefix"),
        (("block", "acme", "101", "--number", "x", *WHY), "--number x: write a number such as +48600700800"),
        (("block", "acme", "101", "--prefix", "0", *WHY), "--prefix 0: write first digits in international form"),
        (("block", "acme", "109", "--class", "premium", *WHY), "109"),
        (("block", "acm", "101", "--class", "premium", *WHY), "acm"),
        (("block", "acme", "101", "--class", "premium", "--reason", " "), "--reason: write 1 to 200 characters"),
        (("unblock", "acme", "101", "--own", "--class", "premium", *WHY), "choose nothing besides"),
    ],
)
def test_what_makes_no_sense(
    config: str, words: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert barring(config, *words) == 1
    assert said in capsys.readouterr().err


def test_where_calls_do_not_look_for_it_nothing_is_blocked(config: str, capsys: pytest.CaptureFixture[str]) -> None:
    file = Path(config) / "tenants" / "acme.yaml"
    file.write_text(file.read_text().replace("barring: yes", "barring: no"))
    assert barring(config, "block", "acme", "101", "--class", "premium", *WHY) == 1
    assert "write `outgoing: {barring: yes}` in the file of acme" in capsys.readouterr().err
