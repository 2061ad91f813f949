"""Metrics of the web process: requests, live streams, signing in."""

from __future__ import annotations

from typing import Final

from prometheus_client import Counter, Gauge, Histogram

from callcontrol.edges import series
from callcontrol.edges.meters import SUM

SIGN_INS: Final = ("done", "wrong", "limited")
# Why a request was not served; `none`: it was.
REFUSED: Final = ("none", "limited", "origin", "size", "signed_out", "right", "wrong", "store", "fault")
STREAM_ENDS: Final = ("left", "slow", "signed_out", "unchecked", "stopped")

requests_seconds = Histogram(
    "callcontrol_web_requests_seconds",
    "Answering a request of the API or the panel, without live streams, by operation",
    ["operation"],
    buckets=(0.005, 0.02, 0.05, 0.1, 0.3, 1.0, 3.0, 10.0),
)
requests_total = series.counter(
    "callcontrol_web_requests_total",
    "Requests of the API and the panel, by why they were not served: none (they were), limited, origin (from another"
    " site), size, signed_out, right, wrong (they make no sense), store (Redis or Postgres is away), fault",
    refused=series.of(REFUSED),
)
sign_ins_total = series.counter(
    "callcontrol_web_sign_ins_total", "Tries to sign in: done, wrong, limited", result=series.of(SIGN_INS)
)
ledger_connections = Gauge(
    "callcontrol_web_ledger_connections",
    "Connections to Postgres of the web process (web.connections at most): lent to a request, or idle",
    ["state"],
    multiprocess_mode=SUM,
)
ledger_wait_seconds = Histogram(
    "callcontrol_web_ledger_wait_seconds",
    "How long a request waited for a connection to Postgres",
    buckets=(0.001, 0.01, 0.1, 1.0, 5.0),
)
ledger_busy_total = Counter(
    "callcontrol_web_ledger_busy_total", "Requests refused, for no connection to Postgres became free in time"
)
streams = Gauge("callcontrol_web_streams", "Live streams that are open", multiprocess_mode=SUM)
stream_ends_total = series.counter(
    "callcontrol_web_stream_ends_total",
    "Live streams that ended: left by the browser, slow (it did not read), signed_out, unchecked"
    " (Postgres was away for a quarter of an hour), stopped with the process",
    why=series.of(STREAM_ENDS),
)
