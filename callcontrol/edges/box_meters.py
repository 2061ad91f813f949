"""Metrics of voicemail boxes."""

from __future__ import annotations

from prometheus_client import Gauge

from callcontrol.edges import series
from callcontrol.edges.meters import MAX, SUM
from callcontrol.vocabulary.pin import PinVerdict

messages_owed = Gauge(
    "callcontrol_messages_owed",
    "Messages of callers that are recorded and not in their voicemail boxes yet, for Redis does not take them; "
    "limit in mailboxes.MAX_MESSAGES_OWED",
    multiprocess_mode=SUM,
)
mailbox_pins_total = series.counter(
    "callcontrol_mailbox_pins_total",
    "PINs of voicemail boxes that were pressed: right, wrong; locked: not checked; unknown: could not be checked",
    verdict=series.of(PinVerdict),
)
mailboxes_locked_total = series.counter(
    "callcontrol_mailboxes_locked_total", "Voicemail boxes locked after too many wrong PINs; the log says which"
)
lamps_told_total = series.counter(
    "callcontrol_lamps_told_total", "Message waiting lamps sent to a switch", switch=series.switches
)
boxes_full = Gauge(
    "callcontrol_boxes_full",
    "Voicemail boxes that are full: their callers can leave no message",
    ["tenant"],
    multiprocess_mode=MAX,
)
messages_brought_back_total = series.counter(
    "callcontrol_messages_brought_back_total",
    "Messages put into boxes by the ledger: Redis had lost them, or no worker that lives had them for Redis",
    tenant=series.tenants,
)
sounds_brought_total = series.counter(
    "callcontrol_sounds_brought_total",
    "Sound files that a call wanted at a switch that did not have them: there (they were brought), not (they were not)",
    result=series.of(("there", "not")),
)
sounds_lent = Gauge(
    "callcontrol_sounds_lent",
    "Sound files that lie in a switch's folder because they were brought there in the last hour",
    ["switch"],
    multiprocess_mode=MAX,
)
