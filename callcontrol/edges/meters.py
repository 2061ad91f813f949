"""Every metric, once. Names follow Prometheus's conventions; labels are words of ours, never numbers or uuids."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

_FAST = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 5.0)

calls_total = Counter("callcontrol_calls_total", "Calls that ended, by outcome", ["tenant", "outcome"])
calls_in_progress = Gauge("callcontrol_calls_in_progress", "Calls this worker directs")
calls_adopted_total = Counter("callcontrol_calls_adopted_total", "Calls taken over from a worker that died")
legs_total = Counter(
    "callcontrol_legs_total", "Legs that ended, by trunk ('' for phones of ours) and cause", ["trunk", "cause"]
)
legs_estimated_total = Counter("callcontrol_legs_estimated_total", "Legs whose end nobody reported")
legs_stray_total = Counter("callcontrol_legs_stray_total", "Ends of legs of ours that no call in progress knows")
unrated_total = Counter("callcontrol_unrated_legs_total", "External legs without a price: alert on any", ["tenant"])

decision_seconds = Histogram(
    "callcontrol_decision_seconds", "From the connect reply to the first routing command", buckets=_FAST
)
lookup_seconds = Histogram("callcontrol_lookup_seconds", "Looking up the rules of a call in Redis", buckets=_FAST)
lookups_degraded_total = Counter("callcontrol_lookups_degraded_total", "Calls decided on the last known rules")

connections = Gauge("callcontrol_connections", "Event socket connections of calls")
connections_refused_total = Counter("callcontrol_connections_refused_total", "Connections turned away", ["reason"])
switch_up = Gauge("callcontrol_switch_up", "Whether the inbound connection to a switch stands", ["switch"])
switch_restarts_total = Counter(
    "callcontrol_switch_restarts_total", "Restarts of a switch that were noticed", ["switch"]
)
registrations = Gauge("callcontrol_registrations", "Phones registered at a switch", ["switch"])
command_errors_total = Counter("callcontrol_command_errors_total", "Commands a switch refused", ["switch"])

redis_up = Gauge("callcontrol_redis_up", "Whether Redis answers")
redis_round_trips = Gauge("callcontrol_redis_round_trips", "Round trips to Redis since the start, all calls together")
redis_commands = Gauge("callcontrol_redis_commands", "Commands sent to Redis since the start")
redis_waiting = Gauge("callcontrol_redis_waiting_commands", "Commands waiting for Redis; limit in pipe.MAX_WAITING")
state_saves_failed = Gauge("callcontrol_state_saves_failed", "Saves of a call's state that failed since the start")
postgres_up = Gauge("callcontrol_postgres_up", "Whether Postgres took the last batch")
partitions_ahead = Gauge(
    "callcontrol_partitions_ahead_months", "Months after this one whose tables are made; -1: not known yet"
)
spool_records = Gauge("callcontrol_spool_records", "Records on disk that Postgres does not have yet")
spool_bytes = Gauge("callcontrol_spool_bytes", "Bytes of the spool; limit: limits.spool_bytes")
records_rejected = Gauge("callcontrol_records_rejected", "Records Postgres refused, put aside in the data folder")

config_reloads_total = Counter("callcontrol_config_reloads_total", "Reloads of the configuration", ["result"])
limit = Gauge("callcontrol_limit", "Limits as configured", ["name"])

queue_waiting = Gauge("callcontrol_queue_waiting", "Callers in a queue, callbacks among them", ["tenant", "queue"])
queue_callbacks = Gauge("callcontrol_queue_callbacks", "Callbacks of a queue", ["tenant", "queue"])
queue_longest_wait_seconds = Gauge(
    "callcontrol_queue_longest_wait_seconds", "How long the first in line has waited", ["tenant", "queue"]
)
queue_agents = Gauge("callcontrol_queue_agents", "Agents of a queue: active, ready", ["tenant", "queue", "state"])
queue_figures = Gauge(
    "callcontrol_queue_today",
    "What was counted today in the tenant's zone; times in seconds",
    ["tenant", "queue", "figure"],
)
queue_service_level = Gauge(
    "callcontrol_queue_service_level",
    "Answered in time today, of those who did not hang up at once",
    ["tenant", "queue"],
)
agents_in_state = Gauge("callcontrol_agents", "Agents by state", ["tenant", "state"])
queue_operations_owed = Gauge(
    "callcontrol_queue_operations_owed", "Operations of queues Redis has not taken yet; limit in queues.MAX_OWED"
)
