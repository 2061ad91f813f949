"""Mistakes in the transfers of a tenant: each with its line and what would be right."""

from __future__ import annotations

import pytest

from tests.config.folder import TENANT, loaded
from tests.config.test_queue_checks import told

# from line 11 of the file
MISTAKES = [
    ("transfers:\n  recall: 601\n", ["12: transfers.recall: 601 is too large; write at most 600"]),
    ("transfers:\n  keys: {on: yes, swap: '*2'}\n", [
        "12: transfers.keys.swap: `attended` *2 and `swap` *2 cannot be told apart;"
            " let none be the beginning of the other"
    ]),
    ("transfers:\n  keys: {on: yes, blind: '*22'}\n", [
        "12: transfers.keys.blind: `attended` *2 and `blind` *22 cannot be told apart;"
            " let none be the beginning of the other"
    ]),
    ("recording: {rules: [{record: announce}]}\ntransfers:\n  keys: {on: yes, back: '*3'}\n", [
        "13: transfers.keys.back: `start_key` *3 and `back` *3 cannot be told apart;"
            " let none be the beginning of the other"
    ]),
    ("transfers:\n  keys: {on: yes, allowed: [1011]}\n", [
        "12: transfers.keys.allowed.0: extension 1011 does not exist; did you mean 101?"
    ]),
    ("transfers:\n  keys: {allowed: [101]}\n", [
        "12: transfers.keys.allowed: there are no such keys, so none of these has any; write `on: yes`"
    ]),
    ("transfers:\n  keys: {on: yes, blind: '1'}\n", [
        "12: transfers.keys.blind: '1' is no code of a phone; write * or # and one to three keys more, such as '*3'"
    ]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), MISTAKES, ids=[text[:60] for text, _ in MISTAKES])
def test_mistakes(text: str, expected: list[str]) -> None:
    assert told(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "transfers:\n  keys: {swap: '*2'}\n",  # no codes are listened for
        "transfers:\n  keys: {on: yes, blind: '#1', attended: '#2', allowed: [101]}\n",
    ],
)
def test_what_is_right(text: str) -> None:
    assert "acme" in loaded(TENANT + text).tenants
