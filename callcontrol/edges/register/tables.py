"""The register's tables: every column of the ledger, and what can stand in it."""

from __future__ import annotations

from typing import Final

from callcontrol.edges.register.people import PEOPLE
from callcontrol.edges.register.places import Eraser, Period, TablePlace, columns
from callcontrol.edges.register.without_persons import WITHOUT_PERSONS

_TENANT: Final = "the tenant"
_BILLING: Final = "the tenant's billing"
_OPERATOR: Final = "the operator"
_OF_LEG: Final = "tenant switch leg_id started_day revision call_id"

CALLS: Final = TablePlace(
    "calls",
    _TENANT,
    Period.CALLS,
    columns(
        number="caller_number dialled answered_by",
        name="caller_name",
        document="path recordings notes menus talks",
        nothing="tenant switch call_id started_day started_at answered_at bridged_at ended_at worker caller_anonymous"
        " caller_extension outcome answered_leg estimated written_at total_ms reconciled led_leg language demand"
        " priority label refusal surveys survey_score interruptions written_in",
    ),
    age="started_day",
    call="call_id",
    is_monthly=True,
)
LEGS: Final = TablePlace(
    "legs",
    _TENANT,
    Period.CALLS,
    columns(
        number="target address shown",
        nothing="tenant switch leg_id started_day call_id position direction trunk payer dialled_at created_at"
        " ringing_at answered_at bridged_at ended_at cause outcome hung_up_by estimated written_at ring_ms talk_ms"
        " total_ms reconciled estimate called_direction bundled moved_from moved_to role written_in",
    ),
    age="started_day",
    call="call_id",
    is_monthly=True,
)
CHARGES: Final = TablePlace(
    "charges",
    _BILLING,
    Period.CALLS,
    columns(
        number="number reason prefix formula cost_formula",
        nothing=f"{_OF_LEG} status payer amount currency tariff tariff_version destination counted_s free_s billed_s"
        " step fee vat_percent parts written_at estimate direction net gross cost cost_currency margin account"
        " allowances written_in",
    ),
    age="started_day",
    call="call_id",
    is_monthly=True,
)
QUEUE_VISITS: Final = TablePlace(
    "queue_visits",
    _TENANT,
    Period.CALLS,
    columns(
        number="detail",
        document="keys",
        nothing="tenant switch call_id started_day visit queue ticket entered_at joined_at took_up first_position"
        " left_at how wait_ms agent bridged_at wrap_up_until estimated written_at called_back",
    ),
    age="started_day",
    call="call_id",
    is_monthly=True,
)
OFFERS: Final = TablePlace(
    "offers",
    _TENANT,
    Period.CALLS,
    columns(
        number="detail",
        nothing="tenant switch call_id started_day visit offer agent queue offered_at legs ended_at how bridged_at"
        " parted_at wrap_up_from wrap_up_until estimated written_at offer_ms talk_ms wrap_up_ms",
    ),
    age="started_day",
    call="call_id",
    is_monthly=True,
)
SEGMENTS: Final = TablePlace(
    "segments",
    _TENANT,
    Period.CALLS,
    columns(
        number="party",
        nothing="tenant switch call_id started_day segment leg_id other_leg began_at ended_at estimated written_at"
        " talk_ms",
    ),
    age="started_day",
    call="call_id",
    is_monthly=True,
)
_OF_CALLS: Final = (
    TablePlace(
        "call_costs",
        _BILLING,
        Period.CALLS,
        columns(nothing="tenant switch call_id started_day currency amount"),
        age="started_day",
        call="call_id",
        eraser=Eraser.NONE,
    ),
    TablePlace(
        "withdrawn_rows",
        _BILLING,
        Period.CALLS,
        columns(
            document="content",
            nothing="tenant table_name switch row_id started_day revision written_in withdrawn_in",
        ),
        age="started_day",
        call="content ->> 'call_id'",
    ),
    TablePlace(
        "allowance_uses",
        _BILLING,
        Period.CALLS,
        columns(nothing="tenant name holder month switch leg_id started_day used"),
        age="month",
        eraser=Eraser.NONE,
    ),
    TablePlace(
        "allowance_counters",
        _BILLING,
        Period.CALLS,
        columns(nothing="tenant name holder month used changes"),
        age="month",
        eraser=Eraser.NONE,
    ),
    TablePlace(
        "spending",
        _BILLING,
        Period.CALLS,
        columns(nothing="tenant payer since direction currency amount"),
        age="since",
        eraser=Eraser.NONE,
    ),
    TablePlace(
        "restrictions",
        _TENANT,
        Period.CALLS,
        columns(words="why", nothing="tenant payer limit at level classes until by noted_at"),
        age="at",
        only="until < now()",
    ),
)
_MISSED: Final = (
    TablePlace(
        "missed_contacts",
        _TENANT,
        Period.MISSED,
        columns(
            number="number target by",
            nothing="tenant switch call_id kind reason began_at ended_at started_day due_at expires_at",
        ),
        age="ended_at",
        call="call_id",
    ),
    TablePlace(
        "missed_acts",
        _TENANT,
        Period.MISSED,
        columns(number="number target by", words="why", nothing="tenant at kind until"),
        age="at",
    ),
    TablePlace(
        "missed_cases",
        _TENANT,
        Period.MISSED,
        columns(
            number="number target by claimed_by",
            words="why",
            nothing="tenant opened_at opened_by reason due_at expires_at last_missed_at missed tries first_try_at"
            " claimed_until closed_at how",
        ),
        age="last_missed_at",
        call="opened_by",
    ),
    TablePlace(
        "missed_revisions",
        _TENANT,
        Period.MISSED,
        columns(
            number="number target by claimed_by",
            words="why",
            nothing="tenant opened_at revision is_void opened_by reason due_at expires_at last_missed_at missed tries"
            " first_try_at claimed_until closed_at how written_in written_at",
        ),
        age="last_missed_at",
        call="opened_by",
    ),
)
_MAILS: Final = (
    TablePlace(
        "mails",
        _TENANT,
        Period.MAILS,
        columns(
            number="address reason",
            document="facts",
            nothing="mail_id tenant kind about source language message_id created_at expires_at state state_at due_at"
            " attempts refusals leased_by followed",
        ),
        age="created_at",
        only="state IN ('sent', 'failed', 'dead')",
    ),
    TablePlace(
        "mail_attempts",
        _TENANT,
        Period.MAILS,
        columns(number="answer", nothing="mail_id attempt tenant began_at ended_at outcome code"),
        age="began_at",
    ),
    TablePlace(
        "mail_addresses",
        _TENANT,
        Period.STATE,
        columns(number="address reason", nothing="tenant dead_at mail_id"),
    ),
)
_GONE: Final = "NOT EXISTS (SELECT FROM media m WHERE (m.tenant, m.media_id) = (t.tenant, t.media_id))"
_MEDIA: Final = (
    TablePlace(
        "media",
        _TENANT,
        Period.MEDIA,
        columns(
            number="cause caller called trouble",
            voice="path place sha256",
            nothing="tenant media_id kind state began_at changed_at call_id channel switch owner agent length_ms bytes"
            " on_switch tries due_at leased_by leased_until",
        ),
        age="changed_at",
        call="call_id",
        only="state IN ('deleted', 'lost') AND NOT on_switch",
    ),
    TablePlace(
        "media_changes",
        _TENANT,
        Period.MEDIA,
        columns(number="cause", nothing="tenant media_id state at noted_at"),
        age="noted_at",
        only=_GONE,
    ),
    TablePlace(
        "media_deletions",
        _TENANT,
        Period.MEDIA,
        columns(
            number="trouble",
            words="cause",
            nothing="tenant media_id ordered_by numbers ordered_at due_at tries deleted_at",
        ),
        age="deleted_at",
        only=_GONE,
    ),
    TablePlace(
        "media_hearings",
        _TENANT,
        Period.MEDIA,
        columns(number="who address", nothing="tenant media_id at way"),
        age="at",
        only=_GONE,
    ),
    TablePlace(
        "message_marks",
        _TENANT,
        Period.MEDIA,
        columns(nothing="tenant media_id box state at"),
        age="at",
        only=_GONE,
        eraser=Eraser.NONE,
    ),
    TablePlace(
        "media_links_withdrawn",
        _TENANT,
        Period.MEDIA,
        columns(number="made_for", nothing="tenant media_id withdrawn_at withdrawn_by"),
        age="withdrawn_at",
    ),
    TablePlace(
        "media_erasures",
        _OPERATOR,
        Period.MEDIA,
        columns(words="why", nothing="tenant erased_at erased_by files held"),
        age="erased_at",
    ),
    TablePlace(
        "media_holds",
        _OPERATOR,
        Period.MEDIA,
        columns(
            number="number",
            words="why",
            nothing="hold_id tenant media_id call_id arrived_from arrived_to held_at held_until held_by released_at"
            " released_by",
        ),
        age="released_at",
    ),
    TablePlace(
        "media_keys",
        _TENANT,
        Period.WITH_OWNER,
        columns(nothing="tenant media_id key_id wrapped wrapped_at"),
        eraser=Eraser.NONE,
    ),
    TablePlace(
        "transcripts",
        _TENANT,
        Period.WITH_OWNER,
        columns(words="text words trouble", nothing="tenant media_id at"),
        eraser=Eraser.FILE,
    ),
    TablePlace(
        "box_facts",
        _TENANT,
        Period.STATE,
        columns(number="value", nothing="tenant box what at"),
    ),
)
_BOOKS: Final = (
    TablePlace(
        "account_entries",
        _BILLING,
        Period.ACCOUNTS,
        columns(
            words="reason key",
            nothing="tenant account currency number kind amount balance on_hold entered_by call_id switch leg_id"
            " started_day revision entered_at written_in",
        ),
        age="entered_at",
        call="call_id",
    ),
    TablePlace(
        "accounts",
        _BILLING,
        Period.STATE,
        columns(
            nothing="tenant account currency entries balance on_hold opened_at retired_entries retired_balance",
        ),
        eraser=Eraser.NONE,
    ),
)


LISTENINGS: Final = TablePlace(
    "listenings",
    _TENANT,
    Period.LISTENINGS,
    columns(
        number="supervisor whom",
        words="reason",
        document="spans",
        nothing="tenant listening_id call_id switch queue began_at ended_at how revision",
    ),
    age="began_at",
    call="call_id",
)

ERASURES: Final = TablePlace(
    "erasures",
    _OPERATOR,
    Period.COUNTS,
    columns(
        words="why",
        nothing="erasure_id tenant hash pseudonym key tags key_until erased_by began_at ended_at told",
    ),
)

TABLES: Final = (
    *(CALLS, LEGS, CHARGES, QUEUE_VISITS, OFFERS, SEGMENTS),
    *_OF_CALLS,
    *_MISSED,
    *_MAILS,
    *PEOPLE,
    *_MEDIA,
    *_BOOKS,
    LISTENINGS,
    ERASURES,
    *WITHOUT_PERSONS,
)
BY_NAME: Final = {table.name: table for table in TABLES}
