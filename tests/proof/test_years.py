"""A small year whose sums are known beforehand, and proof that a sum that is wrong is found."""

from __future__ import annotations

from pathlib import Path

import psycopg

from tests.proof.year_facts import Truth, draw
from tests.proof.years import Office


def test_a_year_comes_to_what_is_known_of_it_and_what_is_changed_is_found(empty_database: str, tmp_path: Path) -> None:
    """One test for both: a year is dear."""
    facts = draw(150, seed=5)
    truth, office = Truth(facts), Office(empty_database, tmp_path)
    assert len(truth.cases) > 10
    assert {how for *_, how in truth.cases} == {"", "came_back", "reached", "dismissed"}
    assert any(tries for *_, tries, _ in truth.cases)
    office.write(facts)
    assert list(office.compare(truth)) == []
    with psycopg.connect(empty_database, autocommit=True) as connection:
        connection.execute("UPDATE missed_cases SET missed = missed + 1 WHERE tenant = 'initech'")
        connection.execute("DELETE FROM call_hours WHERE tenant = 'globex'")
        connection.execute("UPDATE call_costs SET amount = amount + 0.01 WHERE tenant = 'acme'")
        connection.execute("UPDATE charges SET amount = amount + 1 WHERE tenant = 'globex'")
    (path,) = sorted((tmp_path / "out").glob("charges-000001.jsonl"))
    path.write_bytes(path.read_bytes().replace(b'"amount":"', b'"amount":"1'))
    found = {said.partition(" of ")[0] for said in office.compare(truth)}
    assert found >= {"history", "counts by hour", "charges", "cases", "statements"}
