"""Addresses of a Redis: what each form leads to, and what is refused without telling the password."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter, ValidationError

from callcontrol.config.redis_address import BadRedisAddress, RedisKind, RedisUrl, redis_address


@pytest.mark.parametrize(
    "text",
    [
        "redis://127.0.0.1:6379/0",
        "redis://redis.example",
        "rediss://user:p%40ss@[::1]:6380/3?ssl_ca_certs=/etc/ssl/redis.pem",
        "unix:///run/redis/redis.sock",
        "unix:///run/redis/redis.sock?db=2",
    ],
)
def test_a_single_server_is_handed_to_redis_py_as_it_is(text: str) -> None:
    assert (redis_address(text).kind, redis_address(text).text) == (RedisKind.SINGLE, text)


def test_sentinels_and_the_service_they_watch() -> None:
    found = redis_address("redis+sentinel://user:secret@one:5000,two,[::1]:5001/calls/2")
    assert (found.kind, found.service) == (RedisKind.SENTINEL, "calls")
    assert found.hosts == (("one", 5000), ("two", 26379), ("::1", 5001))
    assert found.server("10.0.0.1", 6379) == "redis://user:secret@10.0.0.1:6379/2"
    assert found.sentinels() == ("redis://one:5000/", "redis://two:26379/", "redis://[::1]:5001/")


def test_servers_of_a_cluster() -> None:
    found = redis_address("rediss+cluster://:secret@one,two:7001?ssl_ca_certs=/ca.pem")
    assert (found.kind, found.hosts) == (RedisKind.CLUSTER, (("one", 6379), ("two", 7001)))
    assert found.server("::2", 7002) == "rediss://:secret@[::2]:7002/?ssl_ca_certs=/ca.pem"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("localhost:6379", "is no address of a Redis"),
        ("http://localhost", "is no address of a Redis"),
        ("redis://host\nname", "is no address of a Redis"),
        ("redis://one,two", "has a host or port that is none: 'one,two'"),
        ("redis://one:0", "has a host or port that is none: 'one:0'"),
        ("redis://one/calls", "names no database by its number"),
        ("unix://redis.sock", "names no socket"),
        ("unix+cluster:///run/redis.sock", "asks for a cluster by a socket of this machine"),
        ("redis+sentinel://one,two", "does not name the service the sentinels watch"),
        ("redis+sentinel://one/calls/x", "does not name the service the sentinels watch"),
        ("redis+sentinel://one,,two/calls", "has a host or port that is none: ''"),
        ("redis+cluster://one:70000", "has a host or port that is none: 'one:70000'"),
        ("redis+cluster://one/0", "names a database, but a cluster has only one"),
        ("redis+ring://one", "is no address of a Redis"),
    ],
)
def test_what_is_no_address_is_refused_with_the_reason(text: str, why: str) -> None:
    with pytest.raises(BadRedisAddress, match=f"^{text!r} {why}$".replace("+", r"\+").replace("\\n", "\\\\n")):
        redis_address(text)


def test_a_password_is_never_told() -> None:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(RedisUrl).validate_python("redis+sentinel://user:hunter2@one,two")
    said = str(caught.value.errors()[0]["msg"])
    assert said.startswith("'redis+sentinel://…@one,two' does not name the service the sentinels watch; write redis://")
    assert "hunter2" not in said


PASSWORDS = ("sec/ret", "s@ret", "12/sec", "sec#ret", "sec?ret", "sec ret", "[sec", "sec]", "sec\u2100ret", ":s/@#ret")


@pytest.mark.parametrize("password", PASSWORDS)
@pytest.mark.parametrize("before", ["redis://", "rediss://user", "redis+sentinel://user", "redis+cluster://"])
def test_a_password_with_signs_that_part_a_url_is_refused_and_no_piece_of_it_told(before: str, password: str) -> None:
    with pytest.raises(BadRedisAddress) as caught:
        redis_address(f"{before}:{password}@one/0")
    assert "sec" not in str(caught.value)
    assert "ret" not in str(caught.value)


def test_none_at_all_is_the_embedded_server() -> None:
    assert TypeAdapter(RedisUrl).validate_python("") == ""
