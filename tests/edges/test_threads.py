"""Work done aside: what several threads and greenlets take in turn is given to each of them."""

from __future__ import annotations

import subprocess
import sys

# 6,000 lines: with locks of gevent's, one of the threads was never woken in nearly every run.
MANY_THREADS_LOG = """
from callcontrol.edges.greenlets import patch_all
patch_all()
import logging, sys
import gevent
from callcontrol.edges import journal, meters
from callcontrol.edges.threads import aside
sys.setswitchinterval(1e-5)
journal.start_unhindered()
log = logging.getLogger("test")
def work(thread):
    for number in range(1_000):
        log.info("%d %d", thread, number)
        meters.limits_reached_total.labels("MAX_REPEATED").inc()
threads = [gevent.spawn(aside, work, thread) for thread in range(6)]
log.info("finished %d", len(gevent.joinall(threads, timeout=60)))
"""


def test_many_threads_log_and_count_at_once() -> None:
    told = subprocess.run([sys.executable, "-c", MANY_THREADS_LOG], capture_output=True, text=True, check=True).stderr
    assert "finished 6" in told
