"""espeak-ng comes from the system; where it is missing its test is left out."""

from __future__ import annotations

import shutil

collect_ignore = [] if shutil.which("espeak-ng") else ["test_espeak.py"]
