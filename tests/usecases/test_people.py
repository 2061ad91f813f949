"""People: what they sign in with, when sessions end, and what is noted of all that."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pyotp
import pytest
from argon2 import extract_parameters

from callcontrol.config.settings import Settings
from callcontrol.daemon.configuration import read_configuration
from callcontrol.edges import passwords, second_factor
from callcontrol.edges.ledger import people
from callcontrol.edges.ledger.people import User
from callcontrol.edges.ledger.reader import connect
from callcontrol.edges.ledger.session import DictConnection
from callcontrol.edges.ledger.walls import walled
from callcontrol.edges.second_factor import NotOpened, Sealer
from callcontrol.usecases.people import Doer, People, person_of
from callcontrol.usecases.refusals import Refused
from callcontrol.usecases.signing_in import From, NotSignedIn, SigningIn
from callcontrol.vocabulary.moment import SECOND_US, Instant, instant_from
from callcontrol.vocabulary.rights import NO_TENANT, Kind, Role, Verb
from tests.commands.call_centre import EXAMPLE

NOON = instant_from("2026-11-30T12:00:00Z")
KEYS = ("k" * 32, "old" * 12)
PASSWORD = "correct horse battery"
HERE = From("192.0.2.7", "a browser")
NONE: tuple[str, ...] = ()


def user(tenant: str, login: str, *roles: str, **more: Any) -> User:
    given = {"name": "", "extension": "", "agent": "", "extensions": NONE, "queues": NONE, "language": "", **more}
    return User(user_id="", tenant=tenant, login=login, roles=roles, **given)


class House:
    """People of the example, a clock that is set by hand, ids that count."""

    def __init__(self, dsn: str, settings: Settings, connection: DictConnection) -> None:
        self.now, self.settings, self.connection = NOON, settings, connection
        numbers = count(1)
        new_id = lambda: str(UUID(int=next(numbers)))  # noqa: E731
        self.people = People(settings, connection, Doer("root (command)", "command"), self.clock, os.urandom, new_id)
        self.signing_in = SigningIn(lambda: self.settings, partial(walled, dsn), self.clock, os.urandom, new_id)

    def clock(self) -> Instant:
        return self.now

    def later(self, seconds: float) -> None:
        self.now = Instant(self.now + round(seconds * SECOND_US))

    def acts(self, tenant: str = "acme") -> list[str]:
        return [row["what"] for row in people.acts_noted(self.connection, tenant, 100)]


@pytest.fixture
def house(ledger_database: str) -> Iterator[House]:
    settings = read_configuration(Path(EXAMPLE)).settings
    web = settings.web.model_copy(update={"keys": KEYS})
    with connect(ledger_database) as connection:
        yield House(ledger_database, settings.model_copy(update={"web": web}), connection)


def test_a_subscriber_signs_in_by_a_password_and_out_again(house: House) -> None:
    house.people.add(user("acme", "Ewa", "subscriber", extension="101"))
    house.people.set_password("ewa", PASSWORD)
    cookie = house.signing_in.sign_in("EWA", PASSWORD, "", HERE)
    found = house.signing_in.of_cookie(cookie)
    assert (found.person.login, found.person.tenant, found.person.extension) == ("ewa", "acme", "101")
    house.signing_in.sign_out(found, HERE)
    with pytest.raises(NotSignedIn):
        house.signing_in.of_cookie(cookie)
    assert house.acts() == ["signed out", "signed in", "password set", "user added"]


def test_whatever_is_wrong_the_answer_is_the_same(house: House) -> None:
    house.people.add(user("acme", "ewa", "subscriber"))
    house.people.add(user("acme", "jan", "subscriber"))
    house.people.set_password("ewa", PASSWORD)
    said = set()
    for login, password in (("ewa", "wrong"), ("ewa", "x" * 5_000), ("jan", ""), ("nobody", PASSWORD)):
        with pytest.raises(NotSignedIn) as refused:
            house.signing_in.sign_in(login, password, "", HERE)
        said.add(str(refused.value))
    assert said == {"login, password or code are not right"}
    house.people.disable("ewa")
    with pytest.raises(NotSignedIn):
        house.signing_in.sign_in("ewa", PASSWORD, "", HERE)
    assert house.acts().count("sign-in refused") == 4
    assert house.acts(NO_TENANT) == ["sign-in refused"]


def test_a_login_that_is_unknown_costs_what_a_known_one_costs() -> None:
    assert extract_parameters(passwords.NONE) == extract_parameters(passwords.hashed("any password"))
    assert not passwords.is_right("any password", passwords.NONE)
    assert not passwords.is_right("", "")
    assert not passwords.is_right("x", "no hash")


def test_a_code_is_spent_once_and_an_admin_needs_one(house: House) -> None:
    house.people.add(user("acme", "ada", "admin"))
    house.people.set_password("ada", PASSWORD)
    with pytest.raises(NotSignedIn):
        house.signing_in.sign_in("ada", PASSWORD, "", HERE)
    new = house.people.set_second_factor("ada")
    code = pyotp.TOTP(new.secret).at(house.now // SECOND_US)
    assert house.signing_in.sign_in("ada", PASSWORD, code, HERE)
    with pytest.raises(NotSignedIn):
        house.signing_in.sign_in("ada", PASSWORD, code, HERE)
    house.later(30)
    code = pyotp.TOTP(new.secret).at(house.now // SECOND_US)
    with pytest.raises(NotSignedIn):
        house.signing_in.sign_in("ada", "wrong password", code, HERE)
    assert house.signing_in.sign_in("ada", PASSWORD, f"{code[:3]} {code[3:]}", HERE)
    assert new.address.startswith("otpauth://totp/callcontrol:ada?secret=")


def test_a_recovery_code_is_good_once_also_where_the_keys_are_lost(house: House) -> None:
    house.people.add(user("acme", "ada", "admin"))
    house.people.set_password("ada", PASSWORD)
    first, second, *_ = house.people.set_second_factor("ada").recovery_codes
    assert house.signing_in.sign_in("ada", PASSWORD, first.upper(), HERE)
    with pytest.raises(NotSignedIn):
        house.signing_in.sign_in("ada", PASSWORD, first, HERE)
    web = house.settings.web.model_copy(update={"keys": ("z" * 32,)})
    house.settings = house.settings.model_copy(update={"web": web})
    assert house.signing_in.sign_in("ada", PASSWORD, second, HERE)


def test_a_session_ends_by_idleness_by_its_hours_and_by_a_change_of_roles(house: House) -> None:
    house.people.add(user("acme", "ewa", "subscriber"))
    house.people.set_password("ewa", PASSWORD)
    cookie = house.signing_in.sign_in("ewa", PASSWORD, "", HERE)
    for _ in range(7):
        house.later(100 * 60)
        house.signing_in.of_cookie(cookie)
    house.later(40 * 60)
    with pytest.raises(NotSignedIn, match="the session is over"):
        house.signing_in.of_cookie(cookie)
    cookie = house.signing_in.sign_in("ewa", PASSWORD, "", HERE)
    house.later(house.settings.web.idle_minutes * 60)
    with pytest.raises(NotSignedIn):
        house.signing_in.of_cookie(cookie)
    cookie = house.signing_in.sign_in("ewa", PASSWORD, "", HERE)
    house.people.change("ewa", roles=("supervisor",), queues=("support",))
    with pytest.raises(NotSignedIn):
        house.signing_in.of_cookie(cookie)


def test_a_token_does_what_it_says_until_it_ends_or_is_revoked(house: House) -> None:
    house.people.add(user("acme", "ewa", "subscriber", extension="101"))
    secret = house.people.add_token("ewa", "crm", ["see:calls", "see:calls"], 30)
    person = house.signing_in.of_token(secret).person
    assert (person.login, person.only) == ("ewa, token crm", frozenset({(Verb.SEE, Kind.CALLS)}))
    (row,) = people.tokens_of(house.connection, house.people.user("ewa"))
    assert row["used_at"] is not None
    house.people.revoke_token("ewa", str(row["token_id"]))
    with pytest.raises(NotSignedIn):
        house.signing_in.of_token(secret)
    secret = house.people.add_token("ewa", "crm", ["see:rules"], 1)
    house.later(86_400)
    with pytest.raises(NotSignedIn):
        house.signing_in.of_token(secret)
    assert secret not in str(people.acts_noted(house.connection, "acme", 100))


@pytest.mark.parametrize(
    ("one", "field"),
    [
        (user("acme", "e w a", "subscriber"), "login"),
        (user("acme", "ewa"), "roles"),
        (user("acme", "ewa", "king"), "roles"),
        (user("acme", "ewa", "operator"), "roles"),
        (user(NO_TENANT, "ewa", "admin"), "roles"),
        (user(NO_TENANT, "ewa", "operator", "admin"), "roles"),
        (user("umbrella", "ewa", "subscriber"), "tenant"),
        (user("acme", "ewa", "subscriber", extension="999"), "extension"),
        (user("acme", "ewa", "supervisor", queues=("nosuch",)), "queues"),
        (user("acme", "ewa", "subscriber", language="xx"), "language"),
    ],
)
def test_what_makes_no_sense_names_its_field(house: House, one: User, field: str) -> None:
    with pytest.raises(Refused) as refused:
        house.people.add(one)
    assert refused.value.field == field
    assert people.users_of(house.connection, None) == []


def test_a_login_is_taken_once_and_passwords_are_long(house: House) -> None:
    house.people.add(user("acme", "ewa", "subscriber"))
    with pytest.raises(Refused, match="is taken"):
        house.people.add(user("acme", "ewa", "agent"))
    for bad in ("short", "x" * 129, "aaaaaaaaaaaaaaa", "ewaewaewa12345"):
        with pytest.raises(Refused):
            house.people.set_password("ewa", bad)


def test_what_was_done_has_no_erased_number_and_is_only_added_to(house: House, ledger_database: str) -> None:
    house.people.add(user("acme", "ewa", "subscriber"))
    house.people.remove("ewa")
    (gone, *_) = people.acts_noted(house.connection, "acme", 1)
    assert (gone["what"], gone["before"]["login"]) == ("user removed", "ewa")
    with psycopg.connect(ledger_database) as owner:
        assert owner.execute("SELECT count(*) FROM web_audit").fetchone() == (2,)


def test_an_agents_queues_are_those_of_the_configuration(house: House) -> None:
    added = house.people.add(user("acme", "yvonne", "agent", agent="yvonne", extension="123"))
    person = person_of(added, house.settings)
    assert "support" in person.own_queues
    assert person.roles == {Role.AGENT}


def test_a_secret_is_opened_by_the_keys_that_are_there(house: House) -> None:
    sealed = Sealer(KEYS[1:]).seal("SECRET")
    assert Sealer(KEYS).open(sealed) == "SECRET"
    with pytest.raises(NotOpened):
        Sealer(KEYS[:1]).open(sealed)
    with pytest.raises(ValueError, match=r"web\.keys"):
        Sealer(())
    assert len(set(second_factor.new_recovery_codes(os.urandom))) == second_factor.RECOVERY_CODES
