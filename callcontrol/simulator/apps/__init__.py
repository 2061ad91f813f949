"""The dialplan applications, by name. An unknown one hangs the caller up, as in the switch."""

from __future__ import annotations

from callcontrol.simulator.apps import connecting, flow, sound, variables
from callcontrol.simulator.session import App

ALL: dict[str, App] = {app.name: app for module in (connecting, flow, sound, variables) for app in module.APPS}

__all__ = ["ALL", "App"]
