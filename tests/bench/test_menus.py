"""From a key to the prompt that follows it for the same caller."""

from __future__ import annotations

from tests.bench.figures import Moment
from tests.bench.menus import until_prompts


def test_each_key_has_the_prompt_that_begins_next_for_its_caller() -> None:
    keys = [Moment(100, "a"), Moment(100, "b"), Moment(300, "a"), Moment(900, "a")]
    prompts = [Moment(350, "a"), Moment(50, "a"), Moment(140, "a"), Moment(170, "b")]
    assert until_prompts(keys, prompts) == [40, 70, 50]
