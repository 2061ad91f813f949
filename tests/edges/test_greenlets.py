"""Patching gevent in is quick."""

import subprocess
import sys

PATCHED = """
import socket
from importlib import metadata

def asked(**_):
    raise AssertionError("distributions are searched for plugins")

metadata.entry_points = asked
from callcontrol.edges.greenlets import patch_all
patch_all()
import gevent.socket, gevent.time, time
assert socket.socket is gevent.socket.socket
assert time.sleep is gevent.sleep
assert "psycopg" not in __import__("sys").modules
"""


def test_no_plugins_are_searched_for() -> None:
    done = subprocess.run([sys.executable, "-c", PATCHED], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
