"""An agent prolongs and ends the wrap-up by star code."""

from __future__ import annotations

import pytest

from callcontrol.kinds.star_codes.agent_code import ChangeAgent
from callcontrol.vocabulary.agent import AgentAction
from tests.kinds.star_codes.phones import change_of_agent


@pytest.mark.parametrize(
    ("dialled", "action", "detail"),
    [
        ("*52#", AgentAction.PROLONG_WRAP_UP, "60000000"),
        ("*52*120#", AgentAction.PROLONG_WRAP_UP, "120000000"),
        ("#52#", AgentAction.END_WRAP_UP, ""),
    ],
)
def test_longer_or_over(dialled: str, action: AgentAction, detail: str) -> None:
    assert change_of_agent(dialled) == ChangeAgent("anna", action, detail)
