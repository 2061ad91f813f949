"""Every setting is on its page, as it is declared."""

from __future__ import annotations

from tests.config.settings_page import PAGE, page


def test_the_page_says_what_the_settings_declare() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "python -m tests.config.settings_page writes it anew"


def test_every_setting_says_what_it_means() -> None:
    rows = [line for line in page().splitlines() if line.startswith("| `")]
    assert len(rows) > 150
    assert [row for row in rows if row.endswith("|  |")] == []
