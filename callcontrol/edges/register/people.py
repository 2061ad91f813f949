"""The register's tables of people who use the API and the panel."""

from __future__ import annotations

from typing import Final

from callcontrol.edges.register.places import Eraser, Period, TablePlace, columns

_TENANT: Final = "the tenant"

# Names of employees, as in the configuration: no number goes with them.
PEOPLE: Final = (
    TablePlace(
        "web_users",
        _TENANT,
        Period.STATE,
        columns(
            nothing="user_id tenant login name roles extension agent extensions queues language password_hash totp"
            " totp_step recovery disabled_at created_at changed_at signed_in_at has_password has_second_factor"
        ),
        eraser=Eraser.NONE,
    ),
    TablePlace(
        "web_sessions",
        _TENANT,
        Period.STATE,
        columns(nothing="session_hash session_id user_id tenant address browser created_at seen_at ends_at"),
        eraser=Eraser.NONE,
    ),
    TablePlace(
        "web_tokens",
        _TENANT,
        Period.STATE,
        columns(nothing="token_hash token_id user_id tenant name rights created_at ends_at used_at revoked_at"),
        eraser=Eraser.NONE,
    ),
    TablePlace(
        "web_links",
        _TENANT,
        Period.STATE,
        columns(nothing="link_hash user_id tenant second_factor made_by created_at ends_at"),
        eraser=Eraser.NONE,
    ),
    TablePlace(
        "web_kiosks",
        _TENANT,
        Period.STATE,
        columns(
            nothing="link_hash kiosk_id tenant name queues made_by created_at ends_at used_at revoked_at",
        ),
        eraser=Eraser.NONE,
    ),
    TablePlace(
        "web_identities",
        _TENANT,
        Period.STATE,
        columns(nothing="tenant issuer subject user_id created_at"),
        eraser=Eraser.NONE,
    ),
    TablePlace(
        "webhooks",
        _TENANT,
        Period.STATE,
        columns(
            nothing="webhook_id tenant url events secret old_secret old_until made_by created_at paused_at failures"
            " rest_until delivered_at trouble"
        ),
        eraser=Eraser.NONE,
    ),
    # What is told stands in the ledger alone, until it is sent.
    TablePlace(
        "webhook_outbox",
        _TENANT,
        Period.STATE,
        columns(
            nothing="delivery_id webhook_id tenant event_id kind call_id switch started_day about at state attempts"
            " due_at claimed_until ended_at trouble written_in"
        ),
        eraser=Eraser.NONE,
    ),
    TablePlace(
        "web_audit",
        _TENANT,
        Period.AUDIT,
        columns(number="object", document="before after", nothing="audit_id tenant at who through address what"),
        age="at",
    ),
)
