"""The dialplan applications, by name. An unknown one hangs the caller up, as in the switch."""

from __future__ import annotations

from callcontrol.simulator.apps import conference, connecting, digits, flow, sound, variables
from callcontrol.simulator.session import App

_MODULES = (conference, connecting, digits, flow, sound, variables)
ALL: dict[str, App] = {app.name: app for module in _MODULES for app in module.APPS}

__all__ = ["ALL", "App"]
