"""The targets by name: what `make fuzz` and the hypothesis tests go through."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from tests.fuzz.arrivals import check_arrival
from tests.fuzz.dial_strings import check_dial_string
from tests.fuzz.price_lists import check_csv, check_yaml_form
from tests.fuzz.rate_lines import check_rate_lines
from tests.fuzz.settings_files import check_settings
from tests.fuzz.star_codes import check_star_code
from tests.fuzz.wire import check_wire
from tests.fuzz.yaml_texts import check_yaml

TARGETS: Mapping[str, Callable[[bytes], None]] = {
    "wire": check_wire,
    "yaml": check_yaml,
    "settings": check_settings,
    "star-codes": check_star_code,
    "dial-strings": check_dial_string,
    "arrivals": check_arrival,
    "tariff-csv": check_csv,
    "tariff-yaml": check_yaml_form,
    "rate-lines": check_rate_lines,
}
CORPUS = Path(__file__).parent / "corpus"


def seeds(target: str) -> list[Path]:
    """The committed seeds of a target."""
    return sorted(path for path in (CORPUS / target).iterdir() if path.is_file())
