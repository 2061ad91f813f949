"""Logs: one JSON object a line, with the call's id; numbers hidden where the settings say so."""

from __future__ import annotations

import json
import logging
import re
import sys
from typing import Any

import orjson

from callcontrol.edges import clock
from callcontrol.vocabulary.moment import text_of
from callcontrol.vocabulary.phone_number import mask

# Longest text of one field; anything a caller could blow up is cut (characters).
MAX_TEXT = 4_096
_NUMBER = re.compile(r"\+[0-9]{6,15}\b")
_STANDARD = frozenset(vars(logging.makeLogRecord({})))


class JsonLines(logging.Formatter):
    """A record as one line of JSON: at, level, logger, message, and whatever `extra` brought."""

    def __init__(self, *, mask_numbers: bool = False) -> None:
        super().__init__()
        self._mask = mask_numbers

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        fields: dict[str, Any] = {
            "at": text_of(clock.now()),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        fields.update((k, v) for k, v in vars(record).items() if k not in _STANDARD)
        if record.exc_info:
            fields["exception"] = self.formatException(record.exc_info)
        line = _line({name: _text(value) for name, value in fields.items()})
        return _NUMBER.sub(lambda found: mask(found[0]), line) if self._mask else line


def _text(value: Any) -> Any:
    return value[:MAX_TEXT] if isinstance(value, str) else value


def _line(fields: dict[str, Any]) -> str:
    try:
        return orjson.dumps(fields, default=str).decode()
    except TypeError:  # half a character (a lone surrogate) somewhere: told in ASCII
        return json.dumps(fields, default=str)


def start(*, mask_numbers: bool = False, level: int = logging.INFO) -> None:
    """Log to standard error, as JSON lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines(mask_numbers=mask_numbers))
    logging.basicConfig(level=level, handlers=[handler], force=True)
