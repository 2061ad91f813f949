"""Work that blocks, such as reading a folder, done in a thread of its own: calls go on meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from gevent import get_hub

_P = ParamSpec("_P")
_T = TypeVar("_T")


def aside(do: Callable[_P, _T], *args: _P.args, **more: _P.kwargs) -> _T:
    """Do it in a thread.

    Raises:
        whatever it raises. That comes back as a value: of an exception in a thread gevent would print a traceback
        before the waiting greenlet has a chance to handle it.
    """
    result, error = get_hub().threadpool.apply(_caught, (lambda: do(*args, **more),))
    if error is not None:
        raise error
    answer: _T = result
    return answer


def _caught(do: Callable[[], Any]) -> tuple[Any, Exception | None]:
    try:
        return do(), None
    except Exception as error:  # handed on to the waiting greenlet
        return None, error
