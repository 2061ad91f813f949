"""The smallest greenswitch application: it answers and bridges. What callcontrol is compared with.

Run as `python -m tests.bench.bare PORT`.
"""

from gevent import monkey

monkey.patch_all()

import sys  # noqa: E402
from typing import Any  # noqa: E402

import gevent  # noqa: E402
from greenswitch.esl import OutboundESLServer  # noqa: E402


class Application:
    """Answers, bridges, waits for the end."""

    def __init__(self, session: Any) -> None:
        self.session = session

    def run(self) -> None:
        """greenswitch calls this for each connection."""
        self.session.connect()
        self.session.myevents()
        self.session.linger()
        self.session.answer()
        self.session.bridge("sofia/internal/117%acme.example", block=False)
        while True:
            self.session.raise_if_disconnected()
            gevent.sleep(0.1)


if __name__ == "__main__":
    OutboundESLServer(
        bind_address="127.0.0.1", bind_port=int(sys.argv[1]), application=Application, max_connections=5000
    ).listen()
