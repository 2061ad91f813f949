"""An agent pauses and resumes by star code."""

from __future__ import annotations

import pytest

from callcontrol.kinds.star_codes.agent_code import ChangeAgent
from callcontrol.vocabulary.agent import AgentAction
from tests.kinds.star_codes.phones import change_of_agent


@pytest.mark.parametrize(
    ("dialled", "action", "detail"),
    [
        ("*51#", AgentAction.PAUSE, "paused"),
        ("*51*1#", AgentAction.PAUSE, "lunch"),
        ("*51*01", AgentAction.PAUSE, "lunch"),
        ("#51#", AgentAction.RESUME, ""),
    ],
)
def test_pause_and_resume(dialled: str, action: AgentAction, detail: str) -> None:
    assert change_of_agent(dialled) == ChangeAgent("anna", action, detail)


@pytest.mark.parametrize("dialled", ["*51*9#", "*51*0#", "*51*9999#"])
def test_a_pause_reason_there_is_not_is_refused(dialled: str) -> None:
    assert change_of_agent(dialled).rejected == f"there is no pause reason {dialled[4:-1]}"
