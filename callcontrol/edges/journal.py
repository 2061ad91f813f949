"""Logs: one JSON object a line, with its host, its worker, and the call's id; numbers hidden where the settings say so.

A line is bounded whatever it tells of: a text longer than MAX_TEXT is cut where CUT stands, which is counted; a line
that is longer than MAX_LINE all the same is told with shorter texts, and of what `extra` brought only with names.
The daemon's own processes never wait for the reader of the log (`log_stream.py`).
A line that repeats is written a few times a minute, and then how often it came (`repeated_lines.py`).
"""

from __future__ import annotations

import json
import logging
import re
import socket
import sys
from collections.abc import Mapping
from typing import Any

import orjson

from callcontrol.edges import clock, log_stream, meters
from callcontrol.edges.repeated_lines import RepeatedLines
from callcontrol.edges.unpatched import new_rlock
from callcontrol.vocabulary.moment import text_of
from callcontrol.vocabulary.phone_number import mask

# Longest text of one field; anything a caller could blow up is cut (characters).
MAX_TEXT = 4_096
# Longest line (characters); JSON makes up to six characters of one, so that cut texts can still be too much.
MAX_LINE = 16_384
SHORTER = (1_024, 256)
NAME_CHARACTERS = 64
CUT = "… (cut)"
_NUMBER = re.compile(r"\+[0-9]{6,15}\b")
_STANDARD = frozenset(vars(logging.makeLogRecord({})))


class JsonLines(logging.Formatter):
    """A record as one line of JSON: at, level, logger, message, and whatever `extra` brought.

    Args:
        of: fields of every line, such as the host.
    """

    def __init__(self, *, mask_numbers: bool = False, of: Mapping[str, str | int] | None = None) -> None:
        super().__init__()
        self._mask = mask_numbers
        self._of = dict(of or {})

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        fields: dict[str, Any] = {
            "at": text_of(clock.now()),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **self._of,
        }
        extra = {k: v for k, v in vars(record).items() if k not in _STANDARD}
        if record.exc_info:
            fields["exception"] = _end(self.formatException(record.exc_info), MAX_TEXT)
        line = _bounded(fields, extra)
        return _NUMBER.sub(lambda found: mask(found[0]), line) if self._mask else line


def _bounded(fields: dict[str, Any], extra: dict[str, Any]) -> str:
    """The line; where it would be too long, with shorter texts and of `extra` only what names something."""
    line = _line(fields | extra)
    if len(line) <= MAX_TEXT:  # and so is every text in it
        return line
    line = _line(_cut(fields | extra, MAX_TEXT))
    names = {name: value for name, value in extra.items() if isinstance(value, str) and len(value) <= NAME_CHARACTERS}
    for characters in SHORTER:
        if len(line) > MAX_LINE:
            line = _line(_cut(fields, characters) | names | {"left_out": len(extra) - len(names)})
    return line


def _cut(fields: dict[str, Any], characters: int) -> dict[str, Any]:
    return {name: _beginning(value, characters) if isinstance(value, str) else value for name, value in fields.items()}


def _beginning(text: str, characters: int) -> str:
    if len(text) <= characters:
        return text
    meters.limits_reached_total.labels("log_line").inc()
    return text[: characters - len(CUT)] + CUT


def _end(text: str, characters: int) -> str:
    """Of an exception the end, which says what it was."""
    if len(text) <= characters:
        return text
    meters.limits_reached_total.labels("log_line").inc()
    return CUT + text[len(CUT) - characters :]


def _line(fields: dict[str, Any]) -> str:
    try:
        return orjson.dumps(fields, default=str).decode()
    except TypeError:  # half a character (a lone surrogate) somewhere: told in ASCII
        return json.dumps(fields, default=str)


def start(*, mask_numbers: bool = False, level: int = logging.INFO, worker: int | None = None) -> None:
    """Log to standard error, as JSON lines.

    Args:
        worker: the slot of the worker that this process is, as `/workers` shows it; None for any other process.
    """
    of: dict[str, str | int] = {"host": socket.gethostname()}
    if worker is not None:
        of["worker"] = worker
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines(mask_numbers=mask_numbers, of=of))
    handler.addFilter(RepeatedLines(clock.monotonic))
    # work that is done aside logs too (`unpatched.py`); a line is put into a buffer, which no greenlet waits for
    handler.lock, logging._lock = new_rlock(), new_rlock()  # type: ignore[attr-defined]  # it has no name outside
    logging.basicConfig(level=level, handlers=[handler], force=True)
    # of what stands in no line nothing is found out: half of what a line costs
    logging._srcfile = None
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False


def start_unhindered(*, mask_numbers: bool = False, worker: int | None = None) -> DroppedLines:
    """As `start`, for the processes of the daemon: they never wait for the reader of the log (`log_stream.py`)."""

    def told(lines: int) -> str:
        message = f"{lines} log lines were dropped: they could not be written, or were not read in time"
        record = logging.LogRecord(__name__, logging.WARNING, "", 0, message, (), None)
        return logging.getLogger().handlers[0].format(record)

    stream = log_stream.install(told)
    start(mask_numbers=mask_numbers, worker=worker)
    return DroppedLines(stream)


class DroppedLines:
    """How many log lines of this process were dropped."""

    def __init__(self, stream: log_stream.LogStream) -> None:
        self._stream = stream
        self._counted = 0

    @property
    def total(self) -> int:
        """Since the start."""
        return self._stream.dropped

    def count(self) -> None:
        """Show it to Prometheus."""
        total = self.total
        meters.log_lines_dropped_total.inc(total - self._counted)
        self._counted = total
