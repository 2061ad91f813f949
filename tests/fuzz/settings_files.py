"""Any bytes as a configuration folder: Settings that can be used, or Problems with file and line; nothing else."""

from __future__ import annotations

from itertools import islice

from callcontrol.config.loader import load
from callcontrol.config.settings import Settings
from callcontrol.kinds import KINDS
from callcontrol.routing.arrival import decide
from callcontrol.routing.effective import effective
from callcontrol.routing.facts import Facts
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.moment import Instant
from tests.config.folder import MAIN, TENANT
from tests.routing.world import NOW, Priced

SEPARATOR = b"\n=====\n"
NUMBERS_TRIED = 3


def check_settings(data: bytes) -> None:
    """`callcontrol.yaml`, a line of five `=`, a tenant's file; what is not there is the sound one of the tests."""
    main, _, tenant = data.partition(SEPARATOR)
    files = {
        "callcontrol.yaml": text_of(main, MAIN),
        "tenants/acme.yaml": text_of(tenant, TENANT),
        "tariffs/retail.yaml": "",
    }
    found = load(files, KINDS)
    if isinstance(found, Settings):
        assert load(files, KINDS) == found
        check_calls(found)
    else:
        assert found == tuple(sorted(set(found)))
        assert found
        for problem in found:
            assert problem.file in files
            assert 1 <= problem.line <= len(files[problem.file].splitlines()) + 1
            assert problem.what
            assert problem.right


def text_of(data: bytes, otherwise: str) -> str:
    """A file's text, read as `config_folder` does."""
    return data.decode("utf-8", "surrogateescape") or otherwise


def check_calls(settings: Settings) -> None:
    """What was accepted can be routed by: the first numbers of each tenant lead somewhere."""
    for name, tenant in settings.tenants.items():
        rules = {e: effective(settings, name, e, {}) for e in tenant.extensions}
        for number in islice(tenant.numbers, NUMBERS_TRIED):
            facts = Facts(settings, KINDS, name, Priced(), Caller("+48600700800", "Jan"), number, Instant(NOW), rules)
            assert decide(facts).step is not None
