"""A small sound configuration, and the Problems of one that was changed."""

from __future__ import annotations

from callcontrol.config.loader import load
from callcontrol.config.problems import Problem
from callcontrol.config.settings import Settings
from callcontrol.kinds import KINDS

MAIN = """\
switches: {fs1: {password: secret}}
trunks:
  a: {number: "+48221110000"}
"""

TENANT = """\
domain: acme.example
company_number: "+48221234567"
tariff: retail
extensions:
  101: {}
  102: {}
voicemail:
  box: {}
numbers:
  "+48221234567": extension:101
"""


def files(tenant: str = TENANT, main: str = MAIN, **others: str) -> dict[str, str]:
    """The folder's files; others by the name of a further tenant. A tenant that says nothing else is in Poland."""
    tenants = {f"tenants/{name}.yaml": located(text) for name, text in {"acme": tenant, **others}.items()}
    return {"callcontrol.yaml": main, "tariffs/retail.yaml": "", **tenants}


def located(tenant: str) -> str:
    """With the settings every tenant needs, behind all others, so that their lines stay."""
    missing = [line for line in ("zone: Europe/Warsaw", "region: PL") if f"{line.partition(':')[0]}: " not in tenant]
    return "\n".join([tenant.rstrip("\n"), *missing, ""])


def loaded(tenant: str = TENANT, main: str = MAIN, **others: str) -> Settings:
    """The Settings of a folder without mistakes."""
    found = load(files(tenant, main, **others), KINDS)
    assert isinstance(found, Settings), "\n".join(map(str, found))
    return found


def problems(tenant: str = TENANT, main: str = MAIN, **others: str) -> tuple[Problem, ...]:
    """The Problems of a folder with mistakes."""
    found = load(files(tenant, main, **others), KINDS)
    assert isinstance(found, tuple), "no Problem was found"
    return found


def written(*found: Problem) -> list[str]:
    """Problems as people read them."""
    return [str(problem) for problem in found]
