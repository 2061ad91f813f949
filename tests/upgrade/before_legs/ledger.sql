SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET transaction_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;
SET default_tablespace = '';
CREATE TABLE public.calls (
    tenant text NOT NULL,
    switch text NOT NULL,
    call_id text NOT NULL,
    started_day date NOT NULL,
    started_at timestamp with time zone NOT NULL,
    answered_at timestamp with time zone,
    bridged_at timestamp with time zone,
    ended_at timestamp with time zone NOT NULL,
    worker text NOT NULL,
    caller_number text NOT NULL,
    caller_name text NOT NULL,
    caller_anonymous boolean NOT NULL,
    caller_extension text NOT NULL,
    dialled text NOT NULL,
    outcome text NOT NULL,
    answered_leg text NOT NULL,
    answered_by text NOT NULL,
    path jsonb NOT NULL,
    recordings jsonb NOT NULL,
    notes jsonb NOT NULL,
    estimated boolean NOT NULL,
    written_at timestamp with time zone DEFAULT now() NOT NULL,
    total_ms numeric(16,3) GENERATED ALWAYS AS (((1000)::numeric * EXTRACT(epoch FROM (ended_at - started_at)))) STORED,
    reconciled boolean DEFAULT false NOT NULL,
    CONSTRAINT calls_answer CHECK (((answered_at >= started_at) AND (answered_at <= ended_at))),
    CONSTRAINT calls_day CHECK ((started_day = ((started_at AT TIME ZONE 'UTC'::text))::date)),
    CONSTRAINT calls_documents CHECK (((jsonb_typeof(path) = 'array'::text) AND (jsonb_typeof(recordings) = 'array'::text) AND (jsonb_typeof(notes) = 'array'::text))),
    CONSTRAINT calls_ends CHECK ((ended_at >= started_at)),
    CONSTRAINT calls_outcome CHECK ((outcome ~ '^[a-z_]+$'::text))
)
PARTITION BY RANGE (started_day);
COMMENT ON TABLE public.calls IS 'One row per call: one caller''s visit, from its arrival to its end';
COMMENT ON COLUMN public.calls.tenant IS 'Whose call it is; empty if the number dialled belongs to nobody';
COMMENT ON COLUMN public.calls.switch IS 'The FreeSWITCH that carried it, by its name in callcontrol.yaml';
COMMENT ON COLUMN public.calls.call_id IS 'Id of the call: uuid of the caller''s channel; a callback''s call, which has none, has one of its own';
COMMENT ON COLUMN public.calls.started_day IS 'UTC day of started_at; decides the partition, never changes';
COMMENT ON COLUMN public.calls.started_at IS 'When the call reached callcontrol, by the worker''s clock';
COMMENT ON COLUMN public.calls.answered_at IS 'When the caller''s channel was answered, by a person or a greeting; null: never, or a callback''s call, which has none';
COMMENT ON COLUMN public.calls.bridged_at IS 'When the caller first heard somebody; null: never';
COMMENT ON COLUMN public.calls.ended_at IS 'When the caller''s channel ended; of a callback''s call its last leg';
COMMENT ON COLUMN public.calls.worker IS 'The callcontrol process the call arrived at';
COMMENT ON COLUMN public.calls.caller_number IS 'Who called: E.164 where it could be read as a number, else as received; empty: none came. Of a callback''s call: the customer';
COMMENT ON COLUMN public.calls.caller_name IS 'Display name of the caller, cleaned';
COMMENT ON COLUMN public.calls.caller_anonymous IS 'The caller asked for privacy: his number is kept for the record and never shown to the called party';
COMMENT ON COLUMN public.calls.caller_extension IS 'The tenant''s own extension that called; empty: from outside';
COMMENT ON COLUMN public.calls.dialled IS 'The number the caller dialled; of a callback''s call the queue, as queue:support';
COMMENT ON COLUMN public.calls.outcome IS 'answered, voicemail, announced, changed, busy, no_answer, unavailable, rejected, timeout, abandoned, overflow (sent or taken out of a queue, and nothing followed), callback (asked to be called back) or failed';
COMMENT ON COLUMN public.calls.answered_leg IS 'leg_id of the first leg that was joined to the caller; empty: none';
COMMENT ON COLUMN public.calls.answered_by IS 'Target of that leg, such as extension:101; empty: none';
COMMENT ON COLUMN public.calls.path IS 'The call''s way in order: [{at, target, why, source, passed?}]; passed: the target was not tried, for the reason in why; source: file:line of the rule, or who set it';
COMMENT ON COLUMN public.calls.recordings IS 'What was recorded: [{at, box, path}]; path: on the switch';
COMMENT ON COLUMN public.calls.notes IS 'Whatever else explains the call: [{at, what}]';
COMMENT ON COLUMN public.calls.estimated IS 'Some leg''s times, or how or when it left a queue, are the best known, not the switch''s or the worker''s word';
COMMENT ON COLUMN public.calls.written_at IS 'When this row was written, or replaced by a truer one';
COMMENT ON COLUMN public.calls.total_ms IS 'Milliseconds from started_at to ended_at, exact to the microsecond';
COMMENT ON COLUMN public.calls.reconciled IS 'Some leg was completed from the switch''s own record of it, after the fact. Together with estimated: no worker''s record came (yet), and of its way nothing else is known; or a stay in a queue is the best known still';
SET default_table_access_method = heap;
CREATE TABLE public.calls_2026_11 (
    tenant text CONSTRAINT calls_tenant_not_null NOT NULL,
    switch text CONSTRAINT calls_switch_not_null NOT NULL,
    call_id text CONSTRAINT calls_call_id_not_null NOT NULL,
    started_day date CONSTRAINT calls_started_day_not_null NOT NULL,
    started_at timestamp with time zone CONSTRAINT calls_started_at_not_null NOT NULL,
    answered_at timestamp with time zone,
    bridged_at timestamp with time zone,
    ended_at timestamp with time zone CONSTRAINT calls_ended_at_not_null NOT NULL,
    worker text CONSTRAINT calls_worker_not_null NOT NULL,
    caller_number text CONSTRAINT calls_caller_number_not_null NOT NULL,
    caller_name text CONSTRAINT calls_caller_name_not_null NOT NULL,
    caller_anonymous boolean CONSTRAINT calls_caller_anonymous_not_null NOT NULL,
    caller_extension text CONSTRAINT calls_caller_extension_not_null NOT NULL,
    dialled text CONSTRAINT calls_dialled_not_null NOT NULL,
    outcome text CONSTRAINT calls_outcome_not_null NOT NULL,
    answered_leg text CONSTRAINT calls_answered_leg_not_null NOT NULL,
    answered_by text CONSTRAINT calls_answered_by_not_null NOT NULL,
    path jsonb CONSTRAINT calls_path_not_null NOT NULL,
    recordings jsonb CONSTRAINT calls_recordings_not_null NOT NULL,
    notes jsonb CONSTRAINT calls_notes_not_null NOT NULL,
    estimated boolean CONSTRAINT calls_estimated_not_null NOT NULL,
    written_at timestamp with time zone DEFAULT now() CONSTRAINT calls_written_at_not_null NOT NULL,
    total_ms numeric(16,3) GENERATED ALWAYS AS (((1000)::numeric * EXTRACT(epoch FROM (ended_at - started_at)))) STORED,
    reconciled boolean DEFAULT false CONSTRAINT calls_reconciled_not_null NOT NULL,
    CONSTRAINT calls_answer CHECK (((answered_at >= started_at) AND (answered_at <= ended_at))),
    CONSTRAINT calls_day CHECK ((started_day = ((started_at AT TIME ZONE 'UTC'::text))::date)),
    CONSTRAINT calls_documents CHECK (((jsonb_typeof(path) = 'array'::text) AND (jsonb_typeof(recordings) = 'array'::text) AND (jsonb_typeof(notes) = 'array'::text))),
    CONSTRAINT calls_ends CHECK ((ended_at >= started_at)),
    CONSTRAINT calls_outcome CHECK ((outcome ~ '^[a-z_]+$'::text))
);
COMMENT ON COLUMN public.calls_2026_11.tenant IS 'Whose call it is; empty if the number dialled belongs to nobody';
COMMENT ON COLUMN public.calls_2026_11.switch IS 'The FreeSWITCH that carried it, by its name in callcontrol.yaml';
COMMENT ON COLUMN public.calls_2026_11.call_id IS 'Id of the call: uuid of the caller''s channel; a callback''s call, which has none, has one of its own';
COMMENT ON COLUMN public.calls_2026_11.started_day IS 'UTC day of started_at; decides the partition, never changes';
COMMENT ON COLUMN public.calls_2026_11.started_at IS 'When the call reached callcontrol, by the worker''s clock';
COMMENT ON COLUMN public.calls_2026_11.answered_at IS 'When the caller''s channel was answered, by a person or a greeting; null: never, or a callback''s call, which has none';
COMMENT ON COLUMN public.calls_2026_11.bridged_at IS 'When the caller first heard somebody; null: never';
COMMENT ON COLUMN public.calls_2026_11.ended_at IS 'When the caller''s channel ended; of a callback''s call its last leg';
COMMENT ON COLUMN public.calls_2026_11.worker IS 'The callcontrol process the call arrived at';
COMMENT ON COLUMN public.calls_2026_11.caller_number IS 'Who called: E.164 where it could be read as a number, else as received; empty: none came. Of a callback''s call: the customer';
COMMENT ON COLUMN public.calls_2026_11.caller_name IS 'Display name of the caller, cleaned';
COMMENT ON COLUMN public.calls_2026_11.caller_anonymous IS 'The caller asked for privacy: his number is kept for the record and never shown to the called party';
COMMENT ON COLUMN public.calls_2026_11.caller_extension IS 'The tenant''s own extension that called; empty: from outside';
COMMENT ON COLUMN public.calls_2026_11.dialled IS 'The number the caller dialled; of a callback''s call the queue, as queue:support';
COMMENT ON COLUMN public.calls_2026_11.outcome IS 'answered, voicemail, announced, changed, busy, no_answer, unavailable, rejected, timeout, abandoned, overflow (sent or taken out of a queue, and nothing followed), callback (asked to be called back) or failed';
COMMENT ON COLUMN public.calls_2026_11.answered_leg IS 'leg_id of the first leg that was joined to the caller; empty: none';
COMMENT ON COLUMN public.calls_2026_11.answered_by IS 'Target of that leg, such as extension:101; empty: none';
COMMENT ON COLUMN public.calls_2026_11.path IS 'The call''s way in order: [{at, target, why, source, passed?}]; passed: the target was not tried, for the reason in why; source: file:line of the rule, or who set it';
COMMENT ON COLUMN public.calls_2026_11.recordings IS 'What was recorded: [{at, box, path}]; path: on the switch';
COMMENT ON COLUMN public.calls_2026_11.notes IS 'Whatever else explains the call: [{at, what}]';
COMMENT ON COLUMN public.calls_2026_11.estimated IS 'Some leg''s times, or how or when it left a queue, are the best known, not the switch''s or the worker''s word';
COMMENT ON COLUMN public.calls_2026_11.written_at IS 'When this row was written, or replaced by a truer one';
COMMENT ON COLUMN public.calls_2026_11.total_ms IS 'Milliseconds from started_at to ended_at, exact to the microsecond';
COMMENT ON COLUMN public.calls_2026_11.reconciled IS 'Some leg was completed from the switch''s own record of it, after the fact. Together with estimated: no worker''s record came (yet), and of its way nothing else is known; or a stay in a queue is the best known still';
CREATE TABLE public.calls_2026_12 (
    tenant text CONSTRAINT calls_tenant_not_null NOT NULL,
    switch text CONSTRAINT calls_switch_not_null NOT NULL,
    call_id text CONSTRAINT calls_call_id_not_null NOT NULL,
    started_day date CONSTRAINT calls_started_day_not_null NOT NULL,
    started_at timestamp with time zone CONSTRAINT calls_started_at_not_null NOT NULL,
    answered_at timestamp with time zone,
    bridged_at timestamp with time zone,
    ended_at timestamp with time zone CONSTRAINT calls_ended_at_not_null NOT NULL,
    worker text CONSTRAINT calls_worker_not_null NOT NULL,
    caller_number text CONSTRAINT calls_caller_number_not_null NOT NULL,
    caller_name text CONSTRAINT calls_caller_name_not_null NOT NULL,
    caller_anonymous boolean CONSTRAINT calls_caller_anonymous_not_null NOT NULL,
    caller_extension text CONSTRAINT calls_caller_extension_not_null NOT NULL,
    dialled text CONSTRAINT calls_dialled_not_null NOT NULL,
    outcome text CONSTRAINT calls_outcome_not_null NOT NULL,
    answered_leg text CONSTRAINT calls_answered_leg_not_null NOT NULL,
    answered_by text CONSTRAINT calls_answered_by_not_null NOT NULL,
    path jsonb CONSTRAINT calls_path_not_null NOT NULL,
    recordings jsonb CONSTRAINT calls_recordings_not_null NOT NULL,
    notes jsonb CONSTRAINT calls_notes_not_null NOT NULL,
    estimated boolean CONSTRAINT calls_estimated_not_null NOT NULL,
    written_at timestamp with time zone DEFAULT now() CONSTRAINT calls_written_at_not_null NOT NULL,
    total_ms numeric(16,3) GENERATED ALWAYS AS (((1000)::numeric * EXTRACT(epoch FROM (ended_at - started_at)))) STORED,
    reconciled boolean DEFAULT false CONSTRAINT calls_reconciled_not_null NOT NULL,
    CONSTRAINT calls_answer CHECK (((answered_at >= started_at) AND (answered_at <= ended_at))),
    CONSTRAINT calls_day CHECK ((started_day = ((started_at AT TIME ZONE 'UTC'::text))::date)),
    CONSTRAINT calls_documents CHECK (((jsonb_typeof(path) = 'array'::text) AND (jsonb_typeof(recordings) = 'array'::text) AND (jsonb_typeof(notes) = 'array'::text))),
    CONSTRAINT calls_ends CHECK ((ended_at >= started_at)),
    CONSTRAINT calls_outcome CHECK ((outcome ~ '^[a-z_]+$'::text))
);
COMMENT ON COLUMN public.calls_2026_12.tenant IS 'Whose call it is; empty if the number dialled belongs to nobody';
COMMENT ON COLUMN public.calls_2026_12.switch IS 'The FreeSWITCH that carried it, by its name in callcontrol.yaml';
COMMENT ON COLUMN public.calls_2026_12.call_id IS 'Id of the call: uuid of the caller''s channel; a callback''s call, which has none, has one of its own';
COMMENT ON COLUMN public.calls_2026_12.started_day IS 'UTC day of started_at; decides the partition, never changes';
COMMENT ON COLUMN public.calls_2026_12.started_at IS 'When the call reached callcontrol, by the worker''s clock';
COMMENT ON COLUMN public.calls_2026_12.answered_at IS 'When the caller''s channel was answered, by a person or a greeting; null: never, or a callback''s call, which has none';
COMMENT ON COLUMN public.calls_2026_12.bridged_at IS 'When the caller first heard somebody; null: never';
COMMENT ON COLUMN public.calls_2026_12.ended_at IS 'When the caller''s channel ended; of a callback''s call its last leg';
COMMENT ON COLUMN public.calls_2026_12.worker IS 'The callcontrol process the call arrived at';
COMMENT ON COLUMN public.calls_2026_12.caller_number IS 'Who called: E.164 where it could be read as a number, else as received; empty: none came. Of a callback''s call: the customer';
COMMENT ON COLUMN public.calls_2026_12.caller_name IS 'Display name of the caller, cleaned';
COMMENT ON COLUMN public.calls_2026_12.caller_anonymous IS 'The caller asked for privacy: his number is kept for the record and never shown to the called party';
COMMENT ON COLUMN public.calls_2026_12.caller_extension IS 'The tenant''s own extension that called; empty: from outside';
COMMENT ON COLUMN public.calls_2026_12.dialled IS 'The number the caller dialled; of a callback''s call the queue, as queue:support';
COMMENT ON COLUMN public.calls_2026_12.outcome IS 'answered, voicemail, announced, changed, busy, no_answer, unavailable, rejected, timeout, abandoned, overflow (sent or taken out of a queue, and nothing followed), callback (asked to be called back) or failed';
COMMENT ON COLUMN public.calls_2026_12.answered_leg IS 'leg_id of the first leg that was joined to the caller; empty: none';
COMMENT ON COLUMN public.calls_2026_12.answered_by IS 'Target of that leg, such as extension:101; empty: none';
COMMENT ON COLUMN public.calls_2026_12.path IS 'The call''s way in order: [{at, target, why, source, passed?}]; passed: the target was not tried, for the reason in why; source: file:line of the rule, or who set it';
COMMENT ON COLUMN public.calls_2026_12.recordings IS 'What was recorded: [{at, box, path}]; path: on the switch';
COMMENT ON COLUMN public.calls_2026_12.notes IS 'Whatever else explains the call: [{at, what}]';
COMMENT ON COLUMN public.calls_2026_12.estimated IS 'Some leg''s times, or how or when it left a queue, are the best known, not the switch''s or the worker''s word';
COMMENT ON COLUMN public.calls_2026_12.written_at IS 'When this row was written, or replaced by a truer one';
COMMENT ON COLUMN public.calls_2026_12.total_ms IS 'Milliseconds from started_at to ended_at, exact to the microsecond';
COMMENT ON COLUMN public.calls_2026_12.reconciled IS 'Some leg was completed from the switch''s own record of it, after the fact. Together with estimated: no worker''s record came (yet), and of its way nothing else is known; or a stay in a queue is the best known still';
CREATE TABLE public.calls_2027_01 (
    tenant text CONSTRAINT calls_tenant_not_null NOT NULL,
    switch text CONSTRAINT calls_switch_not_null NOT NULL,
    call_id text CONSTRAINT calls_call_id_not_null NOT NULL,
    started_day date CONSTRAINT calls_started_day_not_null NOT NULL,
    started_at timestamp with time zone CONSTRAINT calls_started_at_not_null NOT NULL,
    answered_at timestamp with time zone,
    bridged_at timestamp with time zone,
    ended_at timestamp with time zone CONSTRAINT calls_ended_at_not_null NOT NULL,
    worker text CONSTRAINT calls_worker_not_null NOT NULL,
    caller_number text CONSTRAINT calls_caller_number_not_null NOT NULL,
    caller_name text CONSTRAINT calls_caller_name_not_null NOT NULL,
    caller_anonymous boolean CONSTRAINT calls_caller_anonymous_not_null NOT NULL,
    caller_extension text CONSTRAINT calls_caller_extension_not_null NOT NULL,
    dialled text CONSTRAINT calls_dialled_not_null NOT NULL,
    outcome text CONSTRAINT calls_outcome_not_null NOT NULL,
    answered_leg text CONSTRAINT calls_answered_leg_not_null NOT NULL,
    answered_by text CONSTRAINT calls_answered_by_not_null NOT NULL,
    path jsonb CONSTRAINT calls_path_not_null NOT NULL,
    recordings jsonb CONSTRAINT calls_recordings_not_null NOT NULL,
    notes jsonb CONSTRAINT calls_notes_not_null NOT NULL,
    estimated boolean CONSTRAINT calls_estimated_not_null NOT NULL,
    written_at timestamp with time zone DEFAULT now() CONSTRAINT calls_written_at_not_null NOT NULL,
    total_ms numeric(16,3) GENERATED ALWAYS AS (((1000)::numeric * EXTRACT(epoch FROM (ended_at - started_at)))) STORED,
    reconciled boolean DEFAULT false CONSTRAINT calls_reconciled_not_null NOT NULL,
    CONSTRAINT calls_answer CHECK (((answered_at >= started_at) AND (answered_at <= ended_at))),
    CONSTRAINT calls_day CHECK ((started_day = ((started_at AT TIME ZONE 'UTC'::text))::date)),
    CONSTRAINT calls_documents CHECK (((jsonb_typeof(path) = 'array'::text) AND (jsonb_typeof(recordings) = 'array'::text) AND (jsonb_typeof(notes) = 'array'::text))),
    CONSTRAINT calls_ends CHECK ((ended_at >= started_at)),
    CONSTRAINT calls_outcome CHECK ((outcome ~ '^[a-z_]+$'::text))
);
COMMENT ON COLUMN public.calls_2027_01.tenant IS 'Whose call it is; empty if the number dialled belongs to nobody';
COMMENT ON COLUMN public.calls_2027_01.switch IS 'The FreeSWITCH that carried it, by its name in callcontrol.yaml';
COMMENT ON COLUMN public.calls_2027_01.call_id IS 'Id of the call: uuid of the caller''s channel; a callback''s call, which has none, has one of its own';
COMMENT ON COLUMN public.calls_2027_01.started_day IS 'UTC day of started_at; decides the partition, never changes';
COMMENT ON COLUMN public.calls_2027_01.started_at IS 'When the call reached callcontrol, by the worker''s clock';
COMMENT ON COLUMN public.calls_2027_01.answered_at IS 'When the caller''s channel was answered, by a person or a greeting; null: never, or a callback''s call, which has none';
COMMENT ON COLUMN public.calls_2027_01.bridged_at IS 'When the caller first heard somebody; null: never';
COMMENT ON COLUMN public.calls_2027_01.ended_at IS 'When the caller''s channel ended; of a callback''s call its last leg';
COMMENT ON COLUMN public.calls_2027_01.worker IS 'The callcontrol process the call arrived at';
COMMENT ON COLUMN public.calls_2027_01.caller_number IS 'Who called: E.164 where it could be read as a number, else as received; empty: none came. Of a callback''s call: the customer';
COMMENT ON COLUMN public.calls_2027_01.caller_name IS 'Display name of the caller, cleaned';
COMMENT ON COLUMN public.calls_2027_01.caller_anonymous IS 'The caller asked for privacy: his number is kept for the record and never shown to the called party';
COMMENT ON COLUMN public.calls_2027_01.caller_extension IS 'The tenant''s own extension that called; empty: from outside';
COMMENT ON COLUMN public.calls_2027_01.dialled IS 'The number the caller dialled; of a callback''s call the queue, as queue:support';
COMMENT ON COLUMN public.calls_2027_01.outcome IS 'answered, voicemail, announced, changed, busy, no_answer, unavailable, rejected, timeout, abandoned, overflow (sent or taken out of a queue, and nothing followed), callback (asked to be called back) or failed';
COMMENT ON COLUMN public.calls_2027_01.answered_leg IS 'leg_id of the first leg that was joined to the caller; empty: none';
COMMENT ON COLUMN public.calls_2027_01.answered_by IS 'Target of that leg, such as extension:101; empty: none';
COMMENT ON COLUMN public.calls_2027_01.path IS 'The call''s way in order: [{at, target, why, source, passed?}]; passed: the target was not tried, for the reason in why; source: file:line of the rule, or who set it';
COMMENT ON COLUMN public.calls_2027_01.recordings IS 'What was recorded: [{at, box, path}]; path: on the switch';
COMMENT ON COLUMN public.calls_2027_01.notes IS 'Whatever else explains the call: [{at, what}]';
COMMENT ON COLUMN public.calls_2027_01.estimated IS 'Some leg''s times, or how or when it left a queue, are the best known, not the switch''s or the worker''s word';
COMMENT ON COLUMN public.calls_2027_01.written_at IS 'When this row was written, or replaced by a truer one';
COMMENT ON COLUMN public.calls_2027_01.total_ms IS 'Milliseconds from started_at to ended_at, exact to the microsecond';
COMMENT ON COLUMN public.calls_2027_01.reconciled IS 'Some leg was completed from the switch''s own record of it, after the fact. Together with estimated: no worker''s record came (yet), and of its way nothing else is known; or a stay in a queue is the best known still';
CREATE TABLE public.calls_2027_02 (
    tenant text CONSTRAINT calls_tenant_not_null NOT NULL,
    switch text CONSTRAINT calls_switch_not_null NOT NULL,
    call_id text CONSTRAINT calls_call_id_not_null NOT NULL,
    started_day date CONSTRAINT calls_started_day_not_null NOT NULL,
    started_at timestamp with time zone CONSTRAINT calls_started_at_not_null NOT NULL,
    answered_at timestamp with time zone,
    bridged_at timestamp with time zone,
    ended_at timestamp with time zone CONSTRAINT calls_ended_at_not_null NOT NULL,
    worker text CONSTRAINT calls_worker_not_null NOT NULL,
    caller_number text CONSTRAINT calls_caller_number_not_null NOT NULL,
    caller_name text CONSTRAINT calls_caller_name_not_null NOT NULL,
    caller_anonymous boolean CONSTRAINT calls_caller_anonymous_not_null NOT NULL,
    caller_extension text CONSTRAINT calls_caller_extension_not_null NOT NULL,
    dialled text CONSTRAINT calls_dialled_not_null NOT NULL,
    outcome text CONSTRAINT calls_outcome_not_null NOT NULL,
    answered_leg text CONSTRAINT calls_answered_leg_not_null NOT NULL,
    answered_by text CONSTRAINT calls_answered_by_not_null NOT NULL,
    path jsonb CONSTRAINT calls_path_not_null NOT NULL,
    recordings jsonb CONSTRAINT calls_recordings_not_null NOT NULL,
    notes jsonb CONSTRAINT calls_notes_not_null NOT NULL,
    estimated boolean CONSTRAINT calls_estimated_not_null NOT NULL,
    written_at timestamp with time zone DEFAULT now() CONSTRAINT calls_written_at_not_null NOT NULL,
    total_ms numeric(16,3) GENERATED ALWAYS AS (((1000)::numeric * EXTRACT(epoch FROM (ended_at - started_at)))) STORED,
    reconciled boolean DEFAULT false CONSTRAINT calls_reconciled_not_null NOT NULL,
    CONSTRAINT calls_answer CHECK (((answered_at >= started_at) AND (answered_at <= ended_at))),
    CONSTRAINT calls_day CHECK ((started_day = ((started_at AT TIME ZONE 'UTC'::text))::date)),
    CONSTRAINT calls_documents CHECK (((jsonb_typeof(path) = 'array'::text) AND (jsonb_typeof(recordings) = 'array'::text) AND (jsonb_typeof(notes) = 'array'::text))),
    CONSTRAINT calls_ends CHECK ((ended_at >= started_at)),
    CONSTRAINT calls_outcome CHECK ((outcome ~ '^[a-z_]+$'::text))
);
COMMENT ON COLUMN public.calls_2027_02.tenant IS 'Whose call it is; empty if the number dialled belongs to nobody';
COMMENT ON COLUMN public.calls_2027_02.switch IS 'The FreeSWITCH that carried it, by its name in callcontrol.yaml';
COMMENT ON COLUMN public.calls_2027_02.call_id IS 'Id of the call: uuid of the caller''s channel; a callback''s call, which has none, has one of its own';
COMMENT ON COLUMN public.calls_2027_02.started_day IS 'UTC day of started_at; decides the partition, never changes';
COMMENT ON COLUMN public.calls_2027_02.started_at IS 'When the call reached callcontrol, by the worker''s clock';
COMMENT ON COLUMN public.calls_2027_02.answered_at IS 'When the caller''s channel was answered, by a person or a greeting; null: never, or a callback''s call, which has none';
COMMENT ON COLUMN public.calls_2027_02.bridged_at IS 'When the caller first heard somebody; null: never';
COMMENT ON COLUMN public.calls_2027_02.ended_at IS 'When the caller''s channel ended; of a callback''s call its last leg';
COMMENT ON COLUMN public.calls_2027_02.worker IS 'The callcontrol process the call arrived at';
COMMENT ON COLUMN public.calls_2027_02.caller_number IS 'Who called: E.164 where it could be read as a number, else as received; empty: none came. Of a callback''s call: the customer';
COMMENT ON COLUMN public.calls_2027_02.caller_name IS 'Display name of the caller, cleaned';
COMMENT ON COLUMN public.calls_2027_02.caller_anonymous IS 'The caller asked for privacy: his number is kept for the record and never shown to the called party';
COMMENT ON COLUMN public.calls_2027_02.caller_extension IS 'The tenant''s own extension that called; empty: from outside';
COMMENT ON COLUMN public.calls_2027_02.dialled IS 'The number the caller dialled; of a callback''s call the queue, as queue:support';
COMMENT ON COLUMN public.calls_2027_02.outcome IS 'answered, voicemail, announced, changed, busy, no_answer, unavailable, rejected, timeout, abandoned, overflow (sent or taken out of a queue, and nothing followed), callback (asked to be called back) or failed';
COMMENT ON COLUMN public.calls_2027_02.answered_leg IS 'leg_id of the first leg that was joined to the caller; empty: none';
COMMENT ON COLUMN public.calls_2027_02.answered_by IS 'Target of that leg, such as extension:101; empty: none';
COMMENT ON COLUMN public.calls_2027_02.path IS 'The call''s way in order: [{at, target, why, source, passed?}]; passed: the target was not tried, for the reason in why; source: file:line of the rule, or who set it';
COMMENT ON COLUMN public.calls_2027_02.recordings IS 'What was recorded: [{at, box, path}]; path: on the switch';
COMMENT ON COLUMN public.calls_2027_02.notes IS 'Whatever else explains the call: [{at, what}]';
COMMENT ON COLUMN public.calls_2027_02.estimated IS 'Some leg''s times, or how or when it left a queue, are the best known, not the switch''s or the worker''s word';
COMMENT ON COLUMN public.calls_2027_02.written_at IS 'When this row was written, or replaced by a truer one';
COMMENT ON COLUMN public.calls_2027_02.total_ms IS 'Milliseconds from started_at to ended_at, exact to the microsecond';
COMMENT ON COLUMN public.calls_2027_02.reconciled IS 'Some leg was completed from the switch''s own record of it, after the fact. Together with estimated: no worker''s record came (yet), and of its way nothing else is known; or a stay in a queue is the best known still';
CREATE TABLE public.charges (
    tenant text NOT NULL,
    switch text NOT NULL,
    leg_id text NOT NULL,
    started_day date NOT NULL,
    revision smallint NOT NULL,
    call_id text NOT NULL,
    status text NOT NULL,
    payer text NOT NULL,
    number text NOT NULL,
    reason text NOT NULL,
    amount numeric(20,8),
    currency text NOT NULL,
    tariff text NOT NULL,
    tariff_version timestamp with time zone,
    prefix text NOT NULL,
    destination text NOT NULL,
    counted_s integer NOT NULL,
    free_s integer NOT NULL,
    billed_s integer NOT NULL,
    step text NOT NULL,
    fee numeric(20,8),
    vat_percent numeric(6,3),
    parts jsonb NOT NULL,
    formula text NOT NULL,
    written_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT charges_amount CHECK ((((status = 'rated'::text) = (amount IS NOT NULL)) AND (amount >= (0)::numeric))),
    CONSTRAINT charges_currency CHECK (((currency ~ '^[A-Z]{3}$'::text) OR (amount IS NULL))),
    CONSTRAINT charges_reason CHECK (((status = 'rated'::text) = (reason = ''::text))),
    CONSTRAINT charges_revision CHECK ((revision >= 1)),
    CONSTRAINT charges_seconds CHECK (((counted_s >= 0) AND ((free_s >= 0) AND (free_s <= counted_s)) AND (billed_s >= 0))),
    CONSTRAINT charges_status CHECK ((status = ANY (ARRAY['rated'::text, 'unrated'::text, 'void'::text])))
)
PARTITION BY RANGE (started_day);
COMMENT ON TABLE public.charges IS 'What a leg cost, with everything needed to redo it by hand. Rows are never changed: a correction is a further revision, and the highest one holds (view current_charges)';
COMMENT ON COLUMN public.charges.tenant IS 'Tenant of the call';
COMMENT ON COLUMN public.charges.switch IS 'Switch of the leg';
COMMENT ON COLUMN public.charges.leg_id IS 'The leg that is charged';
COMMENT ON COLUMN public.charges.started_day IS 'UTC day on which the leg''s call arrived; decides the partition';
COMMENT ON COLUMN public.charges.revision IS '1 for the first charge of the leg, then counted on';
COMMENT ON COLUMN public.charges.call_id IS 'The call it belongs to';
COMMENT ON COLUMN public.charges.status IS 'rated; unrated: no price, a case for a person; void: an earlier revision was wrong and nothing is owed';
COMMENT ON COLUMN public.charges.payer IS 'Who pays: extension:101 or tenant';
COMMENT ON COLUMN public.charges.number IS 'The number that was priced, in normal form';
COMMENT ON COLUMN public.charges.reason IS 'Why there is no amount; empty for rated';
COMMENT ON COLUMN public.charges.amount IS 'What is owed without VAT, rounded once by the price list''s rule; null unless rated';
COMMENT ON COLUMN public.charges.currency IS 'ISO 4217 letters; empty unless rated';
COMMENT ON COLUMN public.charges.tariff IS 'Name of the price list';
COMMENT ON COLUMN public.charges.tariff_version IS 'valid_from of the version in force when the leg was answered';
COMMENT ON COLUMN public.charges.prefix IS 'The longest prefix of number in that version';
COMMENT ON COLUMN public.charges.destination IS 'What the price list calls that prefix';
COMMENT ON COLUMN public.charges.counted_s IS 'Talk time as whole seconds, by the list''s rule';
COMMENT ON COLUMN public.charges.free_s IS 'Seconds of these that cost nothing';
COMMENT ON COLUMN public.charges.billed_s IS 'Seconds of all started steps';
COMMENT ON COLUMN public.charges.step IS 'First block and step in seconds: 60/1';
COMMENT ON COLUMN public.charges.fee IS 'Connection fee within amount';
COMMENT ON COLUMN public.charges.vat_percent IS 'VAT rate of the list, for information; null: not given';
COMMENT ON COLUMN public.charges.parts IS 'Runs of steps at one price: [{period, start, steps, seconds, price_per_minute, amount_unrounded}]; numbers with decimals are text';
COMMENT ON COLUMN public.charges.formula IS 'The way from talk time to amount';
COMMENT ON COLUMN public.charges.written_at IS 'When this row was written';
CREATE TABLE public.charges_2026_11 (
    tenant text CONSTRAINT charges_tenant_not_null NOT NULL,
    switch text CONSTRAINT charges_switch_not_null NOT NULL,
    leg_id text CONSTRAINT charges_leg_id_not_null NOT NULL,
    started_day date CONSTRAINT charges_started_day_not_null NOT NULL,
    revision smallint CONSTRAINT charges_revision_not_null NOT NULL,
    call_id text CONSTRAINT charges_call_id_not_null NOT NULL,
    status text CONSTRAINT charges_status_not_null NOT NULL,
    payer text CONSTRAINT charges_payer_not_null NOT NULL,
    number text CONSTRAINT charges_number_not_null NOT NULL,
    reason text CONSTRAINT charges_reason_not_null NOT NULL,
    amount numeric(20,8),
    currency text CONSTRAINT charges_currency_not_null NOT NULL,
    tariff text CONSTRAINT charges_tariff_not_null NOT NULL,
    tariff_version timestamp with time zone,
    prefix text CONSTRAINT charges_prefix_not_null NOT NULL,
    destination text CONSTRAINT charges_destination_not_null NOT NULL,
    counted_s integer CONSTRAINT charges_counted_s_not_null NOT NULL,
    free_s integer CONSTRAINT charges_free_s_not_null NOT NULL,
    billed_s integer CONSTRAINT charges_billed_s_not_null NOT NULL,
    step text CONSTRAINT charges_step_not_null NOT NULL,
    fee numeric(20,8),
    vat_percent numeric(6,3),
    parts jsonb CONSTRAINT charges_parts_not_null NOT NULL,
    formula text CONSTRAINT charges_formula_not_null NOT NULL,
    written_at timestamp with time zone DEFAULT now() CONSTRAINT charges_written_at_not_null NOT NULL,
    CONSTRAINT charges_amount CHECK ((((status = 'rated'::text) = (amount IS NOT NULL)) AND (amount >= (0)::numeric))),
    CONSTRAINT charges_currency CHECK (((currency ~ '^[A-Z]{3}$'::text) OR (amount IS NULL))),
    CONSTRAINT charges_reason CHECK (((status = 'rated'::text) = (reason = ''::text))),
    CONSTRAINT charges_revision CHECK ((revision >= 1)),
    CONSTRAINT charges_seconds CHECK (((counted_s >= 0) AND ((free_s >= 0) AND (free_s <= counted_s)) AND (billed_s >= 0))),
    CONSTRAINT charges_status CHECK ((status = ANY (ARRAY['rated'::text, 'unrated'::text, 'void'::text])))
);
COMMENT ON COLUMN public.charges_2026_11.tenant IS 'Tenant of the call';
COMMENT ON COLUMN public.charges_2026_11.switch IS 'Switch of the leg';
COMMENT ON COLUMN public.charges_2026_11.leg_id IS 'The leg that is charged';
COMMENT ON COLUMN public.charges_2026_11.started_day IS 'UTC day on which the leg''s call arrived; decides the partition';
COMMENT ON COLUMN public.charges_2026_11.revision IS '1 for the first charge of the leg, then counted on';
COMMENT ON COLUMN public.charges_2026_11.call_id IS 'The call it belongs to';
COMMENT ON COLUMN public.charges_2026_11.status IS 'rated; unrated: no price, a case for a person; void: an earlier revision was wrong and nothing is owed';
COMMENT ON COLUMN public.charges_2026_11.payer IS 'Who pays: extension:101 or tenant';
COMMENT ON COLUMN public.charges_2026_11.number IS 'The number that was priced, in normal form';
COMMENT ON COLUMN public.charges_2026_11.reason IS 'Why there is no amount; empty for rated';
COMMENT ON COLUMN public.charges_2026_11.amount IS 'What is owed without VAT, rounded once by the price list''s rule; null unless rated';
COMMENT ON COLUMN public.charges_2026_11.currency IS 'ISO 4217 letters; empty unless rated';
COMMENT ON COLUMN public.charges_2026_11.tariff IS 'Name of the price list';
COMMENT ON COLUMN public.charges_2026_11.tariff_version IS 'valid_from of the version in force when the leg was answered';
COMMENT ON COLUMN public.charges_2026_11.prefix IS 'The longest prefix of number in that version';
COMMENT ON COLUMN public.charges_2026_11.destination IS 'What the price list calls that prefix';
COMMENT ON COLUMN public.charges_2026_11.counted_s IS 'Talk time as whole seconds, by the list''s rule';
COMMENT ON COLUMN public.charges_2026_11.free_s IS 'Seconds of these that cost nothing';
COMMENT ON COLUMN public.charges_2026_11.billed_s IS 'Seconds of all started steps';
COMMENT ON COLUMN public.charges_2026_11.step IS 'First block and step in seconds: 60/1';
COMMENT ON COLUMN public.charges_2026_11.fee IS 'Connection fee within amount';
COMMENT ON COLUMN public.charges_2026_11.vat_percent IS 'VAT rate of the list, for information; null: not given';
COMMENT ON COLUMN public.charges_2026_11.parts IS 'Runs of steps at one price: [{period, start, steps, seconds, price_per_minute, amount_unrounded}]; numbers with decimals are text';
COMMENT ON COLUMN public.charges_2026_11.formula IS 'The way from talk time to amount';
COMMENT ON COLUMN public.charges_2026_11.written_at IS 'When this row was written';
CREATE TABLE public.charges_2026_12 (
    tenant text CONSTRAINT charges_tenant_not_null NOT NULL,
    switch text CONSTRAINT charges_switch_not_null NOT NULL,
    leg_id text CONSTRAINT charges_leg_id_not_null NOT NULL,
    started_day date CONSTRAINT charges_started_day_not_null NOT NULL,
    revision smallint CONSTRAINT charges_revision_not_null NOT NULL,
    call_id text CONSTRAINT charges_call_id_not_null NOT NULL,
    status text CONSTRAINT charges_status_not_null NOT NULL,
    payer text CONSTRAINT charges_payer_not_null NOT NULL,
    number text CONSTRAINT charges_number_not_null NOT NULL,
    reason text CONSTRAINT charges_reason_not_null NOT NULL,
    amount numeric(20,8),
    currency text CONSTRAINT charges_currency_not_null NOT NULL,
    tariff text CONSTRAINT charges_tariff_not_null NOT NULL,
    tariff_version timestamp with time zone,
    prefix text CONSTRAINT charges_prefix_not_null NOT NULL,
    destination text CONSTRAINT charges_destination_not_null NOT NULL,
    counted_s integer CONSTRAINT charges_counted_s_not_null NOT NULL,
    free_s integer CONSTRAINT charges_free_s_not_null NOT NULL,
    billed_s integer CONSTRAINT charges_billed_s_not_null NOT NULL,
    step text CONSTRAINT charges_step_not_null NOT NULL,
    fee numeric(20,8),
    vat_percent numeric(6,3),
    parts jsonb CONSTRAINT charges_parts_not_null NOT NULL,
    formula text CONSTRAINT charges_formula_not_null NOT NULL,
    written_at timestamp with time zone DEFAULT now() CONSTRAINT charges_written_at_not_null NOT NULL,
    CONSTRAINT charges_amount CHECK ((((status = 'rated'::text) = (amount IS NOT NULL)) AND (amount >= (0)::numeric))),
    CONSTRAINT charges_currency CHECK (((currency ~ '^[A-Z]{3}$'::text) OR (amount IS NULL))),
    CONSTRAINT charges_reason CHECK (((status = 'rated'::text) = (reason = ''::text))),
    CONSTRAINT charges_revision CHECK ((revision >= 1)),
    CONSTRAINT charges_seconds CHECK (((counted_s >= 0) AND ((free_s >= 0) AND (free_s <= counted_s)) AND (billed_s >= 0))),
    CONSTRAINT charges_status CHECK ((status = ANY (ARRAY['rated'::text, 'unrated'::text, 'void'::text])))
);
COMMENT ON COLUMN public.charges_2026_12.tenant IS 'Tenant of the call';
COMMENT ON COLUMN public.charges_2026_12.switch IS 'Switch of the leg';
COMMENT ON COLUMN public.charges_2026_12.leg_id IS 'The leg that is charged';
COMMENT ON COLUMN public.charges_2026_12.started_day IS 'UTC day on which the leg''s call arrived; decides the partition';
COMMENT ON COLUMN public.charges_2026_12.revision IS '1 for the first charge of the leg, then counted on';
COMMENT ON COLUMN public.charges_2026_12.call_id IS 'The call it belongs to';
COMMENT ON COLUMN public.charges_2026_12.status IS 'rated; unrated: no price, a case for a person; void: an earlier revision was wrong and nothing is owed';
COMMENT ON COLUMN public.charges_2026_12.payer IS 'Who pays: extension:101 or tenant';
COMMENT ON COLUMN public.charges_2026_12.number IS 'The number that was priced, in normal form';
COMMENT ON COLUMN public.charges_2026_12.reason IS 'Why there is no amount; empty for rated';
COMMENT ON COLUMN public.charges_2026_12.amount IS 'What is owed without VAT, rounded once by the price list''s rule; null unless rated';
COMMENT ON COLUMN public.charges_2026_12.currency IS 'ISO 4217 letters; empty unless rated';
COMMENT ON COLUMN public.charges_2026_12.tariff IS 'Name of the price list';
COMMENT ON COLUMN public.charges_2026_12.tariff_version IS 'valid_from of the version in force when the leg was answered';
COMMENT ON COLUMN public.charges_2026_12.prefix IS 'The longest prefix of number in that version';
COMMENT ON COLUMN public.charges_2026_12.destination IS 'What the price list calls that prefix';
COMMENT ON COLUMN public.charges_2026_12.counted_s IS 'Talk time as whole seconds, by the list''s rule';
COMMENT ON COLUMN public.charges_2026_12.free_s IS 'Seconds of these that cost nothing';
COMMENT ON COLUMN public.charges_2026_12.billed_s IS 'Seconds of all started steps';
COMMENT ON COLUMN public.charges_2026_12.step IS 'First block and step in seconds: 60/1';
COMMENT ON COLUMN public.charges_2026_12.fee IS 'Connection fee within amount';
COMMENT ON COLUMN public.charges_2026_12.vat_percent IS 'VAT rate of the list, for information; null: not given';
COMMENT ON COLUMN public.charges_2026_12.parts IS 'Runs of steps at one price: [{period, start, steps, seconds, price_per_minute, amount_unrounded}]; numbers with decimals are text';
COMMENT ON COLUMN public.charges_2026_12.formula IS 'The way from talk time to amount';
COMMENT ON COLUMN public.charges_2026_12.written_at IS 'When this row was written';
CREATE TABLE public.charges_2027_01 (
    tenant text CONSTRAINT charges_tenant_not_null NOT NULL,
    switch text CONSTRAINT charges_switch_not_null NOT NULL,
    leg_id text CONSTRAINT charges_leg_id_not_null NOT NULL,
    started_day date CONSTRAINT charges_started_day_not_null NOT NULL,
    revision smallint CONSTRAINT charges_revision_not_null NOT NULL,
    call_id text CONSTRAINT charges_call_id_not_null NOT NULL,
    status text CONSTRAINT charges_status_not_null NOT NULL,
    payer text CONSTRAINT charges_payer_not_null NOT NULL,
    number text CONSTRAINT charges_number_not_null NOT NULL,
    reason text CONSTRAINT charges_reason_not_null NOT NULL,
    amount numeric(20,8),
    currency text CONSTRAINT charges_currency_not_null NOT NULL,
    tariff text CONSTRAINT charges_tariff_not_null NOT NULL,
    tariff_version timestamp with time zone,
    prefix text CONSTRAINT charges_prefix_not_null NOT NULL,
    destination text CONSTRAINT charges_destination_not_null NOT NULL,
    counted_s integer CONSTRAINT charges_counted_s_not_null NOT NULL,
    free_s integer CONSTRAINT charges_free_s_not_null NOT NULL,
    billed_s integer CONSTRAINT charges_billed_s_not_null NOT NULL,
    step text CONSTRAINT charges_step_not_null NOT NULL,
    fee numeric(20,8),
    vat_percent numeric(6,3),
    parts jsonb CONSTRAINT charges_parts_not_null NOT NULL,
    formula text CONSTRAINT charges_formula_not_null NOT NULL,
    written_at timestamp with time zone DEFAULT now() CONSTRAINT charges_written_at_not_null NOT NULL,
    CONSTRAINT charges_amount CHECK ((((status = 'rated'::text) = (amount IS NOT NULL)) AND (amount >= (0)::numeric))),
    CONSTRAINT charges_currency CHECK (((currency ~ '^[A-Z]{3}$'::text) OR (amount IS NULL))),
    CONSTRAINT charges_reason CHECK (((status = 'rated'::text) = (reason = ''::text))),
    CONSTRAINT charges_revision CHECK ((revision >= 1)),
    CONSTRAINT charges_seconds CHECK (((counted_s >= 0) AND ((free_s >= 0) AND (free_s <= counted_s)) AND (billed_s >= 0))),
    CONSTRAINT charges_status CHECK ((status = ANY (ARRAY['rated'::text, 'unrated'::text, 'void'::text])))
);
COMMENT ON COLUMN public.charges_2027_01.tenant IS 'Tenant of the call';
COMMENT ON COLUMN public.charges_2027_01.switch IS 'Switch of the leg';
COMMENT ON COLUMN public.charges_2027_01.leg_id IS 'The leg that is charged';
COMMENT ON COLUMN public.charges_2027_01.started_day IS 'UTC day on which the leg''s call arrived; decides the partition';
COMMENT ON COLUMN public.charges_2027_01.revision IS '1 for the first charge of the leg, then counted on';
COMMENT ON COLUMN public.charges_2027_01.call_id IS 'The call it belongs to';
COMMENT ON COLUMN public.charges_2027_01.status IS 'rated; unrated: no price, a case for a person; void: an earlier revision was wrong and nothing is owed';
COMMENT ON COLUMN public.charges_2027_01.payer IS 'Who pays: extension:101 or tenant';
COMMENT ON COLUMN public.charges_2027_01.number IS 'The number that was priced, in normal form';
COMMENT ON COLUMN public.charges_2027_01.reason IS 'Why there is no amount; empty for rated';
COMMENT ON COLUMN public.charges_2027_01.amount IS 'What is owed without VAT, rounded once by the price list''s rule; null unless rated';
COMMENT ON COLUMN public.charges_2027_01.currency IS 'ISO 4217 letters; empty unless rated';
COMMENT ON COLUMN public.charges_2027_01.tariff IS 'Name of the price list';
COMMENT ON COLUMN public.charges_2027_01.tariff_version IS 'valid_from of the version in force when the leg was answered';
COMMENT ON COLUMN public.charges_2027_01.prefix IS 'The longest prefix of number in that version';
COMMENT ON COLUMN public.charges_2027_01.destination IS 'What the price list calls that prefix';
COMMENT ON COLUMN public.charges_2027_01.counted_s IS 'Talk time as whole seconds, by the list''s rule';
COMMENT ON COLUMN public.charges_2027_01.free_s IS 'Seconds of these that cost nothing';
COMMENT ON COLUMN public.charges_2027_01.billed_s IS 'Seconds of all started steps';
COMMENT ON COLUMN public.charges_2027_01.step IS 'First block and step in seconds: 60/1';
COMMENT ON COLUMN public.charges_2027_01.fee IS 'Connection fee within amount';
COMMENT ON COLUMN public.charges_2027_01.vat_percent IS 'VAT rate of the list, for information; null: not given';
COMMENT ON COLUMN public.charges_2027_01.parts IS 'Runs of steps at one price: [{period, start, steps, seconds, price_per_minute, amount_unrounded}]; numbers with decimals are text';
COMMENT ON COLUMN public.charges_2027_01.formula IS 'The way from talk time to amount';
COMMENT ON COLUMN public.charges_2027_01.written_at IS 'When this row was written';
CREATE TABLE public.charges_2027_02 (
    tenant text CONSTRAINT charges_tenant_not_null NOT NULL,
    switch text CONSTRAINT charges_switch_not_null NOT NULL,
    leg_id text CONSTRAINT charges_leg_id_not_null NOT NULL,
    started_day date CONSTRAINT charges_started_day_not_null NOT NULL,
    revision smallint CONSTRAINT charges_revision_not_null NOT NULL,
    call_id text CONSTRAINT charges_call_id_not_null NOT NULL,
    status text CONSTRAINT charges_status_not_null NOT NULL,
    payer text CONSTRAINT charges_payer_not_null NOT NULL,
    number text CONSTRAINT charges_number_not_null NOT NULL,
    reason text CONSTRAINT charges_reason_not_null NOT NULL,
    amount numeric(20,8),
    currency text CONSTRAINT charges_currency_not_null NOT NULL,
    tariff text CONSTRAINT charges_tariff_not_null NOT NULL,
    tariff_version timestamp with time zone,
    prefix text CONSTRAINT charges_prefix_not_null NOT NULL,
    destination text CONSTRAINT charges_destination_not_null NOT NULL,
    counted_s integer CONSTRAINT charges_counted_s_not_null NOT NULL,
    free_s integer CONSTRAINT charges_free_s_not_null NOT NULL,
    billed_s integer CONSTRAINT charges_billed_s_not_null NOT NULL,
    step text CONSTRAINT charges_step_not_null NOT NULL,
    fee numeric(20,8),
    vat_percent numeric(6,3),
    parts jsonb CONSTRAINT charges_parts_not_null NOT NULL,
    formula text CONSTRAINT charges_formula_not_null NOT NULL,
    written_at timestamp with time zone DEFAULT now() CONSTRAINT charges_written_at_not_null NOT NULL,
    CONSTRAINT charges_amount CHECK ((((status = 'rated'::text) = (amount IS NOT NULL)) AND (amount >= (0)::numeric))),
    CONSTRAINT charges_currency CHECK (((currency ~ '^[A-Z]{3}$'::text) OR (amount IS NULL))),
    CONSTRAINT charges_reason CHECK (((status = 'rated'::text) = (reason = ''::text))),
    CONSTRAINT charges_revision CHECK ((revision >= 1)),
    CONSTRAINT charges_seconds CHECK (((counted_s >= 0) AND ((free_s >= 0) AND (free_s <= counted_s)) AND (billed_s >= 0))),
    CONSTRAINT charges_status CHECK ((status = ANY (ARRAY['rated'::text, 'unrated'::text, 'void'::text])))
);
COMMENT ON COLUMN public.charges_2027_02.tenant IS 'Tenant of the call';
COMMENT ON COLUMN public.charges_2027_02.switch IS 'Switch of the leg';
COMMENT ON COLUMN public.charges_2027_02.leg_id IS 'The leg that is charged';
COMMENT ON COLUMN public.charges_2027_02.started_day IS 'UTC day on which the leg''s call arrived; decides the partition';
COMMENT ON COLUMN public.charges_2027_02.revision IS '1 for the first charge of the leg, then counted on';
COMMENT ON COLUMN public.charges_2027_02.call_id IS 'The call it belongs to';
COMMENT ON COLUMN public.charges_2027_02.status IS 'rated; unrated: no price, a case for a person; void: an earlier revision was wrong and nothing is owed';
COMMENT ON COLUMN public.charges_2027_02.payer IS 'Who pays: extension:101 or tenant';
COMMENT ON COLUMN public.charges_2027_02.number IS 'The number that was priced, in normal form';
COMMENT ON COLUMN public.charges_2027_02.reason IS 'Why there is no amount; empty for rated';
COMMENT ON COLUMN public.charges_2027_02.amount IS 'What is owed without VAT, rounded once by the price list''s rule; null unless rated';
COMMENT ON COLUMN public.charges_2027_02.currency IS 'ISO 4217 letters; empty unless rated';
COMMENT ON COLUMN public.charges_2027_02.tariff IS 'Name of the price list';
COMMENT ON COLUMN public.charges_2027_02.tariff_version IS 'valid_from of the version in force when the leg was answered';
COMMENT ON COLUMN public.charges_2027_02.prefix IS 'The longest prefix of number in that version';
COMMENT ON COLUMN public.charges_2027_02.destination IS 'What the price list calls that prefix';
COMMENT ON COLUMN public.charges_2027_02.counted_s IS 'Talk time as whole seconds, by the list''s rule';
COMMENT ON COLUMN public.charges_2027_02.free_s IS 'Seconds of these that cost nothing';
COMMENT ON COLUMN public.charges_2027_02.billed_s IS 'Seconds of all started steps';
COMMENT ON COLUMN public.charges_2027_02.step IS 'First block and step in seconds: 60/1';
COMMENT ON COLUMN public.charges_2027_02.fee IS 'Connection fee within amount';
COMMENT ON COLUMN public.charges_2027_02.vat_percent IS 'VAT rate of the list, for information; null: not given';
COMMENT ON COLUMN public.charges_2027_02.parts IS 'Runs of steps at one price: [{period, start, steps, seconds, price_per_minute, amount_unrounded}]; numbers with decimals are text';
COMMENT ON COLUMN public.charges_2027_02.formula IS 'The way from talk time to amount';
COMMENT ON COLUMN public.charges_2027_02.written_at IS 'When this row was written';
CREATE VIEW public.current_charges AS
 SELECT DISTINCT ON (tenant, switch, leg_id, started_day) tenant,
    switch,
    leg_id,
    started_day,
    revision,
    call_id,
    status,
    payer,
    number,
    reason,
    amount,
    currency,
    tariff,
    tariff_version,
    prefix,
    destination,
    counted_s,
    free_s,
    billed_s,
    step,
    fee,
    vat_percent,
    parts,
    formula,
    written_at
   FROM public.charges
  ORDER BY tenant, switch, leg_id, started_day, revision DESC;
COMMENT ON VIEW public.current_charges IS 'The charge that holds for each leg: its highest revision';
CREATE TABLE public.legs (
    tenant text NOT NULL,
    switch text NOT NULL,
    leg_id text NOT NULL,
    started_day date NOT NULL,
    call_id text NOT NULL,
    "position" smallint NOT NULL,
    direction text NOT NULL,
    target text NOT NULL,
    address text NOT NULL,
    trunk text NOT NULL,
    shown text NOT NULL,
    payer text NOT NULL,
    dialled_at timestamp with time zone NOT NULL,
    created_at timestamp with time zone,
    ringing_at timestamp with time zone,
    answered_at timestamp with time zone,
    bridged_at timestamp with time zone,
    ended_at timestamp with time zone,
    cause text NOT NULL,
    outcome text NOT NULL,
    hung_up_by text NOT NULL,
    estimated boolean NOT NULL,
    written_at timestamp with time zone DEFAULT now() NOT NULL,
    ring_ms numeric(16,3) GENERATED ALWAYS AS (((1000)::numeric * EXTRACT(epoch FROM (COALESCE(answered_at, ended_at) - ringing_at)))) STORED,
    talk_ms numeric(16,3) GENERATED ALWAYS AS (((1000)::numeric * COALESCE(EXTRACT(epoch FROM (ended_at - answered_at)), (0)::numeric))) STORED,
    total_ms numeric(16,3) GENERATED ALWAYS AS (((1000)::numeric * COALESCE(EXTRACT(epoch FROM (ended_at - created_at)), (0)::numeric))) STORED,
    reconciled boolean DEFAULT false NOT NULL,
    CONSTRAINT legs_answer CHECK (((answered_at >= created_at) AND (answered_at <= ended_at))),
    CONSTRAINT legs_channel CHECK (((created_at IS NULL) = (ended_at IS NULL))),
    CONSTRAINT legs_direction CHECK ((direction = ANY (ARRAY['a'::text, 'b'::text]))),
    CONSTRAINT legs_ender CHECK ((hung_up_by = ANY (ARRAY[''::text, 'caller'::text, 'callee'::text, 'switch'::text]))),
    CONSTRAINT legs_ends CHECK ((ended_at >= created_at)),
    CONSTRAINT legs_outcome CHECK ((outcome ~ '^[a-z_]+$'::text)),
    CONSTRAINT legs_position CHECK (("position" >= 0)),
    CONSTRAINT legs_ringing CHECK (((ringing_at >= created_at) AND (ringing_at <= COALESCE(answered_at, ended_at))))
)
PARTITION BY RANGE (started_day);
COMMENT ON TABLE public.legs IS 'One row per leg: the caller''s own channel (position 0; a callback''s call has none) and every attempt to reach somebody';
COMMENT ON COLUMN public.legs.tenant IS 'Tenant of the call';
COMMENT ON COLUMN public.legs.switch IS 'The FreeSWITCH that carried it; (switch, leg_id) identifies a leg';
COMMENT ON COLUMN public.legs.leg_id IS 'uuid of the channel';
COMMENT ON COLUMN public.legs.started_day IS 'UTC day on which the leg''s call arrived; decides the partition, never changes';
COMMENT ON COLUMN public.legs.call_id IS 'The call it belongs to';
COMMENT ON COLUMN public.legs."position" IS '0: the caller''s leg; then from 1 in the order in which they were sent out';
COMMENT ON COLUMN public.legs.direction IS 'a: the caller''s own channel; b: a channel callcontrol sent out';
COMMENT ON COLUMN public.legs.target IS 'What rang: extension:101, number:+48…, sip:…; empty for the caller''s leg';
COMMENT ON COLUMN public.legs.address IS 'SIP account, number or URI that was dialled; on the caller''s leg the number he dialled';
COMMENT ON COLUMN public.legs.trunk IS 'Trunk it went out through; empty: internal';
COMMENT ON COLUMN public.legs.shown IS 'Number shown to the called party, or anonymous; on the caller''s leg his own';
COMMENT ON COLUMN public.legs.payer IS 'Who is billed: extension:101 (owner of the forwarding rule) or tenant; empty: nobody';
COMMENT ON COLUMN public.legs.dialled_at IS 'When callcontrol sent it out, by the worker''s clock; on the caller''s leg when the call arrived';
COMMENT ON COLUMN public.legs.created_at IS 'When the channel came to be, by the switch''s clock, as the next ones; null: it never did';
COMMENT ON COLUMN public.legs.ringing_at IS 'When the far end began to ring or sent early media; null: it did not';
COMMENT ON COLUMN public.legs.answered_at IS 'When the far end answered; null: it did not';
COMMENT ON COLUMN public.legs.bridged_at IS 'When the leg was joined to the caller, by the worker''s clock; null: never';
COMMENT ON COLUMN public.legs.ended_at IS 'When the channel ended; null: it never came to be';
COMMENT ON COLUMN public.legs.cause IS 'FreeSWITCH''s hangup cause; empty: unknown';
COMMENT ON COLUMN public.legs.outcome IS 'answered, busy, no_answer, unavailable, rejected, abandoned, answered_elsewhere or failed';
COMMENT ON COLUMN public.legs.hung_up_by IS 'caller, callee, switch (a limit, a cancel, our command); empty: unknown';
COMMENT ON COLUMN public.legs.estimated IS 'Some time is the best known: of a reconciled leg only dialled_at, of others not the switch''s word';
COMMENT ON COLUMN public.legs.written_at IS 'When this row was written, or replaced by a truer one';
COMMENT ON COLUMN public.legs.ring_ms IS 'Milliseconds of ringing, exact to the microsecond; null: it did not ring';
COMMENT ON COLUMN public.legs.talk_ms IS 'Milliseconds from answer to end, exact to the microsecond; 0: not answered';
COMMENT ON COLUMN public.legs.total_ms IS 'Milliseconds the channel lived, exact to the microsecond; 0: it never came to be';
COMMENT ON COLUMN public.legs.reconciled IS 'Times and cause are from the switch''s own record of the leg, read after the fact. Together with estimated: no worker''s record tells of the leg, so dialled_at is the switch''s word and target may be unknown';
CREATE TABLE public.legs_2026_11 (
    tenant text CONSTRAINT legs_tenant_not_null NOT NULL,
    switch text CONSTRAINT legs_switch_not_null NOT NULL,
    leg_id text CONSTRAINT legs_leg_id_not_null NOT NULL,
    started_day date CONSTRAINT legs_started_day_not_null NOT NULL,
    call_id text CONSTRAINT legs_call_id_not_null NOT NULL,
    "position" smallint CONSTRAINT legs_position_not_null NOT NULL,
    direction text CONSTRAINT legs_direction_not_null NOT NULL,
    target text CONSTRAINT legs_target_not_null NOT NULL,
    address text CONSTRAINT legs_address_not_null NOT NULL,
    trunk text CONSTRAINT legs_trunk_not_null NOT NULL,
    shown text CONSTRAINT legs_shown_not_null NOT NULL,
    payer text CONSTRAINT legs_payer_not_null NOT NULL,
    dialled_at timestamp with time zone CONSTRAINT legs_dialled_at_not_null NOT NULL,
    created_at timestamp with time zone,
    ringing_at timestamp with time zone,
    answered_at timestamp with time zone,
    bridged_at timestamp with time zone,
    ended_at timestamp with time zone,
    cause text CONSTRAINT legs_cause_not_null NOT NULL,
    outcome text CONSTRAINT legs_outcome_not_null NOT NULL,
    hung_up_by text CONSTRAINT legs_hung_up_by_not_null NOT NULL,
    estimated boolean CONSTRAINT legs_estimated_not_null NOT NULL,
    written_at timestamp with time zone DEFAULT now() CONSTRAINT legs_written_at_not_null NOT NULL,
    ring_ms numeric(16,3) GENERATED ALWAYS AS (((1000)::numeric * EXTRACT(epoch FROM (COALESCE(answered_at, ended_at) - ringing_at)))) STORED,
    talk_ms numeric(16,3) GENERATED ALWAYS AS (((1000)::numeric * COALESCE(EXTRACT(epoch FROM (ended_at - answered_at)), (0)::numeric))) STORED,
    total_ms numeric(16,3) GENERATED ALWAYS AS (((1000)::numeric * COALESCE(EXTRACT(epoch FROM (ended_at - created_at)), (0)::numeric))) STORED,
    reconciled boolean DEFAULT false CONSTRAINT legs_reconciled_not_null NOT NULL,
    CONSTRAINT legs_answer CHECK (((answered_at >= created_at) AND (answered_at <= ended_at))),
    CONSTRAINT legs_channel CHECK (((created_at IS NULL) = (ended_at IS NULL))),
    CONSTRAINT legs_direction CHECK ((direction = ANY (ARRAY['a'::text, 'b'::text]))),
    CONSTRAINT legs_ender CHECK ((hung_up_by = ANY (ARRAY[''::text, 'caller'::text, 'callee'::text, 'switch'::text]))),
    CONSTRAINT legs_ends CHECK ((ended_at >= created_at)),
    CONSTRAINT legs_outcome CHECK ((outcome ~ '^[a-z_]+$'::text)),
    CONSTRAINT legs_position CHECK (("position" >= 0)),
    CONSTRAINT legs_ringing CHECK (((ringing_at >= created_at) AND (ringing_at <= COALESCE(answered_at, ended_at))))
);
COMMENT ON COLUMN public.legs_2026_11.tenant IS 'Tenant of the call';
COMMENT ON COLUMN public.legs_2026_11.switch IS 'The FreeSWITCH that carried it; (switch, leg_id) identifies a leg';
COMMENT ON COLUMN public.legs_2026_11.leg_id IS 'uuid of the channel';
COMMENT ON COLUMN public.legs_2026_11.started_day IS 'UTC day on which the leg''s call arrived; decides the partition, never changes';
COMMENT ON COLUMN public.legs_2026_11.call_id IS 'The call it belongs to';
COMMENT ON COLUMN public.legs_2026_11."position" IS '0: the caller''s leg; then from 1 in the order in which they were sent out';
COMMENT ON COLUMN public.legs_2026_11.direction IS 'a: the caller''s own channel; b: a channel callcontrol sent out';
COMMENT ON COLUMN public.legs_2026_11.target IS 'What rang: extension:101, number:+48…, sip:…; empty for the caller''s leg';
COMMENT ON COLUMN public.legs_2026_11.address IS 'SIP account, number or URI that was dialled; on the caller''s leg the number he dialled';
COMMENT ON COLUMN public.legs_2026_11.trunk IS 'Trunk it went out through; empty: internal';
COMMENT ON COLUMN public.legs_2026_11.shown IS 'Number shown to the called party, or anonymous; on the caller''s leg his own';
COMMENT ON COLUMN public.legs_2026_11.payer IS 'Who is billed: extension:101 (owner of the forwarding rule) or tenant; empty: nobody';
COMMENT ON COLUMN public.legs_2026_11.dialled_at IS 'When callcontrol sent it out, by the worker''s clock; on the caller''s leg when the call arrived';
COMMENT ON COLUMN public.legs_2026_11.created_at IS 'When the channel came to be, by the switch''s clock, as the next ones; null: it never did';
COMMENT ON COLUMN public.legs_2026_11.ringing_at IS 'When the far end began to ring or sent early media; null: it did not';
COMMENT ON COLUMN public.legs_2026_11.answered_at IS 'When the far end answered; null: it did not';
COMMENT ON COLUMN public.legs_2026_11.bridged_at IS 'When the leg was joined to the caller, by the worker''s clock; null: never';
COMMENT ON COLUMN public.legs_2026_11.ended_at IS 'When the channel ended; null: it never came to be';
COMMENT ON COLUMN public.legs_2026_11.cause IS 'FreeSWITCH''s hangup cause; empty: unknown';
COMMENT ON COLUMN public.legs_2026_11.outcome IS 'answered, busy, no_answer, unavailable, rejected, abandoned, answered_elsewhere or failed';
COMMENT ON COLUMN public.legs_2026_11.hung_up_by IS 'caller, callee, switch (a limit, a cancel, our command); empty: unknown';
COMMENT ON COLUMN public.legs_2026_11.estimated IS 'Some time is the best known: of a reconciled leg only dialled_at, of others not the switch''s word';
COMMENT ON COLUMN public.legs_2026_11.written_at IS 'When this row was written, or replaced by a truer one';
COMMENT ON COLUMN public.legs_2026_11.ring_ms IS 'Milliseconds of ringing, exact to the microsecond; null: it did not ring';
COMMENT ON COLUMN public.legs_2026_11.talk_ms IS 'Milliseconds from answer to end, exact to the microsecond; 0: not answered';
COMMENT ON COLUMN public.legs_2026_11.total_ms IS 'Milliseconds the channel lived, exact to the microsecond; 0: it never came to be';
COMMENT ON COLUMN public.legs_2026_11.reconciled IS 'Times and cause are from the switch''s own record of the leg, read after the fact. Together with estimated: no worker''s record tells of the leg, so dialled_at is the switch''s word and target may be unknown';
CREATE TABLE public.legs_2026_12 (
    tenant text CONSTRAINT legs_tenant_not_null NOT NULL,
    switch text CONSTRAINT legs_switch_not_null NOT NULL,
    leg_id text CONSTRAINT legs_leg_id_not_null NOT NULL,
    started_day date CONSTRAINT legs_started_day_not_null NOT NULL,
    call_id text CONSTRAINT legs_call_id_not_null NOT NULL,
    "position" smallint CONSTRAINT legs_position_not_null NOT NULL,
    direction text CONSTRAINT legs_direction_not_null NOT NULL,
    target text CONSTRAINT legs_target_not_null NOT NULL,
    address text CONSTRAINT legs_address_not_null NOT NULL,
    trunk text CONSTRAINT legs_trunk_not_null NOT NULL,
    shown text CONSTRAINT legs_shown_not_null NOT NULL,
    payer text CONSTRAINT legs_payer_not_null NOT NULL,
    dialled_at timestamp with time zone CONSTRAINT legs_dialled_at_not_null NOT NULL,
    created_at timestamp with time zone,
    ringing_at timestamp with time zone,
    answered_at timestamp with time zone,
    bridged_at timestamp with time zone,
    ended_at timestamp with time zone,
    cause text CONSTRAINT legs_cause_not_null NOT NULL,
    outcome text CONSTRAINT legs_outcome_not_null NOT NULL,
    hung_up_by text CONSTRAINT legs_hung_up_by_not_null NOT NULL,
    estimated boolean CONSTRAINT legs_estimated_not_null NOT NULL,
    written_at timestamp with time zone DEFAULT now() CONSTRAINT legs_written_at_not_null NOT NULL,
    ring_ms numeric(16,3) GENERATED ALWAYS AS (((1000)::numeric * EXTRACT(epoch FROM (COALESCE(answered_at, ended_at) - ringing_at)))) STORED,
    talk_ms numeric(16,3) GENERATED ALWAYS AS (((1000)::numeric * COALESCE(EXTRACT(epoch FROM (ended_at - answered_at)), (0)::numeric))) STORED,
    total_ms numeric(16,3) GENERATED ALWAYS AS (((1000)::numeric * COALESCE(EXTRACT(epoch FROM (ended_at - created_at)), (0)::numeric))) STORED,
    reconciled boolean DEFAULT false CONSTRAINT legs_reconciled_not_null NOT NULL,
    CONSTRAINT legs_answer CHECK (((answered_at >= created_at) AND (answered_at <= ended_at))),
    CONSTRAINT legs_channel CHECK (((created_at IS NULL) = (ended_at IS NULL))),
    CONSTRAINT legs_direction CHECK ((direction = ANY (ARRAY['a'::text, 'b'::text]))),
    CONSTRAINT legs_ender CHECK ((hung_up_by = ANY (ARRAY[''::text, 'caller'::text, 'callee'::text, 'switch'::text]))),
    CONSTRAINT legs_ends CHECK ((ended_at >= created_at)),
    CONSTRAINT legs_outcome CHECK ((outcome ~ '^[a-z_]+$'::text)),
    CONSTRAINT legs_position CHECK (("position" >= 0)),
    CONSTRAINT legs_ringing CHECK (((ringing_at >= created_at) AND (ringing_at <= COALESCE(answered_at, ended_at))))
);
COMMENT ON COLUMN public.legs_2026_12.tenant IS 'Tenant of the call';
COMMENT ON COLUMN public.legs_2026_12.switch IS 'The FreeSWITCH that carried it; (switch, leg_id) identifies a leg';
COMMENT ON COLUMN public.legs_2026_12.leg_id IS 'uuid of the channel';
COMMENT ON COLUMN public.legs_2026_12.started_day IS 'UTC day on which the leg''s call arrived; decides the partition, never changes';
COMMENT ON COLUMN public.legs_2026_12.call_id IS 'The call it belongs to';
COMMENT ON COLUMN public.legs_2026_12."position" IS '0: the caller''s leg; then from 1 in the order in which they were sent out';
COMMENT ON COLUMN public.legs_2026_12.direction IS 'a: the caller''s own channel; b: a channel callcontrol sent out';
COMMENT ON COLUMN public.legs_2026_12.target IS 'What rang: extension:101, number:+48…, sip:…; empty for the caller''s leg';
COMMENT ON COLUMN public.legs_2026_12.address IS 'SIP account, number or URI that was dialled; on the caller''s leg the number he dialled';
COMMENT ON COLUMN public.legs_2026_12.trunk IS 'Trunk it went out through; empty: internal';
COMMENT ON COLUMN public.legs_2026_12.shown IS 'Number shown to the called party, or anonymous; on the caller''s leg his own';
COMMENT ON COLUMN public.legs_2026_12.payer IS 'Who is billed: extension:101 (owner of the forwarding rule) or tenant; empty: nobody';
COMMENT ON COLUMN public.legs_2026_12.dialled_at IS 'When callcontrol sent it out, by the worker''s clock; on the caller''s leg when the call arrived';
COMMENT ON COLUMN public.legs_2026_12.created_at IS 'When the channel came to be, by the switch''s clock, as the next ones; null: it never did';
COMMENT ON COLUMN public.legs_2026_12.ringing_at IS 'When the far end began to ring or sent early media; null: it did not';
COMMENT ON COLUMN public.legs_2026_12.answered_at IS 'When the far end answered; null: it did not';
COMMENT ON COLUMN public.legs_2026_12.bridged_at IS 'When the leg was joined to the caller, by the worker''s clock; null: never';
COMMENT ON COLUMN public.legs_2026_12.ended_at IS 'When the channel ended; null: it never came to be';
COMMENT ON COLUMN public.legs_2026_12.cause IS 'FreeSWITCH''s hangup cause; empty: unknown';
COMMENT ON COLUMN public.legs_2026_12.outcome IS 'answered, busy, no_answer, unavailable, rejected, abandoned, answered_elsewhere or failed';
COMMENT ON COLUMN public.legs_2026_12.hung_up_by IS 'caller, callee, switch (a limit, a cancel, our command); empty: unknown';
COMMENT ON COLUMN public.legs_2026_12.estimated IS 'Some time is the best known: of a reconciled leg only dialled_at, of others not the switch''s word';
COMMENT ON COLUMN public.legs_2026_12.written_at IS 'When this row was written, or replaced by a truer one';
COMMENT ON COLUMN public.legs_2026_12.ring_ms IS 'Milliseconds of ringing, exact to the microsecond; null: it did not ring';
COMMENT ON COLUMN public.legs_2026_12.talk_ms IS 'Milliseconds from answer to end, exact to the microsecond; 0: not answered';
COMMENT ON COLUMN public.legs_2026_12.total_ms IS 'Milliseconds the channel lived, exact to the microsecond; 0: it never came to be';
COMMENT ON COLUMN public.legs_2026_12.reconciled IS 'Times and cause are from the switch''s own record of the leg, read after the fact. Together with estimated: no worker''s record tells of the leg, so dialled_at is the switch''s word and target may be unknown';
CREATE TABLE public.legs_2027_01 (
    tenant text CONSTRAINT legs_tenant_not_null NOT NULL,
    switch text CONSTRAINT legs_switch_not_null NOT NULL,
    leg_id text CONSTRAINT legs_leg_id_not_null NOT NULL,
    started_day date CONSTRAINT legs_started_day_not_null NOT NULL,
    call_id text CONSTRAINT legs_call_id_not_null NOT NULL,
    "position" smallint CONSTRAINT legs_position_not_null NOT NULL,
    direction text CONSTRAINT legs_direction_not_null NOT NULL,
    target text CONSTRAINT legs_target_not_null NOT NULL,
    address text CONSTRAINT legs_address_not_null NOT NULL,
    trunk text CONSTRAINT legs_trunk_not_null NOT NULL,
    shown text CONSTRAINT legs_shown_not_null NOT NULL,
    payer text CONSTRAINT legs_payer_not_null NOT NULL,
    dialled_at timestamp with time zone CONSTRAINT legs_dialled_at_not_null NOT NULL,
    created_at timestamp with time zone,
    ringing_at timestamp with time zone,
    answered_at timestamp with time zone,
    bridged_at timestamp with time zone,
    ended_at timestamp with time zone,
    cause text CONSTRAINT legs_cause_not_null NOT NULL,
    outcome text CONSTRAINT legs_outcome_not_null NOT NULL,
    hung_up_by text CONSTRAINT legs_hung_up_by_not_null NOT NULL,
    estimated boolean CONSTRAINT legs_estimated_not_null NOT NULL,
    written_at timestamp with time zone DEFAULT now() CONSTRAINT legs_written_at_not_null NOT NULL,
    ring_ms numeric(16,3) GENERATED ALWAYS AS (((1000)::numeric * EXTRACT(epoch FROM (COALESCE(answered_at, ended_at) - ringing_at)))) STORED,
    talk_ms numeric(16,3) GENERATED ALWAYS AS (((1000)::numeric * COALESCE(EXTRACT(epoch FROM (ended_at - answered_at)), (0)::numeric))) STORED,
    total_ms numeric(16,3) GENERATED ALWAYS AS (((1000)::numeric * COALESCE(EXTRACT(epoch FROM (ended_at - created_at)), (0)::numeric))) STORED,
    reconciled boolean DEFAULT false CONSTRAINT legs_reconciled_not_null NOT NULL,
    CONSTRAINT legs_answer CHECK (((answered_at >= created_at) AND (answered_at <= ended_at))),
    CONSTRAINT legs_channel CHECK (((created_at IS NULL) = (ended_at IS NULL))),
    CONSTRAINT legs_direction CHECK ((direction = ANY (ARRAY['a'::text, 'b'::text]))),
    CONSTRAINT legs_ender CHECK ((hung_up_by = ANY (ARRAY[''::text, 'caller'::text, 'callee'::text, 'switch'::text]))),
    CONSTRAINT legs_ends CHECK ((ended_at >= created_at)),
    CONSTRAINT legs_outcome CHECK ((outcome ~ '^[a-z_]+$'::text)),
    CONSTRAINT legs_position CHECK (("position" >= 0)),
    CONSTRAINT legs_ringing CHECK (((ringing_at >= created_at) AND (ringing_at <= COALESCE(answered_at, ended_at))))
);
COMMENT ON COLUMN public.legs_2027_01.tenant IS 'Tenant of the call';
COMMENT ON COLUMN public.legs_2027_01.switch IS 'The FreeSWITCH that carried it; (switch, leg_id) identifies a leg';
COMMENT ON COLUMN public.legs_2027_01.leg_id IS 'uuid of the channel';
COMMENT ON COLUMN public.legs_2027_01.started_day IS 'UTC day on which the leg''s call arrived; decides the partition, never changes';
COMMENT ON COLUMN public.legs_2027_01.call_id IS 'The call it belongs to';
COMMENT ON COLUMN public.legs_2027_01."position" IS '0: the caller''s leg; then from 1 in the order in which they were sent out';
COMMENT ON COLUMN public.legs_2027_01.direction IS 'a: the caller''s own channel; b: a channel callcontrol sent out';
COMMENT ON COLUMN public.legs_2027_01.target IS 'What rang: extension:101, number:+48…, sip:…; empty for the caller''s leg';
COMMENT ON COLUMN public.legs_2027_01.address IS 'SIP account, number or URI that was dialled; on the caller''s leg the number he dialled';
COMMENT ON COLUMN public.legs_2027_01.trunk IS 'Trunk it went out through; empty: internal';
COMMENT ON COLUMN public.legs_2027_01.shown IS 'Number shown to the called party, or anonymous; on the caller''s leg his own';
COMMENT ON COLUMN public.legs_2027_01.payer IS 'Who is billed: extension:101 (owner of the forwarding rule) or tenant; empty: nobody';
COMMENT ON COLUMN public.legs_2027_01.dialled_at IS 'When callcontrol sent it out, by the worker''s clock; on the caller''s leg when the call arrived';
COMMENT ON COLUMN public.legs_2027_01.created_at IS 'When the channel came to be, by the switch''s clock, as the next ones; null: it never did';
COMMENT ON COLUMN public.legs_2027_01.ringing_at IS 'When the far end began to ring or sent early media; null: it did not';
COMMENT ON COLUMN public.legs_2027_01.answered_at IS 'When the far end answered; null: it did not';
COMMENT ON COLUMN public.legs_2027_01.bridged_at IS 'When the leg was joined to the caller, by the worker''s clock; null: never';
COMMENT ON COLUMN public.legs_2027_01.ended_at IS 'When the channel ended; null: it never came to be';
COMMENT ON COLUMN public.legs_2027_01.cause IS 'FreeSWITCH''s hangup cause; empty: unknown';
COMMENT ON COLUMN public.legs_2027_01.outcome IS 'answered, busy, no_answer, unavailable, rejected, abandoned, answered_elsewhere or failed';
COMMENT ON COLUMN public.legs_2027_01.hung_up_by IS 'caller, callee, switch (a limit, a cancel, our command); empty: unknown';
COMMENT ON COLUMN public.legs_2027_01.estimated IS 'Some time is the best known: of a reconciled leg only dialled_at, of others not the switch''s word';
COMMENT ON COLUMN public.legs_2027_01.written_at IS 'When this row was written, or replaced by a truer one';
COMMENT ON COLUMN public.legs_2027_01.ring_ms IS 'Milliseconds of ringing, exact to the microsecond; null: it did not ring';
COMMENT ON COLUMN public.legs_2027_01.talk_ms IS 'Milliseconds from answer to end, exact to the microsecond; 0: not answered';
COMMENT ON COLUMN public.legs_2027_01.total_ms IS 'Milliseconds the channel lived, exact to the microsecond; 0: it never came to be';
COMMENT ON COLUMN public.legs_2027_01.reconciled IS 'Times and cause are from the switch''s own record of the leg, read after the fact. Together with estimated: no worker''s record tells of the leg, so dialled_at is the switch''s word and target may be unknown';
CREATE TABLE public.legs_2027_02 (
    tenant text CONSTRAINT legs_tenant_not_null NOT NULL,
    switch text CONSTRAINT legs_switch_not_null NOT NULL,
    leg_id text CONSTRAINT legs_leg_id_not_null NOT NULL,
    started_day date CONSTRAINT legs_started_day_not_null NOT NULL,
    call_id text CONSTRAINT legs_call_id_not_null NOT NULL,
    "position" smallint CONSTRAINT legs_position_not_null NOT NULL,
    direction text CONSTRAINT legs_direction_not_null NOT NULL,
    target text CONSTRAINT legs_target_not_null NOT NULL,
    address text CONSTRAINT legs_address_not_null NOT NULL,
    trunk text CONSTRAINT legs_trunk_not_null NOT NULL,
    shown text CONSTRAINT legs_shown_not_null NOT NULL,
    payer text CONSTRAINT legs_payer_not_null NOT NULL,
    dialled_at timestamp with time zone CONSTRAINT legs_dialled_at_not_null NOT NULL,
    created_at timestamp with time zone,
    ringing_at timestamp with time zone,
    answered_at timestamp with time zone,
    bridged_at timestamp with time zone,
    ended_at timestamp with time zone,
    cause text CONSTRAINT legs_cause_not_null NOT NULL,
    outcome text CONSTRAINT legs_outcome_not_null NOT NULL,
    hung_up_by text CONSTRAINT legs_hung_up_by_not_null NOT NULL,
    estimated boolean CONSTRAINT legs_estimated_not_null NOT NULL,
    written_at timestamp with time zone DEFAULT now() CONSTRAINT legs_written_at_not_null NOT NULL,
    ring_ms numeric(16,3) GENERATED ALWAYS AS (((1000)::numeric * EXTRACT(epoch FROM (COALESCE(answered_at, ended_at) - ringing_at)))) STORED,
    talk_ms numeric(16,3) GENERATED ALWAYS AS (((1000)::numeric * COALESCE(EXTRACT(epoch FROM (ended_at - answered_at)), (0)::numeric))) STORED,
    total_ms numeric(16,3) GENERATED ALWAYS AS (((1000)::numeric * COALESCE(EXTRACT(epoch FROM (ended_at - created_at)), (0)::numeric))) STORED,
    reconciled boolean DEFAULT false CONSTRAINT legs_reconciled_not_null NOT NULL,
    CONSTRAINT legs_answer CHECK (((answered_at >= created_at) AND (answered_at <= ended_at))),
    CONSTRAINT legs_channel CHECK (((created_at IS NULL) = (ended_at IS NULL))),
    CONSTRAINT legs_direction CHECK ((direction = ANY (ARRAY['a'::text, 'b'::text]))),
    CONSTRAINT legs_ender CHECK ((hung_up_by = ANY (ARRAY[''::text, 'caller'::text, 'callee'::text, 'switch'::text]))),
    CONSTRAINT legs_ends CHECK ((ended_at >= created_at)),
    CONSTRAINT legs_outcome CHECK ((outcome ~ '^[a-z_]+$'::text)),
    CONSTRAINT legs_position CHECK (("position" >= 0)),
    CONSTRAINT legs_ringing CHECK (((ringing_at >= created_at) AND (ringing_at <= COALESCE(answered_at, ended_at))))
);
COMMENT ON COLUMN public.legs_2027_02.tenant IS 'Tenant of the call';
COMMENT ON COLUMN public.legs_2027_02.switch IS 'The FreeSWITCH that carried it; (switch, leg_id) identifies a leg';
COMMENT ON COLUMN public.legs_2027_02.leg_id IS 'uuid of the channel';
COMMENT ON COLUMN public.legs_2027_02.started_day IS 'UTC day on which the leg''s call arrived; decides the partition, never changes';
COMMENT ON COLUMN public.legs_2027_02.call_id IS 'The call it belongs to';
COMMENT ON COLUMN public.legs_2027_02."position" IS '0: the caller''s leg; then from 1 in the order in which they were sent out';
COMMENT ON COLUMN public.legs_2027_02.direction IS 'a: the caller''s own channel; b: a channel callcontrol sent out';
COMMENT ON COLUMN public.legs_2027_02.target IS 'What rang: extension:101, number:+48…, sip:…; empty for the caller''s leg';
COMMENT ON COLUMN public.legs_2027_02.address IS 'SIP account, number or URI that was dialled; on the caller''s leg the number he dialled';
COMMENT ON COLUMN public.legs_2027_02.trunk IS 'Trunk it went out through; empty: internal';
COMMENT ON COLUMN public.legs_2027_02.shown IS 'Number shown to the called party, or anonymous; on the caller''s leg his own';
COMMENT ON COLUMN public.legs_2027_02.payer IS 'Who is billed: extension:101 (owner of the forwarding rule) or tenant; empty: nobody';
COMMENT ON COLUMN public.legs_2027_02.dialled_at IS 'When callcontrol sent it out, by the worker''s clock; on the caller''s leg when the call arrived';
COMMENT ON COLUMN public.legs_2027_02.created_at IS 'When the channel came to be, by the switch''s clock, as the next ones; null: it never did';
COMMENT ON COLUMN public.legs_2027_02.ringing_at IS 'When the far end began to ring or sent early media; null: it did not';
COMMENT ON COLUMN public.legs_2027_02.answered_at IS 'When the far end answered; null: it did not';
COMMENT ON COLUMN public.legs_2027_02.bridged_at IS 'When the leg was joined to the caller, by the worker''s clock; null: never';
COMMENT ON COLUMN public.legs_2027_02.ended_at IS 'When the channel ended; null: it never came to be';
COMMENT ON COLUMN public.legs_2027_02.cause IS 'FreeSWITCH''s hangup cause; empty: unknown';
COMMENT ON COLUMN public.legs_2027_02.outcome IS 'answered, busy, no_answer, unavailable, rejected, abandoned, answered_elsewhere or failed';
COMMENT ON COLUMN public.legs_2027_02.hung_up_by IS 'caller, callee, switch (a limit, a cancel, our command); empty: unknown';
COMMENT ON COLUMN public.legs_2027_02.estimated IS 'Some time is the best known: of a reconciled leg only dialled_at, of others not the switch''s word';
COMMENT ON COLUMN public.legs_2027_02.written_at IS 'When this row was written, or replaced by a truer one';
COMMENT ON COLUMN public.legs_2027_02.ring_ms IS 'Milliseconds of ringing, exact to the microsecond; null: it did not ring';
COMMENT ON COLUMN public.legs_2027_02.talk_ms IS 'Milliseconds from answer to end, exact to the microsecond; 0: not answered';
COMMENT ON COLUMN public.legs_2027_02.total_ms IS 'Milliseconds the channel lived, exact to the microsecond; 0: it never came to be';
COMMENT ON COLUMN public.legs_2027_02.reconciled IS 'Times and cause are from the switch''s own record of the leg, read after the fact. Together with estimated: no worker''s record tells of the leg, so dialled_at is the switch''s word and target may be unknown';
CREATE TABLE public.offers (
    tenant text NOT NULL,
    switch text NOT NULL,
    call_id text NOT NULL,
    started_day date NOT NULL,
    visit smallint NOT NULL,
    offer text NOT NULL,
    agent text NOT NULL,
    queue text NOT NULL,
    offered_at timestamp with time zone NOT NULL,
    legs text[] NOT NULL,
    ended_at timestamp with time zone NOT NULL,
    how text NOT NULL,
    detail text NOT NULL,
    bridged_at timestamp with time zone,
    parted_at timestamp with time zone,
    wrap_up_from timestamp with time zone,
    wrap_up_until timestamp with time zone,
    estimated boolean NOT NULL,
    written_at timestamp with time zone DEFAULT now() NOT NULL,
    offer_ms numeric(16,3) GENERATED ALWAYS AS (((1000)::numeric * EXTRACT(epoch FROM (ended_at - offered_at)))) STORED,
    talk_ms numeric(16,3) GENERATED ALWAYS AS (((1000)::numeric * COALESCE(EXTRACT(epoch FROM (parted_at - bridged_at)), (0)::numeric))) STORED,
    wrap_up_ms numeric(16,3) GENERATED ALWAYS AS (((1000)::numeric * COALESCE(EXTRACT(epoch FROM (wrap_up_until - wrap_up_from)), (0)::numeric))) STORED,
    CONSTRAINT offers_ends CHECK ((ended_at >= offered_at)),
    CONSTRAINT offers_how CHECK ((how ~ '^[a-z_]+$'::text)),
    CONSTRAINT offers_joined CHECK (((bridged_at IS NULL) OR (how = 'accepted'::text))),
    CONSTRAINT offers_talk CHECK ((((bridged_at IS NULL) = (parted_at IS NULL)) AND (parted_at >= bridged_at))),
    CONSTRAINT offers_wrap_up CHECK ((((wrap_up_from IS NULL) = (wrap_up_until IS NULL)) AND (wrap_up_until >= wrap_up_from)))
)
PARTITION BY RANGE (started_day);
COMMENT ON TABLE public.offers IS 'One row per agent a waiting caller was offered to, each time anew';
COMMENT ON COLUMN public.offers.tenant IS 'Tenant of the call';
COMMENT ON COLUMN public.offers.switch IS 'Switch of the call';
COMMENT ON COLUMN public.offers.call_id IS 'The call that was offered';
COMMENT ON COLUMN public.offers.started_day IS 'UTC day on which the call arrived; decides the partition, never changes';
COMMENT ON COLUMN public.offers.visit IS 'During which of its stays in queues (queue_visits.visit)';
COMMENT ON COLUMN public.offers.offer IS 'Id of the offer; several agents rung at once share it';
COMMENT ON COLUMN public.offers.agent IS 'Who was offered the caller, by his key in the YAML';
COMMENT ON COLUMN public.offers.queue IS 'Queue of the visit';
COMMENT ON COLUMN public.offers.offered_at IS 'When the agent''s phone was to ring, by the worker''s clock, as the other times but parted_at';
COMMENT ON COLUMN public.offers.legs IS 'leg_ids of the legs that rang (legs.leg_id); none: he could not be rung';
COMMENT ON COLUMN public.offers.ended_at IS 'When the offer was over for this agent';
COMMENT ON COLUMN public.offers.how IS 'accepted, rejected, busy, no_answer, unreachable, caller_gone (the caller left first), answered_elsewhere (another agent was faster) or expired (nobody told the end)';
COMMENT ON COLUMN public.offers.detail IS 'Whatever else says how';
COMMENT ON COLUMN public.offers.bridged_at IS 'When caller and agent first heard each other; null: never';
COMMENT ON COLUMN public.offers.parted_at IS 'End of the agent''s leg (of a callback''s call: of the customer''s), by the switch''s clock; null: never joined';
COMMENT ON COLUMN public.offers.wrap_up_from IS 'When the wrap-up after it began; null: none';
COMMENT ON COLUMN public.offers.wrap_up_until IS 'Its end as it was planned; the agent may have ended or prolonged it';
COMMENT ON COLUMN public.offers.estimated IS 'Some end is the best known: nobody told';
COMMENT ON COLUMN public.offers.written_at IS 'When this row was written, or replaced by a truer one';
COMMENT ON COLUMN public.offers.offer_ms IS 'Milliseconds from offered_at to ended_at, exact to the microsecond';
COMMENT ON COLUMN public.offers.talk_ms IS 'Milliseconds of conversation, bridged_at to parted_at, exact to the microsecond; 0: none';
COMMENT ON COLUMN public.offers.wrap_up_ms IS 'Milliseconds of wrap-up as planned, exact to the microsecond; 0: none';
CREATE TABLE public.offers_2026_11 (
    tenant text CONSTRAINT offers_tenant_not_null NOT NULL,
    switch text CONSTRAINT offers_switch_not_null NOT NULL,
    call_id text CONSTRAINT offers_call_id_not_null NOT NULL,
    started_day date CONSTRAINT offers_started_day_not_null NOT NULL,
    visit smallint CONSTRAINT offers_visit_not_null NOT NULL,
    offer text CONSTRAINT offers_offer_not_null NOT NULL,
    agent text CONSTRAINT offers_agent_not_null NOT NULL,
    queue text CONSTRAINT offers_queue_not_null NOT NULL,
    offered_at timestamp with time zone CONSTRAINT offers_offered_at_not_null NOT NULL,
    legs text[] CONSTRAINT offers_legs_not_null NOT NULL,
    ended_at timestamp with time zone CONSTRAINT offers_ended_at_not_null NOT NULL,
    how text CONSTRAINT offers_how_not_null NOT NULL,
    detail text CONSTRAINT offers_detail_not_null NOT NULL,
    bridged_at timestamp with time zone,
    parted_at timestamp with time zone,
    wrap_up_from timestamp with time zone,
    wrap_up_until timestamp with time zone,
    estimated boolean CONSTRAINT offers_estimated_not_null NOT NULL,
    written_at timestamp with time zone DEFAULT now() CONSTRAINT offers_written_at_not_null NOT NULL,
    offer_ms numeric(16,3) GENERATED ALWAYS AS (((1000)::numeric * EXTRACT(epoch FROM (ended_at - offered_at)))) STORED,
    talk_ms numeric(16,3) GENERATED ALWAYS AS (((1000)::numeric * COALESCE(EXTRACT(epoch FROM (parted_at - bridged_at)), (0)::numeric))) STORED,
    wrap_up_ms numeric(16,3) GENERATED ALWAYS AS (((1000)::numeric * COALESCE(EXTRACT(epoch FROM (wrap_up_until - wrap_up_from)), (0)::numeric))) STORED,
    CONSTRAINT offers_ends CHECK ((ended_at >= offered_at)),
    CONSTRAINT offers_how CHECK ((how ~ '^[a-z_]+$'::text)),
    CONSTRAINT offers_joined CHECK (((bridged_at IS NULL) OR (how = 'accepted'::text))),
    CONSTRAINT offers_talk CHECK ((((bridged_at IS NULL) = (parted_at IS NULL)) AND (parted_at >= bridged_at))),
    CONSTRAINT offers_wrap_up CHECK ((((wrap_up_from IS NULL) = (wrap_up_until IS NULL)) AND (wrap_up_until >= wrap_up_from)))
);
COMMENT ON COLUMN public.offers_2026_11.tenant IS 'Tenant of the call';
COMMENT ON COLUMN public.offers_2026_11.switch IS 'Switch of the call';
COMMENT ON COLUMN public.offers_2026_11.call_id IS 'The call that was offered';
COMMENT ON COLUMN public.offers_2026_11.started_day IS 'UTC day on which the call arrived; decides the partition, never changes';
COMMENT ON COLUMN public.offers_2026_11.visit IS 'During which of its stays in queues (queue_visits.visit)';
COMMENT ON COLUMN public.offers_2026_11.offer IS 'Id of the offer; several agents rung at once share it';
COMMENT ON COLUMN public.offers_2026_11.agent IS 'Who was offered the caller, by his key in the YAML';
COMMENT ON COLUMN public.offers_2026_11.queue IS 'Queue of the visit';
COMMENT ON COLUMN public.offers_2026_11.offered_at IS 'When the agent''s phone was to ring, by the worker''s clock, as the other times but parted_at';
COMMENT ON COLUMN public.offers_2026_11.legs IS 'leg_ids of the legs that rang (legs.leg_id); none: he could not be rung';
COMMENT ON COLUMN public.offers_2026_11.ended_at IS 'When the offer was over for this agent';
COMMENT ON COLUMN public.offers_2026_11.how IS 'accepted, rejected, busy, no_answer, unreachable, caller_gone (the caller left first), answered_elsewhere (another agent was faster) or expired (nobody told the end)';
COMMENT ON COLUMN public.offers_2026_11.detail IS 'Whatever else says how';
COMMENT ON COLUMN public.offers_2026_11.bridged_at IS 'When caller and agent first heard each other; null: never';
COMMENT ON COLUMN public.offers_2026_11.parted_at IS 'End of the agent''s leg (of a callback''s call: of the customer''s), by the switch''s clock; null: never joined';
COMMENT ON COLUMN public.offers_2026_11.wrap_up_from IS 'When the wrap-up after it began; null: none';
COMMENT ON COLUMN public.offers_2026_11.wrap_up_until IS 'Its end as it was planned; the agent may have ended or prolonged it';
COMMENT ON COLUMN public.offers_2026_11.estimated IS 'Some end is the best known: nobody told';
COMMENT ON COLUMN public.offers_2026_11.written_at IS 'When this row was written, or replaced by a truer one';
COMMENT ON COLUMN public.offers_2026_11.offer_ms IS 'Milliseconds from offered_at to ended_at, exact to the microsecond';
COMMENT ON COLUMN public.offers_2026_11.talk_ms IS 'Milliseconds of conversation, bridged_at to parted_at, exact to the microsecond; 0: none';
COMMENT ON COLUMN public.offers_2026_11.wrap_up_ms IS 'Milliseconds of wrap-up as planned, exact to the microsecond; 0: none';
CREATE TABLE public.offers_2026_12 (
    tenant text CONSTRAINT offers_tenant_not_null NOT NULL,
    switch text CONSTRAINT offers_switch_not_null NOT NULL,
    call_id text CONSTRAINT offers_call_id_not_null NOT NULL,
    started_day date CONSTRAINT offers_started_day_not_null NOT NULL,
    visit smallint CONSTRAINT offers_visit_not_null NOT NULL,
    offer text CONSTRAINT offers_offer_not_null NOT NULL,
    agent text CONSTRAINT offers_agent_not_null NOT NULL,
    queue text CONSTRAINT offers_queue_not_null NOT NULL,
    offered_at timestamp with time zone CONSTRAINT offers_offered_at_not_null NOT NULL,
    legs text[] CONSTRAINT offers_legs_not_null NOT NULL,
    ended_at timestamp with time zone CONSTRAINT offers_ended_at_not_null NOT NULL,
    how text CONSTRAINT offers_how_not_null NOT NULL,
    detail text CONSTRAINT offers_detail_not_null NOT NULL,
    bridged_at timestamp with time zone,
    parted_at timestamp with time zone,
    wrap_up_from timestamp with time zone,
    wrap_up_until timestamp with time zone,
    estimated boolean CONSTRAINT offers_estimated_not_null NOT NULL,
    written_at timestamp with time zone DEFAULT now() CONSTRAINT offers_written_at_not_null NOT NULL,
    offer_ms numeric(16,3) GENERATED ALWAYS AS (((1000)::numeric * EXTRACT(epoch FROM (ended_at - offered_at)))) STORED,
    talk_ms numeric(16,3) GENERATED ALWAYS AS (((1000)::numeric * COALESCE(EXTRACT(epoch FROM (parted_at - bridged_at)), (0)::numeric))) STORED,
    wrap_up_ms numeric(16,3) GENERATED ALWAYS AS (((1000)::numeric * COALESCE(EXTRACT(epoch FROM (wrap_up_until - wrap_up_from)), (0)::numeric))) STORED,
    CONSTRAINT offers_ends CHECK ((ended_at >= offered_at)),
    CONSTRAINT offers_how CHECK ((how ~ '^[a-z_]+$'::text)),
    CONSTRAINT offers_joined CHECK (((bridged_at IS NULL) OR (how = 'accepted'::text))),
    CONSTRAINT offers_talk CHECK ((((bridged_at IS NULL) = (parted_at IS NULL)) AND (parted_at >= bridged_at))),
    CONSTRAINT offers_wrap_up CHECK ((((wrap_up_from IS NULL) = (wrap_up_until IS NULL)) AND (wrap_up_until >= wrap_up_from)))
);
COMMENT ON COLUMN public.offers_2026_12.tenant IS 'Tenant of the call';
COMMENT ON COLUMN public.offers_2026_12.switch IS 'Switch of the call';
COMMENT ON COLUMN public.offers_2026_12.call_id IS 'The call that was offered';
COMMENT ON COLUMN public.offers_2026_12.started_day IS 'UTC day on which the call arrived; decides the partition, never changes';
COMMENT ON COLUMN public.offers_2026_12.visit IS 'During which of its stays in queues (queue_visits.visit)';
COMMENT ON COLUMN public.offers_2026_12.offer IS 'Id of the offer; several agents rung at once share it';
COMMENT ON COLUMN public.offers_2026_12.agent IS 'Who was offered the caller, by his key in the YAML';
COMMENT ON COLUMN public.offers_2026_12.queue IS 'Queue of the visit';
COMMENT ON COLUMN public.offers_2026_12.offered_at IS 'When the agent''s phone was to ring, by the worker''s clock, as the other times but parted_at';
COMMENT ON COLUMN public.offers_2026_12.legs IS 'leg_ids of the legs that rang (legs.leg_id); none: he could not be rung';
COMMENT ON COLUMN public.offers_2026_12.ended_at IS 'When the offer was over for this agent';
COMMENT ON COLUMN public.offers_2026_12.how IS 'accepted, rejected, busy, no_answer, unreachable, caller_gone (the caller left first), answered_elsewhere (another agent was faster) or expired (nobody told the end)';
COMMENT ON COLUMN public.offers_2026_12.detail IS 'Whatever else says how';
COMMENT ON COLUMN public.offers_2026_12.bridged_at IS 'When caller and agent first heard each other; null: never';
COMMENT ON COLUMN public.offers_2026_12.parted_at IS 'End of the agent''s leg (of a callback''s call: of the customer''s), by the switch''s clock; null: never joined';
COMMENT ON COLUMN public.offers_2026_12.wrap_up_from IS 'When the wrap-up after it began; null: none';
COMMENT ON COLUMN public.offers_2026_12.wrap_up_until IS 'Its end as it was planned; the agent may have ended or prolonged it';
COMMENT ON COLUMN public.offers_2026_12.estimated IS 'Some end is the best known: nobody told';
COMMENT ON COLUMN public.offers_2026_12.written_at IS 'When this row was written, or replaced by a truer one';
COMMENT ON COLUMN public.offers_2026_12.offer_ms IS 'Milliseconds from offered_at to ended_at, exact to the microsecond';
COMMENT ON COLUMN public.offers_2026_12.talk_ms IS 'Milliseconds of conversation, bridged_at to parted_at, exact to the microsecond; 0: none';
COMMENT ON COLUMN public.offers_2026_12.wrap_up_ms IS 'Milliseconds of wrap-up as planned, exact to the microsecond; 0: none';
CREATE TABLE public.offers_2027_01 (
    tenant text CONSTRAINT offers_tenant_not_null NOT NULL,
    switch text CONSTRAINT offers_switch_not_null NOT NULL,
    call_id text CONSTRAINT offers_call_id_not_null NOT NULL,
    started_day date CONSTRAINT offers_started_day_not_null NOT NULL,
    visit smallint CONSTRAINT offers_visit_not_null NOT NULL,
    offer text CONSTRAINT offers_offer_not_null NOT NULL,
    agent text CONSTRAINT offers_agent_not_null NOT NULL,
    queue text CONSTRAINT offers_queue_not_null NOT NULL,
    offered_at timestamp with time zone CONSTRAINT offers_offered_at_not_null NOT NULL,
    legs text[] CONSTRAINT offers_legs_not_null NOT NULL,
    ended_at timestamp with time zone CONSTRAINT offers_ended_at_not_null NOT NULL,
    how text CONSTRAINT offers_how_not_null NOT NULL,
    detail text CONSTRAINT offers_detail_not_null NOT NULL,
    bridged_at timestamp with time zone,
    parted_at timestamp with time zone,
    wrap_up_from timestamp with time zone,
    wrap_up_until timestamp with time zone,
    estimated boolean CONSTRAINT offers_estimated_not_null NOT NULL,
    written_at timestamp with time zone DEFAULT now() CONSTRAINT offers_written_at_not_null NOT NULL,
    offer_ms numeric(16,3) GENERATED ALWAYS AS (((1000)::numeric * EXTRACT(epoch FROM (ended_at - offered_at)))) STORED,
    talk_ms numeric(16,3) GENERATED ALWAYS AS (((1000)::numeric * COALESCE(EXTRACT(epoch FROM (parted_at - bridged_at)), (0)::numeric))) STORED,
    wrap_up_ms numeric(16,3) GENERATED ALWAYS AS (((1000)::numeric * COALESCE(EXTRACT(epoch FROM (wrap_up_until - wrap_up_from)), (0)::numeric))) STORED,
    CONSTRAINT offers_ends CHECK ((ended_at >= offered_at)),
    CONSTRAINT offers_how CHECK ((how ~ '^[a-z_]+$'::text)),
    CONSTRAINT offers_joined CHECK (((bridged_at IS NULL) OR (how = 'accepted'::text))),
    CONSTRAINT offers_talk CHECK ((((bridged_at IS NULL) = (parted_at IS NULL)) AND (parted_at >= bridged_at))),
    CONSTRAINT offers_wrap_up CHECK ((((wrap_up_from IS NULL) = (wrap_up_until IS NULL)) AND (wrap_up_until >= wrap_up_from)))
);
COMMENT ON COLUMN public.offers_2027_01.tenant IS 'Tenant of the call';
COMMENT ON COLUMN public.offers_2027_01.switch IS 'Switch of the call';
COMMENT ON COLUMN public.offers_2027_01.call_id IS 'The call that was offered';
COMMENT ON COLUMN public.offers_2027_01.started_day IS 'UTC day on which the call arrived; decides the partition, never changes';
COMMENT ON COLUMN public.offers_2027_01.visit IS 'During which of its stays in queues (queue_visits.visit)';
COMMENT ON COLUMN public.offers_2027_01.offer IS 'Id of the offer; several agents rung at once share it';
COMMENT ON COLUMN public.offers_2027_01.agent IS 'Who was offered the caller, by his key in the YAML';
COMMENT ON COLUMN public.offers_2027_01.queue IS 'Queue of the visit';
COMMENT ON COLUMN public.offers_2027_01.offered_at IS 'When the agent''s phone was to ring, by the worker''s clock, as the other times but parted_at';
COMMENT ON COLUMN public.offers_2027_01.legs IS 'leg_ids of the legs that rang (legs.leg_id); none: he could not be rung';
COMMENT ON COLUMN public.offers_2027_01.ended_at IS 'When the offer was over for this agent';
COMMENT ON COLUMN public.offers_2027_01.how IS 'accepted, rejected, busy, no_answer, unreachable, caller_gone (the caller left first), answered_elsewhere (another agent was faster) or expired (nobody told the end)';
COMMENT ON COLUMN public.offers_2027_01.detail IS 'Whatever else says how';
COMMENT ON COLUMN public.offers_2027_01.bridged_at IS 'When caller and agent first heard each other; null: never';
COMMENT ON COLUMN public.offers_2027_01.parted_at IS 'End of the agent''s leg (of a callback''s call: of the customer''s), by the switch''s clock; null: never joined';
COMMENT ON COLUMN public.offers_2027_01.wrap_up_from IS 'When the wrap-up after it began; null: none';
COMMENT ON COLUMN public.offers_2027_01.wrap_up_until IS 'Its end as it was planned; the agent may have ended or prolonged it';
COMMENT ON COLUMN public.offers_2027_01.estimated IS 'Some end is the best known: nobody told';
COMMENT ON COLUMN public.offers_2027_01.written_at IS 'When this row was written, or replaced by a truer one';
COMMENT ON COLUMN public.offers_2027_01.offer_ms IS 'Milliseconds from offered_at to ended_at, exact to the microsecond';
COMMENT ON COLUMN public.offers_2027_01.talk_ms IS 'Milliseconds of conversation, bridged_at to parted_at, exact to the microsecond; 0: none';
COMMENT ON COLUMN public.offers_2027_01.wrap_up_ms IS 'Milliseconds of wrap-up as planned, exact to the microsecond; 0: none';
CREATE TABLE public.offers_2027_02 (
    tenant text CONSTRAINT offers_tenant_not_null NOT NULL,
    switch text CONSTRAINT offers_switch_not_null NOT NULL,
    call_id text CONSTRAINT offers_call_id_not_null NOT NULL,
    started_day date CONSTRAINT offers_started_day_not_null NOT NULL,
    visit smallint CONSTRAINT offers_visit_not_null NOT NULL,
    offer text CONSTRAINT offers_offer_not_null NOT NULL,
    agent text CONSTRAINT offers_agent_not_null NOT NULL,
    queue text CONSTRAINT offers_queue_not_null NOT NULL,
    offered_at timestamp with time zone CONSTRAINT offers_offered_at_not_null NOT NULL,
    legs text[] CONSTRAINT offers_legs_not_null NOT NULL,
    ended_at timestamp with time zone CONSTRAINT offers_ended_at_not_null NOT NULL,
    how text CONSTRAINT offers_how_not_null NOT NULL,
    detail text CONSTRAINT offers_detail_not_null NOT NULL,
    bridged_at timestamp with time zone,
    parted_at timestamp with time zone,
    wrap_up_from timestamp with time zone,
    wrap_up_until timestamp with time zone,
    estimated boolean CONSTRAINT offers_estimated_not_null NOT NULL,
    written_at timestamp with time zone DEFAULT now() CONSTRAINT offers_written_at_not_null NOT NULL,
    offer_ms numeric(16,3) GENERATED ALWAYS AS (((1000)::numeric * EXTRACT(epoch FROM (ended_at - offered_at)))) STORED,
    talk_ms numeric(16,3) GENERATED ALWAYS AS (((1000)::numeric * COALESCE(EXTRACT(epoch FROM (parted_at - bridged_at)), (0)::numeric))) STORED,
    wrap_up_ms numeric(16,3) GENERATED ALWAYS AS (((1000)::numeric * COALESCE(EXTRACT(epoch FROM (wrap_up_until - wrap_up_from)), (0)::numeric))) STORED,
    CONSTRAINT offers_ends CHECK ((ended_at >= offered_at)),
    CONSTRAINT offers_how CHECK ((how ~ '^[a-z_]+$'::text)),
    CONSTRAINT offers_joined CHECK (((bridged_at IS NULL) OR (how = 'accepted'::text))),
    CONSTRAINT offers_talk CHECK ((((bridged_at IS NULL) = (parted_at IS NULL)) AND (parted_at >= bridged_at))),
    CONSTRAINT offers_wrap_up CHECK ((((wrap_up_from IS NULL) = (wrap_up_until IS NULL)) AND (wrap_up_until >= wrap_up_from)))
);
COMMENT ON COLUMN public.offers_2027_02.tenant IS 'Tenant of the call';
COMMENT ON COLUMN public.offers_2027_02.switch IS 'Switch of the call';
COMMENT ON COLUMN public.offers_2027_02.call_id IS 'The call that was offered';
COMMENT ON COLUMN public.offers_2027_02.started_day IS 'UTC day on which the call arrived; decides the partition, never changes';
COMMENT ON COLUMN public.offers_2027_02.visit IS 'During which of its stays in queues (queue_visits.visit)';
COMMENT ON COLUMN public.offers_2027_02.offer IS 'Id of the offer; several agents rung at once share it';
COMMENT ON COLUMN public.offers_2027_02.agent IS 'Who was offered the caller, by his key in the YAML';
COMMENT ON COLUMN public.offers_2027_02.queue IS 'Queue of the visit';
COMMENT ON COLUMN public.offers_2027_02.offered_at IS 'When the agent''s phone was to ring, by the worker''s clock, as the other times but parted_at';
COMMENT ON COLUMN public.offers_2027_02.legs IS 'leg_ids of the legs that rang (legs.leg_id); none: he could not be rung';
COMMENT ON COLUMN public.offers_2027_02.ended_at IS 'When the offer was over for this agent';
COMMENT ON COLUMN public.offers_2027_02.how IS 'accepted, rejected, busy, no_answer, unreachable, caller_gone (the caller left first), answered_elsewhere (another agent was faster) or expired (nobody told the end)';
COMMENT ON COLUMN public.offers_2027_02.detail IS 'Whatever else says how';
COMMENT ON COLUMN public.offers_2027_02.bridged_at IS 'When caller and agent first heard each other; null: never';
COMMENT ON COLUMN public.offers_2027_02.parted_at IS 'End of the agent''s leg (of a callback''s call: of the customer''s), by the switch''s clock; null: never joined';
COMMENT ON COLUMN public.offers_2027_02.wrap_up_from IS 'When the wrap-up after it began; null: none';
COMMENT ON COLUMN public.offers_2027_02.wrap_up_until IS 'Its end as it was planned; the agent may have ended or prolonged it';
COMMENT ON COLUMN public.offers_2027_02.estimated IS 'Some end is the best known: nobody told';
COMMENT ON COLUMN public.offers_2027_02.written_at IS 'When this row was written, or replaced by a truer one';
COMMENT ON COLUMN public.offers_2027_02.offer_ms IS 'Milliseconds from offered_at to ended_at, exact to the microsecond';
COMMENT ON COLUMN public.offers_2027_02.talk_ms IS 'Milliseconds of conversation, bridged_at to parted_at, exact to the microsecond; 0: none';
COMMENT ON COLUMN public.offers_2027_02.wrap_up_ms IS 'Milliseconds of wrap-up as planned, exact to the microsecond; 0: none';
CREATE TABLE public.queue_visits (
    tenant text NOT NULL,
    switch text NOT NULL,
    call_id text NOT NULL,
    started_day date NOT NULL,
    visit smallint NOT NULL,
    queue text NOT NULL,
    ticket text NOT NULL,
    entered_at timestamp with time zone NOT NULL,
    joined_at timestamp with time zone NOT NULL,
    took_up text NOT NULL,
    first_position integer NOT NULL,
    left_at timestamp with time zone NOT NULL,
    how text NOT NULL,
    wait_ms bigint NOT NULL,
    detail text NOT NULL,
    agent text NOT NULL,
    bridged_at timestamp with time zone,
    keys jsonb NOT NULL,
    wrap_up_until timestamp with time zone,
    estimated boolean NOT NULL,
    written_at timestamp with time zone DEFAULT now() NOT NULL,
    called_back boolean GENERATED ALWAYS AS (((took_up = 'callback'::text) AND (NOT starts_with(ticket, call_id)))) STORED,
    CONSTRAINT queue_visits_agent CHECK (((agent = ''::text) OR (how = 'answered'::text))),
    CONSTRAINT queue_visits_how CHECK ((how ~ '^[a-z_]+$'::text)),
    CONSTRAINT queue_visits_joined CHECK ((joined_at <= entered_at)),
    CONSTRAINT queue_visits_keys CHECK ((jsonb_typeof(keys) = 'array'::text)),
    CONSTRAINT queue_visits_left CHECK ((left_at >= entered_at)),
    CONSTRAINT queue_visits_position CHECK ((first_position >= 0)),
    CONSTRAINT queue_visits_took_up CHECK ((took_up = ANY (ARRAY[''::text, 'came_back'::text, 'callback'::text]))),
    CONSTRAINT queue_visits_visit CHECK ((visit >= 1)),
    CONSTRAINT queue_visits_wait CHECK ((wait_ms >= 0))
)
PARTITION BY RANGE (started_day);
COMMENT ON TABLE public.queue_visits IS 'One row per stay of a call in a queue; a call may stay in several, one after the other';
COMMENT ON COLUMN public.queue_visits.tenant IS 'Tenant of the call';
COMMENT ON COLUMN public.queue_visits.switch IS 'Switch of the call';
COMMENT ON COLUMN public.queue_visits.call_id IS 'The call that waited';
COMMENT ON COLUMN public.queue_visits.started_day IS 'UTC day on which the call arrived; decides the partition, never changes';
COMMENT ON COLUMN public.queue_visits.visit IS '1 for the call''s first stay in a queue, then counted on';
COMMENT ON COLUMN public.queue_visits.queue IS 'The queue, by its key in the YAML';
COMMENT ON COLUMN public.queue_visits.ticket IS 'Id of the place: the call''s id and /1, /2, …; in a callback''s call that of the place the customer kept; empty: unknown';
COMMENT ON COLUMN public.queue_visits.entered_at IS 'When this call entered the queue, by the worker''s clock, as the other times';
COMMENT ON COLUMN public.queue_visits.joined_at IS 'Since when the caller waits: earlier than entered_at if he took up an earlier place';
COMMENT ON COLUMN public.queue_visits.took_up IS 'Whose place it is: empty: a new one; came_back: his own of a moment before; callback: one kept for calling back';
COMMENT ON COLUMN public.queue_visits.first_position IS 'Position on entry, 1 is next; 0: unknown';
COMMENT ON COLUMN public.queue_visits.left_at IS 'When he left the queue';
COMMENT ON COLUMN public.queue_visits.how IS 'answered, abandoned, overflow_wait (waited as long as allowed), overflow_empty (the last agent left), key (one that leads elsewhere), callback (asked to be called back), removed or moved (by a person), or failed (of a callback: came to nothing)';
COMMENT ON COLUMN public.queue_visits.wait_ms IS 'Whole milliseconds from joined_at to left_at: for an answered caller until he was joined to the agent';
COMMENT ON COLUMN public.queue_visits.detail IS 'The agent who answered, the target the caller went to, or whatever else says how';
COMMENT ON COLUMN public.queue_visits.agent IS 'The agent who answered; empty: nobody';
COMMENT ON COLUMN public.queue_visits.bridged_at IS 'When caller and agent first heard each other; null: never';
COMMENT ON COLUMN public.queue_visits.keys IS 'What he pressed while he waited: [{at, key}]';
COMMENT ON COLUMN public.queue_visits.wrap_up_until IS 'Planned end of the agent''s wrap-up after it; null: none';
COMMENT ON COLUMN public.queue_visits.estimated IS 'How or when he left is the best known: nobody told';
COMMENT ON COLUMN public.queue_visits.written_at IS 'When this row was written, or replaced by a truer one';
COMMENT ON COLUMN public.queue_visits.called_back IS 'The call is an attempt to call the customer back: an agent was rung first, then he. He does not count as one who entered';
CREATE TABLE public.queue_visits_2026_11 (
    tenant text CONSTRAINT queue_visits_tenant_not_null NOT NULL,
    switch text CONSTRAINT queue_visits_switch_not_null NOT NULL,
    call_id text CONSTRAINT queue_visits_call_id_not_null NOT NULL,
    started_day date CONSTRAINT queue_visits_started_day_not_null NOT NULL,
    visit smallint CONSTRAINT queue_visits_visit_not_null NOT NULL,
    queue text CONSTRAINT queue_visits_queue_not_null NOT NULL,
    ticket text CONSTRAINT queue_visits_ticket_not_null NOT NULL,
    entered_at timestamp with time zone CONSTRAINT queue_visits_entered_at_not_null NOT NULL,
    joined_at timestamp with time zone CONSTRAINT queue_visits_joined_at_not_null NOT NULL,
    took_up text CONSTRAINT queue_visits_took_up_not_null NOT NULL,
    first_position integer CONSTRAINT queue_visits_first_position_not_null NOT NULL,
    left_at timestamp with time zone CONSTRAINT queue_visits_left_at_not_null NOT NULL,
    how text CONSTRAINT queue_visits_how_not_null NOT NULL,
    wait_ms bigint CONSTRAINT queue_visits_wait_ms_not_null NOT NULL,
    detail text CONSTRAINT queue_visits_detail_not_null NOT NULL,
    agent text CONSTRAINT queue_visits_agent_not_null NOT NULL,
    bridged_at timestamp with time zone,
    keys jsonb CONSTRAINT queue_visits_keys_not_null NOT NULL,
    wrap_up_until timestamp with time zone,
    estimated boolean CONSTRAINT queue_visits_estimated_not_null NOT NULL,
    written_at timestamp with time zone DEFAULT now() CONSTRAINT queue_visits_written_at_not_null NOT NULL,
    called_back boolean GENERATED ALWAYS AS (((took_up = 'callback'::text) AND (NOT starts_with(ticket, call_id)))) STORED,
    CONSTRAINT queue_visits_agent CHECK (((agent = ''::text) OR (how = 'answered'::text))),
    CONSTRAINT queue_visits_how CHECK ((how ~ '^[a-z_]+$'::text)),
    CONSTRAINT queue_visits_joined CHECK ((joined_at <= entered_at)),
    CONSTRAINT queue_visits_keys CHECK ((jsonb_typeof(keys) = 'array'::text)),
    CONSTRAINT queue_visits_left CHECK ((left_at >= entered_at)),
    CONSTRAINT queue_visits_position CHECK ((first_position >= 0)),
    CONSTRAINT queue_visits_took_up CHECK ((took_up = ANY (ARRAY[''::text, 'came_back'::text, 'callback'::text]))),
    CONSTRAINT queue_visits_visit CHECK ((visit >= 1)),
    CONSTRAINT queue_visits_wait CHECK ((wait_ms >= 0))
);
COMMENT ON COLUMN public.queue_visits_2026_11.tenant IS 'Tenant of the call';
COMMENT ON COLUMN public.queue_visits_2026_11.switch IS 'Switch of the call';
COMMENT ON COLUMN public.queue_visits_2026_11.call_id IS 'The call that waited';
COMMENT ON COLUMN public.queue_visits_2026_11.started_day IS 'UTC day on which the call arrived; decides the partition, never changes';
COMMENT ON COLUMN public.queue_visits_2026_11.visit IS '1 for the call''s first stay in a queue, then counted on';
COMMENT ON COLUMN public.queue_visits_2026_11.queue IS 'The queue, by its key in the YAML';
COMMENT ON COLUMN public.queue_visits_2026_11.ticket IS 'Id of the place: the call''s id and /1, /2, …; in a callback''s call that of the place the customer kept; empty: unknown';
COMMENT ON COLUMN public.queue_visits_2026_11.entered_at IS 'When this call entered the queue, by the worker''s clock, as the other times';
COMMENT ON COLUMN public.queue_visits_2026_11.joined_at IS 'Since when the caller waits: earlier than entered_at if he took up an earlier place';
COMMENT ON COLUMN public.queue_visits_2026_11.took_up IS 'Whose place it is: empty: a new one; came_back: his own of a moment before; callback: one kept for calling back';
COMMENT ON COLUMN public.queue_visits_2026_11.first_position IS 'Position on entry, 1 is next; 0: unknown';
COMMENT ON COLUMN public.queue_visits_2026_11.left_at IS 'When he left the queue';
COMMENT ON COLUMN public.queue_visits_2026_11.how IS 'answered, abandoned, overflow_wait (waited as long as allowed), overflow_empty (the last agent left), key (one that leads elsewhere), callback (asked to be called back), removed or moved (by a person), or failed (of a callback: came to nothing)';
COMMENT ON COLUMN public.queue_visits_2026_11.wait_ms IS 'Whole milliseconds from joined_at to left_at: for an answered caller until he was joined to the agent';
COMMENT ON COLUMN public.queue_visits_2026_11.detail IS 'The agent who answered, the target the caller went to, or whatever else says how';
COMMENT ON COLUMN public.queue_visits_2026_11.agent IS 'The agent who answered; empty: nobody';
COMMENT ON COLUMN public.queue_visits_2026_11.bridged_at IS 'When caller and agent first heard each other; null: never';
COMMENT ON COLUMN public.queue_visits_2026_11.keys IS 'What he pressed while he waited: [{at, key}]';
COMMENT ON COLUMN public.queue_visits_2026_11.wrap_up_until IS 'Planned end of the agent''s wrap-up after it; null: none';
COMMENT ON COLUMN public.queue_visits_2026_11.estimated IS 'How or when he left is the best known: nobody told';
COMMENT ON COLUMN public.queue_visits_2026_11.written_at IS 'When this row was written, or replaced by a truer one';
COMMENT ON COLUMN public.queue_visits_2026_11.called_back IS 'The call is an attempt to call the customer back: an agent was rung first, then he. He does not count as one who entered';
CREATE TABLE public.queue_visits_2026_12 (
    tenant text CONSTRAINT queue_visits_tenant_not_null NOT NULL,
    switch text CONSTRAINT queue_visits_switch_not_null NOT NULL,
    call_id text CONSTRAINT queue_visits_call_id_not_null NOT NULL,
    started_day date CONSTRAINT queue_visits_started_day_not_null NOT NULL,
    visit smallint CONSTRAINT queue_visits_visit_not_null NOT NULL,
    queue text CONSTRAINT queue_visits_queue_not_null NOT NULL,
    ticket text CONSTRAINT queue_visits_ticket_not_null NOT NULL,
    entered_at timestamp with time zone CONSTRAINT queue_visits_entered_at_not_null NOT NULL,
    joined_at timestamp with time zone CONSTRAINT queue_visits_joined_at_not_null NOT NULL,
    took_up text CONSTRAINT queue_visits_took_up_not_null NOT NULL,
    first_position integer CONSTRAINT queue_visits_first_position_not_null NOT NULL,
    left_at timestamp with time zone CONSTRAINT queue_visits_left_at_not_null NOT NULL,
    how text CONSTRAINT queue_visits_how_not_null NOT NULL,
    wait_ms bigint CONSTRAINT queue_visits_wait_ms_not_null NOT NULL,
    detail text CONSTRAINT queue_visits_detail_not_null NOT NULL,
    agent text CONSTRAINT queue_visits_agent_not_null NOT NULL,
    bridged_at timestamp with time zone,
    keys jsonb CONSTRAINT queue_visits_keys_not_null NOT NULL,
    wrap_up_until timestamp with time zone,
    estimated boolean CONSTRAINT queue_visits_estimated_not_null NOT NULL,
    written_at timestamp with time zone DEFAULT now() CONSTRAINT queue_visits_written_at_not_null NOT NULL,
    called_back boolean GENERATED ALWAYS AS (((took_up = 'callback'::text) AND (NOT starts_with(ticket, call_id)))) STORED,
    CONSTRAINT queue_visits_agent CHECK (((agent = ''::text) OR (how = 'answered'::text))),
    CONSTRAINT queue_visits_how CHECK ((how ~ '^[a-z_]+$'::text)),
    CONSTRAINT queue_visits_joined CHECK ((joined_at <= entered_at)),
    CONSTRAINT queue_visits_keys CHECK ((jsonb_typeof(keys) = 'array'::text)),
    CONSTRAINT queue_visits_left CHECK ((left_at >= entered_at)),
    CONSTRAINT queue_visits_position CHECK ((first_position >= 0)),
    CONSTRAINT queue_visits_took_up CHECK ((took_up = ANY (ARRAY[''::text, 'came_back'::text, 'callback'::text]))),
    CONSTRAINT queue_visits_visit CHECK ((visit >= 1)),
    CONSTRAINT queue_visits_wait CHECK ((wait_ms >= 0))
);
COMMENT ON COLUMN public.queue_visits_2026_12.tenant IS 'Tenant of the call';
COMMENT ON COLUMN public.queue_visits_2026_12.switch IS 'Switch of the call';
COMMENT ON COLUMN public.queue_visits_2026_12.call_id IS 'The call that waited';
COMMENT ON COLUMN public.queue_visits_2026_12.started_day IS 'UTC day on which the call arrived; decides the partition, never changes';
COMMENT ON COLUMN public.queue_visits_2026_12.visit IS '1 for the call''s first stay in a queue, then counted on';
COMMENT ON COLUMN public.queue_visits_2026_12.queue IS 'The queue, by its key in the YAML';
COMMENT ON COLUMN public.queue_visits_2026_12.ticket IS 'Id of the place: the call''s id and /1, /2, …; in a callback''s call that of the place the customer kept; empty: unknown';
COMMENT ON COLUMN public.queue_visits_2026_12.entered_at IS 'When this call entered the queue, by the worker''s clock, as the other times';
COMMENT ON COLUMN public.queue_visits_2026_12.joined_at IS 'Since when the caller waits: earlier than entered_at if he took up an earlier place';
COMMENT ON COLUMN public.queue_visits_2026_12.took_up IS 'Whose place it is: empty: a new one; came_back: his own of a moment before; callback: one kept for calling back';
COMMENT ON COLUMN public.queue_visits_2026_12.first_position IS 'Position on entry, 1 is next; 0: unknown';
COMMENT ON COLUMN public.queue_visits_2026_12.left_at IS 'When he left the queue';
COMMENT ON COLUMN public.queue_visits_2026_12.how IS 'answered, abandoned, overflow_wait (waited as long as allowed), overflow_empty (the last agent left), key (one that leads elsewhere), callback (asked to be called back), removed or moved (by a person), or failed (of a callback: came to nothing)';
COMMENT ON COLUMN public.queue_visits_2026_12.wait_ms IS 'Whole milliseconds from joined_at to left_at: for an answered caller until he was joined to the agent';
COMMENT ON COLUMN public.queue_visits_2026_12.detail IS 'The agent who answered, the target the caller went to, or whatever else says how';
COMMENT ON COLUMN public.queue_visits_2026_12.agent IS 'The agent who answered; empty: nobody';
COMMENT ON COLUMN public.queue_visits_2026_12.bridged_at IS 'When caller and agent first heard each other; null: never';
COMMENT ON COLUMN public.queue_visits_2026_12.keys IS 'What he pressed while he waited: [{at, key}]';
COMMENT ON COLUMN public.queue_visits_2026_12.wrap_up_until IS 'Planned end of the agent''s wrap-up after it; null: none';
COMMENT ON COLUMN public.queue_visits_2026_12.estimated IS 'How or when he left is the best known: nobody told';
COMMENT ON COLUMN public.queue_visits_2026_12.written_at IS 'When this row was written, or replaced by a truer one';
COMMENT ON COLUMN public.queue_visits_2026_12.called_back IS 'The call is an attempt to call the customer back: an agent was rung first, then he. He does not count as one who entered';
CREATE TABLE public.queue_visits_2027_01 (
    tenant text CONSTRAINT queue_visits_tenant_not_null NOT NULL,
    switch text CONSTRAINT queue_visits_switch_not_null NOT NULL,
    call_id text CONSTRAINT queue_visits_call_id_not_null NOT NULL,
    started_day date CONSTRAINT queue_visits_started_day_not_null NOT NULL,
    visit smallint CONSTRAINT queue_visits_visit_not_null NOT NULL,
    queue text CONSTRAINT queue_visits_queue_not_null NOT NULL,
    ticket text CONSTRAINT queue_visits_ticket_not_null NOT NULL,
    entered_at timestamp with time zone CONSTRAINT queue_visits_entered_at_not_null NOT NULL,
    joined_at timestamp with time zone CONSTRAINT queue_visits_joined_at_not_null NOT NULL,
    took_up text CONSTRAINT queue_visits_took_up_not_null NOT NULL,
    first_position integer CONSTRAINT queue_visits_first_position_not_null NOT NULL,
    left_at timestamp with time zone CONSTRAINT queue_visits_left_at_not_null NOT NULL,
    how text CONSTRAINT queue_visits_how_not_null NOT NULL,
    wait_ms bigint CONSTRAINT queue_visits_wait_ms_not_null NOT NULL,
    detail text CONSTRAINT queue_visits_detail_not_null NOT NULL,
    agent text CONSTRAINT queue_visits_agent_not_null NOT NULL,
    bridged_at timestamp with time zone,
    keys jsonb CONSTRAINT queue_visits_keys_not_null NOT NULL,
    wrap_up_until timestamp with time zone,
    estimated boolean CONSTRAINT queue_visits_estimated_not_null NOT NULL,
    written_at timestamp with time zone DEFAULT now() CONSTRAINT queue_visits_written_at_not_null NOT NULL,
    called_back boolean GENERATED ALWAYS AS (((took_up = 'callback'::text) AND (NOT starts_with(ticket, call_id)))) STORED,
    CONSTRAINT queue_visits_agent CHECK (((agent = ''::text) OR (how = 'answered'::text))),
    CONSTRAINT queue_visits_how CHECK ((how ~ '^[a-z_]+$'::text)),
    CONSTRAINT queue_visits_joined CHECK ((joined_at <= entered_at)),
    CONSTRAINT queue_visits_keys CHECK ((jsonb_typeof(keys) = 'array'::text)),
    CONSTRAINT queue_visits_left CHECK ((left_at >= entered_at)),
    CONSTRAINT queue_visits_position CHECK ((first_position >= 0)),
    CONSTRAINT queue_visits_took_up CHECK ((took_up = ANY (ARRAY[''::text, 'came_back'::text, 'callback'::text]))),
    CONSTRAINT queue_visits_visit CHECK ((visit >= 1)),
    CONSTRAINT queue_visits_wait CHECK ((wait_ms >= 0))
);
COMMENT ON COLUMN public.queue_visits_2027_01.tenant IS 'Tenant of the call';
COMMENT ON COLUMN public.queue_visits_2027_01.switch IS 'Switch of the call';
COMMENT ON COLUMN public.queue_visits_2027_01.call_id IS 'The call that waited';
COMMENT ON COLUMN public.queue_visits_2027_01.started_day IS 'UTC day on which the call arrived; decides the partition, never changes';
COMMENT ON COLUMN public.queue_visits_2027_01.visit IS '1 for the call''s first stay in a queue, then counted on';
COMMENT ON COLUMN public.queue_visits_2027_01.queue IS 'The queue, by its key in the YAML';
COMMENT ON COLUMN public.queue_visits_2027_01.ticket IS 'Id of the place: the call''s id and /1, /2, …; in a callback''s call that of the place the customer kept; empty: unknown';
COMMENT ON COLUMN public.queue_visits_2027_01.entered_at IS 'When this call entered the queue, by the worker''s clock, as the other times';
COMMENT ON COLUMN public.queue_visits_2027_01.joined_at IS 'Since when the caller waits: earlier than entered_at if he took up an earlier place';
COMMENT ON COLUMN public.queue_visits_2027_01.took_up IS 'Whose place it is: empty: a new one; came_back: his own of a moment before; callback: one kept for calling back';
COMMENT ON COLUMN public.queue_visits_2027_01.first_position IS 'Position on entry, 1 is next; 0: unknown';
COMMENT ON COLUMN public.queue_visits_2027_01.left_at IS 'When he left the queue';
COMMENT ON COLUMN public.queue_visits_2027_01.how IS 'answered, abandoned, overflow_wait (waited as long as allowed), overflow_empty (the last agent left), key (one that leads elsewhere), callback (asked to be called back), removed or moved (by a person), or failed (of a callback: came to nothing)';
COMMENT ON COLUMN public.queue_visits_2027_01.wait_ms IS 'Whole milliseconds from joined_at to left_at: for an answered caller until he was joined to the agent';
COMMENT ON COLUMN public.queue_visits_2027_01.detail IS 'The agent who answered, the target the caller went to, or whatever else says how';
COMMENT ON COLUMN public.queue_visits_2027_01.agent IS 'The agent who answered; empty: nobody';
COMMENT ON COLUMN public.queue_visits_2027_01.bridged_at IS 'When caller and agent first heard each other; null: never';
COMMENT ON COLUMN public.queue_visits_2027_01.keys IS 'What he pressed while he waited: [{at, key}]';
COMMENT ON COLUMN public.queue_visits_2027_01.wrap_up_until IS 'Planned end of the agent''s wrap-up after it; null: none';
COMMENT ON COLUMN public.queue_visits_2027_01.estimated IS 'How or when he left is the best known: nobody told';
COMMENT ON COLUMN public.queue_visits_2027_01.written_at IS 'When this row was written, or replaced by a truer one';
COMMENT ON COLUMN public.queue_visits_2027_01.called_back IS 'The call is an attempt to call the customer back: an agent was rung first, then he. He does not count as one who entered';
CREATE TABLE public.queue_visits_2027_02 (
    tenant text CONSTRAINT queue_visits_tenant_not_null NOT NULL,
    switch text CONSTRAINT queue_visits_switch_not_null NOT NULL,
    call_id text CONSTRAINT queue_visits_call_id_not_null NOT NULL,
    started_day date CONSTRAINT queue_visits_started_day_not_null NOT NULL,
    visit smallint CONSTRAINT queue_visits_visit_not_null NOT NULL,
    queue text CONSTRAINT queue_visits_queue_not_null NOT NULL,
    ticket text CONSTRAINT queue_visits_ticket_not_null NOT NULL,
    entered_at timestamp with time zone CONSTRAINT queue_visits_entered_at_not_null NOT NULL,
    joined_at timestamp with time zone CONSTRAINT queue_visits_joined_at_not_null NOT NULL,
    took_up text CONSTRAINT queue_visits_took_up_not_null NOT NULL,
    first_position integer CONSTRAINT queue_visits_first_position_not_null NOT NULL,
    left_at timestamp with time zone CONSTRAINT queue_visits_left_at_not_null NOT NULL,
    how text CONSTRAINT queue_visits_how_not_null NOT NULL,
    wait_ms bigint CONSTRAINT queue_visits_wait_ms_not_null NOT NULL,
    detail text CONSTRAINT queue_visits_detail_not_null NOT NULL,
    agent text CONSTRAINT queue_visits_agent_not_null NOT NULL,
    bridged_at timestamp with time zone,
    keys jsonb CONSTRAINT queue_visits_keys_not_null NOT NULL,
    wrap_up_until timestamp with time zone,
    estimated boolean CONSTRAINT queue_visits_estimated_not_null NOT NULL,
    written_at timestamp with time zone DEFAULT now() CONSTRAINT queue_visits_written_at_not_null NOT NULL,
    called_back boolean GENERATED ALWAYS AS (((took_up = 'callback'::text) AND (NOT starts_with(ticket, call_id)))) STORED,
    CONSTRAINT queue_visits_agent CHECK (((agent = ''::text) OR (how = 'answered'::text))),
    CONSTRAINT queue_visits_how CHECK ((how ~ '^[a-z_]+$'::text)),
    CONSTRAINT queue_visits_joined CHECK ((joined_at <= entered_at)),
    CONSTRAINT queue_visits_keys CHECK ((jsonb_typeof(keys) = 'array'::text)),
    CONSTRAINT queue_visits_left CHECK ((left_at >= entered_at)),
    CONSTRAINT queue_visits_position CHECK ((first_position >= 0)),
    CONSTRAINT queue_visits_took_up CHECK ((took_up = ANY (ARRAY[''::text, 'came_back'::text, 'callback'::text]))),
    CONSTRAINT queue_visits_visit CHECK ((visit >= 1)),
    CONSTRAINT queue_visits_wait CHECK ((wait_ms >= 0))
);
COMMENT ON COLUMN public.queue_visits_2027_02.tenant IS 'Tenant of the call';
COMMENT ON COLUMN public.queue_visits_2027_02.switch IS 'Switch of the call';
COMMENT ON COLUMN public.queue_visits_2027_02.call_id IS 'The call that waited';
COMMENT ON COLUMN public.queue_visits_2027_02.started_day IS 'UTC day on which the call arrived; decides the partition, never changes';
COMMENT ON COLUMN public.queue_visits_2027_02.visit IS '1 for the call''s first stay in a queue, then counted on';
COMMENT ON COLUMN public.queue_visits_2027_02.queue IS 'The queue, by its key in the YAML';
COMMENT ON COLUMN public.queue_visits_2027_02.ticket IS 'Id of the place: the call''s id and /1, /2, …; in a callback''s call that of the place the customer kept; empty: unknown';
COMMENT ON COLUMN public.queue_visits_2027_02.entered_at IS 'When this call entered the queue, by the worker''s clock, as the other times';
COMMENT ON COLUMN public.queue_visits_2027_02.joined_at IS 'Since when the caller waits: earlier than entered_at if he took up an earlier place';
COMMENT ON COLUMN public.queue_visits_2027_02.took_up IS 'Whose place it is: empty: a new one; came_back: his own of a moment before; callback: one kept for calling back';
COMMENT ON COLUMN public.queue_visits_2027_02.first_position IS 'Position on entry, 1 is next; 0: unknown';
COMMENT ON COLUMN public.queue_visits_2027_02.left_at IS 'When he left the queue';
COMMENT ON COLUMN public.queue_visits_2027_02.how IS 'answered, abandoned, overflow_wait (waited as long as allowed), overflow_empty (the last agent left), key (one that leads elsewhere), callback (asked to be called back), removed or moved (by a person), or failed (of a callback: came to nothing)';
COMMENT ON COLUMN public.queue_visits_2027_02.wait_ms IS 'Whole milliseconds from joined_at to left_at: for an answered caller until he was joined to the agent';
COMMENT ON COLUMN public.queue_visits_2027_02.detail IS 'The agent who answered, the target the caller went to, or whatever else says how';
COMMENT ON COLUMN public.queue_visits_2027_02.agent IS 'The agent who answered; empty: nobody';
COMMENT ON COLUMN public.queue_visits_2027_02.bridged_at IS 'When caller and agent first heard each other; null: never';
COMMENT ON COLUMN public.queue_visits_2027_02.keys IS 'What he pressed while he waited: [{at, key}]';
COMMENT ON COLUMN public.queue_visits_2027_02.wrap_up_until IS 'Planned end of the agent''s wrap-up after it; null: none';
COMMENT ON COLUMN public.queue_visits_2027_02.estimated IS 'How or when he left is the best known: nobody told';
COMMENT ON COLUMN public.queue_visits_2027_02.written_at IS 'When this row was written, or replaced by a truer one';
COMMENT ON COLUMN public.queue_visits_2027_02.called_back IS 'The call is an attempt to call the customer back: an agent was rung first, then he. He does not count as one who entered';
CREATE TABLE public.schema_version (
    version integer NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL
);
COMMENT ON TABLE public.schema_version IS 'Which schema this database has: the highest version';
COMMENT ON COLUMN public.schema_version.version IS 'Version of the tables, from 1';
COMMENT ON COLUMN public.schema_version.applied_at IS 'When the version was put in place';
ALTER TABLE ONLY public.calls ATTACH PARTITION public.calls_2026_11 FOR VALUES FROM ('2026-11-01') TO ('2026-12-01');
ALTER TABLE ONLY public.calls ATTACH PARTITION public.calls_2026_12 FOR VALUES FROM ('2026-12-01') TO ('2027-01-01');
ALTER TABLE ONLY public.calls ATTACH PARTITION public.calls_2027_01 FOR VALUES FROM ('2027-01-01') TO ('2027-02-01');
ALTER TABLE ONLY public.calls ATTACH PARTITION public.calls_2027_02 FOR VALUES FROM ('2027-02-01') TO ('2027-03-01');
ALTER TABLE ONLY public.charges ATTACH PARTITION public.charges_2026_11 FOR VALUES FROM ('2026-11-01') TO ('2026-12-01');
ALTER TABLE ONLY public.charges ATTACH PARTITION public.charges_2026_12 FOR VALUES FROM ('2026-12-01') TO ('2027-01-01');
ALTER TABLE ONLY public.charges ATTACH PARTITION public.charges_2027_01 FOR VALUES FROM ('2027-01-01') TO ('2027-02-01');
ALTER TABLE ONLY public.charges ATTACH PARTITION public.charges_2027_02 FOR VALUES FROM ('2027-02-01') TO ('2027-03-01');
ALTER TABLE ONLY public.legs ATTACH PARTITION public.legs_2026_11 FOR VALUES FROM ('2026-11-01') TO ('2026-12-01');
ALTER TABLE ONLY public.legs ATTACH PARTITION public.legs_2026_12 FOR VALUES FROM ('2026-12-01') TO ('2027-01-01');
ALTER TABLE ONLY public.legs ATTACH PARTITION public.legs_2027_01 FOR VALUES FROM ('2027-01-01') TO ('2027-02-01');
ALTER TABLE ONLY public.legs ATTACH PARTITION public.legs_2027_02 FOR VALUES FROM ('2027-02-01') TO ('2027-03-01');
ALTER TABLE ONLY public.offers ATTACH PARTITION public.offers_2026_11 FOR VALUES FROM ('2026-11-01') TO ('2026-12-01');
ALTER TABLE ONLY public.offers ATTACH PARTITION public.offers_2026_12 FOR VALUES FROM ('2026-12-01') TO ('2027-01-01');
ALTER TABLE ONLY public.offers ATTACH PARTITION public.offers_2027_01 FOR VALUES FROM ('2027-01-01') TO ('2027-02-01');
ALTER TABLE ONLY public.offers ATTACH PARTITION public.offers_2027_02 FOR VALUES FROM ('2027-02-01') TO ('2027-03-01');
ALTER TABLE ONLY public.queue_visits ATTACH PARTITION public.queue_visits_2026_11 FOR VALUES FROM ('2026-11-01') TO ('2026-12-01');
ALTER TABLE ONLY public.queue_visits ATTACH PARTITION public.queue_visits_2026_12 FOR VALUES FROM ('2026-12-01') TO ('2027-01-01');
ALTER TABLE ONLY public.queue_visits ATTACH PARTITION public.queue_visits_2027_01 FOR VALUES FROM ('2027-01-01') TO ('2027-02-01');
ALTER TABLE ONLY public.queue_visits ATTACH PARTITION public.queue_visits_2027_02 FOR VALUES FROM ('2027-02-01') TO ('2027-03-01');
INSERT INTO public.calls_2026_11 VALUES ('acme', 'fs1', '1f12d2e8-5932-4aff-a757-72468ddfb747', '2026-11-29', '2026-11-29 17:53:15.581497+00', '2026-11-29 17:53:15.639611+00', NULL, '2026-11-29 17:53:16.66479+00', 'vm/16813/4026531836.1e1580a7-d9d5-4c52-9e4c-faa9ceaa0d1d', '101', 'Jan Kowalski', false, '101', '*21*102#', 'changed', '', '', '[]', '[]', '[{"at": "2026-11-29T17:53:15.597259Z", "what": "extension:101 set always to extension:102, on"}]', false, '2026-11-29 17:53:16.746953+00', DEFAULT, false);
INSERT INTO public.calls_2026_11 VALUES ('acme', 'fs1', 'c1c3ce48-d73d-4ae9-ad3f-468f6935a6c8', '2026-11-29', '2026-11-29 17:53:15.571847+00', '2026-11-29 17:53:15.819359+00', '2026-11-29 17:53:15.819449+00', '2026-11-29 17:53:16.820453+00', 'vm/16813/4026531836.1e1580a7-d9d5-4c52-9e4c-faa9ceaa0d1d', '+48600100200', 'Jan Kowalski', false, '', '+48221234583', 'answered', '99c69474-b005-5751-afb0-0cbcab59013e', 'extension:117', '[{"at": "2026-11-29T17:53:15.584608Z", "why": "number +48221234583", "source": "tenants/acme.yaml:248", "target": "extension:117"}]', '[]', '[]', false, '2026-11-29 17:53:16.899748+00', DEFAULT, false);
INSERT INTO public.calls_2026_11 VALUES ('acme', 'fs1', '20188b28-01d9-435c-add2-46b08924f241', '2026-11-29', '2026-11-29 17:53:15.591796+00', '2026-11-29 17:53:15.649922+00', NULL, '2026-11-29 17:53:17.656552+00', 'vm/16813/4026531836.1e1580a7-d9d5-4c52-9e4c-faa9ceaa0d1d', '+48500100777', 'Jan Kowalski', false, '', '+48221234588', 'abandoned', '', '', '[{"at": "2026-11-29T17:53:15.597978Z", "why": "number +48221234588", "source": "tenants/acme.yaml:253", "target": "queue:support"}]', '[]', '[]', false, '2026-11-29 17:53:17.803147+00', DEFAULT, false);
INSERT INTO public.legs_2026_11 VALUES ('acme', 'fs1', '1f12d2e8-5932-4aff-a757-72468ddfb747', '2026-11-29', '1f12d2e8-5932-4aff-a757-72468ddfb747', 0, 'a', '', '*21*102#', '', '101', '', '2026-11-29 17:53:15.581497+00', '2026-11-29 17:53:15.581497+00', NULL, '2026-11-29 17:53:15.639611+00', NULL, '2026-11-29 17:53:16.66479+00', 'NORMAL_CLEARING', 'answered', 'switch', false, '2026-11-29 17:53:16.746953+00', DEFAULT, DEFAULT, DEFAULT, false);
INSERT INTO public.legs_2026_11 VALUES ('acme', 'fs1', '99c69474-b005-5751-afb0-0cbcab59013e', '2026-11-29', 'c1c3ce48-d73d-4ae9-ad3f-468f6935a6c8', 1, 'b', 'extension:117', '117@acme.example', '', '+48600100200', '', '2026-11-29 17:53:15.584608+00', '2026-11-29 17:53:15.615455+00', '2026-11-29 17:53:15.615667+00', '2026-11-29 17:53:15.819168+00', '2026-11-29 17:53:15.819449+00', '2026-11-29 17:53:16.820066+00', 'NORMAL_CLEARING', 'answered', 'callee', false, '2026-11-29 17:53:16.899748+00', DEFAULT, DEFAULT, DEFAULT, false);
INSERT INTO public.legs_2026_11 VALUES ('acme', 'fs1', 'c1c3ce48-d73d-4ae9-ad3f-468f6935a6c8', '2026-11-29', 'c1c3ce48-d73d-4ae9-ad3f-468f6935a6c8', 0, 'a', '', '+48221234583', '', '+48600100200', '', '2026-11-29 17:53:15.571847+00', '2026-11-29 17:53:15.571847+00', '2026-11-29 17:53:15.615667+00', '2026-11-29 17:53:15.819359+00', NULL, '2026-11-29 17:53:16.820453+00', 'NORMAL_CLEARING', 'answered', 'switch', false, '2026-11-29 17:53:16.899748+00', DEFAULT, DEFAULT, DEFAULT, false);
INSERT INTO public.legs_2026_11 VALUES ('acme', 'fs1', '20188b28-01d9-435c-add2-46b08924f241', '2026-11-29', '20188b28-01d9-435c-add2-46b08924f241', 0, 'a', '', '+48221234588', '', '+48500100777', '', '2026-11-29 17:53:15.591796+00', '2026-11-29 17:53:15.591796+00', NULL, '2026-11-29 17:53:15.649922+00', NULL, '2026-11-29 17:53:17.656552+00', 'NORMAL_CLEARING', 'answered', 'caller', false, '2026-11-29 17:53:17.803147+00', DEFAULT, DEFAULT, DEFAULT, false);
INSERT INTO public.legs_2026_11 VALUES ('acme', 'fs1', '283c232d-1141-5fbc-9bcc-ff47d88ded1c', '2026-11-29', '20188b28-01d9-435c-add2-46b08924f241', 1, 'b', 'extension:121', '121@acme.example', '', '+48500100777', '', '2026-11-29 17:53:15.607636+00', '2026-11-29 17:53:15.609497+00', '2026-11-29 17:53:15.609733+00', NULL, NULL, '2026-11-29 17:53:17.695362+00', 'ORIGINATOR_CANCEL', 'abandoned', 'switch', false, '2026-11-29 17:53:17.803147+00', DEFAULT, DEFAULT, DEFAULT, false);
INSERT INTO public.offers_2026_11 VALUES ('acme', 'fs1', '20188b28-01d9-435c-add2-46b08924f241', '2026-11-29', 1, '20188b28-01d9-435c-add2-46b08924f241/1:1', 'wanda', 'support', '2026-11-29 17:53:15.607636+00', '{283c232d-1141-5fbc-9bcc-ff47d88ded1c}', '2026-11-29 17:53:17.689856+00', 'caller_gone', '', NULL, NULL, NULL, NULL, false, '2026-11-29 17:53:17.803147+00', DEFAULT, DEFAULT, DEFAULT);
INSERT INTO public.queue_visits_2026_11 VALUES ('acme', 'fs1', '20188b28-01d9-435c-add2-46b08924f241', '2026-11-29', 1, 'support', '20188b28-01d9-435c-add2-46b08924f241/1', '2026-11-29 17:53:15.607266+00', '2026-11-29 17:53:15.597978+00', '', 1, '2026-11-29 17:53:17.689856+00', 'abandoned', 2091, '', '', NULL, '[]', NULL, false, '2026-11-29 17:53:17.803147+00', DEFAULT);
INSERT INTO public.schema_version VALUES (4, '2026-11-29 17:53:13.034868+00');
ALTER TABLE ONLY public.calls
    ADD CONSTRAINT calls_pkey PRIMARY KEY (tenant, switch, call_id, started_day);
ALTER TABLE ONLY public.calls_2026_11
    ADD CONSTRAINT calls_2026_11_pkey PRIMARY KEY (tenant, switch, call_id, started_day);
ALTER TABLE ONLY public.calls_2026_12
    ADD CONSTRAINT calls_2026_12_pkey PRIMARY KEY (tenant, switch, call_id, started_day);
ALTER TABLE ONLY public.calls_2027_01
    ADD CONSTRAINT calls_2027_01_pkey PRIMARY KEY (tenant, switch, call_id, started_day);
ALTER TABLE ONLY public.calls_2027_02
    ADD CONSTRAINT calls_2027_02_pkey PRIMARY KEY (tenant, switch, call_id, started_day);
ALTER TABLE ONLY public.charges
    ADD CONSTRAINT charges_pkey PRIMARY KEY (tenant, switch, leg_id, started_day, revision);
ALTER TABLE ONLY public.charges_2026_11
    ADD CONSTRAINT charges_2026_11_pkey PRIMARY KEY (tenant, switch, leg_id, started_day, revision);
ALTER TABLE ONLY public.charges_2026_12
    ADD CONSTRAINT charges_2026_12_pkey PRIMARY KEY (tenant, switch, leg_id, started_day, revision);
ALTER TABLE ONLY public.charges_2027_01
    ADD CONSTRAINT charges_2027_01_pkey PRIMARY KEY (tenant, switch, leg_id, started_day, revision);
ALTER TABLE ONLY public.charges_2027_02
    ADD CONSTRAINT charges_2027_02_pkey PRIMARY KEY (tenant, switch, leg_id, started_day, revision);
ALTER TABLE ONLY public.legs
    ADD CONSTRAINT legs_pkey PRIMARY KEY (tenant, switch, leg_id, started_day);
ALTER TABLE ONLY public.legs_2026_11
    ADD CONSTRAINT legs_2026_11_pkey PRIMARY KEY (tenant, switch, leg_id, started_day);
ALTER TABLE ONLY public.legs_2026_12
    ADD CONSTRAINT legs_2026_12_pkey PRIMARY KEY (tenant, switch, leg_id, started_day);
ALTER TABLE ONLY public.legs_2027_01
    ADD CONSTRAINT legs_2027_01_pkey PRIMARY KEY (tenant, switch, leg_id, started_day);
ALTER TABLE ONLY public.legs_2027_02
    ADD CONSTRAINT legs_2027_02_pkey PRIMARY KEY (tenant, switch, leg_id, started_day);
ALTER TABLE ONLY public.offers
    ADD CONSTRAINT offers_pkey PRIMARY KEY (tenant, switch, call_id, started_day, visit, offer, agent);
ALTER TABLE ONLY public.offers_2026_11
    ADD CONSTRAINT offers_2026_11_pkey PRIMARY KEY (tenant, switch, call_id, started_day, visit, offer, agent);
ALTER TABLE ONLY public.offers_2026_12
    ADD CONSTRAINT offers_2026_12_pkey PRIMARY KEY (tenant, switch, call_id, started_day, visit, offer, agent);
ALTER TABLE ONLY public.offers_2027_01
    ADD CONSTRAINT offers_2027_01_pkey PRIMARY KEY (tenant, switch, call_id, started_day, visit, offer, agent);
ALTER TABLE ONLY public.offers_2027_02
    ADD CONSTRAINT offers_2027_02_pkey PRIMARY KEY (tenant, switch, call_id, started_day, visit, offer, agent);
ALTER TABLE ONLY public.queue_visits
    ADD CONSTRAINT queue_visits_pkey PRIMARY KEY (tenant, switch, call_id, started_day, visit);
ALTER TABLE ONLY public.queue_visits_2026_11
    ADD CONSTRAINT queue_visits_2026_11_pkey PRIMARY KEY (tenant, switch, call_id, started_day, visit);
ALTER TABLE ONLY public.queue_visits_2026_12
    ADD CONSTRAINT queue_visits_2026_12_pkey PRIMARY KEY (tenant, switch, call_id, started_day, visit);
ALTER TABLE ONLY public.queue_visits_2027_01
    ADD CONSTRAINT queue_visits_2027_01_pkey PRIMARY KEY (tenant, switch, call_id, started_day, visit);
ALTER TABLE ONLY public.queue_visits_2027_02
    ADD CONSTRAINT queue_visits_2027_02_pkey PRIMARY KEY (tenant, switch, call_id, started_day, visit);
ALTER TABLE ONLY public.schema_version
    ADD CONSTRAINT schema_version_pkey PRIMARY KEY (version);
CREATE INDEX calls_by_id ON ONLY public.calls USING btree (call_id);
CREATE INDEX calls_2026_11_call_id_idx ON public.calls_2026_11 USING btree (call_id);
CREATE INDEX calls_by_start ON ONLY public.calls USING btree (started_day, started_at);
CREATE INDEX calls_2026_11_started_day_started_at_idx ON public.calls_2026_11 USING btree (started_day, started_at);
CREATE INDEX calls_by_caller ON ONLY public.calls USING btree (tenant, caller_number, started_day DESC, started_at DESC);
CREATE INDEX calls_2026_11_tenant_caller_number_started_day_started_at_idx ON public.calls_2026_11 USING btree (tenant, caller_number, started_day DESC, started_at DESC);
CREATE INDEX calls_by_dialled ON ONLY public.calls USING btree (tenant, dialled, started_day DESC, started_at DESC);
CREATE INDEX calls_2026_11_tenant_dialled_started_day_started_at_idx ON public.calls_2026_11 USING btree (tenant, dialled, started_day DESC, started_at DESC);
CREATE INDEX calls_by_tenant ON ONLY public.calls USING btree (tenant, started_day DESC, started_at DESC);
CREATE INDEX calls_2026_11_tenant_started_day_started_at_idx ON public.calls_2026_11 USING btree (tenant, started_day DESC, started_at DESC);
CREATE INDEX calls_2026_12_call_id_idx ON public.calls_2026_12 USING btree (call_id);
CREATE INDEX calls_2026_12_started_day_started_at_idx ON public.calls_2026_12 USING btree (started_day, started_at);
CREATE INDEX calls_2026_12_tenant_caller_number_started_day_started_at_idx ON public.calls_2026_12 USING btree (tenant, caller_number, started_day DESC, started_at DESC);
CREATE INDEX calls_2026_12_tenant_dialled_started_day_started_at_idx ON public.calls_2026_12 USING btree (tenant, dialled, started_day DESC, started_at DESC);
CREATE INDEX calls_2026_12_tenant_started_day_started_at_idx ON public.calls_2026_12 USING btree (tenant, started_day DESC, started_at DESC);
CREATE INDEX calls_2027_01_call_id_idx ON public.calls_2027_01 USING btree (call_id);
CREATE INDEX calls_2027_01_started_day_started_at_idx ON public.calls_2027_01 USING btree (started_day, started_at);
CREATE INDEX calls_2027_01_tenant_caller_number_started_day_started_at_idx ON public.calls_2027_01 USING btree (tenant, caller_number, started_day DESC, started_at DESC);
CREATE INDEX calls_2027_01_tenant_dialled_started_day_started_at_idx ON public.calls_2027_01 USING btree (tenant, dialled, started_day DESC, started_at DESC);
CREATE INDEX calls_2027_01_tenant_started_day_started_at_idx ON public.calls_2027_01 USING btree (tenant, started_day DESC, started_at DESC);
CREATE INDEX calls_2027_02_call_id_idx ON public.calls_2027_02 USING btree (call_id);
CREATE INDEX calls_2027_02_started_day_started_at_idx ON public.calls_2027_02 USING btree (started_day, started_at);
CREATE INDEX calls_2027_02_tenant_caller_number_started_day_started_at_idx ON public.calls_2027_02 USING btree (tenant, caller_number, started_day DESC, started_at DESC);
CREATE INDEX calls_2027_02_tenant_dialled_started_day_started_at_idx ON public.calls_2027_02 USING btree (tenant, dialled, started_day DESC, started_at DESC);
CREATE INDEX calls_2027_02_tenant_started_day_started_at_idx ON public.calls_2027_02 USING btree (tenant, started_day DESC, started_at DESC);
CREATE INDEX charges_unrated ON ONLY public.charges USING btree (started_day) WHERE (status = 'unrated'::text);
CREATE INDEX charges_2026_11_started_day_idx ON public.charges_2026_11 USING btree (started_day) WHERE (status = 'unrated'::text);
CREATE INDEX charges_by_call ON ONLY public.charges USING btree (tenant, call_id, started_day);
CREATE INDEX charges_2026_11_tenant_call_id_started_day_idx ON public.charges_2026_11 USING btree (tenant, call_id, started_day);
CREATE INDEX charges_by_payer ON ONLY public.charges USING btree (tenant, payer, started_day);
CREATE INDEX charges_2026_11_tenant_payer_started_day_idx ON public.charges_2026_11 USING btree (tenant, payer, started_day);
CREATE INDEX charges_2026_12_started_day_idx ON public.charges_2026_12 USING btree (started_day) WHERE (status = 'unrated'::text);
CREATE INDEX charges_2026_12_tenant_call_id_started_day_idx ON public.charges_2026_12 USING btree (tenant, call_id, started_day);
CREATE INDEX charges_2026_12_tenant_payer_started_day_idx ON public.charges_2026_12 USING btree (tenant, payer, started_day);
CREATE INDEX charges_2027_01_started_day_idx ON public.charges_2027_01 USING btree (started_day) WHERE (status = 'unrated'::text);
CREATE INDEX charges_2027_01_tenant_call_id_started_day_idx ON public.charges_2027_01 USING btree (tenant, call_id, started_day);
CREATE INDEX charges_2027_01_tenant_payer_started_day_idx ON public.charges_2027_01 USING btree (tenant, payer, started_day);
CREATE INDEX charges_2027_02_started_day_idx ON public.charges_2027_02 USING btree (started_day) WHERE (status = 'unrated'::text);
CREATE INDEX charges_2027_02_tenant_call_id_started_day_idx ON public.charges_2027_02 USING btree (tenant, call_id, started_day);
CREATE INDEX charges_2027_02_tenant_payer_started_day_idx ON public.charges_2027_02 USING btree (tenant, payer, started_day);
CREATE INDEX legs_by_address ON ONLY public.legs USING btree (tenant, address, started_day DESC) WHERE (direction = 'b'::text);
CREATE INDEX legs_2026_11_tenant_address_started_day_idx ON public.legs_2026_11 USING btree (tenant, address, started_day DESC) WHERE (direction = 'b'::text);
CREATE INDEX legs_by_call ON ONLY public.legs USING btree (tenant, call_id, started_day);
CREATE INDEX legs_2026_11_tenant_call_id_started_day_idx ON public.legs_2026_11 USING btree (tenant, call_id, started_day);
CREATE INDEX legs_by_number ON ONLY public.legs USING btree (tenant, target, started_day DESC) WHERE starts_with(target, 'number:'::text);
CREATE INDEX legs_2026_11_tenant_target_started_day_idx ON public.legs_2026_11 USING btree (tenant, target, started_day DESC) WHERE starts_with(target, 'number:'::text);
CREATE INDEX legs_2026_12_tenant_address_started_day_idx ON public.legs_2026_12 USING btree (tenant, address, started_day DESC) WHERE (direction = 'b'::text);
CREATE INDEX legs_2026_12_tenant_call_id_started_day_idx ON public.legs_2026_12 USING btree (tenant, call_id, started_day);
CREATE INDEX legs_2026_12_tenant_target_started_day_idx ON public.legs_2026_12 USING btree (tenant, target, started_day DESC) WHERE starts_with(target, 'number:'::text);
CREATE INDEX legs_2027_01_tenant_address_started_day_idx ON public.legs_2027_01 USING btree (tenant, address, started_day DESC) WHERE (direction = 'b'::text);
CREATE INDEX legs_2027_01_tenant_call_id_started_day_idx ON public.legs_2027_01 USING btree (tenant, call_id, started_day);
CREATE INDEX legs_2027_01_tenant_target_started_day_idx ON public.legs_2027_01 USING btree (tenant, target, started_day DESC) WHERE starts_with(target, 'number:'::text);
CREATE INDEX legs_2027_02_tenant_address_started_day_idx ON public.legs_2027_02 USING btree (tenant, address, started_day DESC) WHERE (direction = 'b'::text);
CREATE INDEX legs_2027_02_tenant_call_id_started_day_idx ON public.legs_2027_02 USING btree (tenant, call_id, started_day);
CREATE INDEX legs_2027_02_tenant_target_started_day_idx ON public.legs_2027_02 USING btree (tenant, target, started_day DESC) WHERE starts_with(target, 'number:'::text);
CREATE INDEX offers_by_agent ON ONLY public.offers USING btree (tenant, agent, started_day);
CREATE INDEX offers_2026_11_tenant_agent_started_day_idx ON public.offers_2026_11 USING btree (tenant, agent, started_day);
CREATE INDEX offers_by_queue ON ONLY public.offers USING btree (tenant, queue, started_day);
CREATE INDEX offers_2026_11_tenant_queue_started_day_idx ON public.offers_2026_11 USING btree (tenant, queue, started_day);
CREATE INDEX offers_by_day ON ONLY public.offers USING btree (tenant, started_day);
CREATE INDEX offers_2026_11_tenant_started_day_idx ON public.offers_2026_11 USING btree (tenant, started_day);
CREATE INDEX offers_2026_12_tenant_agent_started_day_idx ON public.offers_2026_12 USING btree (tenant, agent, started_day);
CREATE INDEX offers_2026_12_tenant_queue_started_day_idx ON public.offers_2026_12 USING btree (tenant, queue, started_day);
CREATE INDEX offers_2026_12_tenant_started_day_idx ON public.offers_2026_12 USING btree (tenant, started_day);
CREATE INDEX offers_2027_01_tenant_agent_started_day_idx ON public.offers_2027_01 USING btree (tenant, agent, started_day);
CREATE INDEX offers_2027_01_tenant_queue_started_day_idx ON public.offers_2027_01 USING btree (tenant, queue, started_day);
CREATE INDEX offers_2027_01_tenant_started_day_idx ON public.offers_2027_01 USING btree (tenant, started_day);
CREATE INDEX offers_2027_02_tenant_agent_started_day_idx ON public.offers_2027_02 USING btree (tenant, agent, started_day);
CREATE INDEX offers_2027_02_tenant_queue_started_day_idx ON public.offers_2027_02 USING btree (tenant, queue, started_day);
CREATE INDEX offers_2027_02_tenant_started_day_idx ON public.offers_2027_02 USING btree (tenant, started_day);
CREATE INDEX queue_visits_by_agent ON ONLY public.queue_visits USING btree (tenant, agent, started_day) WHERE (agent <> ''::text);
CREATE INDEX queue_visits_2026_11_tenant_agent_started_day_idx ON public.queue_visits_2026_11 USING btree (tenant, agent, started_day) WHERE (agent <> ''::text);
CREATE INDEX queue_visits_by_queue ON ONLY public.queue_visits USING btree (tenant, queue, started_day);
CREATE INDEX queue_visits_2026_11_tenant_queue_started_day_idx ON public.queue_visits_2026_11 USING btree (tenant, queue, started_day);
CREATE INDEX queue_visits_by_day ON ONLY public.queue_visits USING btree (tenant, started_day);
CREATE INDEX queue_visits_2026_11_tenant_started_day_idx ON public.queue_visits_2026_11 USING btree (tenant, started_day);
CREATE INDEX queue_visits_2026_12_tenant_agent_started_day_idx ON public.queue_visits_2026_12 USING btree (tenant, agent, started_day) WHERE (agent <> ''::text);
CREATE INDEX queue_visits_2026_12_tenant_queue_started_day_idx ON public.queue_visits_2026_12 USING btree (tenant, queue, started_day);
CREATE INDEX queue_visits_2026_12_tenant_started_day_idx ON public.queue_visits_2026_12 USING btree (tenant, started_day);
CREATE INDEX queue_visits_2027_01_tenant_agent_started_day_idx ON public.queue_visits_2027_01 USING btree (tenant, agent, started_day) WHERE (agent <> ''::text);
CREATE INDEX queue_visits_2027_01_tenant_queue_started_day_idx ON public.queue_visits_2027_01 USING btree (tenant, queue, started_day);
CREATE INDEX queue_visits_2027_01_tenant_started_day_idx ON public.queue_visits_2027_01 USING btree (tenant, started_day);
CREATE INDEX queue_visits_2027_02_tenant_agent_started_day_idx ON public.queue_visits_2027_02 USING btree (tenant, agent, started_day) WHERE (agent <> ''::text);
CREATE INDEX queue_visits_2027_02_tenant_queue_started_day_idx ON public.queue_visits_2027_02 USING btree (tenant, queue, started_day);
CREATE INDEX queue_visits_2027_02_tenant_started_day_idx ON public.queue_visits_2027_02 USING btree (tenant, started_day);
ALTER INDEX public.calls_by_id ATTACH PARTITION public.calls_2026_11_call_id_idx;
ALTER INDEX public.calls_pkey ATTACH PARTITION public.calls_2026_11_pkey;
ALTER INDEX public.calls_by_start ATTACH PARTITION public.calls_2026_11_started_day_started_at_idx;
ALTER INDEX public.calls_by_caller ATTACH PARTITION public.calls_2026_11_tenant_caller_number_started_day_started_at_idx;
ALTER INDEX public.calls_by_dialled ATTACH PARTITION public.calls_2026_11_tenant_dialled_started_day_started_at_idx;
ALTER INDEX public.calls_by_tenant ATTACH PARTITION public.calls_2026_11_tenant_started_day_started_at_idx;
ALTER INDEX public.calls_by_id ATTACH PARTITION public.calls_2026_12_call_id_idx;
ALTER INDEX public.calls_pkey ATTACH PARTITION public.calls_2026_12_pkey;
ALTER INDEX public.calls_by_start ATTACH PARTITION public.calls_2026_12_started_day_started_at_idx;
ALTER INDEX public.calls_by_caller ATTACH PARTITION public.calls_2026_12_tenant_caller_number_started_day_started_at_idx;
ALTER INDEX public.calls_by_dialled ATTACH PARTITION public.calls_2026_12_tenant_dialled_started_day_started_at_idx;
ALTER INDEX public.calls_by_tenant ATTACH PARTITION public.calls_2026_12_tenant_started_day_started_at_idx;
ALTER INDEX public.calls_by_id ATTACH PARTITION public.calls_2027_01_call_id_idx;
ALTER INDEX public.calls_pkey ATTACH PARTITION public.calls_2027_01_pkey;
ALTER INDEX public.calls_by_start ATTACH PARTITION public.calls_2027_01_started_day_started_at_idx;
ALTER INDEX public.calls_by_caller ATTACH PARTITION public.calls_2027_01_tenant_caller_number_started_day_started_at_idx;
ALTER INDEX public.calls_by_dialled ATTACH PARTITION public.calls_2027_01_tenant_dialled_started_day_started_at_idx;
ALTER INDEX public.calls_by_tenant ATTACH PARTITION public.calls_2027_01_tenant_started_day_started_at_idx;
ALTER INDEX public.calls_by_id ATTACH PARTITION public.calls_2027_02_call_id_idx;
ALTER INDEX public.calls_pkey ATTACH PARTITION public.calls_2027_02_pkey;
ALTER INDEX public.calls_by_start ATTACH PARTITION public.calls_2027_02_started_day_started_at_idx;
ALTER INDEX public.calls_by_caller ATTACH PARTITION public.calls_2027_02_tenant_caller_number_started_day_started_at_idx;
ALTER INDEX public.calls_by_dialled ATTACH PARTITION public.calls_2027_02_tenant_dialled_started_day_started_at_idx;
ALTER INDEX public.calls_by_tenant ATTACH PARTITION public.calls_2027_02_tenant_started_day_started_at_idx;
ALTER INDEX public.charges_pkey ATTACH PARTITION public.charges_2026_11_pkey;
ALTER INDEX public.charges_unrated ATTACH PARTITION public.charges_2026_11_started_day_idx;
ALTER INDEX public.charges_by_call ATTACH PARTITION public.charges_2026_11_tenant_call_id_started_day_idx;
ALTER INDEX public.charges_by_payer ATTACH PARTITION public.charges_2026_11_tenant_payer_started_day_idx;
ALTER INDEX public.charges_pkey ATTACH PARTITION public.charges_2026_12_pkey;
ALTER INDEX public.charges_unrated ATTACH PARTITION public.charges_2026_12_started_day_idx;
ALTER INDEX public.charges_by_call ATTACH PARTITION public.charges_2026_12_tenant_call_id_started_day_idx;
ALTER INDEX public.charges_by_payer ATTACH PARTITION public.charges_2026_12_tenant_payer_started_day_idx;
ALTER INDEX public.charges_pkey ATTACH PARTITION public.charges_2027_01_pkey;
ALTER INDEX public.charges_unrated ATTACH PARTITION public.charges_2027_01_started_day_idx;
ALTER INDEX public.charges_by_call ATTACH PARTITION public.charges_2027_01_tenant_call_id_started_day_idx;
ALTER INDEX public.charges_by_payer ATTACH PARTITION public.charges_2027_01_tenant_payer_started_day_idx;
ALTER INDEX public.charges_pkey ATTACH PARTITION public.charges_2027_02_pkey;
ALTER INDEX public.charges_unrated ATTACH PARTITION public.charges_2027_02_started_day_idx;
ALTER INDEX public.charges_by_call ATTACH PARTITION public.charges_2027_02_tenant_call_id_started_day_idx;
ALTER INDEX public.charges_by_payer ATTACH PARTITION public.charges_2027_02_tenant_payer_started_day_idx;
ALTER INDEX public.legs_pkey ATTACH PARTITION public.legs_2026_11_pkey;
ALTER INDEX public.legs_by_address ATTACH PARTITION public.legs_2026_11_tenant_address_started_day_idx;
ALTER INDEX public.legs_by_call ATTACH PARTITION public.legs_2026_11_tenant_call_id_started_day_idx;
ALTER INDEX public.legs_by_number ATTACH PARTITION public.legs_2026_11_tenant_target_started_day_idx;
ALTER INDEX public.legs_pkey ATTACH PARTITION public.legs_2026_12_pkey;
ALTER INDEX public.legs_by_address ATTACH PARTITION public.legs_2026_12_tenant_address_started_day_idx;
ALTER INDEX public.legs_by_call ATTACH PARTITION public.legs_2026_12_tenant_call_id_started_day_idx;
ALTER INDEX public.legs_by_number ATTACH PARTITION public.legs_2026_12_tenant_target_started_day_idx;
ALTER INDEX public.legs_pkey ATTACH PARTITION public.legs_2027_01_pkey;
ALTER INDEX public.legs_by_address ATTACH PARTITION public.legs_2027_01_tenant_address_started_day_idx;
ALTER INDEX public.legs_by_call ATTACH PARTITION public.legs_2027_01_tenant_call_id_started_day_idx;
ALTER INDEX public.legs_by_number ATTACH PARTITION public.legs_2027_01_tenant_target_started_day_idx;
ALTER INDEX public.legs_pkey ATTACH PARTITION public.legs_2027_02_pkey;
ALTER INDEX public.legs_by_address ATTACH PARTITION public.legs_2027_02_tenant_address_started_day_idx;
ALTER INDEX public.legs_by_call ATTACH PARTITION public.legs_2027_02_tenant_call_id_started_day_idx;
ALTER INDEX public.legs_by_number ATTACH PARTITION public.legs_2027_02_tenant_target_started_day_idx;
ALTER INDEX public.offers_pkey ATTACH PARTITION public.offers_2026_11_pkey;
ALTER INDEX public.offers_by_agent ATTACH PARTITION public.offers_2026_11_tenant_agent_started_day_idx;
ALTER INDEX public.offers_by_queue ATTACH PARTITION public.offers_2026_11_tenant_queue_started_day_idx;
ALTER INDEX public.offers_by_day ATTACH PARTITION public.offers_2026_11_tenant_started_day_idx;
ALTER INDEX public.offers_pkey ATTACH PARTITION public.offers_2026_12_pkey;
ALTER INDEX public.offers_by_agent ATTACH PARTITION public.offers_2026_12_tenant_agent_started_day_idx;
ALTER INDEX public.offers_by_queue ATTACH PARTITION public.offers_2026_12_tenant_queue_started_day_idx;
ALTER INDEX public.offers_by_day ATTACH PARTITION public.offers_2026_12_tenant_started_day_idx;
ALTER INDEX public.offers_pkey ATTACH PARTITION public.offers_2027_01_pkey;
ALTER INDEX public.offers_by_agent ATTACH PARTITION public.offers_2027_01_tenant_agent_started_day_idx;
ALTER INDEX public.offers_by_queue ATTACH PARTITION public.offers_2027_01_tenant_queue_started_day_idx;
ALTER INDEX public.offers_by_day ATTACH PARTITION public.offers_2027_01_tenant_started_day_idx;
ALTER INDEX public.offers_pkey ATTACH PARTITION public.offers_2027_02_pkey;
ALTER INDEX public.offers_by_agent ATTACH PARTITION public.offers_2027_02_tenant_agent_started_day_idx;
ALTER INDEX public.offers_by_queue ATTACH PARTITION public.offers_2027_02_tenant_queue_started_day_idx;
ALTER INDEX public.offers_by_day ATTACH PARTITION public.offers_2027_02_tenant_started_day_idx;
ALTER INDEX public.queue_visits_pkey ATTACH PARTITION public.queue_visits_2026_11_pkey;
ALTER INDEX public.queue_visits_by_agent ATTACH PARTITION public.queue_visits_2026_11_tenant_agent_started_day_idx;
ALTER INDEX public.queue_visits_by_queue ATTACH PARTITION public.queue_visits_2026_11_tenant_queue_started_day_idx;
ALTER INDEX public.queue_visits_by_day ATTACH PARTITION public.queue_visits_2026_11_tenant_started_day_idx;
ALTER INDEX public.queue_visits_pkey ATTACH PARTITION public.queue_visits_2026_12_pkey;
ALTER INDEX public.queue_visits_by_agent ATTACH PARTITION public.queue_visits_2026_12_tenant_agent_started_day_idx;
ALTER INDEX public.queue_visits_by_queue ATTACH PARTITION public.queue_visits_2026_12_tenant_queue_started_day_idx;
ALTER INDEX public.queue_visits_by_day ATTACH PARTITION public.queue_visits_2026_12_tenant_started_day_idx;
ALTER INDEX public.queue_visits_pkey ATTACH PARTITION public.queue_visits_2027_01_pkey;
ALTER INDEX public.queue_visits_by_agent ATTACH PARTITION public.queue_visits_2027_01_tenant_agent_started_day_idx;
ALTER INDEX public.queue_visits_by_queue ATTACH PARTITION public.queue_visits_2027_01_tenant_queue_started_day_idx;
ALTER INDEX public.queue_visits_by_day ATTACH PARTITION public.queue_visits_2027_01_tenant_started_day_idx;
ALTER INDEX public.queue_visits_pkey ATTACH PARTITION public.queue_visits_2027_02_pkey;
ALTER INDEX public.queue_visits_by_agent ATTACH PARTITION public.queue_visits_2027_02_tenant_agent_started_day_idx;
ALTER INDEX public.queue_visits_by_queue ATTACH PARTITION public.queue_visits_2027_02_tenant_queue_started_day_idx;
ALTER INDEX public.queue_visits_by_day ATTACH PARTITION public.queue_visits_2027_02_tenant_started_day_idx;
