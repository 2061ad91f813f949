"""Role, operation and other people's data as a table: each role asks every operation for what is its own, its group's,
another's of the company, and of another company. The operations come from the registry: one without a row fails.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path
from typing import Any, Final

import pytest

from callcontrol.billing.record_json import to_json
from callcontrol.edges.ledger.accounts import EntryKind, NewEntry, enter
from callcontrol.edges.ledger.people import User, user_of_login
from callcontrol.edges.ledger.reader import connect
from callcontrol.edges.ledger.writer import LedgerWriter
from callcontrol.usecases.people import Doer
from callcontrol.vocabulary.credit import CreditAccount
from callcontrol.vocabulary.money import decimal_from
from callcontrol.web.operations import Operation
from callcontrol.web.pages.page import Page
from callcontrol.web.pages.registry import PAGES
from callcontrol.web.registry import OPERATIONS
from tests.billing.trails import NOON, answered_in_queue, call_id, forwarded
from tests.commands.call_centre import CallCentre
from tests.edges.ledger.samples import rated
from tests.web.conftest import NONE, PEOPLE, Site
from tests.web.panel.server import session_of

# How far each role reaches, by login; who is not named is refused with 403, whatever is asked for.
WHOSE = ("own", "group", "other", "foreign")
PHONE = {"sub": "own", "agent": "own", "boss": "group", "admin": "other", "olga": "foreign"}
OWN_PHONE = PHONE | {"boss": "own"}
HAS_PHONE = {"sub": "own", "agent": "own", "boss": "own"}
CLICK = {"sub": "own", "agent": "own", "boss": "own", "admin": "own"}
CALLS = PHONE | {"bills": "other"}
FLOOR = {"agent": "own", "boss": "group", "admin": "other", "olga": "foreign"}
ON_FLOOR = {"boss": "group", "admin": "other", "olga": "foreign"}
LISTEN = {"boss": "group", "admin": "other"}
ROOMS = {"boss": "other", "admin": "other", "olga": "foreign"}
REPORTS = {"boss": "group", "admin": "other", "bills": "other", "olga": "foreign"}
ADMIN = {"admin": "other", "olga": "foreign"}
AUDIT = ADMIN | {"audits": "other"}
MONEY = {"admin": "other", "bills": "other", "olga": "foreign"}
BILLING = {"bills": "other", "olga": "foreign"}
ACCOUNTS = CALLS
SETTINGS = {"boss": "other", "admin": "other", "olga": "foreign"}
PLATFORM = {"olga": "foreign"}
ANYONE = dict.fromkeys(PEOPLE, "foreign")
DOER: Final = Doer("root (command)", "command")

ROWS: Mapping[str, Mapping[str, str]] = {
    **dict.fromkeys(("get_me", "get_access", "end_own_session", "set_password", "new_second_factor"), ANYONE),
    **dict.fromkeys(("set_second_factor", "set_language"), ANYONE),
    **dict.fromkeys(("list_calls", "calls_as_csv", "get_call"), CALLS),
    **dict.fromkeys(("click_to_call", "get_click"), CLICK),
    "list_missed": PHONE,
    **dict.fromkeys(("act_on_missed", "call_missed_back"), PHONE),
    **dict.fromkeys(("get_rules", "get_do_not_disturb"), PHONE),
    **dict.fromkeys(("put_rule", "clear_rule", "put_do_not_disturb", "clear_do_not_disturb"), OWN_PHONE),
    **dict.fromkeys(("list_queues", "get_queue", "get_agent", "get_desk"), FLOOR),
    "act_on_waiting_caller": ON_FLOOR,
    "act_on_agent": FLOOR,
    "get_report": REPORTS,
    "list_audit": AUDIT,
    **dict.fromkeys(("list_users", "add_user", "get_user", "change_user", "remove_user", "disable_user"), ADMIN),
    **dict.fromkeys(("enable_user", "make_link", "drop_second_factor", "end_sessions", "end_session"), ADMIN),
    **dict.fromkeys(("list_roles", "list_tokens", "add_token", "revoke_token"), ADMIN),
    "list_listenings": {"boss": "group", "admin": "other", "olga": "foreign"},
    **dict.fromkeys(("start_listening", "change_listening"), LISTEN),
    **dict.fromkeys(("list_rooms", "list_parked"), ROOMS),
    **dict.fromkeys(("act_in_room", "invite_into_room"), ADMIN),
    **dict.fromkeys(("list_kiosks", "add_kiosk", "revoke_kiosk"), ON_FLOOR),
    **dict.fromkeys(("list_accounts", "list_entries", "entries_as_csv", "list_bundles", "list_restrictions"), ACCOUNTS),
    **dict.fromkeys(("get_barring", "get_call_waiting"), PHONE),
    "put_call_waiting": OWN_PHONE,
    **dict.fromkeys(("put_barring", "allow_own_barring", "act_on_restrictions"), ADMIN),
    "enter": BILLING,
    **dict.fromkeys(("list_statements", "get_statement", "statement_as_csv", "statement_as_pdf", "get_draft"), MONEY),
    **dict.fromkeys(("list_exports", "list_batches"), MONEY),
    "resend_batch": BILLING,
    "get_settings": SETTINGS,
    **dict.fromkeys(("list_hours", "get_hours", "list_duties", "get_duty"), SETTINGS),
    **dict.fromkeys(("set_hours", "take_hours_back", "give_duty", "take_duty_back"), ADMIN),
    **dict.fromkeys(("list_webhooks", "add_webhook", "change_webhook", "remove_webhook", "act_on_webhook"), ADMIN),
    "list_deliveries": ADMIN,
    **dict.fromkeys(("list_tenants", "list_switches", "list_workers", "list_all_exports", "get_health"), PLATFORM),
    **dict.fromkeys(("list_mails", "retry_mail"), PLATFORM),
}

# The same of pages.
GROUP_MONEY = {"boss": "group", "admin": "other", "bills": "other", "olga": "foreign"}
PAGE_ROWS: Mapping[str, Mapping[str, str]] = {
    "phone": PHONE,
    "missed": PHONE,
    **dict.fromkeys(("spending", "messages"), HAS_PHONE),
    "desk": {"agent": "own"},
    "floor": ON_FLOOR,
    "reports": REPORTS,
    "walls": ON_FLOOR,
    **dict.fromkeys(("calls", "call"), CALLS),
    **dict.fromkeys(("accounts", "account_entries", "restrictions"), GROUP_MONEY),
    "extension_blocks": PHONE,
    "hours": SETTINGS,
    **dict.fromkeys(("statements", "statement", "draft", "exports", "export"), MONEY),
    **dict.fromkeys(("users", "user", "roles", "tokens", "webhooks", "webhook"), ADMIN),
    "audit": AUDIT,
    "settings": SETTINGS,
    **dict.fromkeys(("health", "tenants", "switches", "workers", "all_exports", "mails"), PLATFORM),
    **dict.fromkeys(("account", "second_factor"), ANYONE),
}
PAGES_NOT_MADE = {"statement", "export", "webhook"}

# What is whose, by what stands in addresses and bodies. Of another company there is the extension 102.
EXTENSIONS = {"sub": {"own": "101"}, "agent": {"own": "123"}, "boss": {"own": "105", "group": "101"}}
QUEUES = {"agent": {"own": "support"}, "boss": {"group": "support"}}
CALLS_OF_101 = {("sub", "own"), ("boss", "group")}
AGENTS = {"agent": {"own": "yvonne"}, "boss": {"group": "wanda"}}
OTHERS = {"extension": "103", "queue": "claims", "agent": "nadia", "login": "spare", "call": call_id(2)}
OTHERS |= {"hours": "office", "duty": "night"}
FOREIGN = {"extension": "102", "login": "hans", "call": call_id(9)}
OF_GLOBEX = (call_id(9), "Greta", ">hans<", "globex.example")
# Objects that are not made here: 404 tells nothing of them; that a role is refused is seen all the same.
NOT_MADE = {
    *("end_session", "end_own_session", "get_click", "act_on_waiting_caller", "revoke_token", "revoke_kiosk"),
    *("get_statement", "statement_as_csv", "statement_as_pdf", "list_batches", "resend_batch", "retry_mail"),
    *("act_in_room", "invite_into_room", "act_on_missed", "call_missed_back", "get_desk"),
    "change_listening",
    *("change_webhook", "remove_webhook", "act_on_webhook", "list_deliveries"),
}
# No one listens to an own conversation.
NEVER = {("start_listening", "own")}
WORDS = {"kind": "busy", "name": "queues", "number": "1", "month": "2026-11"}
WEBHOOK = {"url": "https://example.com/x", "events": ["call.ended"]}
BODIES: Mapping[str, Mapping[str, Any]] = {
    "click_to_call": {"number": "+48600700800", "phone": "{extension}"},
    "act_on_missed": {"number": "+48600700800", "target": "extension:{extension}", "act": "claim"},
    "call_missed_back": {"number": "+48600700800", "target": "extension:{extension}"},
    "put_rule": {"target": "announcement:sorry"},
    "act_on_waiting_caller": {"act": "prioritise", "priority": 1},
    "act_on_agent": {"action": "pause"},
    "add_user": {"login": "new", "roles": ["subscriber"]},
    "change_user": {"roles": ["subscriber"]},
    "add_token": {"login": "{login}", "name": "x", "rights": ["see:calls"]},
    "set_password": {"password": "x", "new": "y"},
    "set_second_factor": {"password": "x", "secret": "x" * 16, "code": "1"},
    "set_language": {"language": "pl"},
    "start_listening": {"extension": "{extension}"},
    "change_listening": {"mode": "barge"},
    "act_in_room": {"act": "lock"},
    "invite_into_room": {"phone": "101"},
    "add_kiosk": {"name": "x", "queues": ["{queue}"]},
    "add_webhook": WEBHOOK,
    "change_webhook": WEBHOOK,
    "act_on_webhook": {"act": "pause"},
    "put_call_waiting": {"on": True},
    "put_barring": {"classes": ["premium"], "reason": "test"},
    "allow_own_barring": {"reason": "test"},
    "act_on_restrictions": {"act": "block", "payer": "extension:{extension}", "reason": "test", "classes": ["premium"]},
    "set_hours": {"open": True},
    "give_duty": {"target": "extension:102"},
    "enter": {"kind": "top-up", "amount": "1.00", "why": "test", "currency": "PLN"},
}
# Lists: what is told to whom, by marks in the answer. Calls are of 101, of the queue, of 103, of globex.
MARKS = {"a": call_id(0), "q": call_id(3), "c": call_id(2), "g": call_id(9)}
ALL_OF_ACME = {"admin": "aqc", "olga": "aqc"}
LISTS: Mapping[str, tuple[Mapping[str, str], Mapping[str, str]]] = {
    "list_calls": (MARKS, ALL_OF_ACME | {"sub": "a", "agent": "", "boss": "aq", "bills": "aqc"}),
    "calls_as_csv": (MARKS, ALL_OF_ACME | {"sub": "a", "agent": "", "boss": "aq", "bills": "aqc"}),
    "list_accounts": (
        {"a": '"extension:101"', "c": '"extension:103"', "g": '"extension:102"'},
        {"sub": "a", "agent": "", "boss": "a", "admin": "ac", "bills": "ac", "olga": "ac"},
    ),
    "list_queues": (
        {"a": '"queue":"support"', "c": '"queue":"claims"'},
        {"agent": "a", "boss": "a", "admin": "ac", "olga": "ac"},
    ),
    "list_users": ({"a": '"spare"', "g": '"hans"'}, {"admin": "a", "olga": "a"}),
    "list_tokens": ({"a": '"login":"sub"', "g": '"login":"hans"'}, {"admin": "a", "olga": "a"}),
    "list_audit": ({"a": '"user spare"', "g": '"user hans"'}, {"admin": "a", "audits": "a", "olga": "a"}),
    "list_kiosks": ({"g": "globex"}, {"boss": "", "admin": "", "olga": ""}),
    "get_settings": ({"a": "acme.example", "g": "globex.example"}, {"boss": "a", "admin": "a", "olga": "a"}),
}


@pytest.fixture
def everyone(site: Site, tmp_path: Path, redis_url: str) -> Iterator[Site]:
    """Two companies with people, calls, accounts and queues."""
    centre = CallCentre(str(tmp_path / "conf"), redis_url)
    centre.open()
    writer = LedgerWriter(site.dsn, now=lambda: NOON)
    records = [to_json(rated(forwarded(0))), to_json(rated(answered_in_queue(3)))]
    records.append(to_json(rated(forwarded(2))).replace(b"extension:101", b"extension:103"))
    records.append(to_json(rated(forwarded(9))).replace(b'"acme"', b'"globex"'))
    assert writer.write(records) == []
    writer.close()
    with connect(site.dsn) as connection:
        for tenant, name in (("acme", "extension:101"), ("acme", "extension:103"), ("globex", "extension:102")):
            account = CreditAccount(tenant, name, "PLN")
            enter(connection, NewEntry(account, EntryKind.TOP_UP, decimal_from("1"), "test", "test", "test"))
    _spare(site)
    with connect(site.dsn) as connection:
        site.services.people_by(DOER, connection).add_token("hans", "x", ["see:calls"], 1)
    yield site
    centre.stop()


def _user(tenant: str, login: str) -> User:
    return User("", tenant, login, "", ("subscriber",), "", "", NONE, NONE, "")


def _spare(site: Site) -> None:
    """People who may be removed, of each company."""
    with connect(site.dsn) as connection:
        for tenant, login in (("acme", "spare"), ("globex", "hans")):
            if user_of_login(connection, login) is None:
                site.services.people_by(DOER, connection).add(_user(tenant, login))


def names_of(login: str, whose: str) -> dict[str, str]:
    """What stands for what is whose; what there is none of is left out."""
    if whose == "foreign":
        return dict(FOREIGN)
    if whose == "other":
        return dict(OTHERS)
    given = {"extension": EXTENSIONS, "queue": QUEUES, "agent": AGENTS}
    found = {name: one[login][whose] for name, one in given.items() if whose in one.get(login, {})}
    if login == "admin" and whose == "own":
        found["login"] = "admin"
    return found | ({"call": call_id(0)} if (login, whose) in CALLS_OF_101 else {})


def filled(given: Any, names: Mapping[str, str]) -> Any:
    """With names instead of `{…}`."""
    match given:
        case str():
            return re.sub(r"\{([a-z]+)\}", lambda found: names[found[1]], given)
        case Mapping():
            return {name: filled(value, names) for name, value in given.items()}
        case list():
            return [filled(value, names) for value in given]
    return given


def names_in(operation: Operation) -> set[str]:
    """What an operation is asked about, in its address and its body."""
    return {*re.findall(r"\{([a-z]+)\}", f"{operation.path} {BODIES.get(operation.name, '')}")} - {*WORDS}


def _is_walled(operation: Operation) -> bool:
    """Whether it is about the things of one company."""
    return operation.of_tenant and operation.right is not None


def asked_for(operation: Operation, login: str, whose: str) -> tuple[str, Any] | None:
    """The address and the body by which a person asks for what is whose; None: there is no such thing."""
    if not names_in(operation) and whose not in (("own", "foreign") if _is_walled(operation) else ("own",)):
        return None
    names = WORDS | names_of(login, whose)
    if operation.name in NOT_MADE:
        names = dict.fromkeys(re.findall("[a-z]+", operation.path), "x") | names
    if "account" in operation.path and "extension" in names:
        names["account"] = f"extension:{names['extension']}"
    try:
        path = filled(operation.path, names)
        body = None if operation.body is None else filled(BODIES.get(operation.name, {}), names)
    except KeyError:
        return None
    if whose == "foreign" and _is_walled(operation):
        path += "?tenant=globex"
    return path, body


def is_refused(status: int, operation: Operation, login: str, whose: str) -> bool | None:
    """Whether the status is right: True or False where something is to be refused, None where it is to be served."""
    reach = ROWS[operation.name].get(login)
    if reach is None:
        return status == 403
    if (operation.name, whose) in NEVER:
        return status == 404
    if WHOSE.index(whose) > WHOSE.index(reach):
        return status in (403, 404)
    return None


def test_every_operation_and_every_page_has_a_row() -> None:
    assert {operation.name for operation in OPERATIONS} == set(ROWS)
    assert {page.name for page in PAGES} == set(PAGE_ROWS)


def test_each_role_is_served_what_is_its_own_to_ask_for_and_nothing_else(everyone: Site) -> None:
    wrong, counts = [], {"served": 0, "refused": 0}
    for number, (operation, login, whose) in enumerate(product(OPERATIONS, PEOPLE, WHOSE)):
        asked = asked_for(operation, login, whose)
        if asked is None:
            continue
        if "login" in names_in(operation):
            _spare(everyone)
        path, body = asked
        found = everyone.ask(login, operation.method, path, body, key=f"k{number}", If_Match='"x"')
        refused = is_refused(found.status_code, operation, login, whose)
        if refused is None:
            is_there = found.status_code != 404 or operation.name in NOT_MADE
            refused = found.status_code not in (401, 403) and found.status_code < 500 and is_there
            counts["served"] += 1
        else:
            counts["refused"] += 1
        if not refused:
            wrong.append(f"{login} {operation.name} of {whose}: {found.status_code} {found.text[:120]}")
    assert "\n".join(wrong) == ""
    assert min(counts.values()) > len(OPERATIONS)


def test_lists_hold_what_each_may_see_and_nothing_else(everyone: Site) -> None:
    operations = {operation.name: operation for operation in OPERATIONS}
    found = {}
    for name, (marks, told) in LISTS.items():
        for login in told:
            text = everyone.get(login, operations[name].path).text
            found[name, login] = "".join(letter for letter, mark in marks.items() if mark in text)
    assert found == {(name, login): letters for name, (_, told) in LISTS.items() for login, letters in told.items()}


def test_an_operator_who_names_a_company_sees_that_one_alone(everyone: Site) -> None:
    for path, mark in (("/calls", "g"), ("/calls.csv", "g")):
        text = everyone.get("olga", f"{path}?tenant=globex").text
        assert [letter for letter, one in MARKS.items() if one in text] == [mark]
    assert [one["login"] for one in everyone.get("olga", "/users?tenant=globex").json["users"]] == ["hans"]


def page_address(page: Page, login: str, whose: str) -> str | None:
    """The address at which a person asks a page for what is whose; None: there is no such thing."""
    found = {*re.findall(r"\{([a-z]+)\}", page.path)} - {*WORDS}
    is_walled = page.of_tenant and page.right is not None
    if not found and whose not in (("own", "foreign") if is_walled else ("own",)):
        return None
    names = WORDS | names_of(login, whose)
    names |= {"account": f"extension:{names['extension']}"} if "extension" in names else {}
    try:
        path = str(filled(page.path, names | ({"export": "x", "webhook": "x"} if page.name in PAGES_NOT_MADE else {})))
    except KeyError:
        return None
    return f"{path}?tenant=globex" if whose == "foreign" and is_walled else path


def test_each_role_sees_pages_of_what_is_its_own_and_no_others(everyone: Site) -> None:
    wrong, served = [], 0
    cookies = {login: {everyone.guards.cookie: session_of(everyone, login)} for login in PEOPLE}
    for page, login, whose in product(PAGES, PEOPLE, WHOSE):
        address = page_address(page, login, whose)
        if address is None:
            continue
        path, _, query = address.partition("?")
        given = cookies[login] | ({"tenant": "acme"} if login == "olga" else {})
        found = everyone.client.simulate_get(path, query_string=query, cookies=given)
        reach = PAGE_ROWS[page.name].get(login)
        if reach is None:
            is_right = found.status_code == 403
        elif query and login != "olga":
            # A company in an address is an operator's to name: others see their own, whatever stands there.
            is_right = found.status_code in (403, 404) or not any(mark in found.text for mark in OF_GLOBEX)
        elif WHOSE.index(whose) > WHOSE.index(reach):
            is_right = found.status_code in (403, 404)
        else:
            served += 1
            is_right = found.status_code == 200 or page.name in PAGES_NOT_MADE or whose == "foreign"
        if not is_right:
            wrong.append(f"{login} {page.name} of {whose}: {found.status_code} {address}")
    assert "\n".join(wrong) == ""
    assert served > len(PAGES)
