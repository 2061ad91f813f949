
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
    estimate text DEFAULT ''::text NOT NULL,
    CONSTRAINT charges_amount CHECK ((((status = 'rated'::text) = (amount IS NOT NULL)) AND (amount >= (0)::numeric))),
    CONSTRAINT charges_currency CHECK (((currency ~ '^[A-Z]{3}$'::text) OR (amount IS NULL))),
    CONSTRAINT charges_reason CHECK (((status = 'rated'::text) = (reason = ''::text))),
    CONSTRAINT charges_revision CHECK ((revision >= 1)),
    CONSTRAINT charges_seconds CHECK (((counted_s >= 0) AND ((free_s >= 0) AND (free_s <= counted_s)) AND (billed_s >= 0))),
    CONSTRAINT charges_status CHECK ((status = ANY (ARRAY['rated'::text, 'unrated'::text, 'void'::text])))
)
PARTITION BY RANGE (started_day);

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
    estimate text DEFAULT ''::text CONSTRAINT charges_estimate_not_null NOT NULL,
    CONSTRAINT charges_amount CHECK ((((status = 'rated'::text) = (amount IS NOT NULL)) AND (amount >= (0)::numeric))),
    CONSTRAINT charges_currency CHECK (((currency ~ '^[A-Z]{3}$'::text) OR (amount IS NULL))),
    CONSTRAINT charges_reason CHECK (((status = 'rated'::text) = (reason = ''::text))),
    CONSTRAINT charges_revision CHECK ((revision >= 1)),
    CONSTRAINT charges_seconds CHECK (((counted_s >= 0) AND ((free_s >= 0) AND (free_s <= counted_s)) AND (billed_s >= 0))),
    CONSTRAINT charges_status CHECK ((status = ANY (ARRAY['rated'::text, 'unrated'::text, 'void'::text])))
);

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
    estimate text DEFAULT ''::text CONSTRAINT charges_estimate_not_null NOT NULL,
    CONSTRAINT charges_amount CHECK ((((status = 'rated'::text) = (amount IS NOT NULL)) AND (amount >= (0)::numeric))),
    CONSTRAINT charges_currency CHECK (((currency ~ '^[A-Z]{3}$'::text) OR (amount IS NULL))),
    CONSTRAINT charges_reason CHECK (((status = 'rated'::text) = (reason = ''::text))),
    CONSTRAINT charges_revision CHECK ((revision >= 1)),
    CONSTRAINT charges_seconds CHECK (((counted_s >= 0) AND ((free_s >= 0) AND (free_s <= counted_s)) AND (billed_s >= 0))),
    CONSTRAINT charges_status CHECK ((status = ANY (ARRAY['rated'::text, 'unrated'::text, 'void'::text])))
);

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
    estimate text DEFAULT ''::text CONSTRAINT charges_estimate_not_null NOT NULL,
    CONSTRAINT charges_amount CHECK ((((status = 'rated'::text) = (amount IS NOT NULL)) AND (amount >= (0)::numeric))),
    CONSTRAINT charges_currency CHECK (((currency ~ '^[A-Z]{3}$'::text) OR (amount IS NULL))),
    CONSTRAINT charges_reason CHECK (((status = 'rated'::text) = (reason = ''::text))),
    CONSTRAINT charges_revision CHECK ((revision >= 1)),
    CONSTRAINT charges_seconds CHECK (((counted_s >= 0) AND ((free_s >= 0) AND (free_s <= counted_s)) AND (billed_s >= 0))),
    CONSTRAINT charges_status CHECK ((status = ANY (ARRAY['rated'::text, 'unrated'::text, 'void'::text])))
);

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
    estimate text DEFAULT ''::text CONSTRAINT charges_estimate_not_null NOT NULL,
    CONSTRAINT charges_amount CHECK ((((status = 'rated'::text) = (amount IS NOT NULL)) AND (amount >= (0)::numeric))),
    CONSTRAINT charges_currency CHECK (((currency ~ '^[A-Z]{3}$'::text) OR (amount IS NULL))),
    CONSTRAINT charges_reason CHECK (((status = 'rated'::text) = (reason = ''::text))),
    CONSTRAINT charges_revision CHECK ((revision >= 1)),
    CONSTRAINT charges_seconds CHECK (((counted_s >= 0) AND ((free_s >= 0) AND (free_s <= counted_s)) AND (billed_s >= 0))),
    CONSTRAINT charges_status CHECK ((status = ANY (ARRAY['rated'::text, 'unrated'::text, 'void'::text])))
);

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
    written_at,
    estimate
   FROM public.charges
  ORDER BY tenant, switch, leg_id, started_day, revision DESC;

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
    estimate text DEFAULT ''::text NOT NULL,
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
    estimate text DEFAULT ''::text CONSTRAINT legs_estimate_not_null NOT NULL,
    CONSTRAINT legs_answer CHECK (((answered_at >= created_at) AND (answered_at <= ended_at))),
    CONSTRAINT legs_channel CHECK (((created_at IS NULL) = (ended_at IS NULL))),
    CONSTRAINT legs_direction CHECK ((direction = ANY (ARRAY['a'::text, 'b'::text]))),
    CONSTRAINT legs_ender CHECK ((hung_up_by = ANY (ARRAY[''::text, 'caller'::text, 'callee'::text, 'switch'::text]))),
    CONSTRAINT legs_ends CHECK ((ended_at >= created_at)),
    CONSTRAINT legs_outcome CHECK ((outcome ~ '^[a-z_]+$'::text)),
    CONSTRAINT legs_position CHECK (("position" >= 0)),
    CONSTRAINT legs_ringing CHECK (((ringing_at >= created_at) AND (ringing_at <= COALESCE(answered_at, ended_at))))
);

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
    estimate text DEFAULT ''::text CONSTRAINT legs_estimate_not_null NOT NULL,
    CONSTRAINT legs_answer CHECK (((answered_at >= created_at) AND (answered_at <= ended_at))),
    CONSTRAINT legs_channel CHECK (((created_at IS NULL) = (ended_at IS NULL))),
    CONSTRAINT legs_direction CHECK ((direction = ANY (ARRAY['a'::text, 'b'::text]))),
    CONSTRAINT legs_ender CHECK ((hung_up_by = ANY (ARRAY[''::text, 'caller'::text, 'callee'::text, 'switch'::text]))),
    CONSTRAINT legs_ends CHECK ((ended_at >= created_at)),
    CONSTRAINT legs_outcome CHECK ((outcome ~ '^[a-z_]+$'::text)),
    CONSTRAINT legs_position CHECK (("position" >= 0)),
    CONSTRAINT legs_ringing CHECK (((ringing_at >= created_at) AND (ringing_at <= COALESCE(answered_at, ended_at))))
);

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
    estimate text DEFAULT ''::text CONSTRAINT legs_estimate_not_null NOT NULL,
    CONSTRAINT legs_answer CHECK (((answered_at >= created_at) AND (answered_at <= ended_at))),
    CONSTRAINT legs_channel CHECK (((created_at IS NULL) = (ended_at IS NULL))),
    CONSTRAINT legs_direction CHECK ((direction = ANY (ARRAY['a'::text, 'b'::text]))),
    CONSTRAINT legs_ender CHECK ((hung_up_by = ANY (ARRAY[''::text, 'caller'::text, 'callee'::text, 'switch'::text]))),
    CONSTRAINT legs_ends CHECK ((ended_at >= created_at)),
    CONSTRAINT legs_outcome CHECK ((outcome ~ '^[a-z_]+$'::text)),
    CONSTRAINT legs_position CHECK (("position" >= 0)),
    CONSTRAINT legs_ringing CHECK (((ringing_at >= created_at) AND (ringing_at <= COALESCE(answered_at, ended_at))))
);

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
    estimate text DEFAULT ''::text CONSTRAINT legs_estimate_not_null NOT NULL,
    CONSTRAINT legs_answer CHECK (((answered_at >= created_at) AND (answered_at <= ended_at))),
    CONSTRAINT legs_channel CHECK (((created_at IS NULL) = (ended_at IS NULL))),
    CONSTRAINT legs_direction CHECK ((direction = ANY (ARRAY['a'::text, 'b'::text]))),
    CONSTRAINT legs_ender CHECK ((hung_up_by = ANY (ARRAY[''::text, 'caller'::text, 'callee'::text, 'switch'::text]))),
    CONSTRAINT legs_ends CHECK ((ended_at >= created_at)),
    CONSTRAINT legs_outcome CHECK ((outcome ~ '^[a-z_]+$'::text)),
    CONSTRAINT legs_position CHECK (("position" >= 0)),
    CONSTRAINT legs_ringing CHECK (((ringing_at >= created_at) AND (ringing_at <= COALESCE(answered_at, ended_at))))
);

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

CREATE TABLE public.schema_version (
    version integer NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL
);

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

INSERT INTO public.calls_2026_11 VALUES ('', 'fs1', 'ff9cc00c-9bbf-4327-a5b5-8ded5fc9b6f4', '2026-11-29', '2026-11-29 20:53:42.326275+00', NULL, NULL, '2026-11-29 20:53:42.357932+00', 'vm/4960/4026531836.b1e2b2b0-999c-4e79-9197-0234988dda24', '+48500100704', 'Jan Kowalski', false, '', '49301234567', 'rejected', '', '', '[{"at": "2026-11-29T20:53:42.336305Z", "why": "leads nowhere: no tenant has this number", "passed": true, "source": "", "target": "49301234567"}]', '[]', '[]', false, '2026-11-29 20:53:42.427275+00', DEFAULT, false);
INSERT INTO public.calls_2026_11 VALUES ('acme', 'fs1', '52e7bd1c-cc7a-434c-a4a7-a4180e66a172', '2026-11-29', '2026-11-29 20:53:42.153768+00', '2026-11-29 20:53:42.202547+00', NULL, '2026-11-29 20:53:43.22726+00', 'vm/4960/4026531836.b1e2b2b0-999c-4e79-9197-0234988dda24', '101', 'Jan Kowalski', false, '101', '*21*102#', 'changed', '', '', '[]', '[]', '[{"at": "2026-11-29T20:53:42.165063Z", "what": "extension:101 set always to extension:102, on"}]', false, '2026-11-29 20:53:43.303291+00', DEFAULT, false);
INSERT INTO public.calls_2026_11 VALUES ('acme', 'fs1', '595c5390-98a9-495c-ae27-65fb5eed308f', '2026-11-29', '2026-11-29 20:53:42.18708+00', '2026-11-29 20:53:42.41841+00', '2026-11-29 20:53:42.418514+00', '2026-11-29 20:53:43.420471+00', 'vm/4960/4026531836.b1e2b2b0-999c-4e79-9197-0234988dda24', '+48500100701', 'Jan Kowalski', false, '', '+48221234583', 'answered', '049da6e6-b7ac-5dfc-8beb-7a13561f5419', 'extension:117', '[{"at": "2026-11-29T20:53:42.194300Z", "why": "number +48221234583", "source": "tenants/acme.yaml:383", "target": "extension:117"}]', '[]', '[]', false, '2026-11-29 20:53:43.510643+00', DEFAULT, false);
INSERT INTO public.calls_2026_11 VALUES ('acme', 'fs1', '196b2ed7-9198-4e12-a0af-0f7ff604b5a8', '2026-11-29', '2026-11-29 20:53:42.289903+00', '2026-11-29 20:53:42.346903+00', '2026-11-29 20:53:42.583467+00', '2026-11-29 20:53:43.507766+00', 'vm/4960/4026531836.b1e2b2b0-999c-4e79-9197-0234988dda24', '+48500100401', 'Jan Kowalski', false, '', '+48221234589', 'answered', 'db131cf5-0d12-591a-934e-803cf5a7955d', 'extension:124', '[{"at": "2026-11-29T20:53:42.298236Z", "why": "number +48221234589", "source": "tenants/acme.yaml:389", "target": "queue:sales"}]', '[]', '[]', false, '2026-11-29 20:53:43.585031+00', DEFAULT, false);
INSERT INTO public.calls_2026_11 VALUES ('acme', 'fs1', 'ba80be48-c4b8-48d7-a373-7fbee781dc58', '2026-11-29', '2026-11-29 20:53:42.35918+00', '2026-11-29 20:53:42.588075+00', '2026-11-29 20:53:42.588172+00', '2026-11-29 20:53:43.590926+00', 'vm/4960/4026531836.b1e2b2b0-999c-4e79-9197-0234988dda24', '117', 'Jan Kowalski', false, '117', '999', 'answered', '64273443-9c1f-5218-991c-f4455d53bf1a', 'emergency:999', '[{"at": "2026-11-29T20:53:42.362856Z", "why": "emergency number dialled", "source": "", "target": "emergency:999"}]', '[]', '[]', false, '2026-11-29 20:53:43.679662+00', DEFAULT, false);
INSERT INTO public.calls_2026_11 VALUES ('acme', 'fs1', '796f2b73-18db-41c3-abdb-22a06c4ec81c', '2026-11-29', '2026-11-29 20:53:42.219697+00', '2026-11-29 20:53:42.952029+00', '2026-11-29 20:53:42.952152+00', '2026-11-29 20:53:43.666168+00', 'vm/4960/4026531836.b1e2b2b0-999c-4e79-9197-0234988dda24', '+48500100702', 'Jan Kowalski', false, '', '+48221234579', 'answered', '56f2483a-c2b1-5ad4-a379-a27bc2d819c3', 'number:+48600700800', '[{"at": "2026-11-29T20:53:42.224883Z", "why": "number +48221234579", "source": "tenants/acme.yaml:379", "target": "number:+48600700800"}]', '[]', '[]', false, '2026-11-29 20:53:43.75661+00', DEFAULT, false);
INSERT INTO public.calls_2026_11 VALUES ('acme', 'fs1', '21b47d12-ced5-4188-af8f-39d1c99f7f59', '2026-11-29', '2026-11-29 20:53:42.254645+00', '2026-11-29 20:53:42.302414+00', NULL, '2026-11-29 20:53:48.304119+00', 'vm/4959/4026531836.c67415b3-5658-4b84-897f-b358c7a30686', '+48500100703', 'Jan Kowalski', false, '', '+48221234575', 'voicemail', '', '', '[{"at": "2026-11-29T20:53:42.258904Z", "why": "number +48221234575", "source": "tenants/acme.yaml:375", "target": "voicemail:office"}]', '[{"at": "2026-11-29T20:53:48.329108Z", "box": "office", "path": "/var/lib/freeswitch/recordings/acme-office-21b47d12-ced5-4188-af8f-39d1c99f7f59.wav"}]', '[]', false, '2026-11-29 20:53:48.405539+00', DEFAULT, false);

INSERT INTO public.charges_2026_11 VALUES ('acme', 'fs1', '64273443-9c1f-5218-991c-f4455d53bf1a', '2026-11-29', 1, 'ba80be48-c4b8-48d7-a373-7fbee781dc58', 'rated', 'extension:117', '999', '', 0.00000000, 'PLN', 'retail', NULL, '', '', 0, 0, 0, '', NULL, NULL, '[]', 'emergency call without a price in list retail: free of charge', '2026-11-29 20:53:43.679662+00', '');
INSERT INTO public.charges_2026_11 VALUES ('acme', 'fs1', '56f2483a-c2b1-5ad4-a379-a27bc2d819c3', '2026-11-29', 1, '796f2b73-18db-41c3-abdb-22a06c4ec81c', 'rated', 'tenant', '+48600700800', '', 0.29000000, 'PLN', 'retail', '2025-12-31 23:00:00+00', '4860', 'Poland mobile', 2, 0, 60, '60/1', 0.00000000, 23.000, '[{"start": "2026-11-29T21:53:42.449904+01:00", "steps": 1, "period": "offpeak", "seconds": 60, "amount_unrounded": "0.29", "price_per_minute": "0.29"}]', '1.215802 s, up: 2 s; 60/1: 60 s; 0 + 60 * 0.29 / 60 = 0.29; half_up to 2 decimals: 0.29 PLN', '2026-11-29 20:53:43.75661+00', '');

INSERT INTO public.legs_2026_11 VALUES ('', 'fs1', 'ff9cc00c-9bbf-4327-a5b5-8ded5fc9b6f4', '2026-11-29', 'ff9cc00c-9bbf-4327-a5b5-8ded5fc9b6f4', 0, 'a', '', '49301234567', '', '+48500100704', '', '2026-11-29 20:53:42.326275+00', '2026-11-29 20:53:42.326275+00', NULL, NULL, NULL, '2026-11-29 20:53:42.357932+00', 'UNALLOCATED_NUMBER', 'unavailable', 'switch', false, '2026-11-29 20:53:42.427275+00', DEFAULT, DEFAULT, DEFAULT, false, '');
INSERT INTO public.legs_2026_11 VALUES ('acme', 'fs1', '52e7bd1c-cc7a-434c-a4a7-a4180e66a172', '2026-11-29', '52e7bd1c-cc7a-434c-a4a7-a4180e66a172', 0, 'a', '', '*21*102#', '', '101', '', '2026-11-29 20:53:42.153768+00', '2026-11-29 20:53:42.153768+00', NULL, '2026-11-29 20:53:42.202547+00', NULL, '2026-11-29 20:53:43.22726+00', 'NORMAL_CLEARING', 'answered', 'switch', false, '2026-11-29 20:53:43.303291+00', DEFAULT, DEFAULT, DEFAULT, false, '');
INSERT INTO public.legs_2026_11 VALUES ('acme', 'fs1', '049da6e6-b7ac-5dfc-8beb-7a13561f5419', '2026-11-29', '595c5390-98a9-495c-ae27-65fb5eed308f', 1, 'b', 'extension:117', '117@acme.example', '', '+48500100701', '', '2026-11-29 20:53:42.1943+00', '2026-11-29 20:53:42.217155+00', '2026-11-29 20:53:42.217685+00', '2026-11-29 20:53:42.418218+00', '2026-11-29 20:53:42.418514+00', '2026-11-29 20:53:43.420123+00', 'NORMAL_CLEARING', 'answered', 'callee', false, '2026-11-29 20:53:43.510643+00', DEFAULT, DEFAULT, DEFAULT, false, '');
INSERT INTO public.legs_2026_11 VALUES ('acme', 'fs1', '595c5390-98a9-495c-ae27-65fb5eed308f', '2026-11-29', '595c5390-98a9-495c-ae27-65fb5eed308f', 0, 'a', '', '+48221234583', '', '+48500100701', '', '2026-11-29 20:53:42.18708+00', '2026-11-29 20:53:42.18708+00', '2026-11-29 20:53:42.217685+00', '2026-11-29 20:53:42.41841+00', NULL, '2026-11-29 20:53:43.420471+00', 'NORMAL_CLEARING', 'answered', 'switch', false, '2026-11-29 20:53:43.510643+00', DEFAULT, DEFAULT, DEFAULT, false, '');
INSERT INTO public.legs_2026_11 VALUES ('acme', 'fs1', '196b2ed7-9198-4e12-a0af-0f7ff604b5a8', '2026-11-29', '196b2ed7-9198-4e12-a0af-0f7ff604b5a8', 0, 'a', '', '+48221234589', '', '+48500100401', '', '2026-11-29 20:53:42.289903+00', '2026-11-29 20:53:42.289903+00', NULL, '2026-11-29 20:53:42.346903+00', NULL, '2026-11-29 20:53:43.507766+00', 'NORMAL_CLEARING', 'answered', 'switch', false, '2026-11-29 20:53:43.585031+00', DEFAULT, DEFAULT, DEFAULT, false, '');
INSERT INTO public.legs_2026_11 VALUES ('acme', 'fs1', 'db131cf5-0d12-591a-934e-803cf5a7955d', '2026-11-29', '196b2ed7-9198-4e12-a0af-0f7ff604b5a8', 1, 'b', 'extension:124', '124@acme.example', '', '+48500100401', '', '2026-11-29 20:53:42.301387+00', '2026-11-29 20:53:42.303639+00', '2026-11-29 20:53:42.305574+00', '2026-11-29 20:53:42.505718+00', '2026-11-29 20:53:42.583467+00', '2026-11-29 20:53:43.507297+00', 'NORMAL_CLEARING', 'answered', 'callee', false, '2026-11-29 20:53:43.585031+00', DEFAULT, DEFAULT, DEFAULT, false, '');
INSERT INTO public.legs_2026_11 VALUES ('acme', 'fs1', '64273443-9c1f-5218-991c-f4455d53bf1a', '2026-11-29', 'ba80be48-c4b8-48d7-a373-7fbee781dc58', 1, 'b', 'emergency:999', '999', 'carrier-a', '+48221234567', 'extension:117', '2026-11-29 20:53:42.362856+00', '2026-11-29 20:53:42.3874+00', '2026-11-29 20:53:42.387716+00', '2026-11-29 20:53:42.587915+00', '2026-11-29 20:53:42.588172+00', '2026-11-29 20:53:43.590496+00', 'NORMAL_CLEARING', 'answered', 'callee', false, '2026-11-29 20:53:43.679662+00', DEFAULT, DEFAULT, DEFAULT, false, '');
INSERT INTO public.legs_2026_11 VALUES ('acme', 'fs1', 'ba80be48-c4b8-48d7-a373-7fbee781dc58', '2026-11-29', 'ba80be48-c4b8-48d7-a373-7fbee781dc58', 0, 'a', '', '999', '', '117', '', '2026-11-29 20:53:42.35918+00', '2026-11-29 20:53:42.35918+00', '2026-11-29 20:53:42.387716+00', '2026-11-29 20:53:42.588075+00', NULL, '2026-11-29 20:53:43.590926+00', 'NORMAL_CLEARING', 'answered', 'switch', false, '2026-11-29 20:53:43.679662+00', DEFAULT, DEFAULT, DEFAULT, false, '');
INSERT INTO public.legs_2026_11 VALUES ('acme', 'fs1', '56f2483a-c2b1-5ad4-a379-a27bc2d819c3', '2026-11-29', '796f2b73-18db-41c3-abdb-22a06c4ec81c', 1, 'b', 'number:+48600700800', '48600700800', 'carrier-a', '+48500100702', 'tenant', '2026-11-29 20:53:42.224883+00', '2026-11-29 20:53:42.248738+00', '2026-11-29 20:53:42.249088+00', '2026-11-29 20:53:42.449904+00', '2026-11-29 20:53:42.952152+00', '2026-11-29 20:53:43.665706+00', 'NORMAL_CLEARING', 'answered', 'callee', false, '2026-11-29 20:53:43.75661+00', DEFAULT, DEFAULT, DEFAULT, false, '');
INSERT INTO public.legs_2026_11 VALUES ('acme', 'fs1', '796f2b73-18db-41c3-abdb-22a06c4ec81c', '2026-11-29', '796f2b73-18db-41c3-abdb-22a06c4ec81c', 0, 'a', '', '+48221234579', '', '+48500100702', '', '2026-11-29 20:53:42.219697+00', '2026-11-29 20:53:42.219697+00', '2026-11-29 20:53:42.249088+00', '2026-11-29 20:53:42.952029+00', NULL, '2026-11-29 20:53:43.666168+00', 'NORMAL_CLEARING', 'answered', 'switch', false, '2026-11-29 20:53:43.75661+00', DEFAULT, DEFAULT, DEFAULT, false, '');
INSERT INTO public.legs_2026_11 VALUES ('acme', 'fs1', '21b47d12-ced5-4188-af8f-39d1c99f7f59', '2026-11-29', '21b47d12-ced5-4188-af8f-39d1c99f7f59', 0, 'a', '', '+48221234575', '', '+48500100703', '', '2026-11-29 20:53:42.254645+00', '2026-11-29 20:53:42.254645+00', NULL, '2026-11-29 20:53:42.302414+00', NULL, '2026-11-29 20:53:48.304119+00', 'NORMAL_CLEARING', 'answered', 'caller', false, '2026-11-29 20:53:48.405539+00', DEFAULT, DEFAULT, DEFAULT, false, '');

INSERT INTO public.offers_2026_11 VALUES ('acme', 'fs1', '196b2ed7-9198-4e12-a0af-0f7ff604b5a8', '2026-11-29', 1, '196b2ed7-9198-4e12-a0af-0f7ff604b5a8/1:1', 'zenon', 'sales', '2026-11-29 20:53:42.301387+00', '{db131cf5-0d12-591a-934e-803cf5a7955d}', '2026-11-29 20:53:42.541028+00', 'accepted', '', '2026-11-29 20:53:42.583467+00', '2026-11-29 20:53:43.507297+00', '2026-11-29 20:53:43.530052+00', '2026-11-29 20:53:45.530052+00', false, '2026-11-29 20:53:43.585031+00', DEFAULT, DEFAULT, DEFAULT);

INSERT INTO public.queue_visits_2026_11 VALUES ('acme', 'fs1', '196b2ed7-9198-4e12-a0af-0f7ff604b5a8', '2026-11-29', 1, 'sales', '196b2ed7-9198-4e12-a0af-0f7ff604b5a8/1', '2026-11-29 20:53:42.300835+00', '2026-11-29 20:53:42.298236+00', '', 1, '2026-11-29 20:53:42.603975+00', 'answered', 305, 'zenon', 'zenon', '2026-11-29 20:53:42.583467+00', '[]', '2026-11-29 20:53:45.530052+00', false, '2026-11-29 20:53:43.585031+00', DEFAULT);

INSERT INTO public.schema_version VALUES (5, '2026-11-29 20:53:29.669538+00');

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

