"""The company that can be rung: nothing is wrong with it, and all it says is said in its languages."""

from __future__ import annotations

import pytest

from callcontrol.commands import explain
from callcontrol.config.checks.texts import prompts_below, texts_in
from callcontrol.config.settings import Settings
from callcontrol.edges.config_folder import load_folder
from tests.commands.command import run
from tests.tidy.tree import ROOT

COMPANY = ROOT / "deploy" / "company"


def company() -> Settings:
    found = load_folder(COMPANY)
    assert isinstance(found, Settings), "\n".join(map(str, found))
    return found


def test_nothing_is_recorded_and_everything_is_said_in_three_languages() -> None:
    settings = company()
    lumen = settings.tenants["lumen"]
    prompts = dict(prompts_below(("tenants", "lumen"), lumen))
    said = {place: prompt for place, prompt in prompts.items() if prompt.said}
    recorded = {place[2:] for place in prompts.keys() - said.keys()}
    assert recorded == {("confirm", "prompt")}
    assert all(not prompt.missing(lumen.spoken) for prompt in said.values())
    assert len({text for _, text in texts_in(settings)}) == 26


def test_its_callers_are_told_by_the_clock(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ("--config", str(COMPANY), "--from", "+48500100300", "--to", "22 555 01 00", "--at")
    assert run(explain, *asked, "2027-05-03T10:00") == 0
    told = capsys.readouterr().out
    assert "play “Dzień dobry, tu Lumen.”" in told
    assert "closed (holiday: Święto Narodowe Trzeciego Maja) until Tue 2027-05-04 08:00" in told
    assert "-> duty:night (key 1 of menu:closed (label fault))" in told
    assert "voicemail office: greeting “Proszę zostawić wiadomość po sygnale.”" in told
    assert run(explain, *asked, "2027-03-01T10:00") == 0
    told = capsys.readouterr().out
    assert "-> menu:main (key 1 of menu:language (language pl))" in told
    assert "-> queue:orders (key 1 of menu:main (label orders))" in told


def test_music_is_the_default() -> None:
    assert {queue.music for queue in company().tenants["lumen"].queues.values()} == {"local_stream://default"}
