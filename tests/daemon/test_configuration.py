"""A configuration folder with an error is refused whole, and the old one stays in force."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from callcontrol.daemon.configuration import Current, Refused, read_configuration
from callcontrol.edges.config_folder import UnreadableFolder

EXAMPLE = Path(__file__).parents[2] / "deploy" / "example"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(EXAMPLE, tmp_path / "conf")
    return tmp_path / "conf"


def test_the_example_is_in_force_with_its_prices(folder: Path) -> None:
    current = Current(folder).configuration
    assert current.directory.owner_of("22 123 45 67") == ("acme", "+48221234567")
    assert current.prices_of("acme").is_priced("+48600700800", current.tariffs["acme"].versions[-1].valid_from)
    assert not current.prices_of("nobody").is_priced("+48600700800", current.tariffs["acme"].versions[-1].valid_from)


def test_every_error_of_every_file_is_reported_at_once(folder: Path) -> None:
    tenant = folder / "tenants" / "acme.yaml"
    tenant.write_text(tenant.read_text().replace("target: extension:102", "target: spaceship:102"))
    main = folder / "callcontrol.yaml"
    main.write_text(main.read_text() + "\nlimitz: {}\n")
    with pytest.raises(Refused) as refused:
        read_configuration(folder)
    told = "\n".join(map(str, refused.value.problems))
    assert "tenants/acme.yaml:" in told
    assert "callcontrol.yaml:" in told
    assert "spaceship" in told
    assert "limitz" in told


def test_a_bad_price_list_is_refused_too(folder: Path) -> None:
    tariff = folder / "tariffs" / "retail.yaml"
    tariff.write_text(tariff.read_text().replace("price_per_minute: 0.45", "price_per_minute: minus one"))
    with pytest.raises(Refused) as refused:
        read_configuration(folder)
    assert any(p.file == "tariffs/retail.yaml" for p in refused.value.problems)


def test_a_reload_takes_a_good_folder_and_refuses_a_bad_one(folder: Path) -> None:
    current = Current(folder)
    before = current.configuration
    tenant = folder / "tenants" / "acme.yaml"
    good = tenant.read_text()
    tenant.write_text(good + "\nnonsense: 1\n")
    assert not current.reload()
    assert current.configuration is before
    tenant.write_text(good.replace("company_number: 22 123 45 67", "company_number: 22 123 45 68"))
    assert current.reload()
    assert current.configuration.settings.tenants["acme"].company_number == "+48221234568"
    shutil.rmtree(folder)
    assert not current.reload()


def test_a_missing_folder_is_refused() -> None:
    with pytest.raises(UnreadableFolder, match="is no folder"):
        read_configuration(Path("/nonexistent"))
