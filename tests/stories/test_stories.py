"""Every story, on the simulator: separate processes, real sockets, real Redis and Postgres."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from callcontrol.simulator.stories.story import Story, read_stories
from tests.stories.theatre import Theatre

STORIES = [story for story in read_stories(Path(__file__).parent) if story.only != "freeswitch"]
# The number of stories that play at once.
HOUSES = 4

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def theatre(request: pytest.FixtureRequest) -> Iterator[Theatre]:
    items = [item for item in request.session.items if isinstance(item, pytest.Function)]
    asked = [item.callspec.params["story"] for item in items if item.function is test_story]
    with Theatre([story for story in asked if isinstance(story, Story)], HOUSES) as made:
        yield made


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.file.removesuffix(".yaml"))
def test_story(story: Story, theatre: Theatre) -> None:
    told, log = theatre.play(story)
    assert not told.differences, "\n".join([story.name, *told.differences, log])
