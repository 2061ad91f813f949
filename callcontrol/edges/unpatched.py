"""What gevent has put its own in the place of, for threads of the system.

A thread that waits for a lock of gevent's, which others hold in turn, is now and then never woken. So a library that
takes locks in work done aside (`threads.py`) is given the system's, where no greenlet is left while it holds one.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any


def unpatched(module: str, name: str) -> Any:
    """The standard library's own, also where gevent has put its own in its place."""
    monkey = sys.modules.get("gevent.monkey")
    return monkey.get_original(module, name) if monkey else getattr(import_module(module), name)


def new_lock() -> Any:
    """As `threading.Lock`."""
    return unpatched("_thread", "allocate_lock")()


def new_rlock() -> Any:
    """As `threading.RLock`."""
    return unpatched("_thread", "RLock")()
