"""Where a host's daemon keeps its data: the same folder for every command, from whichever directory it is given."""

from __future__ import annotations

from pathlib import Path

from callcontrol.config.loader import data_written_in

DEFAULT = ".data"
_OF_A_CHECKOUT = ("callcontrol/__main__.py", "setup.cfg")


def data_folder(config: Path, written: str) -> Path:
    """The data folder, absolute.

    A relative `data:` counts from the configuration folder. Where none is written it is `.data` of the checkout that
    the configuration folder lies in, else `.data` in the configuration folder itself.

    Args:
        config: the configuration folder.
        written: its `data:`, "" if there is none.
    """
    folder = config.absolute()
    return folder / written if written else (_checkout_of(folder.resolve()) or folder) / DEFAULT


def data_folder_of(config: Path, main: str) -> Path:
    """The data folder of a configuration folder, whatever else is wrong with its `callcontrol.yaml`."""
    return data_folder(config, data_written_in(main))


def left_in_the_working_directory(config: Path, main: str) -> Path | None:
    """Data that an earlier version kept: it counted a relative `data:` from the directory it was started in.

    None if there is no such folder, or the one that counts now is there as well.
    """
    before = Path.cwd() / (data_written_in(main) or DEFAULT)
    now = data_folder_of(config, main)
    return before if (before / "spool").is_dir() and not now.exists() else None


def _checkout_of(folder: Path) -> Path | None:
    return next((one for one in folder.parents if all((one / name).is_file() for name in _OF_A_CHECKOUT)), None)
