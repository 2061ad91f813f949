"""What is said of an address holds no password, sound or not."""

from __future__ import annotations

import pytest

from callcontrol.config.credentials import said_by, without_credentials

PASSWORDS = ("secret", "sec/ret", "sec@ret", "sec:ret", "sec#ret", "sec?ret", "sec ret", "12/sec")


@pytest.mark.parametrize("password", PASSWORDS)
@pytest.mark.parametrize("start", ["redis://:", "rediss+sentinel://user:", "postgresql://user:", "unix://:"])
def test_the_login_of_a_url_goes_whole(start: str, password: str) -> None:
    scheme = start.partition("://")[0]
    said = without_credentials(f"cannot read {start}{password}@db.example:6379/0")
    assert said == f"cannot read {scheme}://…@db.example:6379/0"


@pytest.mark.parametrize(
    "text",
    ["password=secret", "password = 'secret with \\' sign'", "sslpassword=secret", "PASSWORD='secret unclosed"],
)
def test_a_password_of_a_connection_string_goes(text: str) -> None:
    said = without_credentials(f"host=db.example {text}")
    assert said.startswith("host=db.example ")
    assert "secret" not in said
    assert "sign" not in said


def test_a_password_in_the_query_of_a_url_goes() -> None:
    assert without_credentials("redis://h/0?password=secret&db=1") == "redis://h/0?password=…&db=1"


def test_an_error_is_said_in_one_line_without_credentials() -> None:
    assert said_by(OSError("no way\n  to redis://u:p@h")) == "no way to redis://…@h"
