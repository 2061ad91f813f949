"""A simulated FreeSWITCH: speaks the event socket as the captures do, with phones, trunks and callers."""

from callcontrol.simulator.callers import Call
from callcontrol.simulator.client import SimulatorClient
from callcontrol.simulator.core import Manners
from callcontrol.simulator.phones import Behaviour, Phone, Trunk
from callcontrol.simulator.simulator import Settings, Simulator

__all__ = ["Behaviour", "Call", "Manners", "Phone", "Settings", "Simulator", "SimulatorClient", "Trunk"]
