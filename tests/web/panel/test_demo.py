"""The page of the demo that signs in by one click."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from urllib.request import urlopen

import pytest
from gevent.pywsgi import WSGIServer

from callcontrol.commands.demo_panel import VISITORS, Door, Visitor, add_people, is_let_in
from callcontrol.edges.freeswitch.binding import Address
from callcontrol.edges.web.keep_alive import KeepAliveServer
from callcontrol.simulator.stories.stage import free_ports
from callcontrol.web.app import application
from callcontrol.web.guards import Guards
from tests.web.conftest import Site


@pytest.fixture
def door(site: Site) -> Iterator[str]:
    """Its address, in front of a panel that browsers reach at its own."""
    port = free_ports(1)[0]
    settings = site.configuration.settings
    web = settings.web.model_copy(update={"address": f"http://127.0.0.1:{port}"})
    site.configuration = replace(site.configuration, settings=settings.model_copy(update={"web": web}))
    app = application(site.services, Guards(site.services), site.live)
    panel = KeepAliveServer(Address("127.0.0.1", port), app, 20)
    served = WSGIServer(("127.0.0.1", 0), Door(web.address, add_people(settings, site.dsn)), log=None)
    served.start()
    yield f"http://127.0.0.1:{served.server_port}/"
    served.stop()
    panel.stop(1.0)


def test_one_click_leads_into_the_panel_as_each_of_the_people(door: str) -> None:
    with urlopen(door, timeout=10) as page:
        text = page.read().decode()
    assert all(f'href="/as/{visitor.user.login}"' in text for visitor in VISITORS)
    assert all(is_let_in(door, visitor) for visitor in VISITORS)


def test_a_person_of_another_company_is_not_let_in(door: str) -> None:
    stranger = Visitor(replace(VISITORS[0].user, login="stranger", name="A stranger"), "")
    assert not is_let_in(door, stranger)
