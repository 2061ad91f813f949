"""Cases: what opens one, what closes it, and that order and repetition of records do not matter."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callcontrol.billing.missed.cases import Case, cases
from callcontrol.billing.missed.contacts import Contact, ContactKind
from callcontrol.vocabulary.missed import (
    DAY_US,
    MINUTE_US,
    CaseAct,
    CaseActKind,
    CaseEnd,
    CaseKey,
    MissedReason,
)
from callcontrol.vocabulary.moment import Instant

JAN = "+48221234567"
SUPPORT, SALES = CaseKey(JAN, "queue:support"), CaseKey(JAN, "queue:sales")


def minute(at: float) -> Instant:
    return Instant(round(at * MINUTE_US))


def call(at: float, kind: ContactKind, key: CaseKey = SUPPORT, by: str = "extension:101") -> Contact:
    """A call that ends a minute after `at`."""
    reason = MissedReason.NO_ANSWER if kind is ContactKind.MISSED else None
    due, expires = (minute(at + 61), Instant(minute(at + 1) + 2 * DAY_US)) if reason else (None, None)
    return Contact(f"call-{at}", minute(at), minute(at + 1), key, kind, "" if reason else by, reason, due, expires)


def missed(at: float, key: CaseKey = SUPPORT) -> Contact:
    return call(at, ContactKind.MISSED, key)


def act(at: float, kind: CaseActKind, by: str = "anna", key: CaseKey = SUPPORT) -> CaseAct:
    return CaseAct(minute(at), key, kind, by, "spam", minute(at + 30))


def folded(*told: Contact | CaseAct) -> tuple[Case, ...]:
    contacts = [one for one in told if isinstance(one, Contact)]
    acts = [one for one in told if isinstance(one, CaseAct)]
    return cases(contacts, acts)


def ends(told: Sequence[Case], at: float = 60) -> list[str]:
    return [str(case.end_at(minute(at)) or "open") for case in told]


def test_calls_of_a_number_to_a_target_are_one_case() -> None:
    (case,) = folded(missed(0), missed(5))
    assert (case.opened_by, case.missed, case.opened, case.last_missed) == ("call-0", 2, minute(1), minute(6))
    assert case.due == minute(61)
    assert ends([case]) == ["open"]


@pytest.mark.parametrize(
    ("then", "end"),
    [
        (call(10, ContactKind.SPOKE), CaseEnd.CAME_BACK),
        (call(10, ContactKind.REACHED), CaseEnd.REACHED),
        (act(10, CaseActKind.DISMISS), CaseEnd.DISMISSED),
    ],
)
def test_what_closes_a_case(then: Contact | CaseAct, end: CaseEnd) -> None:
    told = folded(missed(0), then, missed(20))
    assert ends(told) == [end, "open"]
    assert told[0].closed == minute(10)
    assert told[0].by == then.by


def test_a_talk_closes_the_cases_of_all_targets() -> None:
    assert ends(folded(missed(0), missed(2, SALES), call(10, ContactKind.SPOKE, SALES))) == [CaseEnd.CAME_BACK] * 2


def test_a_try_in_vain_is_counted_and_the_case_stays_open() -> None:
    (case,) = folded(missed(0), call(10, ContactKind.TRIED), call(12, ContactKind.TRIED))
    assert (case.tries, case.first_try) == (2, minute(10))
    assert ends([case]) == ["open"]


def test_the_first_try_may_be_the_one_that_reaches() -> None:
    (case,) = folded(missed(0), call(10, ContactKind.REACHED))
    assert (case.tries, case.first_try, case.closed) == (0, minute(10), minute(10))


def test_a_talk_that_was_going_on_when_the_other_line_was_missed_closes_the_case() -> None:
    talk = Contact("long", minute(-5), minute(30), SUPPORT, ContactKind.SPOKE, "extension:101")
    (case,) = folded(missed(0), talk)
    assert (case.how, case.closed) == (CaseEnd.CAME_BACK, case.opened)


def test_a_case_expires_and_the_next_call_opens_another() -> None:
    late = 3 * 24 * 60
    told = folded(missed(0), missed(late))
    assert ends(told, late + 10) == [CaseEnd.EXPIRED, "open"]
    assert [case.missed for case in told] == [1, 1]


def test_a_claim_keeps_others_away_until_it_expires() -> None:
    (case,) = folded(missed(0), act(5, CaseActKind.CLAIM), act(6, CaseActKind.CLAIM, "piotr"))
    assert [case.holder_at(minute(at)) for at in (10, 34.9, 35)] == ["anna", "anna", ""]
    (case,) = folded(missed(0), act(5, CaseActKind.CLAIM), act(40, CaseActKind.CLAIM, "piotr"))
    assert case.holder_at(minute(41)) == "piotr"


def test_a_claim_is_given_back_by_its_holder_only() -> None:
    claimed = missed(0), act(5, CaseActKind.CLAIM)
    assert folded(*claimed, act(6, CaseActKind.RELEASE, "piotr"))[0].holder_at(minute(7)) == "anna"
    assert folded(*claimed, act(6, CaseActKind.RELEASE))[0].holder_at(minute(7)) == ""


def test_an_act_stays_with_the_case_when_an_earlier_call_turns_up_late() -> None:
    (case,) = folded(missed(5), act(10, CaseActKind.CLAIM), missed(0))
    assert (case.opened_by, case.missed, case.holder_at(minute(11))) == ("call-0", 2, "anna")


_TOLD = st.lists(
    st.one_of(
        st.builds(call, st.integers(0, 9000), st.sampled_from(ContactKind), st.sampled_from([SUPPORT, SALES])),
        st.builds(
            act,
            st.integers(0, 9000),
            st.sampled_from(CaseActKind),
            st.sampled_from(["anna", "piotr"]),
            st.sampled_from([SUPPORT, SALES]),
        ),
    ),
    max_size=12,
    unique_by=lambda told: told.at,
)


@settings(max_examples=60, deadline=None)
@given(_TOLD, st.data())
def test_the_order_in_which_records_come_does_not_matter(told: list[Contact | CaseAct], data: st.DataObject) -> None:
    again = data.draw(st.permutations(told)) if told else []
    assert folded(*told) == folded(*again, *again[:3])


@settings(max_examples=60, deadline=None)
@given(_TOLD)
def test_each_missed_call_is_in_one_case_and_one_case_of_a_key_is_open(told: list[Contact | CaseAct]) -> None:
    every, at = folded(*told), minute(9500)
    assert sum(case.missed for case in every) == sum(
        isinstance(one, Contact) and one.kind is ContactKind.MISSED for one in told
    )
    still_open = [case.key for case in every if case.end_at(at) is None]
    assert len(still_open) == len(set(still_open))
    assert all(case.closed is None or case.opened <= case.closed for case in every)
