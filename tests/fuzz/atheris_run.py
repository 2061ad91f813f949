"""One target under atheris: `python -m tests.fuzz.atheris_run TARGET [libFuzzer's options and folders]`.

The process ends with the run. `make fuzz` starts it, with atheris installed (extra `fuzz`).
"""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["callcontrol", "tests.fuzz", "yaml", "csv"]):
    from tests.fuzz.targets import TARGETS

if __name__ == "__main__":
    check = TARGETS[sys.argv.pop(1)]
    atheris.Setup(sys.argv, check)
    atheris.Fuzz()
