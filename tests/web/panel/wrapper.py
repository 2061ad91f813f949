"""`make chromium`: a script that starts the browser out of a folder, with the libraries and fonts that came along.

python -m tests.web.panel.wrapper FOLDER SCRIPT
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{fonts}</dir><dir>/usr/share/fonts</dir><cachedir>{cache}</cachedir></fontconfig>
"""
SCRIPT = """#!/bin/sh
LD_LIBRARY_PATH={libraries}${{LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}} FONTCONFIG_FILE={fonts} exec {binary} "$@"
"""


def main(folder: Path, script: Path) -> None:
    """Write the script, and the list of fonts it names."""
    libraries = sorted({str(path.parent) for path in folder.rglob("*.so*")})
    fonts = folder / "fonts.conf"
    fonts.write_text(FONTS.format(fonts=folder / "usr/share/fonts", cache=folder / "cache"))
    binary = folder / "usr/lib/chromium/chromium"
    script.write_text(SCRIPT.format(libraries=":".join(libraries), fonts=fonts, binary=binary))
    os.chmod(script, 0o755)


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]).absolute())
