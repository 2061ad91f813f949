"""The project's files are read and parsed once for each file of tests, and not kept for the tests of others."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from tests.tidy.tree import sources


@pytest.fixture(autouse=True, scope="module")
def forgotten_afterwards() -> Iterator[None]:
    """A million nodes of syntax trees would slow down the garbage collector for every test that follows.

    It is off while there are any: to go through them, again and again, takes longer than to parse the files.
    """
    gc.disable()
    yield
    sources.cache_clear()
    gc.enable()
