--
-- PostgreSQL database dump
--


-- Dumped from database version 18.4
-- Dumped by pg_dump version 18.4

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

--
-- Name: calls; Type: TABLE; Schema: public; Owner: -
--

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

--
-- Name: calls_2026_11; Type: TABLE; Schema: public; Owner: -
--

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


--
-- Name: calls_2026_12; Type: TABLE; Schema: public; Owner: -
--

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


--
-- Name: calls_2027_01; Type: TABLE; Schema: public; Owner: -
--

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


--
-- Name: calls_2027_02; Type: TABLE; Schema: public; Owner: -
--

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


--
-- Name: charges; Type: TABLE; Schema: public; Owner: -
--

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


--
-- Name: charges_2026_11; Type: TABLE; Schema: public; Owner: -
--

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


--
-- Name: charges_2026_12; Type: TABLE; Schema: public; Owner: -
--

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


--
-- Name: charges_2027_01; Type: TABLE; Schema: public; Owner: -
--

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


--
-- Name: charges_2027_02; Type: TABLE; Schema: public; Owner: -
--

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


--
-- Name: current_charges; Type: VIEW; Schema: public; Owner: -
--

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


--
-- Name: legs; Type: TABLE; Schema: public; Owner: -
--

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


--
-- Name: legs_2026_11; Type: TABLE; Schema: public; Owner: -
--

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


--
-- Name: legs_2026_12; Type: TABLE; Schema: public; Owner: -
--

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


--
-- Name: legs_2027_01; Type: TABLE; Schema: public; Owner: -
--

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


--
-- Name: legs_2027_02; Type: TABLE; Schema: public; Owner: -
--

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


--
-- Name: offers; Type: TABLE; Schema: public; Owner: -
--

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


--
-- Name: offers_2026_11; Type: TABLE; Schema: public; Owner: -
--

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


--
-- Name: offers_2026_12; Type: TABLE; Schema: public; Owner: -
--

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


--
-- Name: offers_2027_01; Type: TABLE; Schema: public; Owner: -
--

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


--
-- Name: offers_2027_02; Type: TABLE; Schema: public; Owner: -
--

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


--
-- Name: queue_visits; Type: TABLE; Schema: public; Owner: -
--

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


--
-- Name: queue_visits_2026_11; Type: TABLE; Schema: public; Owner: -
--

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


--
-- Name: queue_visits_2026_12; Type: TABLE; Schema: public; Owner: -
--

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


--
-- Name: queue_visits_2027_01; Type: TABLE; Schema: public; Owner: -
--

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


--
-- Name: queue_visits_2027_02; Type: TABLE; Schema: public; Owner: -
--

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


--
-- Name: schema_version; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.schema_version (
    version integer NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL
);


--
-- Name: segments; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.segments (
    tenant text NOT NULL,
    switch text NOT NULL,
    call_id text NOT NULL,
    started_day date NOT NULL,
    segment smallint NOT NULL,
    leg_id text NOT NULL,
    other_leg text NOT NULL,
    party text NOT NULL,
    began_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone NOT NULL,
    estimated boolean NOT NULL,
    written_at timestamp with time zone DEFAULT now() NOT NULL,
    talk_ms numeric(16,3) GENERATED ALWAYS AS (((1000)::numeric * EXTRACT(epoch FROM (ended_at - began_at)))) STORED,
    CONSTRAINT segments_ends CHECK ((ended_at >= began_at)),
    CONSTRAINT segments_segment CHECK ((segment >= 1))
)
PARTITION BY RANGE (started_day);


--
-- Name: segments_2026_11; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.segments_2026_11 (
    tenant text CONSTRAINT segments_tenant_not_null NOT NULL,
    switch text CONSTRAINT segments_switch_not_null NOT NULL,
    call_id text CONSTRAINT segments_call_id_not_null NOT NULL,
    started_day date CONSTRAINT segments_started_day_not_null NOT NULL,
    segment smallint CONSTRAINT segments_segment_not_null NOT NULL,
    leg_id text CONSTRAINT segments_leg_id_not_null NOT NULL,
    other_leg text CONSTRAINT segments_other_leg_not_null NOT NULL,
    party text CONSTRAINT segments_party_not_null NOT NULL,
    began_at timestamp with time zone CONSTRAINT segments_began_at_not_null NOT NULL,
    ended_at timestamp with time zone CONSTRAINT segments_ended_at_not_null NOT NULL,
    estimated boolean CONSTRAINT segments_estimated_not_null NOT NULL,
    written_at timestamp with time zone DEFAULT now() CONSTRAINT segments_written_at_not_null NOT NULL,
    talk_ms numeric(16,3) GENERATED ALWAYS AS (((1000)::numeric * EXTRACT(epoch FROM (ended_at - began_at)))) STORED,
    CONSTRAINT segments_ends CHECK ((ended_at >= began_at)),
    CONSTRAINT segments_segment CHECK ((segment >= 1))
);


--
-- Name: segments_2026_12; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.segments_2026_12 (
    tenant text CONSTRAINT segments_tenant_not_null NOT NULL,
    switch text CONSTRAINT segments_switch_not_null NOT NULL,
    call_id text CONSTRAINT segments_call_id_not_null NOT NULL,
    started_day date CONSTRAINT segments_started_day_not_null NOT NULL,
    segment smallint CONSTRAINT segments_segment_not_null NOT NULL,
    leg_id text CONSTRAINT segments_leg_id_not_null NOT NULL,
    other_leg text CONSTRAINT segments_other_leg_not_null NOT NULL,
    party text CONSTRAINT segments_party_not_null NOT NULL,
    began_at timestamp with time zone CONSTRAINT segments_began_at_not_null NOT NULL,
    ended_at timestamp with time zone CONSTRAINT segments_ended_at_not_null NOT NULL,
    estimated boolean CONSTRAINT segments_estimated_not_null NOT NULL,
    written_at timestamp with time zone DEFAULT now() CONSTRAINT segments_written_at_not_null NOT NULL,
    talk_ms numeric(16,3) GENERATED ALWAYS AS (((1000)::numeric * EXTRACT(epoch FROM (ended_at - began_at)))) STORED,
    CONSTRAINT segments_ends CHECK ((ended_at >= began_at)),
    CONSTRAINT segments_segment CHECK ((segment >= 1))
);


--
-- Name: segments_2027_01; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.segments_2027_01 (
    tenant text CONSTRAINT segments_tenant_not_null NOT NULL,
    switch text CONSTRAINT segments_switch_not_null NOT NULL,
    call_id text CONSTRAINT segments_call_id_not_null NOT NULL,
    started_day date CONSTRAINT segments_started_day_not_null NOT NULL,
    segment smallint CONSTRAINT segments_segment_not_null NOT NULL,
    leg_id text CONSTRAINT segments_leg_id_not_null NOT NULL,
    other_leg text CONSTRAINT segments_other_leg_not_null NOT NULL,
    party text CONSTRAINT segments_party_not_null NOT NULL,
    began_at timestamp with time zone CONSTRAINT segments_began_at_not_null NOT NULL,
    ended_at timestamp with time zone CONSTRAINT segments_ended_at_not_null NOT NULL,
    estimated boolean CONSTRAINT segments_estimated_not_null NOT NULL,
    written_at timestamp with time zone DEFAULT now() CONSTRAINT segments_written_at_not_null NOT NULL,
    talk_ms numeric(16,3) GENERATED ALWAYS AS (((1000)::numeric * EXTRACT(epoch FROM (ended_at - began_at)))) STORED,
    CONSTRAINT segments_ends CHECK ((ended_at >= began_at)),
    CONSTRAINT segments_segment CHECK ((segment >= 1))
);


--
-- Name: segments_2027_02; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.segments_2027_02 (
    tenant text CONSTRAINT segments_tenant_not_null NOT NULL,
    switch text CONSTRAINT segments_switch_not_null NOT NULL,
    call_id text CONSTRAINT segments_call_id_not_null NOT NULL,
    started_day date CONSTRAINT segments_started_day_not_null NOT NULL,
    segment smallint CONSTRAINT segments_segment_not_null NOT NULL,
    leg_id text CONSTRAINT segments_leg_id_not_null NOT NULL,
    other_leg text CONSTRAINT segments_other_leg_not_null NOT NULL,
    party text CONSTRAINT segments_party_not_null NOT NULL,
    began_at timestamp with time zone CONSTRAINT segments_began_at_not_null NOT NULL,
    ended_at timestamp with time zone CONSTRAINT segments_ended_at_not_null NOT NULL,
    estimated boolean CONSTRAINT segments_estimated_not_null NOT NULL,
    written_at timestamp with time zone DEFAULT now() CONSTRAINT segments_written_at_not_null NOT NULL,
    talk_ms numeric(16,3) GENERATED ALWAYS AS (((1000)::numeric * EXTRACT(epoch FROM (ended_at - began_at)))) STORED,
    CONSTRAINT segments_ends CHECK ((ended_at >= began_at)),
    CONSTRAINT segments_segment CHECK ((segment >= 1))
);


--
-- Name: calls_2026_11; Type: TABLE ATTACH; Schema: public; Owner: -
--

ALTER TABLE ONLY public.calls ATTACH PARTITION public.calls_2026_11 FOR VALUES FROM ('2026-11-01') TO ('2026-12-01');


--
-- Name: calls_2026_12; Type: TABLE ATTACH; Schema: public; Owner: -
--

ALTER TABLE ONLY public.calls ATTACH PARTITION public.calls_2026_12 FOR VALUES FROM ('2026-12-01') TO ('2027-01-01');


--
-- Name: calls_2027_01; Type: TABLE ATTACH; Schema: public; Owner: -
--

ALTER TABLE ONLY public.calls ATTACH PARTITION public.calls_2027_01 FOR VALUES FROM ('2027-01-01') TO ('2027-02-01');


--
-- Name: calls_2027_02; Type: TABLE ATTACH; Schema: public; Owner: -
--

ALTER TABLE ONLY public.calls ATTACH PARTITION public.calls_2027_02 FOR VALUES FROM ('2027-02-01') TO ('2027-03-01');


--
-- Name: charges_2026_11; Type: TABLE ATTACH; Schema: public; Owner: -
--

ALTER TABLE ONLY public.charges ATTACH PARTITION public.charges_2026_11 FOR VALUES FROM ('2026-11-01') TO ('2026-12-01');


--
-- Name: charges_2026_12; Type: TABLE ATTACH; Schema: public; Owner: -
--

ALTER TABLE ONLY public.charges ATTACH PARTITION public.charges_2026_12 FOR VALUES FROM ('2026-12-01') TO ('2027-01-01');


--
-- Name: charges_2027_01; Type: TABLE ATTACH; Schema: public; Owner: -
--

ALTER TABLE ONLY public.charges ATTACH PARTITION public.charges_2027_01 FOR VALUES FROM ('2027-01-01') TO ('2027-02-01');


--
-- Name: charges_2027_02; Type: TABLE ATTACH; Schema: public; Owner: -
--

ALTER TABLE ONLY public.charges ATTACH PARTITION public.charges_2027_02 FOR VALUES FROM ('2027-02-01') TO ('2027-03-01');


--
-- Name: legs_2026_11; Type: TABLE ATTACH; Schema: public; Owner: -
--

ALTER TABLE ONLY public.legs ATTACH PARTITION public.legs_2026_11 FOR VALUES FROM ('2026-11-01') TO ('2026-12-01');


--
-- Name: legs_2026_12; Type: TABLE ATTACH; Schema: public; Owner: -
--

ALTER TABLE ONLY public.legs ATTACH PARTITION public.legs_2026_12 FOR VALUES FROM ('2026-12-01') TO ('2027-01-01');


--
-- Name: legs_2027_01; Type: TABLE ATTACH; Schema: public; Owner: -
--

ALTER TABLE ONLY public.legs ATTACH PARTITION public.legs_2027_01 FOR VALUES FROM ('2027-01-01') TO ('2027-02-01');


--
-- Name: legs_2027_02; Type: TABLE ATTACH; Schema: public; Owner: -
--

ALTER TABLE ONLY public.legs ATTACH PARTITION public.legs_2027_02 FOR VALUES FROM ('2027-02-01') TO ('2027-03-01');


--
-- Name: offers_2026_11; Type: TABLE ATTACH; Schema: public; Owner: -
--

ALTER TABLE ONLY public.offers ATTACH PARTITION public.offers_2026_11 FOR VALUES FROM ('2026-11-01') TO ('2026-12-01');


--
-- Name: offers_2026_12; Type: TABLE ATTACH; Schema: public; Owner: -
--

ALTER TABLE ONLY public.offers ATTACH PARTITION public.offers_2026_12 FOR VALUES FROM ('2026-12-01') TO ('2027-01-01');


--
-- Name: offers_2027_01; Type: TABLE ATTACH; Schema: public; Owner: -
--

ALTER TABLE ONLY public.offers ATTACH PARTITION public.offers_2027_01 FOR VALUES FROM ('2027-01-01') TO ('2027-02-01');


--
-- Name: offers_2027_02; Type: TABLE ATTACH; Schema: public; Owner: -
--

ALTER TABLE ONLY public.offers ATTACH PARTITION public.offers_2027_02 FOR VALUES FROM ('2027-02-01') TO ('2027-03-01');


--
-- Name: queue_visits_2026_11; Type: TABLE ATTACH; Schema: public; Owner: -
--

ALTER TABLE ONLY public.queue_visits ATTACH PARTITION public.queue_visits_2026_11 FOR VALUES FROM ('2026-11-01') TO ('2026-12-01');


--
-- Name: queue_visits_2026_12; Type: TABLE ATTACH; Schema: public; Owner: -
--

ALTER TABLE ONLY public.queue_visits ATTACH PARTITION public.queue_visits_2026_12 FOR VALUES FROM ('2026-12-01') TO ('2027-01-01');


--
-- Name: queue_visits_2027_01; Type: TABLE ATTACH; Schema: public; Owner: -
--

ALTER TABLE ONLY public.queue_visits ATTACH PARTITION public.queue_visits_2027_01 FOR VALUES FROM ('2027-01-01') TO ('2027-02-01');


--
-- Name: queue_visits_2027_02; Type: TABLE ATTACH; Schema: public; Owner: -
--

ALTER TABLE ONLY public.queue_visits ATTACH PARTITION public.queue_visits_2027_02 FOR VALUES FROM ('2027-02-01') TO ('2027-03-01');


--
-- Name: segments_2026_11; Type: TABLE ATTACH; Schema: public; Owner: -
--

ALTER TABLE ONLY public.segments ATTACH PARTITION public.segments_2026_11 FOR VALUES FROM ('2026-11-01') TO ('2026-12-01');


--
-- Name: segments_2026_12; Type: TABLE ATTACH; Schema: public; Owner: -
--

ALTER TABLE ONLY public.segments ATTACH PARTITION public.segments_2026_12 FOR VALUES FROM ('2026-12-01') TO ('2027-01-01');


--
-- Name: segments_2027_01; Type: TABLE ATTACH; Schema: public; Owner: -
--

ALTER TABLE ONLY public.segments ATTACH PARTITION public.segments_2027_01 FOR VALUES FROM ('2027-01-01') TO ('2027-02-01');


--
-- Name: segments_2027_02; Type: TABLE ATTACH; Schema: public; Owner: -
--

ALTER TABLE ONLY public.segments ATTACH PARTITION public.segments_2027_02 FOR VALUES FROM ('2027-02-01') TO ('2027-03-01');


--
-- Data for Name: calls_2026_11; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.calls_2026_11 VALUES ('acme', 'fs1', '4a879958-a8c4-413f-a53d-131d5ae18be0', '2026-11-29', '2026-11-29 23:52:33.268284+00', NULL, NULL, '2026-11-29 23:52:33.384836+00', 'vm/5002/4026531836.b596ad6e-7458-4897-9405-64073ec6d81a', '102', 'Jan Kowalski', false, '102', '112', 'unavailable', '', '', '[{"at": "2026-11-29T23:52:33.273646Z", "why": "emergency number dialled", "source": "", "target": "emergency:112"}, {"at": "2026-11-29T23:52:33.319769Z", "why": "trunk failed (INVALID_GATEWAY), next", "source": "", "target": "emergency:112"}]', '[]', '[]', false, '2026-11-29 23:52:33.462753+00', DEFAULT, false);
INSERT INTO public.calls_2026_11 VALUES ('acme', 'fs1', '25ca8931-3e07-46fb-a6b7-225b35fdfc10', '2026-11-29', '2026-11-29 23:52:34.90185+00', NULL, NULL, '2026-11-29 23:52:35.026059+00', 'vm/5001/4026531836.dc77e9e7-9b2e-4228-857f-df6b18f6f091', '107', '107', false, '107', '106', 'unavailable', '', '', '[{"at": "2026-11-29T23:52:34.913875Z", "why": "rule always of extension:106", "source": "tenants/acme.yaml:42", "target": "number:+48600700800"}, {"at": "2026-11-29T23:52:34.959419Z", "why": "trunk failed, next is carrier-b", "source": "", "target": "number:+48600700800"}]', '[]', '[]', false, '2026-11-29 23:52:35.103752+00', DEFAULT, false);
INSERT INTO public.calls_2026_11 VALUES ('acme', 'fs1', '4e6c3e72-9fad-454b-a951-e34fa219be9e', '2026-11-29', '2026-11-29 23:52:35.694348+00', '2026-11-29 23:52:36.025192+00', '2026-11-29 23:52:36.025303+00', '2026-11-29 23:52:37.226977+00', 'vm/5002/4026531836.b596ad6e-7458-4897-9405-64073ec6d81a', '102', 'Jan Kowalski', false, '102', '105', 'answered', '900d21d1-6a06-5064-b20e-05c2175eb57f', 'extension:105', '[]', '[]', '[{"at": "2026-11-29T23:52:37.240260Z", "what": "extension:105 transferred to 106 by extension:102"}]', false, '2026-11-29 23:52:37.440871+00', DEFAULT, false);
INSERT INTO public.calls_2026_11 VALUES ('acme', 'fs1', '900d21d1-6a06-5064-b20e-05c2175eb57f', '2026-11-29', '2026-11-29 23:52:37.236048+00', '2026-11-29 23:52:37.236048+00', NULL, '2026-11-29 23:52:37.359168+00', 'vm/5002/4026531836.b596ad6e-7458-4897-9405-64073ec6d81a', '105', '', false, '105', '106', 'unavailable', '', '', '[{"at": "2026-11-29T23:52:37.237434Z", "why": "rule always of extension:106", "source": "tenants/acme.yaml:42", "target": "number:+48600700800"}, {"at": "2026-11-29T23:52:37.283793Z", "why": "trunk failed, next is carrier-b", "source": "", "target": "number:+48600700800"}, {"at": "2026-11-29T23:52:37.328558Z", "why": "back to the transferor", "source": "", "target": "extension:102"}, {"at": "2026-11-29T23:52:37.337679Z", "why": "no phone registered", "passed": true, "source": "", "target": "extension:102"}]', '[]', '[{"at": "2026-11-29T23:52:37.236048Z", "what": "transferred to 106 by extension:102"}]', false, '2026-11-29 23:52:37.440871+00', DEFAULT, false);


--
-- Data for Name: calls_2026_12; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: calls_2027_01; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: calls_2027_02; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: charges_2026_11; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: charges_2026_12; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: charges_2027_01; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: charges_2027_02; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: legs_2026_11; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.legs_2026_11 VALUES ('acme', 'fs1', '0222216d-a984-56df-a2fe-c5d70a89d00d', '2026-11-29', '4a879958-a8c4-413f-a53d-131d5ae18be0', 1, 'b', 'emergency:112', '112', 'carrier-a', '+48221234567', 'extension:102', '2026-11-29 23:52:33.273646+00', NULL, NULL, NULL, NULL, NULL, 'INVALID_GATEWAY', 'unavailable', '', false, '2026-11-29 23:52:33.462753+00', DEFAULT, DEFAULT, DEFAULT, false, '');
INSERT INTO public.legs_2026_11 VALUES ('acme', 'fs1', '4a879958-a8c4-413f-a53d-131d5ae18be0', '2026-11-29', '4a879958-a8c4-413f-a53d-131d5ae18be0', 0, 'a', '', '112', '', '102', '', '2026-11-29 23:52:33.268284+00', '2026-11-29 23:52:33.268284+00', NULL, NULL, NULL, '2026-11-29 23:52:33.384836+00', 'SUBSCRIBER_ABSENT', 'unavailable', 'switch', false, '2026-11-29 23:52:33.462753+00', DEFAULT, DEFAULT, DEFAULT, false, '');
INSERT INTO public.legs_2026_11 VALUES ('acme', 'fs1', '71842365-2b8c-531b-9cd9-79b8eae566bc', '2026-11-29', '4a879958-a8c4-413f-a53d-131d5ae18be0', 2, 'b', 'emergency:112', '112', 'carrier-b', '+48223000002', 'extension:102', '2026-11-29 23:52:33.319769+00', NULL, NULL, NULL, NULL, NULL, 'INVALID_GATEWAY', 'unavailable', '', false, '2026-11-29 23:52:33.462753+00', DEFAULT, DEFAULT, DEFAULT, false, '');
INSERT INTO public.legs_2026_11 VALUES ('acme', 'fs1', '25ca8931-3e07-46fb-a6b7-225b35fdfc10', '2026-11-29', '25ca8931-3e07-46fb-a6b7-225b35fdfc10', 0, 'a', '', '106', '', '107', '', '2026-11-29 23:52:34.90185+00', '2026-11-29 23:52:34.90185+00', NULL, NULL, NULL, '2026-11-29 23:52:35.026059+00', 'SUBSCRIBER_ABSENT', 'unavailable', 'switch', false, '2026-11-29 23:52:35.103752+00', DEFAULT, DEFAULT, DEFAULT, false, '');
INSERT INTO public.legs_2026_11 VALUES ('acme', 'fs1', '3b85bf91-5bbe-5ca0-8fcb-ebc120f801d8', '2026-11-29', '25ca8931-3e07-46fb-a6b7-225b35fdfc10', 1, 'b', 'number:+48600700800', '48600700800', 'carrier-a', '+48221234567', 'extension:106', '2026-11-29 23:52:34.913875+00', NULL, NULL, NULL, NULL, NULL, 'INVALID_GATEWAY', 'unavailable', '', false, '2026-11-29 23:52:35.103752+00', DEFAULT, DEFAULT, DEFAULT, false, '');
INSERT INTO public.legs_2026_11 VALUES ('acme', 'fs1', '9a8d0809-5e90-5efd-88a3-2c4b438a522f', '2026-11-29', '25ca8931-3e07-46fb-a6b7-225b35fdfc10', 2, 'b', 'number:+48600700800', '48600700800', 'carrier-b', '+48223000002', 'extension:106', '2026-11-29 23:52:34.959419+00', NULL, NULL, NULL, NULL, NULL, 'INVALID_GATEWAY', 'unavailable', '', false, '2026-11-29 23:52:35.103752+00', DEFAULT, DEFAULT, DEFAULT, false, '');
INSERT INTO public.legs_2026_11 VALUES ('acme', 'fs1', '0862a075-498a-57b1-aedc-f6278959d6b2', '2026-11-29', '900d21d1-6a06-5064-b20e-05c2175eb57f', 1, 'b', 'number:+48600700800', '48600700800', 'carrier-a', '+48221234567', 'extension:106', '2026-11-29 23:52:37.237434+00', NULL, NULL, NULL, NULL, NULL, 'INVALID_GATEWAY', 'unavailable', '', false, '2026-11-29 23:52:37.440871+00', DEFAULT, DEFAULT, DEFAULT, false, '');
INSERT INTO public.legs_2026_11 VALUES ('acme', 'fs1', '4e6c3e72-9fad-454b-a951-e34fa219be9e', '2026-11-29', '4e6c3e72-9fad-454b-a951-e34fa219be9e', 0, 'a', '', '105', '', '102', '', '2026-11-29 23:52:35.694348+00', '2026-11-29 23:52:35.694348+00', '2026-11-29 23:52:35.724611+00', '2026-11-29 23:52:36.025192+00', NULL, '2026-11-29 23:52:37.226977+00', 'NORMAL_CLEARING', 'answered', 'switch', false, '2026-11-29 23:52:37.440871+00', DEFAULT, DEFAULT, DEFAULT, false, '');
INSERT INTO public.legs_2026_11 VALUES ('acme', 'fs1', '900d21d1-6a06-5064-b20e-05c2175eb57f', '2026-11-29', '4e6c3e72-9fad-454b-a951-e34fa219be9e', 1, 'b', 'extension:105', '105@acme.example', '', '102', '', '2026-11-29 23:52:35.700041+00', '2026-11-29 23:52:35.724367+00', '2026-11-29 23:52:35.724611+00', '2026-11-29 23:52:36.025+00', '2026-11-29 23:52:36.025303+00', '2026-11-29 23:52:37.359168+00', 'SUBSCRIBER_ABSENT', 'answered', 'switch', false, '2026-11-29 23:52:37.440871+00', DEFAULT, DEFAULT, DEFAULT, false, '');
INSERT INTO public.legs_2026_11 VALUES ('acme', 'fs1', 'a52c1bc6-f0ec-524f-9076-11866f8a5075', '2026-11-29', '900d21d1-6a06-5064-b20e-05c2175eb57f', 2, 'b', 'number:+48600700800', '48600700800', 'carrier-b', '+48223000002', 'extension:106', '2026-11-29 23:52:37.283793+00', NULL, NULL, NULL, NULL, NULL, 'INVALID_GATEWAY', 'unavailable', '', false, '2026-11-29 23:52:37.440871+00', DEFAULT, DEFAULT, DEFAULT, false, '');


--
-- Data for Name: legs_2026_12; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: legs_2027_01; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: legs_2027_02; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: offers_2026_11; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: offers_2026_12; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: offers_2027_01; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: offers_2027_02; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: queue_visits_2026_11; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: queue_visits_2026_12; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: queue_visits_2027_01; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: queue_visits_2027_02; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: schema_version; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.schema_version VALUES (6, '2026-11-29 23:52:31.60781+00');


--
-- Data for Name: segments_2026_11; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.segments_2026_11 VALUES ('acme', 'fs1', '4e6c3e72-9fad-454b-a951-e34fa219be9e', '2026-11-29', 1, '4e6c3e72-9fad-454b-a951-e34fa219be9e', '900d21d1-6a06-5064-b20e-05c2175eb57f', 'extension:105', '2026-11-29 23:52:36.025303+00', '2026-11-29 23:52:37.226977+00', false, '2026-11-29 23:52:37.440871+00', DEFAULT);


--
-- Data for Name: segments_2026_12; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: segments_2027_01; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: segments_2027_02; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Name: calls calls_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.calls
    ADD CONSTRAINT calls_pkey PRIMARY KEY (tenant, switch, call_id, started_day);


--
-- Name: calls_2026_11 calls_2026_11_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.calls_2026_11
    ADD CONSTRAINT calls_2026_11_pkey PRIMARY KEY (tenant, switch, call_id, started_day);


--
-- Name: calls_2026_12 calls_2026_12_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.calls_2026_12
    ADD CONSTRAINT calls_2026_12_pkey PRIMARY KEY (tenant, switch, call_id, started_day);


--
-- Name: calls_2027_01 calls_2027_01_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.calls_2027_01
    ADD CONSTRAINT calls_2027_01_pkey PRIMARY KEY (tenant, switch, call_id, started_day);


--
-- Name: calls_2027_02 calls_2027_02_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.calls_2027_02
    ADD CONSTRAINT calls_2027_02_pkey PRIMARY KEY (tenant, switch, call_id, started_day);


--
-- Name: charges charges_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.charges
    ADD CONSTRAINT charges_pkey PRIMARY KEY (tenant, switch, leg_id, started_day, revision);


--
-- Name: charges_2026_11 charges_2026_11_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.charges_2026_11
    ADD CONSTRAINT charges_2026_11_pkey PRIMARY KEY (tenant, switch, leg_id, started_day, revision);


--
-- Name: charges_2026_12 charges_2026_12_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.charges_2026_12
    ADD CONSTRAINT charges_2026_12_pkey PRIMARY KEY (tenant, switch, leg_id, started_day, revision);


--
-- Name: charges_2027_01 charges_2027_01_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.charges_2027_01
    ADD CONSTRAINT charges_2027_01_pkey PRIMARY KEY (tenant, switch, leg_id, started_day, revision);


--
-- Name: charges_2027_02 charges_2027_02_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.charges_2027_02
    ADD CONSTRAINT charges_2027_02_pkey PRIMARY KEY (tenant, switch, leg_id, started_day, revision);


--
-- Name: legs legs_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.legs
    ADD CONSTRAINT legs_pkey PRIMARY KEY (tenant, switch, leg_id, started_day);


--
-- Name: legs_2026_11 legs_2026_11_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.legs_2026_11
    ADD CONSTRAINT legs_2026_11_pkey PRIMARY KEY (tenant, switch, leg_id, started_day);


--
-- Name: legs_2026_12 legs_2026_12_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.legs_2026_12
    ADD CONSTRAINT legs_2026_12_pkey PRIMARY KEY (tenant, switch, leg_id, started_day);


--
-- Name: legs_2027_01 legs_2027_01_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.legs_2027_01
    ADD CONSTRAINT legs_2027_01_pkey PRIMARY KEY (tenant, switch, leg_id, started_day);


--
-- Name: legs_2027_02 legs_2027_02_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.legs_2027_02
    ADD CONSTRAINT legs_2027_02_pkey PRIMARY KEY (tenant, switch, leg_id, started_day);


--
-- Name: offers offers_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.offers
    ADD CONSTRAINT offers_pkey PRIMARY KEY (tenant, switch, call_id, started_day, visit, offer, agent);


--
-- Name: offers_2026_11 offers_2026_11_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.offers_2026_11
    ADD CONSTRAINT offers_2026_11_pkey PRIMARY KEY (tenant, switch, call_id, started_day, visit, offer, agent);


--
-- Name: offers_2026_12 offers_2026_12_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.offers_2026_12
    ADD CONSTRAINT offers_2026_12_pkey PRIMARY KEY (tenant, switch, call_id, started_day, visit, offer, agent);


--
-- Name: offers_2027_01 offers_2027_01_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.offers_2027_01
    ADD CONSTRAINT offers_2027_01_pkey PRIMARY KEY (tenant, switch, call_id, started_day, visit, offer, agent);


--
-- Name: offers_2027_02 offers_2027_02_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.offers_2027_02
    ADD CONSTRAINT offers_2027_02_pkey PRIMARY KEY (tenant, switch, call_id, started_day, visit, offer, agent);


--
-- Name: queue_visits queue_visits_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.queue_visits
    ADD CONSTRAINT queue_visits_pkey PRIMARY KEY (tenant, switch, call_id, started_day, visit);


--
-- Name: queue_visits_2026_11 queue_visits_2026_11_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.queue_visits_2026_11
    ADD CONSTRAINT queue_visits_2026_11_pkey PRIMARY KEY (tenant, switch, call_id, started_day, visit);


--
-- Name: queue_visits_2026_12 queue_visits_2026_12_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.queue_visits_2026_12
    ADD CONSTRAINT queue_visits_2026_12_pkey PRIMARY KEY (tenant, switch, call_id, started_day, visit);


--
-- Name: queue_visits_2027_01 queue_visits_2027_01_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.queue_visits_2027_01
    ADD CONSTRAINT queue_visits_2027_01_pkey PRIMARY KEY (tenant, switch, call_id, started_day, visit);


--
-- Name: queue_visits_2027_02 queue_visits_2027_02_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.queue_visits_2027_02
    ADD CONSTRAINT queue_visits_2027_02_pkey PRIMARY KEY (tenant, switch, call_id, started_day, visit);


--
-- Name: schema_version schema_version_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.schema_version
    ADD CONSTRAINT schema_version_pkey PRIMARY KEY (version);


--
-- Name: segments segments_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.segments
    ADD CONSTRAINT segments_pkey PRIMARY KEY (tenant, switch, call_id, started_day, segment);


--
-- Name: segments_2026_11 segments_2026_11_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.segments_2026_11
    ADD CONSTRAINT segments_2026_11_pkey PRIMARY KEY (tenant, switch, call_id, started_day, segment);


--
-- Name: segments_2026_12 segments_2026_12_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.segments_2026_12
    ADD CONSTRAINT segments_2026_12_pkey PRIMARY KEY (tenant, switch, call_id, started_day, segment);


--
-- Name: segments_2027_01 segments_2027_01_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.segments_2027_01
    ADD CONSTRAINT segments_2027_01_pkey PRIMARY KEY (tenant, switch, call_id, started_day, segment);


--
-- Name: segments_2027_02 segments_2027_02_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.segments_2027_02
    ADD CONSTRAINT segments_2027_02_pkey PRIMARY KEY (tenant, switch, call_id, started_day, segment);


--
-- Name: calls_by_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX calls_by_id ON ONLY public.calls USING btree (call_id);


--
-- Name: calls_2026_11_call_id_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX calls_2026_11_call_id_idx ON public.calls_2026_11 USING btree (call_id);


--
-- Name: calls_by_start; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX calls_by_start ON ONLY public.calls USING btree (started_day, started_at);


--
-- Name: calls_2026_11_started_day_started_at_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX calls_2026_11_started_day_started_at_idx ON public.calls_2026_11 USING btree (started_day, started_at);


--
-- Name: calls_by_caller; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX calls_by_caller ON ONLY public.calls USING btree (tenant, caller_number, started_day DESC, started_at DESC);


--
-- Name: calls_2026_11_tenant_caller_number_started_day_started_at_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX calls_2026_11_tenant_caller_number_started_day_started_at_idx ON public.calls_2026_11 USING btree (tenant, caller_number, started_day DESC, started_at DESC);


--
-- Name: calls_by_dialled; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX calls_by_dialled ON ONLY public.calls USING btree (tenant, dialled, started_day DESC, started_at DESC);


--
-- Name: calls_2026_11_tenant_dialled_started_day_started_at_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX calls_2026_11_tenant_dialled_started_day_started_at_idx ON public.calls_2026_11 USING btree (tenant, dialled, started_day DESC, started_at DESC);


--
-- Name: calls_by_tenant; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX calls_by_tenant ON ONLY public.calls USING btree (tenant, started_day DESC, started_at DESC);


--
-- Name: calls_2026_11_tenant_started_day_started_at_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX calls_2026_11_tenant_started_day_started_at_idx ON public.calls_2026_11 USING btree (tenant, started_day DESC, started_at DESC);


--
-- Name: calls_2026_12_call_id_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX calls_2026_12_call_id_idx ON public.calls_2026_12 USING btree (call_id);


--
-- Name: calls_2026_12_started_day_started_at_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX calls_2026_12_started_day_started_at_idx ON public.calls_2026_12 USING btree (started_day, started_at);


--
-- Name: calls_2026_12_tenant_caller_number_started_day_started_at_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX calls_2026_12_tenant_caller_number_started_day_started_at_idx ON public.calls_2026_12 USING btree (tenant, caller_number, started_day DESC, started_at DESC);


--
-- Name: calls_2026_12_tenant_dialled_started_day_started_at_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX calls_2026_12_tenant_dialled_started_day_started_at_idx ON public.calls_2026_12 USING btree (tenant, dialled, started_day DESC, started_at DESC);


--
-- Name: calls_2026_12_tenant_started_day_started_at_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX calls_2026_12_tenant_started_day_started_at_idx ON public.calls_2026_12 USING btree (tenant, started_day DESC, started_at DESC);


--
-- Name: calls_2027_01_call_id_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX calls_2027_01_call_id_idx ON public.calls_2027_01 USING btree (call_id);


--
-- Name: calls_2027_01_started_day_started_at_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX calls_2027_01_started_day_started_at_idx ON public.calls_2027_01 USING btree (started_day, started_at);


--
-- Name: calls_2027_01_tenant_caller_number_started_day_started_at_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX calls_2027_01_tenant_caller_number_started_day_started_at_idx ON public.calls_2027_01 USING btree (tenant, caller_number, started_day DESC, started_at DESC);


--
-- Name: calls_2027_01_tenant_dialled_started_day_started_at_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX calls_2027_01_tenant_dialled_started_day_started_at_idx ON public.calls_2027_01 USING btree (tenant, dialled, started_day DESC, started_at DESC);


--
-- Name: calls_2027_01_tenant_started_day_started_at_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX calls_2027_01_tenant_started_day_started_at_idx ON public.calls_2027_01 USING btree (tenant, started_day DESC, started_at DESC);


--
-- Name: calls_2027_02_call_id_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX calls_2027_02_call_id_idx ON public.calls_2027_02 USING btree (call_id);


--
-- Name: calls_2027_02_started_day_started_at_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX calls_2027_02_started_day_started_at_idx ON public.calls_2027_02 USING btree (started_day, started_at);


--
-- Name: calls_2027_02_tenant_caller_number_started_day_started_at_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX calls_2027_02_tenant_caller_number_started_day_started_at_idx ON public.calls_2027_02 USING btree (tenant, caller_number, started_day DESC, started_at DESC);


--
-- Name: calls_2027_02_tenant_dialled_started_day_started_at_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX calls_2027_02_tenant_dialled_started_day_started_at_idx ON public.calls_2027_02 USING btree (tenant, dialled, started_day DESC, started_at DESC);


--
-- Name: calls_2027_02_tenant_started_day_started_at_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX calls_2027_02_tenant_started_day_started_at_idx ON public.calls_2027_02 USING btree (tenant, started_day DESC, started_at DESC);


--
-- Name: charges_unrated; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX charges_unrated ON ONLY public.charges USING btree (started_day) WHERE (status = 'unrated'::text);


--
-- Name: charges_2026_11_started_day_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX charges_2026_11_started_day_idx ON public.charges_2026_11 USING btree (started_day) WHERE (status = 'unrated'::text);


--
-- Name: charges_by_call; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX charges_by_call ON ONLY public.charges USING btree (tenant, call_id, started_day);


--
-- Name: charges_2026_11_tenant_call_id_started_day_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX charges_2026_11_tenant_call_id_started_day_idx ON public.charges_2026_11 USING btree (tenant, call_id, started_day);


--
-- Name: charges_by_payer; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX charges_by_payer ON ONLY public.charges USING btree (tenant, payer, started_day);


--
-- Name: charges_2026_11_tenant_payer_started_day_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX charges_2026_11_tenant_payer_started_day_idx ON public.charges_2026_11 USING btree (tenant, payer, started_day);


--
-- Name: charges_2026_12_started_day_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX charges_2026_12_started_day_idx ON public.charges_2026_12 USING btree (started_day) WHERE (status = 'unrated'::text);


--
-- Name: charges_2026_12_tenant_call_id_started_day_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX charges_2026_12_tenant_call_id_started_day_idx ON public.charges_2026_12 USING btree (tenant, call_id, started_day);


--
-- Name: charges_2026_12_tenant_payer_started_day_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX charges_2026_12_tenant_payer_started_day_idx ON public.charges_2026_12 USING btree (tenant, payer, started_day);


--
-- Name: charges_2027_01_started_day_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX charges_2027_01_started_day_idx ON public.charges_2027_01 USING btree (started_day) WHERE (status = 'unrated'::text);


--
-- Name: charges_2027_01_tenant_call_id_started_day_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX charges_2027_01_tenant_call_id_started_day_idx ON public.charges_2027_01 USING btree (tenant, call_id, started_day);


--
-- Name: charges_2027_01_tenant_payer_started_day_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX charges_2027_01_tenant_payer_started_day_idx ON public.charges_2027_01 USING btree (tenant, payer, started_day);


--
-- Name: charges_2027_02_started_day_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX charges_2027_02_started_day_idx ON public.charges_2027_02 USING btree (started_day) WHERE (status = 'unrated'::text);


--
-- Name: charges_2027_02_tenant_call_id_started_day_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX charges_2027_02_tenant_call_id_started_day_idx ON public.charges_2027_02 USING btree (tenant, call_id, started_day);


--
-- Name: charges_2027_02_tenant_payer_started_day_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX charges_2027_02_tenant_payer_started_day_idx ON public.charges_2027_02 USING btree (tenant, payer, started_day);


--
-- Name: legs_by_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX legs_by_id ON ONLY public.legs USING btree (leg_id);


--
-- Name: legs_2026_11_leg_id_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX legs_2026_11_leg_id_idx ON public.legs_2026_11 USING btree (leg_id);


--
-- Name: legs_by_address; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX legs_by_address ON ONLY public.legs USING btree (tenant, address, started_day DESC) WHERE (direction = 'b'::text);


--
-- Name: legs_2026_11_tenant_address_started_day_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX legs_2026_11_tenant_address_started_day_idx ON public.legs_2026_11 USING btree (tenant, address, started_day DESC) WHERE (direction = 'b'::text);


--
-- Name: legs_by_call; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX legs_by_call ON ONLY public.legs USING btree (tenant, call_id, started_day);


--
-- Name: legs_2026_11_tenant_call_id_started_day_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX legs_2026_11_tenant_call_id_started_day_idx ON public.legs_2026_11 USING btree (tenant, call_id, started_day);


--
-- Name: legs_by_number; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX legs_by_number ON ONLY public.legs USING btree (tenant, target, started_day DESC) WHERE starts_with(target, 'number:'::text);


--
-- Name: legs_2026_11_tenant_target_started_day_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX legs_2026_11_tenant_target_started_day_idx ON public.legs_2026_11 USING btree (tenant, target, started_day DESC) WHERE starts_with(target, 'number:'::text);


--
-- Name: legs_2026_12_leg_id_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX legs_2026_12_leg_id_idx ON public.legs_2026_12 USING btree (leg_id);


--
-- Name: legs_2026_12_tenant_address_started_day_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX legs_2026_12_tenant_address_started_day_idx ON public.legs_2026_12 USING btree (tenant, address, started_day DESC) WHERE (direction = 'b'::text);


--
-- Name: legs_2026_12_tenant_call_id_started_day_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX legs_2026_12_tenant_call_id_started_day_idx ON public.legs_2026_12 USING btree (tenant, call_id, started_day);


--
-- Name: legs_2026_12_tenant_target_started_day_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX legs_2026_12_tenant_target_started_day_idx ON public.legs_2026_12 USING btree (tenant, target, started_day DESC) WHERE starts_with(target, 'number:'::text);


--
-- Name: legs_2027_01_leg_id_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX legs_2027_01_leg_id_idx ON public.legs_2027_01 USING btree (leg_id);


--
-- Name: legs_2027_01_tenant_address_started_day_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX legs_2027_01_tenant_address_started_day_idx ON public.legs_2027_01 USING btree (tenant, address, started_day DESC) WHERE (direction = 'b'::text);


--
-- Name: legs_2027_01_tenant_call_id_started_day_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX legs_2027_01_tenant_call_id_started_day_idx ON public.legs_2027_01 USING btree (tenant, call_id, started_day);


--
-- Name: legs_2027_01_tenant_target_started_day_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX legs_2027_01_tenant_target_started_day_idx ON public.legs_2027_01 USING btree (tenant, target, started_day DESC) WHERE starts_with(target, 'number:'::text);


--
-- Name: legs_2027_02_leg_id_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX legs_2027_02_leg_id_idx ON public.legs_2027_02 USING btree (leg_id);


--
-- Name: legs_2027_02_tenant_address_started_day_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX legs_2027_02_tenant_address_started_day_idx ON public.legs_2027_02 USING btree (tenant, address, started_day DESC) WHERE (direction = 'b'::text);


--
-- Name: legs_2027_02_tenant_call_id_started_day_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX legs_2027_02_tenant_call_id_started_day_idx ON public.legs_2027_02 USING btree (tenant, call_id, started_day);


--
-- Name: legs_2027_02_tenant_target_started_day_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX legs_2027_02_tenant_target_started_day_idx ON public.legs_2027_02 USING btree (tenant, target, started_day DESC) WHERE starts_with(target, 'number:'::text);


--
-- Name: offers_by_agent; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX offers_by_agent ON ONLY public.offers USING btree (tenant, agent, started_day);


--
-- Name: offers_2026_11_tenant_agent_started_day_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX offers_2026_11_tenant_agent_started_day_idx ON public.offers_2026_11 USING btree (tenant, agent, started_day);


--
-- Name: offers_by_queue; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX offers_by_queue ON ONLY public.offers USING btree (tenant, queue, started_day);


--
-- Name: offers_2026_11_tenant_queue_started_day_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX offers_2026_11_tenant_queue_started_day_idx ON public.offers_2026_11 USING btree (tenant, queue, started_day);


--
-- Name: offers_by_day; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX offers_by_day ON ONLY public.offers USING btree (tenant, started_day);


--
-- Name: offers_2026_11_tenant_started_day_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX offers_2026_11_tenant_started_day_idx ON public.offers_2026_11 USING btree (tenant, started_day);


--
-- Name: offers_2026_12_tenant_agent_started_day_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX offers_2026_12_tenant_agent_started_day_idx ON public.offers_2026_12 USING btree (tenant, agent, started_day);


--
-- Name: offers_2026_12_tenant_queue_started_day_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX offers_2026_12_tenant_queue_started_day_idx ON public.offers_2026_12 USING btree (tenant, queue, started_day);


--
-- Name: offers_2026_12_tenant_started_day_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX offers_2026_12_tenant_started_day_idx ON public.offers_2026_12 USING btree (tenant, started_day);


--
-- Name: offers_2027_01_tenant_agent_started_day_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX offers_2027_01_tenant_agent_started_day_idx ON public.offers_2027_01 USING btree (tenant, agent, started_day);


--
-- Name: offers_2027_01_tenant_queue_started_day_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX offers_2027_01_tenant_queue_started_day_idx ON public.offers_2027_01 USING btree (tenant, queue, started_day);


--
-- Name: offers_2027_01_tenant_started_day_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX offers_2027_01_tenant_started_day_idx ON public.offers_2027_01 USING btree (tenant, started_day);


--
-- Name: offers_2027_02_tenant_agent_started_day_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX offers_2027_02_tenant_agent_started_day_idx ON public.offers_2027_02 USING btree (tenant, agent, started_day);


--
-- Name: offers_2027_02_tenant_queue_started_day_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX offers_2027_02_tenant_queue_started_day_idx ON public.offers_2027_02 USING btree (tenant, queue, started_day);


--
-- Name: offers_2027_02_tenant_started_day_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX offers_2027_02_tenant_started_day_idx ON public.offers_2027_02 USING btree (tenant, started_day);


--
-- Name: queue_visits_by_agent; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX queue_visits_by_agent ON ONLY public.queue_visits USING btree (tenant, agent, started_day) WHERE (agent <> ''::text);


--
-- Name: queue_visits_2026_11_tenant_agent_started_day_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX queue_visits_2026_11_tenant_agent_started_day_idx ON public.queue_visits_2026_11 USING btree (tenant, agent, started_day) WHERE (agent <> ''::text);


--
-- Name: queue_visits_by_queue; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX queue_visits_by_queue ON ONLY public.queue_visits USING btree (tenant, queue, started_day);


--
-- Name: queue_visits_2026_11_tenant_queue_started_day_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX queue_visits_2026_11_tenant_queue_started_day_idx ON public.queue_visits_2026_11 USING btree (tenant, queue, started_day);


--
-- Name: queue_visits_by_day; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX queue_visits_by_day ON ONLY public.queue_visits USING btree (tenant, started_day);


--
-- Name: queue_visits_2026_11_tenant_started_day_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX queue_visits_2026_11_tenant_started_day_idx ON public.queue_visits_2026_11 USING btree (tenant, started_day);


--
-- Name: queue_visits_2026_12_tenant_agent_started_day_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX queue_visits_2026_12_tenant_agent_started_day_idx ON public.queue_visits_2026_12 USING btree (tenant, agent, started_day) WHERE (agent <> ''::text);


--
-- Name: queue_visits_2026_12_tenant_queue_started_day_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX queue_visits_2026_12_tenant_queue_started_day_idx ON public.queue_visits_2026_12 USING btree (tenant, queue, started_day);


--
-- Name: queue_visits_2026_12_tenant_started_day_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX queue_visits_2026_12_tenant_started_day_idx ON public.queue_visits_2026_12 USING btree (tenant, started_day);


--
-- Name: queue_visits_2027_01_tenant_agent_started_day_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX queue_visits_2027_01_tenant_agent_started_day_idx ON public.queue_visits_2027_01 USING btree (tenant, agent, started_day) WHERE (agent <> ''::text);


--
-- Name: queue_visits_2027_01_tenant_queue_started_day_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX queue_visits_2027_01_tenant_queue_started_day_idx ON public.queue_visits_2027_01 USING btree (tenant, queue, started_day);


--
-- Name: queue_visits_2027_01_tenant_started_day_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX queue_visits_2027_01_tenant_started_day_idx ON public.queue_visits_2027_01 USING btree (tenant, started_day);


--
-- Name: queue_visits_2027_02_tenant_agent_started_day_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX queue_visits_2027_02_tenant_agent_started_day_idx ON public.queue_visits_2027_02 USING btree (tenant, agent, started_day) WHERE (agent <> ''::text);


--
-- Name: queue_visits_2027_02_tenant_queue_started_day_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX queue_visits_2027_02_tenant_queue_started_day_idx ON public.queue_visits_2027_02 USING btree (tenant, queue, started_day);


--
-- Name: queue_visits_2027_02_tenant_started_day_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX queue_visits_2027_02_tenant_started_day_idx ON public.queue_visits_2027_02 USING btree (tenant, started_day);


--
-- Name: segments_by_party; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX segments_by_party ON ONLY public.segments USING btree (tenant, party, started_day) WHERE (party <> ''::text);


--
-- Name: segments_2026_11_tenant_party_started_day_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX segments_2026_11_tenant_party_started_day_idx ON public.segments_2026_11 USING btree (tenant, party, started_day) WHERE (party <> ''::text);


--
-- Name: segments_2026_12_tenant_party_started_day_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX segments_2026_12_tenant_party_started_day_idx ON public.segments_2026_12 USING btree (tenant, party, started_day) WHERE (party <> ''::text);


--
-- Name: segments_2027_01_tenant_party_started_day_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX segments_2027_01_tenant_party_started_day_idx ON public.segments_2027_01 USING btree (tenant, party, started_day) WHERE (party <> ''::text);


--
-- Name: segments_2027_02_tenant_party_started_day_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX segments_2027_02_tenant_party_started_day_idx ON public.segments_2027_02 USING btree (tenant, party, started_day) WHERE (party <> ''::text);


--
-- Name: calls_2026_11_call_id_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.calls_by_id ATTACH PARTITION public.calls_2026_11_call_id_idx;


--
-- Name: calls_2026_11_pkey; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.calls_pkey ATTACH PARTITION public.calls_2026_11_pkey;


--
-- Name: calls_2026_11_started_day_started_at_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.calls_by_start ATTACH PARTITION public.calls_2026_11_started_day_started_at_idx;


--
-- Name: calls_2026_11_tenant_caller_number_started_day_started_at_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.calls_by_caller ATTACH PARTITION public.calls_2026_11_tenant_caller_number_started_day_started_at_idx;


--
-- Name: calls_2026_11_tenant_dialled_started_day_started_at_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.calls_by_dialled ATTACH PARTITION public.calls_2026_11_tenant_dialled_started_day_started_at_idx;


--
-- Name: calls_2026_11_tenant_started_day_started_at_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.calls_by_tenant ATTACH PARTITION public.calls_2026_11_tenant_started_day_started_at_idx;


--
-- Name: calls_2026_12_call_id_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.calls_by_id ATTACH PARTITION public.calls_2026_12_call_id_idx;


--
-- Name: calls_2026_12_pkey; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.calls_pkey ATTACH PARTITION public.calls_2026_12_pkey;


--
-- Name: calls_2026_12_started_day_started_at_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.calls_by_start ATTACH PARTITION public.calls_2026_12_started_day_started_at_idx;


--
-- Name: calls_2026_12_tenant_caller_number_started_day_started_at_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.calls_by_caller ATTACH PARTITION public.calls_2026_12_tenant_caller_number_started_day_started_at_idx;


--
-- Name: calls_2026_12_tenant_dialled_started_day_started_at_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.calls_by_dialled ATTACH PARTITION public.calls_2026_12_tenant_dialled_started_day_started_at_idx;


--
-- Name: calls_2026_12_tenant_started_day_started_at_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.calls_by_tenant ATTACH PARTITION public.calls_2026_12_tenant_started_day_started_at_idx;


--
-- Name: calls_2027_01_call_id_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.calls_by_id ATTACH PARTITION public.calls_2027_01_call_id_idx;


--
-- Name: calls_2027_01_pkey; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.calls_pkey ATTACH PARTITION public.calls_2027_01_pkey;


--
-- Name: calls_2027_01_started_day_started_at_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.calls_by_start ATTACH PARTITION public.calls_2027_01_started_day_started_at_idx;


--
-- Name: calls_2027_01_tenant_caller_number_started_day_started_at_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.calls_by_caller ATTACH PARTITION public.calls_2027_01_tenant_caller_number_started_day_started_at_idx;


--
-- Name: calls_2027_01_tenant_dialled_started_day_started_at_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.calls_by_dialled ATTACH PARTITION public.calls_2027_01_tenant_dialled_started_day_started_at_idx;


--
-- Name: calls_2027_01_tenant_started_day_started_at_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.calls_by_tenant ATTACH PARTITION public.calls_2027_01_tenant_started_day_started_at_idx;


--
-- Name: calls_2027_02_call_id_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.calls_by_id ATTACH PARTITION public.calls_2027_02_call_id_idx;


--
-- Name: calls_2027_02_pkey; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.calls_pkey ATTACH PARTITION public.calls_2027_02_pkey;


--
-- Name: calls_2027_02_started_day_started_at_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.calls_by_start ATTACH PARTITION public.calls_2027_02_started_day_started_at_idx;


--
-- Name: calls_2027_02_tenant_caller_number_started_day_started_at_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.calls_by_caller ATTACH PARTITION public.calls_2027_02_tenant_caller_number_started_day_started_at_idx;


--
-- Name: calls_2027_02_tenant_dialled_started_day_started_at_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.calls_by_dialled ATTACH PARTITION public.calls_2027_02_tenant_dialled_started_day_started_at_idx;


--
-- Name: calls_2027_02_tenant_started_day_started_at_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.calls_by_tenant ATTACH PARTITION public.calls_2027_02_tenant_started_day_started_at_idx;


--
-- Name: charges_2026_11_pkey; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.charges_pkey ATTACH PARTITION public.charges_2026_11_pkey;


--
-- Name: charges_2026_11_started_day_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.charges_unrated ATTACH PARTITION public.charges_2026_11_started_day_idx;


--
-- Name: charges_2026_11_tenant_call_id_started_day_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.charges_by_call ATTACH PARTITION public.charges_2026_11_tenant_call_id_started_day_idx;


--
-- Name: charges_2026_11_tenant_payer_started_day_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.charges_by_payer ATTACH PARTITION public.charges_2026_11_tenant_payer_started_day_idx;


--
-- Name: charges_2026_12_pkey; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.charges_pkey ATTACH PARTITION public.charges_2026_12_pkey;


--
-- Name: charges_2026_12_started_day_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.charges_unrated ATTACH PARTITION public.charges_2026_12_started_day_idx;


--
-- Name: charges_2026_12_tenant_call_id_started_day_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.charges_by_call ATTACH PARTITION public.charges_2026_12_tenant_call_id_started_day_idx;


--
-- Name: charges_2026_12_tenant_payer_started_day_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.charges_by_payer ATTACH PARTITION public.charges_2026_12_tenant_payer_started_day_idx;


--
-- Name: charges_2027_01_pkey; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.charges_pkey ATTACH PARTITION public.charges_2027_01_pkey;


--
-- Name: charges_2027_01_started_day_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.charges_unrated ATTACH PARTITION public.charges_2027_01_started_day_idx;


--
-- Name: charges_2027_01_tenant_call_id_started_day_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.charges_by_call ATTACH PARTITION public.charges_2027_01_tenant_call_id_started_day_idx;


--
-- Name: charges_2027_01_tenant_payer_started_day_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.charges_by_payer ATTACH PARTITION public.charges_2027_01_tenant_payer_started_day_idx;


--
-- Name: charges_2027_02_pkey; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.charges_pkey ATTACH PARTITION public.charges_2027_02_pkey;


--
-- Name: charges_2027_02_started_day_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.charges_unrated ATTACH PARTITION public.charges_2027_02_started_day_idx;


--
-- Name: charges_2027_02_tenant_call_id_started_day_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.charges_by_call ATTACH PARTITION public.charges_2027_02_tenant_call_id_started_day_idx;


--
-- Name: charges_2027_02_tenant_payer_started_day_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.charges_by_payer ATTACH PARTITION public.charges_2027_02_tenant_payer_started_day_idx;


--
-- Name: legs_2026_11_leg_id_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.legs_by_id ATTACH PARTITION public.legs_2026_11_leg_id_idx;


--
-- Name: legs_2026_11_pkey; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.legs_pkey ATTACH PARTITION public.legs_2026_11_pkey;


--
-- Name: legs_2026_11_tenant_address_started_day_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.legs_by_address ATTACH PARTITION public.legs_2026_11_tenant_address_started_day_idx;


--
-- Name: legs_2026_11_tenant_call_id_started_day_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.legs_by_call ATTACH PARTITION public.legs_2026_11_tenant_call_id_started_day_idx;


--
-- Name: legs_2026_11_tenant_target_started_day_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.legs_by_number ATTACH PARTITION public.legs_2026_11_tenant_target_started_day_idx;


--
-- Name: legs_2026_12_leg_id_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.legs_by_id ATTACH PARTITION public.legs_2026_12_leg_id_idx;


--
-- Name: legs_2026_12_pkey; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.legs_pkey ATTACH PARTITION public.legs_2026_12_pkey;


--
-- Name: legs_2026_12_tenant_address_started_day_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.legs_by_address ATTACH PARTITION public.legs_2026_12_tenant_address_started_day_idx;


--
-- Name: legs_2026_12_tenant_call_id_started_day_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.legs_by_call ATTACH PARTITION public.legs_2026_12_tenant_call_id_started_day_idx;


--
-- Name: legs_2026_12_tenant_target_started_day_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.legs_by_number ATTACH PARTITION public.legs_2026_12_tenant_target_started_day_idx;


--
-- Name: legs_2027_01_leg_id_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.legs_by_id ATTACH PARTITION public.legs_2027_01_leg_id_idx;


--
-- Name: legs_2027_01_pkey; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.legs_pkey ATTACH PARTITION public.legs_2027_01_pkey;


--
-- Name: legs_2027_01_tenant_address_started_day_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.legs_by_address ATTACH PARTITION public.legs_2027_01_tenant_address_started_day_idx;


--
-- Name: legs_2027_01_tenant_call_id_started_day_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.legs_by_call ATTACH PARTITION public.legs_2027_01_tenant_call_id_started_day_idx;


--
-- Name: legs_2027_01_tenant_target_started_day_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.legs_by_number ATTACH PARTITION public.legs_2027_01_tenant_target_started_day_idx;


--
-- Name: legs_2027_02_leg_id_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.legs_by_id ATTACH PARTITION public.legs_2027_02_leg_id_idx;


--
-- Name: legs_2027_02_pkey; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.legs_pkey ATTACH PARTITION public.legs_2027_02_pkey;


--
-- Name: legs_2027_02_tenant_address_started_day_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.legs_by_address ATTACH PARTITION public.legs_2027_02_tenant_address_started_day_idx;


--
-- Name: legs_2027_02_tenant_call_id_started_day_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.legs_by_call ATTACH PARTITION public.legs_2027_02_tenant_call_id_started_day_idx;


--
-- Name: legs_2027_02_tenant_target_started_day_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.legs_by_number ATTACH PARTITION public.legs_2027_02_tenant_target_started_day_idx;


--
-- Name: offers_2026_11_pkey; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.offers_pkey ATTACH PARTITION public.offers_2026_11_pkey;


--
-- Name: offers_2026_11_tenant_agent_started_day_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.offers_by_agent ATTACH PARTITION public.offers_2026_11_tenant_agent_started_day_idx;


--
-- Name: offers_2026_11_tenant_queue_started_day_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.offers_by_queue ATTACH PARTITION public.offers_2026_11_tenant_queue_started_day_idx;


--
-- Name: offers_2026_11_tenant_started_day_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.offers_by_day ATTACH PARTITION public.offers_2026_11_tenant_started_day_idx;


--
-- Name: offers_2026_12_pkey; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.offers_pkey ATTACH PARTITION public.offers_2026_12_pkey;


--
-- Name: offers_2026_12_tenant_agent_started_day_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.offers_by_agent ATTACH PARTITION public.offers_2026_12_tenant_agent_started_day_idx;


--
-- Name: offers_2026_12_tenant_queue_started_day_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.offers_by_queue ATTACH PARTITION public.offers_2026_12_tenant_queue_started_day_idx;


--
-- Name: offers_2026_12_tenant_started_day_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.offers_by_day ATTACH PARTITION public.offers_2026_12_tenant_started_day_idx;


--
-- Name: offers_2027_01_pkey; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.offers_pkey ATTACH PARTITION public.offers_2027_01_pkey;


--
-- Name: offers_2027_01_tenant_agent_started_day_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.offers_by_agent ATTACH PARTITION public.offers_2027_01_tenant_agent_started_day_idx;


--
-- Name: offers_2027_01_tenant_queue_started_day_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.offers_by_queue ATTACH PARTITION public.offers_2027_01_tenant_queue_started_day_idx;


--
-- Name: offers_2027_01_tenant_started_day_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.offers_by_day ATTACH PARTITION public.offers_2027_01_tenant_started_day_idx;


--
-- Name: offers_2027_02_pkey; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.offers_pkey ATTACH PARTITION public.offers_2027_02_pkey;


--
-- Name: offers_2027_02_tenant_agent_started_day_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.offers_by_agent ATTACH PARTITION public.offers_2027_02_tenant_agent_started_day_idx;


--
-- Name: offers_2027_02_tenant_queue_started_day_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.offers_by_queue ATTACH PARTITION public.offers_2027_02_tenant_queue_started_day_idx;


--
-- Name: offers_2027_02_tenant_started_day_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.offers_by_day ATTACH PARTITION public.offers_2027_02_tenant_started_day_idx;


--
-- Name: queue_visits_2026_11_pkey; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.queue_visits_pkey ATTACH PARTITION public.queue_visits_2026_11_pkey;


--
-- Name: queue_visits_2026_11_tenant_agent_started_day_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.queue_visits_by_agent ATTACH PARTITION public.queue_visits_2026_11_tenant_agent_started_day_idx;


--
-- Name: queue_visits_2026_11_tenant_queue_started_day_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.queue_visits_by_queue ATTACH PARTITION public.queue_visits_2026_11_tenant_queue_started_day_idx;


--
-- Name: queue_visits_2026_11_tenant_started_day_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.queue_visits_by_day ATTACH PARTITION public.queue_visits_2026_11_tenant_started_day_idx;


--
-- Name: queue_visits_2026_12_pkey; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.queue_visits_pkey ATTACH PARTITION public.queue_visits_2026_12_pkey;


--
-- Name: queue_visits_2026_12_tenant_agent_started_day_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.queue_visits_by_agent ATTACH PARTITION public.queue_visits_2026_12_tenant_agent_started_day_idx;


--
-- Name: queue_visits_2026_12_tenant_queue_started_day_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.queue_visits_by_queue ATTACH PARTITION public.queue_visits_2026_12_tenant_queue_started_day_idx;


--
-- Name: queue_visits_2026_12_tenant_started_day_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.queue_visits_by_day ATTACH PARTITION public.queue_visits_2026_12_tenant_started_day_idx;


--
-- Name: queue_visits_2027_01_pkey; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.queue_visits_pkey ATTACH PARTITION public.queue_visits_2027_01_pkey;


--
-- Name: queue_visits_2027_01_tenant_agent_started_day_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.queue_visits_by_agent ATTACH PARTITION public.queue_visits_2027_01_tenant_agent_started_day_idx;


--
-- Name: queue_visits_2027_01_tenant_queue_started_day_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.queue_visits_by_queue ATTACH PARTITION public.queue_visits_2027_01_tenant_queue_started_day_idx;


--
-- Name: queue_visits_2027_01_tenant_started_day_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.queue_visits_by_day ATTACH PARTITION public.queue_visits_2027_01_tenant_started_day_idx;


--
-- Name: queue_visits_2027_02_pkey; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.queue_visits_pkey ATTACH PARTITION public.queue_visits_2027_02_pkey;


--
-- Name: queue_visits_2027_02_tenant_agent_started_day_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.queue_visits_by_agent ATTACH PARTITION public.queue_visits_2027_02_tenant_agent_started_day_idx;


--
-- Name: queue_visits_2027_02_tenant_queue_started_day_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.queue_visits_by_queue ATTACH PARTITION public.queue_visits_2027_02_tenant_queue_started_day_idx;


--
-- Name: queue_visits_2027_02_tenant_started_day_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.queue_visits_by_day ATTACH PARTITION public.queue_visits_2027_02_tenant_started_day_idx;


--
-- Name: segments_2026_11_pkey; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.segments_pkey ATTACH PARTITION public.segments_2026_11_pkey;


--
-- Name: segments_2026_11_tenant_party_started_day_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.segments_by_party ATTACH PARTITION public.segments_2026_11_tenant_party_started_day_idx;


--
-- Name: segments_2026_12_pkey; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.segments_pkey ATTACH PARTITION public.segments_2026_12_pkey;


--
-- Name: segments_2026_12_tenant_party_started_day_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.segments_by_party ATTACH PARTITION public.segments_2026_12_tenant_party_started_day_idx;


--
-- Name: segments_2027_01_pkey; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.segments_pkey ATTACH PARTITION public.segments_2027_01_pkey;


--
-- Name: segments_2027_01_tenant_party_started_day_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.segments_by_party ATTACH PARTITION public.segments_2027_01_tenant_party_started_day_idx;


--
-- Name: segments_2027_02_pkey; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.segments_pkey ATTACH PARTITION public.segments_2027_02_pkey;


--
-- Name: segments_2027_02_tenant_party_started_day_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.segments_by_party ATTACH PARTITION public.segments_2027_02_tenant_party_started_day_idx;


--
-- PostgreSQL database dump complete
--


