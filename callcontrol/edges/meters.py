"""Every metric, once: its row in deploy/README.md and the series it begins with follow from its declaration here.

Names follow Prometheus's conventions; labels are words of ours, never numbers or uuids. What /metrics shows is made of
all workers' by the supervisor: counters are summed, of gauges the last word says how.
"""

from __future__ import annotations

from typing import Final

from prometheus_client import Counter, Gauge, Histogram

from callcontrol.edges import meter_files, series

meter_files.use()

# How several workers' gauges become one: the sum of what each has of its own; the worst or the best of what each has a
# part in; the last that was said of what all see alike. All are of the living only.
SUM: Final = "livesum"
MIN: Final = "livemin"
MAX: Final = "livemax"
LAST: Final = "livemostrecent"

_FAST = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 5.0)

calls_total = series.counter(
    "callcontrol_calls_total", "Calls that ended, by outcome", tenant=series.tenants, outcome=series.OUTCOMES
)
calls_in_progress = Gauge("callcontrol_calls_in_progress", "Calls this worker directs", multiprocess_mode=SUM)
calls_adopted_total = series.counter("callcontrol_calls_adopted_total", "Calls taken over from a worker that died")
queue_upgrades_waiting = Gauge(
    "callcontrol_queue_upgrades_waiting",
    "Tenants whose queues are of an earlier version and wait until no worker of that version lives",
    multiprocess_mode=MAX,
)
calls_unreadable = Gauge(
    "callcontrol_calls_unreadable",
    "Calls whose worker is gone and that a worker cannot read, for a later version of the program saved them",
    multiprocess_mode=MAX,
)
strays_total = series.counter(
    "callcontrol_strays_total", "Callers' channels no worker knew, sent through the dialplan again"
)
strays_left_total = series.counter(
    "callcontrol_strays_left_total", "Callers' channels no worker knew that did not come back, and were left alone"
)
calls_taken_total = series.counter(
    "callcontrol_calls_taken_total", "Calls that came back through the dialplan to this worker"
)
calls_lost_total = series.counter(
    "callcontrol_calls_lost_total", "Calls another worker has taken over from this living one"
)
menus_left_total = Counter(
    "callcontrol_menus_left_total",
    "Times a caller left a menu: how, and by which keys of it (only where `how` is key); counted when the call is over",
    ["tenant", "menu", "how", "key"],
)
series.begins_by_rows(menus_left_total, series.ways_out_of_menus)
menu_seconds_total = Counter(
    "callcontrol_menu_seconds_total", "Seconds that callers spent in a menu", ["tenant", "menu"]
)
series.begins_by_rows(menu_seconds_total, series.menus)
legs_total = series.counter(
    "callcontrol_legs_total",
    "Legs that ended, by trunk ('' for phones of ours) and cause",
    trunk=series.trunks_and_none,
    cause=series.of((series.TALKED_OUT,)),
)
legs_estimated_total = series.counter("callcontrol_legs_estimated_total", "Legs whose end was not reported")
unrated_total = series.counter(
    "callcontrol_unrated_legs_total", "External legs without a price: alert on any", tenant=series.tenants
)

trunk_rests_total = series.counter(
    "callcontrol_trunk_rests_total", "Times a trunk failed so many calls in a row that it rests", trunk=series.trunks
)
carrier_loops_total = series.counter(
    "callcontrol_carrier_loops_total",
    "Calls that left through a carrier and came back, and were ended",
    tenant=series.tenants,
)

decision_seconds = Histogram(
    "callcontrol_decision_seconds", "From the connect reply to the first routing command", buckets=_FAST
)
lookup_seconds = Histogram("callcontrol_lookup_seconds", "Looking up the rules of a call in Redis", buckets=_FAST)
lookups_degraded_total = series.counter("callcontrol_lookups_degraded_total", "Calls decided on the last known rules")

connections = Gauge("callcontrol_connections", "Event socket connections of calls", multiprocess_mode=SUM)
connections_refused_total = series.counter(
    "callcontrol_connections_refused_total", "Connections turned away", reason=series.of(series.REFUSALS)
)
peers_unknown_total = series.counter(
    "callcontrol_peers_unknown_total",
    "Connections from this host whose account the kernel did not tell: they were accepted",
)
switch_up = Gauge(
    "callcontrol_switch_up", "Whether the inbound connection to a switch stands", ["switch"], multiprocess_mode=MIN
)
series.begins(switch_up, series.switches)
switch_answer_seconds = Gauge(
    "callcontrol_switch_answer_seconds",
    "How long a switch takes to answer commands on legs, of the worker that waits longest",
    ["switch"],
    multiprocess_mode=MAX,
)
originates_allowed = Gauge(
    "callcontrol_originates_allowed",
    "Originates that may be without an answer at once, as the switch answers in time",
    ["switch"],
    multiprocess_mode=SUM,
)
originates_held_total = series.counter(
    "callcontrol_originates_held_total",
    "Originates that waited for their turn at a slow switch",
    switch=series.switches,
)
switch_restarts_total = series.counter(
    "callcontrol_switch_restarts_total", "Restarts of a switch that were noticed", switch=series.switches
)
registrations = Gauge("callcontrol_registrations", "Phones registered at a switch", ["switch"], multiprocess_mode=MIN)
command_errors_total = series.counter(
    "callcontrol_command_errors_total", "Commands a switch refused", switch=series.switches
)

redis_up = Gauge("callcontrol_redis_up", "Whether Redis answers", multiprocess_mode=MIN)
redis_refuses = Gauge(
    "callcontrol_redis_refuses",
    "Whether Redis answers but refuses writes, for example for want of memory",
    multiprocess_mode=MAX,
)
redis_round_trips = Gauge(
    "callcontrol_redis_round_trips", "Round trips to Redis since the start, all calls together", multiprocess_mode=SUM
)
redis_commands = Gauge("callcontrol_redis_commands", "Commands sent to Redis since the start", multiprocess_mode=SUM)
redis_waiting = Gauge(
    "callcontrol_redis_waiting_commands",
    "Commands waiting for Redis; limit in pipeline.MAX_WAITING",
    multiprocess_mode=MAX,
)
state_saves_failed = Gauge(
    "callcontrol_state_saves_failed", "Saves of a call's state that failed since the start", multiprocess_mode=SUM
)
postgres_up = Gauge("callcontrol_postgres_up", "Whether Postgres took the last batch", multiprocess_mode=MIN)
partitions_ahead = Gauge(
    "callcontrol_partitions_ahead_months",
    "Months after this one whose tables are made; -1: not known yet",
    multiprocess_mode=MAX,
)
spool_records = Gauge(
    "callcontrol_spool_records", "Records on disk that Postgres does not have yet", multiprocess_mode=SUM
)
spool_records_left = Gauge(
    "callcontrol_spool_records_left",
    "Records on disk that wait for a later version of the program: only that can read them, or what is before them",
    multiprocess_mode=MAX,
)
spool_bytes = Gauge(
    "callcontrol_spool_bytes",
    "Bytes of the largest spool of a worker; limit: limits.spool_bytes",
    multiprocess_mode=MAX,
)
records_rejected = Gauge(
    "callcontrol_records_rejected", "Records Postgres refused that lie in the data folder now", multiprocess_mode=MAX
)
media_changes_waiting = Gauge(
    "callcontrol_media_changes_waiting",
    "Changes of media on disk that Postgres does not have yet",
    multiprocess_mode=SUM,
)
media_changes_rejected = Gauge(
    "callcontrol_media_changes_rejected",
    "Changes of media Postgres refused that lie in the data folder now",
    multiprocess_mode=MAX,
)
media_changes_dropped_total = series.counter(
    "callcontrol_media_changes_dropped_total",
    "Changes of media that the spool did not take: their rows are closed by the files",
)
media_moved_total = series.counter(
    "callcontrol_media_moved_total", "Sound files that were moved into storage", switch=series.switches
)
media_missing_total = series.counter(
    "callcontrol_media_missing_total",
    "Sound files that should be there and are not: alert on any",
    switch=series.switches,
)
media_adopted_total = series.counter(
    "callcontrol_media_adopted_total",
    "Sound files that were found without a row and have one now",
    switch=series.switches,
)
media_strange_files = Gauge(
    "callcontrol_media_strange_files",
    "Files in a switch's folder whose call or tenant is not known",
    ["switch"],
    multiprocess_mode=LAST,
)
media_waiting = Gauge(
    "callcontrol_media_waiting", "Closed sound files that are not in storage yet", ["switch"], multiprocess_mode=LAST
)
media_oldest_waiting_seconds = Gauge(
    "callcontrol_media_oldest_waiting_seconds",
    "How long the oldest of them has waited",
    ["switch"],
    multiprocess_mode=LAST,
)
media_folder_bytes = Gauge(
    "callcontrol_media_folder_bytes", "What sound files take on a switch's disk", ["switch"], multiprocess_mode=LAST
)
media_quota_bytes = Gauge(
    "callcontrol_media_quota_bytes", "What they may take: media.quota_mb", ["switch"], multiprocess_mode=LAST
)
job_steps_total = series.counter(
    "callcontrol_job_steps_total",
    "Steps of the media job's loops",
    loop=series.of(series.JOB_LOOPS),
    result=series.of(series.STEP_ENDS),
)
job_loop_seconds = Gauge(
    "callcontrol_job_loop_seconds", "How long the last step of a loop took", ["loop"], multiprocess_mode=MAX
)
job_loop_failing = Gauge(
    "callcontrol_job_loop_failing", "Whether the last step of a loop failed", ["loop"], multiprocess_mode=MAX
)

media_deletions_total = series.counter(
    "callcontrol_media_deletions_total",
    "Deletions of sound files that were tried: done (no copy is left), failed (tried again)",
    result=series.of(("done", "failed")),
)
media_deletions_waiting = Gauge(
    "callcontrol_media_deletions_waiting",
    "Sound files that are ordered to be deleted and not held",
    multiprocess_mode=MAX,
)
media_deletions_failing = Gauge(
    "callcontrol_media_deletions_failing", "Of these, those that could not be deleted yet", multiprocess_mode=MAX
)
media_deletion_oldest_seconds = Gauge(
    "callcontrol_media_deletion_oldest_seconds",
    "Seconds since the oldest of these was ordered: alert on a day",
    multiprocess_mode=MAX,
)
media_keys_missing = Gauge(
    "callcontrol_media_keys_missing",
    "Sealed files whose key the tenant does not have any more: they can be heard by no one",
    ["tenant"],
    multiprocess_mode=MAX,
)
link_requests_total = series.counter(
    "callcontrol_link_requests_total",
    "Requests for links to sound files, by the answer: page, sound, or why there was none",
    answer=series.of(series.LINK_ANSWERS),
)
web_connections_late_total = series.counter(
    "callcontrol_web_connections_late_total", "Connections of browsers that were closed because they took too long"
)

limit = Gauge("callcontrol_limit", "Limits as configured", ["name"], multiprocess_mode=LAST)

queue_layout_older = Gauge(
    "callcontrol_queue_layout_older",
    "Whether another host has laid the tenant's queues out by a newer configuration",
    ["tenant"],
    multiprocess_mode=MAX,
)
queue_waiting = Gauge(
    "callcontrol_queue_waiting", "Callers in a queue, callbacks among them", ["tenant", "queue"], multiprocess_mode=LAST
)
queue_callbacks = Gauge(
    "callcontrol_queue_callbacks", "Callbacks of a queue", ["tenant", "queue"], multiprocess_mode=LAST
)
queue_longest_wait_seconds = Gauge(
    "callcontrol_queue_longest_wait_seconds",
    "How long the first in line has waited",
    ["tenant", "queue"],
    multiprocess_mode=LAST,
)
queue_agents = Gauge(
    "callcontrol_queue_agents", "Agents of a queue: active, ready", ["tenant", "queue", "state"], multiprocess_mode=LAST
)
queue_figures = Gauge(
    "callcontrol_queue_today",
    "What was counted today in the tenant's zone; times in seconds",
    ["tenant", "queue", "figure"],
    multiprocess_mode=LAST,
)
queue_service_level = Gauge(
    "callcontrol_queue_service_level",
    "Answered in time today, of those who did not hang up at once",
    ["tenant", "queue"],
    multiprocess_mode=LAST,
)
overrides = Gauge(
    "callcontrol_overrides",
    "Schedules and duties that are set by hand now",
    ["tenant", "kind"],
    multiprocess_mode=LAST,
)
hours_without_end_seconds = Gauge(
    "callcontrol_hours_without_end_seconds",
    "Age of the oldest override of opening hours that has no end; 0: there is none",
    ["tenant"],
    multiprocess_mode=LAST,
)
agents_in_state = Gauge("callcontrol_agents", "Agents by state", ["tenant", "state"], multiprocess_mode=LAST)
clock_off_seconds = Gauge(
    "callcontrol_clock_off_seconds",
    "How far the clock of this host is off that of Redis, either way",
    multiprocess_mode=MAX,
)
places_lost_total = series.counter(
    "callcontrol_places_lost_total",
    "Places in queues given up because no worker asked for them: their calls were nowhere any more",
    tenant=series.tenants,
)
engagements_lost_total = series.counter(
    "callcontrol_engagements_lost_total",
    "Agents let go from conversations or other calls because no worker had the calls: they were nowhere any more",
    tenant=series.tenants,
)
queue_operations_owed = Gauge(
    "callcontrol_queue_operations_owed",
    "Operations of queues Redis has not taken yet; limit in queues.MAX_OWED",
    multiprocess_mode=SUM,
)

sounds_missing_total = series.counter(
    "callcontrol_sounds_missing_total",
    "Files that a switch was told to play and does not have: prompts, greetings, messages",
    switch=series.switches,
)

faults_total = series.counter(
    "callcontrol_faults_total",
    "Unexpected errors in callcontrol itself, each contained to one call or task",
    where=series.of(series.FAULT_PLACES),
)

log_lines_dropped_total = series.counter(
    "callcontrol_log_lines_dropped_total", "Log lines that could not be written, or were not read in time"
)
limits_reached_total = series.counter(
    "callcontrol_limits_reached_total",
    "What ran into a limit, by its name in deploy/README.md",
    limit=series.of(series.LIMITS),
)

reconciled_files_total = series.counter(
    "callcontrol_reconciled_files_total",
    "The switch's own records of legs, by what became of them: settled, corrected, added, doubtful",
    switch=series.switches_with_records,
    verdict=series.of(series.VERDICTS),
)
reconcile_files = Gauge(
    "callcontrol_reconcile_files",
    "The switch's own records a person has to look at: unreadable, doubtful; and waiting ones",
    ["switch", "state"],
    multiprocess_mode=LAST,
)
reconcile_failing = Gauge(
    "callcontrol_reconcile_failing",
    "Whether the last pass over a switch's own records failed",
    ["switch"],
    multiprocess_mode=LAST,
)

redis_failovers_total = series.counter(
    "callcontrol_redis_failovers_total", "Masters of Redis that were replaced by others"
)
redis_redirects_total = series.counter(
    "callcontrol_redis_redirects_total", "Commands sent again because another server of the cluster has their slot"
)
mails = Gauge(
    "callcontrol_mails", "Mails in the queue's tables, by what has become of them", ["state"], multiprocess_mode=LAST
)
mail_oldest_seconds = Gauge(
    "callcontrol_mail_oldest_seconds", "How long the oldest mail has waited to be sent", multiprocess_mode=LAST
)
mail_dead_addresses = Gauge(
    "callcontrol_mail_dead_addresses", "Addresses to which no mail is sent any more", multiprocess_mode=LAST
)
mails_queued_total = series.counter(
    "callcontrol_mails_queued_total", "Mails that were queued, by what they tell", kind=series.of(series.MAIL_KINDS)
)
mail_attempts_total = series.counter(
    "callcontrol_mail_attempts_total", "Attempts to hand a mail over", outcome=series.of(series.MAIL_OUTCOMES)
)
transcriptions_total = series.counter(
    "callcontrol_transcriptions_total", "Messages a program was to write down", result=series.of(series.STEP_ENDS)
)
mail_bounces_total = series.counter(
    "callcontrol_mail_bounces_total",
    "What was delivered to return addresses: dead (an address is dead), failed (that mail alone), delayed, other (no "
    "report), unknown (of no mail we have), forged (a return address we have not made)",
    result=series.of(series.BOUNCES),
)
