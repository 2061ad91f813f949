"""An agent logs in and out by star code."""

from __future__ import annotations

import pytest

from callcontrol.kinds.star_codes.agent_code import ChangeAgent
from callcontrol.vocabulary.agent import AgentAction
from tests.kinds.star_codes.phones import change_of_agent


@pytest.mark.parametrize(
    ("dialled", "action"), [("*50#", AgentAction.LOG_IN), ("*50", AgentAction.LOG_IN), ("#50#", AgentAction.LOG_OUT)]
)
def test_in_and_out(dialled: str, action: AgentAction) -> None:
    assert change_of_agent(dialled) == ChangeAgent("anna", action)


def test_an_extension_without_an_agent_is_refused() -> None:
    refused = change_of_agent("*50#", extension="102")
    assert (refused.agent, refused.rejected) == ("", "extension 102 is no agent's")
