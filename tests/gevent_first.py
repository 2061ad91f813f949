"""Patches gevent in before anything else is imported, and ends hanging tests.

Every test runs as the daemon does: sockets, sleeps and threads are gevent's. tests/conftest.py imports this
module in its first line, because psycopg chooses on import whether its waits let other greenlets run.

A test that hangs may hang in one greenlet while the main one waits for it; an exception raised where the
alarm happens to strike would then end the wrong one. So it is thrown into the greenlet that runs the test.
"""

from callcontrol.edges.greenlets import patch_all

patch_all()

from tests.in_memory import use_memory  # noqa: E402

# Before anything makes a temporary folder.
use_memory()

import os  # noqa: E402
import signal  # noqa: E402
from types import FrameType  # noqa: E402
from typing import Protocol  # noqa: E402

import gevent  # noqa: E402
import pytest  # noqa: E402

if "PYTEST_XDIST_WORKER" in os.environ:
    # xdist hands out tests from a thread of its own, begun before the patch; without a watcher to wait for,
    # gevent would take the wait for the next test for one without end.
    _next_test = gevent.get_hub().loop.timer(3600, 3600)
    _next_test.start(lambda: None)


class TimeoutSettings(Protocol):
    """What pytest-timeout hands over."""

    timeout: float


def pytest_timeout_set_timer(item: pytest.Item, settings: TimeoutSettings) -> bool:
    """pytest-timeout's hook: make the test in this greenlet fail after settings.timeout seconds."""
    test = gevent.getcurrent()
    why = f"{item.nodeid} took longer than {settings.timeout:g} s"

    def on_alarm(_signal: int, _frame: FrameType | None) -> None:
        if gevent.getcurrent() is test:
            pytest.fail(why)
        gevent.get_hub().loop.run_callback(test.throw, pytest.fail.Exception(why))

    signal.signal(signal.SIGALRM, on_alarm)
    signal.setitimer(signal.ITIMER_REAL, settings.timeout)
    return True


def pytest_timeout_cancel_timer(item: pytest.Item) -> bool:
    """pytest-timeout's hook: the test is over."""
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    return True
