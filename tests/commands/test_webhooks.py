"""`callcontrol webhooks`: as a person types it."""

from __future__ import annotations

from pathlib import Path

import pytest

from callcontrol.__main__ import main
from tests.commands.call_centre import configured

URL = "https://crm.example.com/calls"


def test_a_webhook_from_the_first_to_the_last(
    tmp_path: Path, redis_url: str, ledger_database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = Path(configured(tmp_path, redis_url, ledger_database))
    main_file = folder / "callcontrol.yaml"
    main_file.write_text(main_file.read_text() + f"\nweb: {{keys: [{'k' * 32}], run: no}}\n")

    def typed(verb: str, *words: str, status: int = 0) -> str:
        assert main(["webhooks", verb, "acme", *words, "--config", str(folder)]) == status
        out, err = capsys.readouterr()
        return out + err

    webhook, secret = typed("add", URL, "--event", "call.ended").splitlines()
    assert secret.startswith("secret (shown only once): whsec_")
    assert typed("list").strip() == f"{webhook}  {URL}  call.ended  well  0 wait, 0 dead"
    assert typed("change", webhook, "--event", "call.missed").strip() == f"{URL} receives call.missed"
    assert "(shown only once): whsec_" in typed("rotate", webhook)
    assert "waits to be sent" in typed("test", webhook)
    assert "test" in typed("deliveries", webhook, "--state", "waiting")
    assert "events wait" in typed("pause", webhook)
    assert "is active again" in typed("resume", webhook)
    assert typed("replay", webhook).strip() == "0 deliveries are sent again"
    assert "no delivery 7 was given up" in typed("replay", webhook, "7", status=1)
    assert "is no event" in typed("add", URL, "--event", "noise", status=1)
    assert "is removed" in typed("remove", webhook)
    assert "there is no webhook" in typed("remove", webhook, status=1)
