"""Several sounds in one playback.

FreeSWITCH's mod_dptools opens `file_string://a!b!c` and plays the files one after the other: 250 ms of silence before
the first, none between them. The separator is always `!`. Names without a leading / are looked for below
`sound_prefix`, as in any playback; streams such as silence_stream:// may stand among them. A file that cannot be
opened is skipped, with an error in the switch's log; if none can, the playback ends at once. It takes 128 files: the
last would be the rest of the string.
"""

from __future__ import annotations

from collections.abc import Sequence

MOST_FILES = 128
_SCHEME, _SEPARATOR = "file_string://", "!"


def as_file_string(files: Sequence[str]) -> str:
    """The argument of one playback that plays all of these; a single one stays as it is.

    Raises:
        ValueError: there is none, there are too many, or a name has the separator in it.
    """
    if not 1 <= len(files) <= MOST_FILES:
        raise ValueError(f"1 to {MOST_FILES} files can be played in one go, not {len(files)}")
    if any(_SEPARATOR in file for file in files):
        raise ValueError(f"a sound's name has the separator {_SEPARATOR} in it: {files}")
    return files[0] if len(files) == 1 else _SCHEME + _SEPARATOR.join(files)
