"""python -m tests.web.openapi     # writes deploy/openapi.json anew"""

from __future__ import annotations

import orjson

from callcontrol.web.registry import document
from tests.web.test_api import DOCUMENT

if __name__ == "__main__":
    DOCUMENT.write_bytes(orjson.dumps(document(), option=orjson.OPT_INDENT_2) + b"\n")
